package rest

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/models"
)

const (
	headerIdempotencyKey = "Idempotency-Key"
	headerIfMatch        = "If-Match"
	headerIfNoneMatch    = "If-None-Match"
	headerReplayed       = "Idempotent-Replayed"
	headerRequestID      = "X-Request-Id"
	// headerMode says on every answer about a procurement whether it is live or a rehearsal.
	headerMode = "Ppi-Mode"
	// headerLimit and headerLimitPolicy are those of draft-ietf-httpapi-ratelimit-headers, as Go writes them: names of
	// headers are the same in capitals.
	headerLimit       = "Ratelimit"
	headerLimitPolicy = "Ratelimit-Policy"
	headerRetryAfter  = "Retry-After"
	headerForwarded   = "X-Forwarded-For"
	// headerTrace is that of W3C's Trace Context.
	headerTrace = "traceparent"
)

var requestIDPattern = regexp.MustCompile(`^[A-Za-z0-9._:/=+-]{1,128}$`)

// requestIDOf takes the caller's request ID when it is safe to log and to repeat in the answer; otherwise it makes one.
func requestIDOf(h http.Header) string {
	if id := h.Get(headerRequestID); requestIDPattern.MatchString(id) {
		return id
	}
	return uuid.NewString()
}

// single returns the value of a header that may be given only once; it refuses a repeated one with the code.
func single(h http.Header, name string, code models.Code) (string, error) {
	values := h.Values(name)
	switch len(values) {
	case 0:
		return "", nil
	case 1:
		return strings.TrimSpace(values[0]), nil
	}
	return "", models.Refuse(code, name, "%s is given %d times", name, len(values)).Accepting("the header once")
}

const longestKey = 255

// idempotencyKey reads the key of a POST: a structured-field string (draft-ietf-httpapi-idempotency-key-header)
// or, as many clients send it, bare.
func idempotencyKey(h http.Header) (string, error) {
	value, err := single(h, headerIdempotencyKey, models.CodeInvalidKey)
	if err != nil {
		return "", err
	}
	if value == "" && len(h.Values(headerIdempotencyKey)) == 0 {
		return "", models.Refuse(models.CodeMissingKey, headerIdempotencyKey, "the request has no Idempotency-Key").
			Accepting("a key that you choose, such as a UUID")
	}
	key, ok := unquote(value)
	if !ok || key == "" || len(key) > longestKey || strings.ContainsFunc(key, notVisible) {
		return "", models.Refuse(models.CodeInvalidKey, headerIdempotencyKey, "the Idempotency-Key is not valid").
			Accepting("1 to %d visible ASCII characters, bare or in double quotes", longestKey)
	}
	return key, nil
}

func notVisible(r rune) bool { return r < '!' || r > '~' }

// unquote reads a structured-field string (RFC 9651 §3.3.3); a bare value stands for itself.
func unquote(value string) (string, bool) {
	if !strings.HasPrefix(value, `"`) {
		return value, !strings.Contains(value, `"`)
	}
	var b strings.Builder
	for i := 1; i < len(value); i++ {
		switch value[i] {
		case '"':
			return b.String(), i == len(value)-1
		case '\\':
			i++
			if i == len(value) || (value[i] != '"' && value[i] != '\\') {
				return "", false
			}
		}
		b.WriteByte(value[i])
	}
	return "", false
}

// mostTags is how many tags one If-Match may have: one for each version that the caller may have seen.
const mostTags = 100

// ifMatch reads the If-Match of a change (RFC 9110 §13.1.1). Several lines are one list (§5.3). A tag that is
// well formed but weak, or none of ours, matches nothing: the comparison is strong (§8.8.3.2).
func ifMatch(h http.Header) (acts.Versions, error) {
	value := joined(h, headerIfMatch)
	switch value {
	case "":
		return acts.Versions{}, models.Refuse(models.CodeMissingIfMatch, headerIfMatch,
			"the request does not say which version it changes").
			Accepting(`the ETag of the last answer, such as "3", or *`)
	case anyTag:
		return acts.Versions{Any: true}, nil
	}
	tags, ok := entityTags(value)
	if !ok || len(tags) > mostTags {
		return acts.Versions{}, models.Refuse(models.CodeInvalidRequest, headerIfMatch,
			"the If-Match header cannot be read").
			Accepting(`ETags as they were answered, such as "3", at most %d of them, or *`, mostTags)
	}
	on := acts.Versions{Of: []int64{}}
	for _, tag := range tags {
		version, err := strconv.ParseInt(strings.Trim(tag, `"`), 10, 64)
		if err == nil && ETag(version) == tag {
			on.Of = append(on.Of, version)
		}
	}
	return on, nil
}

// ETag is the strong validator of a version.
func ETag(version int64) string { return `"` + strconv.FormatInt(version, 10) + `"` }

// matchesNone tells whether If-None-Match names the tag (weak comparison, RFC 9110 §13.1.2). A header that cannot be
// read names no tag: the caller then gets the whole answer.
func matchesNone(header, tag string) bool {
	if header == anyTag {
		return true
	}
	tags, _ := entityTags(header)
	return slices.ContainsFunc(tags, func(other string) bool { return strings.TrimPrefix(other, weak) == tag })
}

const (
	anyTag = "*"
	weak   = "W/"
	blanks = " \t"
)

// joined is the value of a header that is a list: its lines, in order, as one (RFC 9110 §5.3).
func joined(h http.Header, name string) string {
	return strings.Trim(strings.Join(h.Values(name), ", "), blanks)
}

// entityTags splits a list of entity tags, and tells whether it is one (RFC 9110 §8.8.3). Empty elements do
// not count (§5.6.1.2); a comma inside a tag does not end it.
func entityTags(list string) ([]string, bool) {
	var tags []string
	for rest := list; ; {
		rest = strings.TrimLeft(rest, blanks+",")
		if rest == "" {
			return tags, len(tags) > 0
		}
		n := tagLength(rest)
		if n == 0 {
			return nil, false
		}
		tags = append(tags, rest[:n])
		rest = strings.TrimLeft(rest[n:], blanks)
		if rest != "" && rest[0] != ',' {
			return nil, false
		}
	}
}

// tagLength is the length of the entity tag that s begins with, or 0.
func tagLength(s string) int {
	opaque := strings.TrimPrefix(s, weak)
	if !strings.HasPrefix(opaque, `"`) {
		return 0
	}
	end := strings.IndexByte(opaque[1:], '"')
	if end < 0 || strings.ContainsFunc(opaque[1:1+end], func(r rune) bool { return r <= ' ' || r == 0x7F }) {
		return 0
	}
	return len(s) - len(opaque) + end + len(`""`)
}
