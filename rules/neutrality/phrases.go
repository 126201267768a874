package neutrality

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// A sort says how a word of a phrase is compared with a word of a text.
type sort int

const (
	// whole words are the same.
	whole sort = iota
	// open words begin alike.
	open
	// inflected words begin alike and go on with endings of the language only.
	inflected
	// closed words end alike, as German compounds do.
	closed
	// anyName is any word with a capital letter, anyNumber any number, anyWord any word.
	anyName
	anyNumber
	anyWord
	// properName is a word with a capital letter for no other reason than that it is a name; titleName may begin a
	// line; coinedName has a capital letter inside, as trade names have; modelCode has capital letters and digits;
	// otherWord is in small letters and links no others.
	properName
	titleName
	coinedName
	modelCode
	otherWord
)

// A letters says how the case of letters counts.
type letters int

const (
	anyCase letters = iota
	// capital asks for a capital letter first, where the name has one.
	capital
	// exactly asks for the same case, for names that are words of the language as well.
	exactly
)

// same tells whether a word of a text, which is equal in any case, will do for a name.
func (l letters) same(name, read string) bool {
	switch l {
	case capital:
		return !unicode.IsUpper(firstRune(name)) || unicode.IsUpper(firstRune(read))
	case exactly:
		return name == read
	case anyCase:
	}
	return true
}

func firstRune(s string) rune {
	first, _ := utf8.DecodeRuneInString(s)
	return first
}

// A token is one word of a phrase.
type token struct {
	folded, exact string
	sort          sort
}

// A choice is one place in a phrase, and what may stand there.
type choice struct {
	// empty tells whether nothing may stand there as well.
	empty bool
	// starts are the alternatives by their first word; those of whose first word only the beginning is given are under
	// its [initial], those that begin with any name, number or word under "".
	starts map[string][][]token
	// also are choices with all their alternatives: the names of all places.
	also []*choice
}

func newChoice() *choice { return &choice{starts: map[string][][]token{}} }

func (c *choice) add(tokens []token) {
	if len(tokens) == 0 {
		return
	}
	key := tokens[0].key()
	c.starts[key] = append(c.starts[key], tokens)
}

// keys lists under which first words the choice is found.
func (c *choice) keys() []string {
	var keys []string
	for key := range c.starts {
		keys = append(keys, key)
	}
	for _, other := range c.also {
		keys = append(keys, other.keys()...)
	}
	return keys
}

func (t token) key() string {
	switch t.sort {
	case closed, anyName, anyNumber, anyWord, properName, titleName, coinedName, modelCode, otherWord:
		return ""
	case open, inflected:
		return initial(t.folded)
	case whole:
	}
	return t.folded
}

// initial is the key of words of which only the beginning is given: the first two letters, or the only one.
func initial(word string) string {
	_, first := utf8.DecodeRuneInString(word)
	_, second := utf8.DecodeRuneInString(word[first:])
	return "*" + word[:first+second]
}

// keysOf are the keys under which a word of a text finds what it may begin.
func keysOf(folded string) [4]string {
	_, first := utf8.DecodeRuneInString(folded)
	return [4]string{folded, initial(folded), "*" + folded[:first], ""}
}

// A phrase is what is looked for: choices that stand one after the other.
type phrase struct {
	choices []*choice
	// endings are those of the language.
	endings *endings
	// except lists, folded, what is no name, though it is written with a capital.
	except map[string]bool
	// common are words that name no maker: products and places.
	common []*choice
	// inside says that a name is no word that begins a sentence, unless it is in capitals.
	inside bool
	// by says how the case of its letters counts.
	by letters
	// notIn lists languages in which the name is a common word.
	notIn []string
}

// A dictionary finds phrases by the first word of a text that they may begin with, see [choice].
type dictionary map[string][]*phrase

// addName adds a name as it is written, with its diacritics left out, as it is typed where a keyboard has none, and in
// the genitive of English and German.
func (d dictionary) addName(text string, by letters, notIn ...string) {
	d.add(text, by, notIn...)
	if bare := plain(text); bare != text {
		d.add(bare, by, notIn...)
	}
	last, _ := utf8.DecodeLastRuneInString(text)
	if len(text) > 3 && unicode.IsLower(last) && !strings.ContainsRune("sxz", last) {
		d.add(text+"s", by, notIn...)
	}
}

// add adds a text of one word or several.
func (d dictionary) add(text string, by letters, notIn ...string) {
	tokens := tokensOf(text, nil)
	if len(tokens) == 0 {
		return
	}
	only := newChoice()
	only.add(tokens)
	d.put(&phrase{choices: []*choice{only}, by: by, notIn: notIn})
}

// put files a phrase under all that it may begin with.
func (d dictionary) put(p *phrase) {
	seen := map[string]bool{}
	for _, c := range p.choices {
		for _, key := range c.keys() {
			if !seen[key] {
				seen[key] = true
				d[key] = append(d[key], p)
			}
		}
		if !c.empty {
			return
		}
	}
}

// take adds all phrases of another dictionary.
func (d dictionary) take(other dictionary) {
	for first, list := range other {
		d[first] = append(d[first], list...)
	}
}

// longest returns how many words of the longest phrase that starts at the first of words; 0: none does.
func (d dictionary) longest(words []word, language string) int {
	found := 0
	for _, key := range words[0].keys {
		for _, p := range d[key] {
			if !slices.Contains(p.notIn, language) {
				found = max(found, p.reach(words, 0, 0))
			}
		}
	}
	return found
}

// reach returns up to which word the phrase goes at most whose first choices have taken the words before at; -1: it
// does not stand there.
func (p *phrase) reach(words []word, at, taken int) int {
	if taken == len(p.choices) {
		return at
	}
	best := -1
	if p.choices[taken].empty {
		best = p.reach(words, at, taken+1)
	}
	if at == len(words) {
		return best
	}
	return max(best, p.reachWith(p.choices[taken], words, at, taken))
}

// reachWith goes on with the alternatives of one choice.
func (p *phrase) reachWith(c *choice, words []word, at, taken int) int {
	best := -1
	for _, key := range words[at].keys {
		for _, tokens := range c.starts[key] {
			if p.stands(tokens, words, at) {
				best = max(best, p.reach(words, at+len(tokens), taken+1))
			}
		}
	}
	for _, other := range c.also {
		best = max(best, p.reachWith(other, words, at, taken))
	}
	return best
}

// stands tells whether the words from at on are these, one joined to the next.
func (p *phrase) stands(tokens []token, words []word, at int) bool {
	if len(words)-at < len(tokens) {
		return false
	}
	for i, t := range tokens {
		w := words[at+i]
		if (at+i > 0 && !w.joined && (!w.led || t.key() != "")) || !p.fits(t, w) {
			return false
		}
	}
	return true
}

// fits tells whether a word is the one of the phrase.
func (p *phrase) fits(t token, w word) bool {
	switch t.sort {
	case anyName:
		begins := p.inside && w.opens && strings.ToUpper(w.exact) != w.exact
		return unicode.IsUpper(firstRune(w.exact)) && !begins && !p.except[w.folded]
	case anyNumber:
		return startsWithDigit(w.exact)
	case properName, titleName, coinedName, modelCode, otherWord:
		return !p.except[w.folded] && p.ofSort(t.sort, w)
	case anyWord:
		return true
	case open:
		return strings.HasPrefix(w.folded, t.folded)
	case closed:
		return strings.HasSuffix(w.folded, t.folded)
	case inflected:
		return p.endings.of(t.folded, w.folded)
	case whole:
	}
	return w.folded == t.folded && p.by.same(t.exact, w.exact)
}

// tokensOf reads the words of an alternative: a word with * behind it is open, with * before it closed, one with ~
// inflected, NAME and NUMBER stand for any name and any number, ANY for any word.
func tokensOf(text string, l *language) []token {
	runes := []rune(norm.NFC.String(text))
	words := split(runes, l)
	tokens := make([]token, len(words))
	for i, w := range words {
		tokens[i] = token{folded: w.folded, exact: w.exact}
		switch {
		case placeholder(w.exact) != whole:
			tokens[i].sort = placeholder(w.exact)
		case w.start > 0 && runes[w.start-1] == '*':
			tokens[i].sort = closed
		case w.end < len(runes) && runes[w.end] == '*':
			tokens[i].sort = open
		case w.end < len(runes) && runes[w.end] == '~':
			tokens[i].sort = inflected
		}
	}
	return tokens
}
