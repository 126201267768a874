package neutrality

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// findModels finds a model by its code: a word with a capital letter that is no known name, then capital letters with
// digits, such as Terex TA400 or Juniper PA-3410. Where rooms, classes and materials are counted in the same way, it
// is none.
func (r *reading) findModels() {
	for i := 1; i < len(r.words); i++ {
		n := r.codeAt(i)
		if n > 0 && r.apart(i) && r.makerAt(i-1) && !r.named[i] && !r.named[i-1] && !r.equivalentAfter(i+n) {
			r.reportWords(CodeBrand, i-1, n+1)
		}
	}
}

// apart tells whether a word is joined to the one before, and by white space.
func (r *reading) apart(i int) bool {
	return r.words[i].joined && (r.words[i].near == ' ' || r.words[i].near == 0)
}

// equivalentAfter tells whether "or equivalent" comes after the word before next.
func (r *reading) equivalentAfter(next int) bool { return r.language == nil || r.orEquivalent(next) }

// makerAt tells whether a word may be the name of a maker: it has a capital letter, then small ones, and stands for
// nothing that is counted.
func (r *reading) makerAt(i int) bool {
	w := r.words[i]
	first := firstRune(w.exact)
	size := utf8.RuneLen(first)
	if !unicode.IsUpper(first) || utf8.RuneCountInString(w.exact) < 3 || r.standardAt(i) > 0 {
		return false
	}
	if strings.IndexFunc(w.exact[size:], unicode.IsLower) < 0 || strings.ContainsFunc(w.exact, unicode.IsDigit) {
		return false
	}
	return !r.k.counted[w.folded] && !r.k.counted[plain(w.folded)]
}

// codeAt returns how many words from the i-th on are the code of a model: TA400, or PA-3410.
func (r *reading) codeAt(i int) int {
	w := r.words[i]
	if first := firstRune(w.exact); first < 'A' || first > 'Z' || r.standardAt(i) > 0 {
		return 0
	}
	letters := strings.TrimRightFunc(w.exact, unicode.IsDigit)
	if letters == w.exact && 2 <= len(letters) && len(letters) <= 4 && upper(letters) && i+1 < len(r.words) &&
		r.words[i+1].near == '-' && startsWithDigit(r.words[i+1].exact) && countDigits(r.words[i+1].exact) >= 2 {
		return r.ofModel(letters, 2)
	}
	start, end, ok := strings.Cut(w.exact, firstDigits(w.exact))
	if !ok || start == "" || len(start) > 4 || countDigits(w.exact) < 3 ||
		!upper(start) || !upper(strings.Trim(end, "0123456789")) {
		return 0
	}
	return r.ofModel(start, 1)
}

// ofModel returns n, or 0 where the letters are of a material, a class or a norm.
func (r *reading) ofModel(letters string, n int) int {
	if r.k.bodies[letters] || slices.Contains(r.k.classes, letters) {
		return 0
	}
	return n
}

// upper tells whether a word has capital letters of the Latin alphabet only; an empty one does.
func upper(s string) bool {
	return !strings.ContainsFunc(s, func(c rune) bool { return c < 'A' || c > 'Z' })
}

// firstDigits is the first run of digits in a word; a word without has none, and stands for itself.
func firstDigits(s string) string {
	start := strings.IndexFunc(s, unicode.IsDigit)
	if start < 0 {
		return "\x00"
	}
	rest := s[start:]
	if end := strings.IndexFunc(rest, func(c rune) bool { return !unicode.IsDigit(c) }); end >= 0 {
		rest = rest[:end]
	}
	return rest
}
