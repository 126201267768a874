package rest

import (
	"bytes"
	"encoding/json"
	"net/url"

	"golang.org/x/text/unicode/norm"

	"github.com/ppi-engine/ppi/models"
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

// reversing finds the first character in a text that makes what follows read in another order than it is written:
// embeddings, overrides and isolates (Unicode Standard Annex #9 §2). A contract must not be shown in another order than
// it is stored (CVE-2021-42574 shows the attack). The marks U+200E, U+200F and U+061C are allowed: they act only at
// their own place, and texts in Arabic or Hebrew need them.
func reversing(s string) (rune, bool) {
	for _, r := range s {
		if (r >= 0x202A && r <= 0x202E) || (r >= 0x2066 && r <= 0x2069) {
			return r, true
		}
	}
	return 0, false
}

// checkReversing refuses such a text.
func checkReversing(field, s string) error {
	if r, found := reversing(s); found {
		return models.Refuse(models.CodeInvalidText, field,
			"the text contains U+%04X, which shows text in another order than it is written", r).
			Accepting("the text without characters U+202A to U+202E and U+2066 to U+2069")
	}
	return nil
}
