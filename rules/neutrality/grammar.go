package neutrality

import "strings"

// A grammar reads lines of patterns of one language. A line is words that stand one after the other; | parts the
// alternatives of a word, one of which may be nothing; _ joins the words of one alternative; * stands for any end of a
// word, or before it for any beginning, ~ for the endings of the language; PLACE and NATION stand for all of the
// language, NAME for any word with a capital letter but those that are no names, NUMBER for any number, ANY for any
// word; PROPER, TITLE, COINED, CODE and OTHER stand for words of these sorts, see [placeholder]; the words in capitals
// under sets in the file stand for all that is listed there.
type grammar struct {
	language *language
	endings  *endings
	// sets are the choices for PLACE and NATION.
	sets map[string]*choice
	// except is what NAME does not stand for.
	except map[string]bool
	// inside says that NAME is no word that begins a sentence, unless it is in capitals.
	inside bool
	// choices are those that were read already, by how they are written.
	choices map[string]*choice
}

// patterns makes a dictionary of what lines of patterns stand for.
func (g *grammar) patterns(lines ...string) dictionary {
	d := dictionary{}
	for _, line := range lines {
		p := &phrase{
			endings: g.endings, except: g.except, inside: g.inside,
			common: []*choice{g.sets["PRODUCT"], g.sets["PLACE"]},
		}
		for slot := range strings.FieldsSeq(line) {
			p.choices = append(p.choices, g.choice(slot))
		}
		if len(p.choices) > 0 {
			d.put(p)
		}
	}
	return d
}

// phrases makes a dictionary of phrases, which are no patterns: their words are parted by white space.
func (g *grammar) phrases(texts []string) dictionary {
	d := dictionary{}
	for _, text := range texts {
		d.take(g.patterns(strings.Join(strings.Fields(text), "_")))
	}
	return d
}

// choice reads one word of a line.
func (g *grammar) choice(slot string) *choice {
	if c, known := g.choices[slot]; known {
		return c
	}
	c := newChoice()
	for alternative := range strings.SplitSeq(slot, "|") {
		set, known := g.sets[alternative]
		switch {
		case alternative == "":
			c.empty = true
		case known:
			c.also = append(c.also, set)
		default:
			g.addTo(c, alternative)
		}
	}
	g.choices[slot] = c
	return c
}

// addTo adds an alternative, and how its last letter changes before an ending.
func (g *grammar) addTo(c *choice, alternative string) {
	tokens := tokensOf(strings.ReplaceAll(alternative, "_", " "), g.language)
	c.add(tokens)
	if len(tokens) == 0 {
		return
	}
	last := len(tokens) - 1
	soft, changes := g.endings.soften(tokens[last].folded)
	if tokens[last].sort == inflected && changes {
		other := append([]token{}, tokens...)
		other[last].folded = soft
		c.add(other)
	}
}

// setOf reads the names of places or nations.
func (g *grammar) setOf(texts []string, inflect bool) *choice {
	c := newChoice()
	for _, text := range texts {
		if inflect && !strings.HasSuffix(text, "*") {
			text += "~"
		}
		g.addTo(c, strings.ReplaceAll(text, " ", "_"))
	}
	return c
}

// endings are what a word of a language may end with.
type endings struct {
	all map[string]bool
	// chain is how many may follow one another: one in most languages, several in Turkish.
	chain int
	// soft is how a last letter changes before an ending that begins with a vowel: kitap, kitabı.
	soft map[string]string
}

// of tells whether a word is a stem with endings, or none.
func (e *endings) of(stem, word string) bool {
	rest, begins := strings.CutPrefix(word, stem)
	return begins && (rest == "" || (e != nil && e.fit(rest, e.chain)))
}

func (e *endings) fit(rest string, chain int) bool {
	if e.all[rest] {
		return true
	}
	for i := range rest {
		if i > 0 && chain > 1 && e.all[rest[:i]] && e.fit(rest[i:], chain-1) {
			return true
		}
	}
	return false
}

func (e *endings) soften(stem string) (string, bool) {
	if e == nil {
		return stem, false
	}
	for hard, soft := range e.soft {
		if before, ends := strings.CutSuffix(stem, hard); ends {
			return before + soft, true
		}
	}
	return stem, false
}
