package neutrality

import (
	"strings"
	"unicode"
)

// standardAt returns how many words cite a standard from the first of words on: one or more bodies
// (DIN EN ISO), perhaps a class in capitals (ITU-T X.509), then a number; 0: none. Bodies are in capitals.
func (k *knowledge) standardAt(words []word) int {
	const mostBodies = 4 // DIN EN ISO/IEC
	n := 0
	for n < min(len(words), mostBodies) && k.bodies[words[n].exact] && (n == 0 || words[n].joined) {
		n++
	}
	if n == 0 {
		return k.standardInOneWord(words)
	}
	for class := 0; class < 2 && n < len(words) && words[n].joined && k.classOf(words[n]); class++ {
		n++
	}
	if n == len(words) || !startsWithDigit(words[n].exact) {
		return 0
	}
	if next := words[n]; !next.joined && next.near != '.' {
		return 0
	}
	return withNumber(words, n)
}

// classOf tells whether a word stands between body and number: a class in capitals, or one of the words for a document.
func (k *knowledge) classOf(w word) bool { return capitals(w.exact) || k.documents[w.folded] }

// standardInOneWord finds ISO9001.
func (k *knowledge) standardInOneWord(words []word) int {
	body := strings.TrimRightFunc(words[0].exact, unicode.IsDigit)
	if !k.bodies[body] {
		return 0
	}
	return withNumber(words, 0)
}

// withNumber takes in the rest of a number that goes on over . : - / or, in threes, over a space, and
// asks for two digits at least.
func withNumber(words []word, n int) int {
	digits := 0
	for ; n < len(words) && startsWithDigit(lastDigits(words[n].exact)); n++ {
		goesOn := strings.ContainsRune(".:-/–", words[n].near) ||
			(words[n].joined && threeDigits(words[n]) && threeDigits(words[n-1]))
		if digits > 0 && !goesOn {
			break
		}
		digits += countDigits(words[n].exact)
	}
	if digits < 2 {
		return 0
	}
	return n
}

// lastDigits is the word from its first digit on: 9001 of ISO9001.
func lastDigits(s string) string {
	i := strings.IndexFunc(s, unicode.IsDigit)
	return s[max(i, 0):]
}

func startsWithDigit(s string) bool {
	for _, r := range s {
		return unicode.IsDigit(r)
	}
	return false
}

func countDigits(s string) int {
	n := 0
	for _, r := range s {
		if unicode.IsDigit(r) {
			n++
		}
	}
	return n
}

func threeDigits(w word) bool { return len(w.exact) == 3 && countDigits(w.exact) == 3 }

func capitals(s string) bool {
	if len(s) > 2 {
		return false
	}
	return strings.ToUpper(s) == s && strings.IndexFunc(s, unicode.IsLetter) == 0
}
