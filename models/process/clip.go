package process

import "unicode/utf8"

// LongestSummary bounds a summary, in bytes as it travels: Temporal refuses payloads of more than 400, and what names
// a payload's encoding counts too.
const LongestSummary = 340

// LongestDetails bounds details in the same way; Temporal takes 20,000.
const LongestDetails = 19_900

// Clip cuts s between two characters so that it takes at most limit bytes in JSON, the form in which texts go to
// Temporal.
func Clip(s string, limit int) string {
	const ellipsis = "…"
	size, cut := len(`""`), 0
	for at := 0; at < len(s); {
		r, width := utf8.DecodeRuneInString(s[at:])
		size += inJSON(r, width)
		at += width
		if size+len(ellipsis) <= limit {
			cut = at
		}
	}
	if size <= limit {
		return s
	}
	return s[:cut] + ellipsis
}

// inJSON is how many bytes a character of width bytes takes within a text in JSON. encoding/json writes what has a
// meaning in HTML, and invalid UTF-8, by its number.
func inJSON(r rune, width int) int {
	const byLetter, byNumber = len(`\n`), len(`\u0026`)
	switch {
	case r == '"', r == '\\', r == '\b', r == '\f', r == '\n', r == '\r', r == '\t':
		return byLetter
	case r < ' ', r == '<', r == '>', r == '&', r == '\u2028', r == '\u2029', r == utf8.RuneError && width == 1:
		return byNumber
	}
	return width
}
