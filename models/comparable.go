package models

import (
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Plain returns a text as it is compared with others: what readers take for the same words is the same string. Composed
// and decomposed letters, full-width forms and ligatures are treated alike (Unicode Standard Annex #15, NFKC), case and
// white space do not matter, and invisible characters, such as a soft hyphen, are left out.
func Plain(s string) string {
	s = cases.Fold().String(norm.NFKC.String(Visible(s)))
	return norm.NFC.String(strings.Join(strings.Fields(s), " "))
}

// Visible returns a text without invisible characters.
func Visible(s string) string {
	return strings.Map(func(r rune) rune {
		if ignorable(r) {
			return -1
		}
		return r
	}, s)
}

// Ignorable tells whether a character is invisible: soft hyphen, joiners, direction marks, variation selectors and
// their like (Default_Ignorable_Code_Point of the Unicode Character Database).
func Ignorable(r rune) bool { return ignorable(r) }

func ignorable(r rune) bool {
	if unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector) {
		return true
	}
	return unicode.Is(unicode.Cf, r) && !unicode.Is(unicode.Prepended_Concatenation_Mark, r)
}

// Reversing finds the first character in a text that makes what follows read in another order than it is written:
// embeddings, overrides and isolates (Unicode Standard Annex #9 §2). A contract must not be shown in another order than
// it is stored (CVE-2021-42574 shows the attack). The marks U+200E, U+200F and U+061C are allowed: they act only at
// their own place, and texts in Arabic or Hebrew need them.
func Reversing(s string) (rune, bool) {
	for _, r := range s {
		if (r >= 0x202A && r <= 0x202E) || (r >= 0x2066 && r <= 0x2069) {
			return r, true
		}
	}
	return 0, false
}

// CheckReversing refuses a text that [Reversing] finds a character in, with [CodeInvalidText].
func CheckReversing(field, s string) error {
	if r, found := Reversing(s); found {
		return Refuse(CodeInvalidText, field,
			"the text contains U+%04X, which shows text in another order than it is written", r).
			Accepting("the text without characters U+202A to U+202E and U+2066 to U+2069")
	}
	return nil
}
