package consolidation

import (
	"math/big"
	"slices"
	"strings"
	"unicode"

	"github.com/ppi-engine/ppi/models"
)

const (
	// likeness is the least share of words that texts have in common if they are nearly the same.
	likeness = 0.8
	// fewest is how many words a sentence has at least whose words are compared with those of another.
	fewest = 3
	// stemmed letters begin words that are the same but for an ending of at most ending letters.
	stemmed, ending = 4, 2
)

// split finds the words of a text, in lower case and without the marks by which Turkish tells its two i apart.
func split(text string) []string {
	folded := strings.NewReplacer("ı", "i", "\u0307", "").Replace(models.Plain(text))
	return strings.FieldsFunc(folded, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
	})
}

// sameIndicator tells whether two texts name the same thing, in some language in which both are written.
func (k knowledge) sameIndicator(a, b models.Text) bool { return k.alike(a, b, 1) }

// nearlySame tells whether two sentences say the same in nearly the same words.
func (k knowledge) nearlySame(a, b models.Text) bool { return k.alike(a, b, fewest) }

func (k knowledge) alike(a, b models.Text, least int) bool {
	for _, language := range a.Languages() {
		if b[language] == "" {
			continue
		}
		x, y := k.telling(language, a[language]), k.telling(language, b[language])
		common := 0
		for _, w := range x {
			if slices.ContainsFunc(y, func(v string) bool { return sameWord(w, v) }) {
				common++
			}
		}
		all := len(x) + len(y) - common
		if min(len(x), len(y)) >= least && float64(common) >= likeness*float64(all) {
			return true
		}
	}
	return false
}

// sameWord tells whether two words are the same but for their endings.
func sameWord(a, b string) bool {
	if a == b {
		return true
	}
	x, y := []rune(a), []rune(b)
	n := 0
	for n < min(len(x), len(y)) && x[n] == y[n] {
		n++
	}
	return n >= stemmed && len(x)-n <= ending && len(y)-n <= ending
}

// wish finds words of a wish in a text.
func (k knowledge) wish(text models.Text) (words, language string) {
	for _, tag := range text.Languages() {
		said := split(text[tag])
		for _, wish := range k.wishes[models.BaseLanguage(tag)] {
			for i := 0; i+len(wish) <= len(said); i++ {
				if slices.Equal(said[i:i+len(wish)], wish) {
					return strings.Join(wish, " "), tag
				}
			}
		}
	}
	return "", ""
}

// A measure is an outcome in the first unit of its quantity.
type measure struct {
	quantity         string
	baseline, target *big.Rat
}

func (k knowledge) measured(o models.Outcome) (measure, bool) {
	u := k.unitOf(o.Unit)
	baseline, ok := new(big.Rat).SetString(o.Baseline)
	target, well := new(big.Rat).SetString(o.Target)
	if !ok || !well {
		return measure{}, false
	}
	return measure{u.quantity, baseline.Mul(baseline, u.factor), target.Mul(target, u.factor)}, true
}

// rises tells whether more is better.
func (m measure) rises() bool { return m.target.Cmp(m.baseline) > 0 }

// excludes tells whether no value reaches both targets: one wants at most so much, and the other at least more.
func (m measure) excludes(other measure) bool {
	if m.rises() == other.rises() {
		return false
	}
	up, down := m, other
	if other.rises() {
		up, down = other, m
	}
	return down.target.Cmp(up.target) < 0
}

// reaches tells whether the target of another is reached with the one of m.
func (m measure) reaches(other measure) bool {
	if other.rises() {
		return m.target.Cmp(other.target) >= 0
	}
	return m.target.Cmp(other.target) <= 0
}

// farApart tells whether one value is more than twice the other, or of another sign.
func farApart(a, b *big.Rat) bool {
	if a.Sign() != b.Sign() {
		return true
	}
	x, y := new(big.Rat).Abs(a), new(big.Rat).Abs(b)
	if x.Cmp(y) > 0 {
		x, y = y, x
	}
	return y.Cmp(x.Add(x, x)) > 0
}
