package models

import (
	"regexp"
	"slices"
	"strconv"
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

// checkPeriod refuses a period whose days are malformed or in the wrong order.
func checkPeriod(fromField, from, untilField, until string) []*Refusal {
	faults := compact(checkDate(fromField, from), checkDate(untilField, until))
	if len(faults) == 0 && until < from {
		faults = append(faults, Refuse(CodeInvalidValue, untilField, "the last day %s is before the first, %s", until,
			from).Accepting("%s or later", from))
	}
	return faults
}

// past refuses a day that is still to come in what has happened.
func (d Dossier) past(e Entry, field, day string) error {
	if today := d.Today(); e.WithdrawnAt == nil && day > today {
		return Refuse(CodeInvalidValue, field, "today is %s, and %s is still to come", today, day).
			Accepting("a day up to %s", today)
	}
	return nil
}

// item is the place of an item of a list, as a JSON pointer.
func item(list string, n int) string { return list + "/" + strconv.Itoa(n) }

func checkWord(field, s string, limit int) *Refusal {
	if strings.TrimSpace(s) != "" && len([]rune(s)) <= limit {
		return nil
	}
	return Refuse(CodeInvalidValue, field, "the text is empty or longer than %d characters", limit).
		Accepting("1 to %d characters", limit)
}
