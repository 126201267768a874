package neutrality

import (
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// A phrase is one word or several to look for.
type phrase struct {
	words []word
	// open marks the words of which only the beginning is given.
	open []bool
	// exact asks for the same case, for names that are words of the language as well.
	exact bool
	// notIn lists languages in which the name is a common word.
	notIn []string
}

// A dictionary finds phrases by their first word; under "" are those whose first word is open.
type dictionary map[string][]phrase

// phrases makes a dictionary of phrases that are found in any case.
func phrases(texts []string) dictionary {
	d := dictionary{}
	for _, text := range texts {
		d.add(text, false)
	}
	return d
}

// patterns makes a dictionary of what lines of patterns stand for.
func patterns(lines ...string) dictionary {
	d := dictionary{}
	for _, line := range lines {
		for _, text := range expand(line) {
			d.add(text, false)
		}
	}
	return d
}

func (d dictionary) add(text string, exact bool, notIn ...string) {
	runes := []rune(norm.NFC.String(text))
	words := split(runes, nil)
	if len(words) == 0 {
		return
	}
	open := make([]bool, len(words))
	for i, w := range words {
		open[i] = w.end < len(runes) && runes[w.end] == '*'
	}
	first := words[0].folded
	if open[0] {
		first = ""
	}
	d[first] = append(d[first], phrase{words, open, exact, notIn})
}

// longest returns how many words of the longest phrase that starts at the first of words; 0: none does.
func (d dictionary) longest(words []word, language string) int {
	found := 0
	for _, list := range [][]phrase{d[words[0].folded], d[""]} {
		for _, p := range list {
			if len(p.words) > found && p.matches(words, language) {
				found = len(p.words)
			}
		}
	}
	return found
}

func (p phrase) matches(words []word, language string) bool {
	if len(words) < len(p.words) || slices.Contains(p.notIn, language) {
		return false
	}
	for i, w := range p.words {
		if !p.fits(i, words[i]) || (p.exact && words[i].exact != w.exact) || (i > 0 && !words[i].joined) {
			return false
		}
	}
	return true
}

// fits tells whether a word is the i-th of the phrase, or begins as it does where it is open.
func (p phrase) fits(i int, w word) bool {
	if p.open[i] {
		return strings.HasPrefix(w.folded, p.words[i].folded)
	}
	return w.folded == p.words[i].folded
}
