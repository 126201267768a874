package neutrality

import (
	"slices"

	"golang.org/x/text/unicode/norm"
)

// A phrase is one word or several to look for.
type phrase struct {
	words []word
	// exact asks for the same case, for names that are words of the language as well.
	exact bool
	// notIn lists languages in which the name is a common word.
	notIn []string
}

// A dictionary finds phrases by their first word.
type dictionary map[string][]phrase

func (d dictionary) add(text string, exact bool, notIn ...string) {
	words := split([]rune(norm.NFC.String(text)), nil)
	if len(words) > 0 {
		d[words[0].folded] = append(d[words[0].folded], phrase{words, exact, notIn})
	}
}

// longest returns how many words of the longest phrase that starts at the first of words; 0: none does.
func (d dictionary) longest(words []word, language string) int {
	found := 0
	for _, p := range d[words[0].folded] {
		if len(p.words) > found && p.matches(words, language) {
			found = len(p.words)
		}
	}
	return found
}

func (p phrase) matches(words []word, language string) bool {
	if len(words) < len(p.words) || slices.Contains(p.notIn, language) {
		return false
	}
	for i, w := range p.words {
		if words[i].folded != w.folded || (p.exact && words[i].exact != w.exact) || (i > 0 && !words[i].joined) {
			return false
		}
	}
	return true
}
