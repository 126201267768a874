package models

import (
	"regexp"
	"slices"
	"strings"
)

var digestPattern = regexp.MustCompile(`^[0-9a-f]{64}$`)

// ValidDigest tells whether s is a SHA-256 in lower-case hexadecimal.
func ValidDigest(s string) bool { return digestPattern.MatchString(s) }

func checkDigest(field, s string) []*Refusal {
	if ValidDigest(s) {
		return nil
	}
	return []*Refusal{Refuse(CodeInvalidValue, field, "%q is not a digest", s).
		Accepting("a SHA-256 as 64 hexadecimal digits in lower case")}
}

func checkID(field string, id ID, prefix Prefix) []*Refusal {
	if id.Is(prefix) {
		return nil
	}
	_, err := ParseID(prefix, field, string(id))
	r, _ := RefusalOf(err)
	return []*Refusal{r}
}

func checkOneOf[T ~string](field string, s T, allowed ...T) []*Refusal {
	if slices.Contains(allowed, s) {
		return nil
	}
	return []*Refusal{Refuse(CodeInvalidValue, field, "%q is not one of the values", s).Accepting("%s", allowed)}
}

func checkWord(field, s string, limit int) *Refusal {
	if strings.TrimSpace(s) != "" && len([]rune(s)) <= limit {
		return nil
	}
	return Refuse(CodeInvalidValue, field, "the text is empty or longer than %d characters", limit).
		Accepting("1 to %d characters", limit)
}
