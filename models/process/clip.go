package process

import (
	"encoding/json"
	"unicode/utf8"
)

// LongestSummary bounds a summary, in bytes as it travels: Temporal refuses payloads of more than 400, and what names
// a payload's encoding counts too.
const LongestSummary = 340

// LongestDetails bounds details in the same way; Temporal takes 20,000.
const LongestDetails = 19_900

// Clip cuts s between two characters to what takes at most limit bytes in JSON, the form in which texts go to Temporal.
// There a character such as & takes six.
func Clip(s string, limit int) string {
	const ellipsis = "…"
	if 6*len(s)+len(`""`) <= limit { // no byte takes more
		return s
	}
	size, cut := len(`""`), 0
	for at := 0; at < len(s); {
		_, width := utf8.DecodeRuneInString(s[at:])
		size += encoded(s[at : at+width])
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

// encoded is how many bytes a character takes within a text in JSON.
func encoded(character string) int {
	text, err := json.Marshal(character)
	if err != nil {
		return utf8.UTFMax // a text always has a form in JSON
	}
	return len(text) - len(`""`)
}
