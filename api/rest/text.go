package rest

import (
	"bytes"
	"encoding/json"
	"net/url"

	"golang.org/x/text/unicode/norm"
)

// composed returns a JSON body with all its strings, names included, in Unicode's composed form (NFC, RFC 5198 §3), so
// that texts that look the same to a reader are stored the same. Nothing else changes: a body whose strings are
// composed is returned as it came. The body must be valid UTF-8.
func composed(body []byte) []byte {
	if norm.NFC.IsNormal(body) && !bytes.Contains(body, []byte(`\u`)) {
		return body
	}
	out := make([]byte, 0, len(body))
	for rest := body; len(rest) > 0; {
		at := bytes.IndexByte(rest, '"')
		if at < 0 {
			return append(out, rest...)
		}
		end := at + literalLength(rest[at:])
		out = append(append(out, rest[:at]...), composedLiteral(rest[at:end])...)
		rest = rest[end:]
	}
	return out
}

// literalLength is the length of the string literal that s begins with, or of s if it does not end.
func literalLength(s []byte) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(s)
}

// composedLiteral returns an invalid literal as it came: the check of the whole body refuses it.
func composedLiteral(literal []byte) []byte {
	var text string
	if json.Unmarshal(literal, &text) != nil || norm.NFC.IsNormalString(text) {
		return literal
	}
	rendered, err := json.Marshal(norm.NFC.String(text))
	if err != nil {
		return literal
	}
	return rendered
}

// composedQuery is a query with its values composed, or the query as it came if they are composed already.
func composedQuery(raw string, query url.Values) string {
	changed := false
	for _, values := range query {
		for i, value := range values {
			values[i] = norm.NFC.String(value)
			changed = changed || values[i] != value
		}
	}
	if !changed {
		return raw
	}
	return query.Encode()
}
