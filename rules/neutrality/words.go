package neutrality

import (
	"strings"
	"unicode"
)

// A word is a run of letters and digits in a text.
type word struct {
	// start and end are rune offsets, end exclusive.
	start, end int
	// exact is the word without invisible characters, folded the same in lower case.
	exact, folded string
	// sentence counts from 0.
	sentence int
	// joined tells whether only white space, hyphens, slashes or apostrophes stand between it and the word before.
	joined bool
	// near is the one character between it and the word before; 0 where there are none or several.
	near rune
}

// split finds the words of a text. Runes keep their places, so that offsets hold.
func split(text []rune) []word {
	var words []word
	sentence, last := 0, 0
	for i := 0; i < len(text); {
		if !wordRune(text[i]) {
			i++
			continue
		}
		start := i
		for i < len(text) && (wordRune(text[i]) || invisible(text[i])) {
			i++
		}
		gap := text[last:start]
		if len(words) > 0 && endsSentence(words[len(words)-1], gap, text[start]) {
			sentence++
		}
		w := word{start: start, end: i, exact: visible(text[start:i]), sentence: sentence, joined: len(words) > 0 && joins(gap)}
		w.folded = fold(w.exact)
		if len(gap) == 1 {
			w.near = gap[0]
		}
		words = append(words, w)
		last = i
	}
	return words
}

func wordRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r)
}

// invisible characters, such as the soft hyphen, may stand inside a word.
func invisible(r rune) bool { return unicode.Is(unicode.Cf, r) }

func visible(word []rune) string {
	return strings.Map(func(r rune) rune {
		if invisible(r) {
			return -1
		}
		return r
	}, string(word))
}

// fold makes words equal that differ in case alone, rune by rune: σ and ς, k and K (kelvin).
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		least := r
		for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
			least = min(least, next)
		}
		return unicode.ToLower(least)
	}, s)
}

// endsSentence tells whether a sentence ends between a word and the next: at a semicolon or a new line,
// and at a full stop or its like before white space, unless it looks like an abbreviation, that is after
// a single letter or before a small one.
func endsSentence(before word, gap []rune, next rune) bool {
	for i, r := range gap {
		switch r {
		case ';', '\n', '\r', '\u2028', '\u2029', '•', '!', '?':
			return true
		case '.', '…':
			abbreviation := before.end-before.start == 1 || unicode.IsLower(next) || unicode.IsDigit(next)
			if !abbreviation && i+1 < len(gap) && unicode.IsSpace(gap[i+1]) {
				return true
			}
		}
	}
	return false
}

func joins(gap []rune) bool {
	for _, r := range gap {
		if !unicode.IsSpace(r) && !unicode.Is(unicode.Pd, r) && !strings.ContainsRune("/'’", r) && !invisible(r) {
			return false
		}
	}
	return len(gap) > 0
}
