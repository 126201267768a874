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
