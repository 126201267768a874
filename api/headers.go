package api

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"github.com/google/uuid"

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
)

var requestIDPattern = regexp.MustCompile(`^[A-Za-z0-9._:/=+-]{1,128}$`)

// requestID takes over the caller's request ID when it is safe to log and to answer, else makes one.
func requestID(h http.Header) string {
	if id := h.Get(headerRequestID); requestIDPattern.MatchString(id) {
		return id
	}
	return uuid.NewString()
}

// single returns the value of a header that may be given once.
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
		return "", models.Refuse(models.CodeMissingKey, headerIdempotencyKey, "the request has no Idempotency-Key").Accepting("a key of your making, such as a UUID")
	}
	key, ok := unquote(value)
	if !ok || key == "" || len(key) > longestKey || strings.ContainsFunc(key, notVisible) {
		return "", models.Refuse(models.CodeInvalidKey, headerIdempotencyKey, "the Idempotency-Key cannot be used").Accepting("1 to %d visible ASCII characters, bare or in double quotes", longestKey)
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

// A precondition is what If-Match says: the version a change was made on.
type precondition struct {
	any     bool
	version int64
}

// ifMatch reads the If-Match of a change (RFC 9110 §13.1.1).
func ifMatch(h http.Header) (precondition, error) {
	value, err := single(h, headerIfMatch, models.CodeInvalidRequest)
	switch {
	case err != nil:
		return precondition{}, err
	case value == "":
		return precondition{}, models.Refuse(models.CodeMissingIfMatch, headerIfMatch, "the change does not say on which version it was made").Accepting(`the ETag of the last answer, such as "3", or *`)
	case value == "*":
		return precondition{any: true}, nil
	}
	version, err := strconv.ParseInt(strings.Trim(value, `"`), 10, 64)
	if err != nil || etag(version) != value {
		return precondition{}, models.Refuse(models.CodeInvalidRequest, headerIfMatch, "the If-Match header cannot be read").Accepting(`one ETag as it was answered, such as "3", or *`)
	}
	return precondition{version: version}, nil
}

// check refuses a change that was made on another version than the present one.
func (p precondition) check(present int64) error {
	if p.any || p.version == present {
		return nil
	}
	return models.Refuse(models.CodeStale, headerIfMatch, "the change was made on version %d, but the present version is %d", p.version, present).Accepting(`"%d", once the change is judged anew`, present)
}

// pointer is the precondition as a command keeps it: nil for any version.
func (p precondition) pointer() *int64 {
	if p.any {
		return nil
	}
	return &p.version
}

// etag is the strong validator of a version.
func etag(version int64) string { return `"` + strconv.FormatInt(version, 10) + `"` }

// matchesNone tells whether If-None-Match names the tag (weak comparison, RFC 9110 §13.1.2).
func matchesNone(header, tag string) bool {
	for candidate := range strings.SplitSeq(header, ",") {
		candidate = strings.TrimSpace(candidate)
		if candidate == "*" || strings.TrimPrefix(candidate, "W/") == tag {
			return true
		}
	}
	return false
}
