package neutrality

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/ppi-engine/ppi/models"
)

// A word is a run of letters and digits in a text.
type word struct {
	// start and end are rune offsets, end exclusive.
	start, end int
	// exact is the word as it is read, in its own case; folded is the same in lower case.
	exact, folded string
	// keys are those under which a [dictionary] has what it may begin.
	keys [4]string
	// sentence counts from 0; goesOn tells whether it began only after a semicolon or on a new line.
	sentence int
	goesOn   bool
	// joined tells whether only white space, hyphens, slashes, apostrophes or the full stop of an abbreviation stand
	// between it and the word before.
	joined bool
	// led tells whether a colon or a quotation mark stands between them, which leads to a name: Marke: „Legrand“.
	led bool
	// opens tells whether it is the first of a sentence, a line or a cell; loud, whether the word before is in
	// capitals.
	opens, loud bool
	// near is the one character between it and the word before; 0 where there are none or several.
	near rune
}

// split finds the words of a text in a language, nil: any. Runes keep their places, so that offsets hold.
func split(text []rune, l *language) []word {
	var words []word
	sentence, last, goesOn := 0, 0, false
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
		if len(words) > 0 {
			switch endOf(words[len(words)-1], gap, text[start], l.abbreviated()) {
			case ended:
				sentence, goesOn = sentence+1, false
			case broken:
				sentence, goesOn = sentence+1, true
			case unbroken:
			}
		}
		w := word{
			start: start, end: i, exact: readable(text[start:i]), sentence: sentence, goesOn: goesOn,
			joined: len(words) > 0 && (joins(gap) || abbreviates(words[len(words)-1], gap, l)),
		}
		w.folded = l.spelt(w.exact)
		w.keys = keysOf(w.folded)
		if seen := []rune(visible(gap)); len(seen) == 1 {
			w.near = seen[0]
		}
		w.opens, w.loud = true, false
		if len(words) > 0 {
			before := words[len(words)-1]
			w.led = before.sentence == sentence && leads(gap)
			w.opens = before.sentence != sentence || strings.ContainsAny(string(gap), ".|:!?–—")
			w.loud = inCapitals(before.exact)
		}
		words = append(words, w)
		last = i
	}
	return words
}

// leads tells whether what stands between two words leads from what is named to its name.
func leads(gap []rune) bool {
	signs := strings.TrimSpace(visible(gap))
	return signs != "" && strings.Trim(signs, ":«„“”\" \u00a0\u202f") == "" && strings.Count(signs, ":") <= 1
}

// inCapitals tells whether a word of more than one letter has no small ones.
func inCapitals(s string) bool { return utf8.RuneCountInString(s) > 1 && strings.ToUpper(s) == s }

func wordRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || (unicode.Is(unicode.Mn, r) && !invisible(r)) || enclosed(r)
}

// enclosed tells whether a symbol is read as a letter: Ⓝ or 🄽 (Unicode blocks Enclosed Alphanumerics and Enclosed
// Alphanumeric Supplement), not ™.
func enclosed(r rune) bool {
	if (r < 0x2460 || r > 0x24ff) && (r < 0x1f100 || r > 0x1f1ff) {
		return false
	}
	letter, _ := utf8.DecodeRuneInString(norm.NFKC.String(string(r)))
	return unicode.IsLetter(letter)
}

// invisible characters, such as the soft hyphen, may stand inside a word.
func invisible(r rune) bool { return models.Ignorable(r) }

func visible(part []rune) string { return models.Visible(string(part)) }

// readable returns a word as people read it, in its own case: however its letters are composed or drawn, and whatever
// is invisible in it (Unicode Standard Annex #15, NFKC).
func readable(word []rune) string { return norm.NFKC.String(visible(word)) }

// fold makes words equal that differ in case alone, rune by rune: σ and ς, k and K (kelvin). The Turkish ı is read as
// i: in capitals, I may be either.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if r == 'ı' {
			return 'i'
		}
		least := r
		for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
			least = min(least, next)
		}
		return unicode.ToLower(least)
	}, s)
}

// plain leaves out what stands above and below letters: uretilmis for üretilmiş.
func plain(s string) string {
	return norm.NFC.String(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFD.String(s)))
}

// An end says how two words are kept apart.
type end int

const (
	unbroken end = iota
	// broken text may go on: after a semicolon, a bullet or on a new line.
	broken
	// ended text does not.
	ended
)

// endOf tells whether a sentence ends between a word and the next: at a full stop or its like before white space,
// unless it looks like an abbreviation, that is after one, a single letter or before a small letter; and at a
// semicolon, a bullet or a new line, unless the line is only wrapped before a small letter.
func endOf(before word, gap []rune, next rune, abbreviations map[string]bool) end {
	found := unbroken
	abbreviation := before.end-before.start == 1 || abbreviations[before.folded] || unicode.IsLower(next) ||
		unicode.IsDigit(next)
	for i, r := range gap {
		switch r {
		case '!', '?':
			return ended
		case '.', '…':
			if !abbreviation && i+1 < len(gap) && unicode.IsSpace(gap[i+1]) {
				return ended
			}
		case ';', '•', '\u2028', '\u2029':
			found = broken
		case '\n', '\r':
			if !wrapped(gap, next) {
				found = broken
			}
		}
	}
	return found
}

// wrapped tells whether a new line only goes on with the line before.
func wrapped(gap []rune, next rune) bool {
	blank := strings.TrimSpace(visible(gap)) == ""
	return blank && unicode.IsLower(next) && strings.Count(string(gap), "\n") == 1
}

// abbreviates tells whether a word is an abbreviation by its full stop: Fa. or o. (oder).
func abbreviates(before word, gap []rune, l *language) bool {
	short := before.end-before.start == 1 || l.abbreviated()[before.folded]
	return short && strings.TrimSpace(string(gap)) == "." && !allDigits(before)
}

// joins tells whether what stands between two words keeps them together: white space, hyphens and the like, and the
// signs in Mann+Hummel, Smith & Nephew and Q.Cells.
func joins(gap []rune) bool {
	if len(gap) == 1 && (gap[0] == '+' || gap[0] == '.') {
		return true
	}
	for _, r := range gap {
		if !unicode.IsSpace(r) && !unicode.Is(unicode.Pd, r) && !strings.ContainsRune("/'’&#", r) && !invisible(r) {
			return false
		}
	}
	return len(gap) > 0
}
