package neutrality

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// placeholder returns the sort of words that a word of a pattern stands for; whole: it stands for itself.
func placeholder(name string) sort {
	switch name {
	case "NAME":
		return anyName
	case "NUMBER":
		return anyNumber
	case "ANY":
		return anyWord
	case "PROPER":
		return properName
	case "TITLE":
		return titleName
	case "COINED":
		return coinedName
	case "CODE":
		return modelCode
	case "OTHER":
		return otherWord
	}
	return whole
}

// ofSort tells whether a word is of a sort that is more than its first letter.
func (p *phrase) ofSort(s sort, w word) bool {
	switch s {
	case properName:
		return !w.opens && w.title() && !p.isCommon(w)
	case titleName:
		return w.title() && !p.isCommon(w)
	case coinedName:
		return w.coined()
	case modelCode:
		return w.model()
	case otherWord:
		return w.other()
	case whole, open, closed, inflected, anyName, anyNumber, anyWord:
	}
	return false
}

func (p *phrase) isCommon(w word) bool {
	return slices.ContainsFunc(p.common, func(c *choice) bool { return c.holds(w) })
}

// holds tells whether a word alone is one of a choice, nil: of none.
func (c *choice) holds(w word) bool {
	if c == nil {
		return false
	}
	for _, key := range w.keys {
		for _, tokens := range c.starts[key] {
			if t := tokens[0]; len(tokens) == 1 &&
				(t.folded == w.folded || (t.sort == open && strings.HasPrefix(w.folded, t.folded))) {
				return true
			}
		}
	}
	return false
}

// title tells whether a word has its capital letter because it is a name: not because all words around it are in
// capitals, nor because it is an acronym or a number. It may still begin a sentence.
func (w word) title() bool {
	const shortest, shortestInCapitals = 3, 4
	length := utf8.RuneCountInString(w.exact)
	first, _ := utf8.DecodeRuneInString(w.exact)
	switch {
	case !unicode.IsUpper(first) || length < shortest || strings.ContainsFunc(w.exact, unicode.IsDigit):
		return false
	case strings.ToUpper(w.exact) == w.exact:
		return length >= shortestInCapitals && !w.loud && strings.Trim(w.exact, "IVXLCDM") != ""
	}
	return true
}

// model tells whether a word is of capital letters and digits, as the names of models are: SN710.
func (w word) model() bool {
	const shortest = 3
	return utf8.RuneCountInString(w.exact) >= shortest && strings.ContainsFunc(w.exact, unicode.IsUpper) &&
		strings.ContainsFunc(w.exact, unicode.IsDigit)
}

// coined tells whether a capital letter follows a small one inside a word that is too long for a unit: RayStation, not
// kWh.
func (w word) coined() bool {
	const shortest = 6
	small, inside := false, false
	for _, r := range w.exact {
		inside = inside || (small && unicode.IsUpper(r))
		small = unicode.IsLower(r)
	}
	return inside && utf8.RuneCountInString(w.exact) >= shortest
}

// other tells whether a word is in small letters and more than a letter or two.
func (w word) other() bool {
	const shortest = 3
	return utf8.RuneCountInString(w.exact) >= shortest && strings.ToLower(w.exact) == w.exact &&
		!strings.ContainsFunc(w.exact, unicode.IsDigit)
}
