package eligibility

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"
	"gopkg.in/yaml.v3"

	"github.com/ppi-engine/ppi/models"
)

// An entity is a legal entity with all organisations that are taken to be it. However often it was registered, it
// counts once.
type entity []models.Organisation

// name is the name under which it was registered first.
func (e entity) name() string { return e[0].LegalName }

func (e entity) names() []string {
	all := make([]string, len(e))
	for i, o := range e {
		all[i] = o.LegalName
	}
	return all
}

// entities groups organisations. Two of one country are one entity if their names differ only in case, accents,
// punctuation, legal form or blanks.
func entities(organisations []models.Organisation) []entity {
	var all []entity
	for _, o := range organisations {
		i := slices.IndexFunc(all, func(e entity) bool {
			return slices.ContainsFunc(e, func(x models.Organisation) bool { return same(o, x) })
		})
		if i < 0 {
			all = append(all, entity{o})
			continue
		}
		all[i] = append(all[i], o)
	}
	return all
}

// same tells whether two organisations are taken to be one legal entity.
func same(a, b models.Organisation) bool {
	if a.ID != "" && a.ID == b.ID {
		return true
	}
	return a.Country == b.Country && plain(a.LegalName) != "" && plain(a.LegalName) == plain(b.LegalName)
}

// namesOf are the names of entities, each once.
func namesOf(all []entity) []string {
	names := make([]string, len(all))
	for i, e := range all {
		names[i] = e.name()
	}
	return names
}

// together are the names of organisations that were taken to be one.
func together(all []entity) [][]string {
	var names [][]string
	for _, e := range all {
		if len(e) > 1 {
			names = append(names, e.names())
		}
	}
	return names
}

//go:embed legal_forms.yaml
var legalFormsFile []byte

// legalForms are the plain words that name legal forms.
var legalForms = sync.OnceValue(func() map[string]bool { //nolint:gochecknoglobals // embedded data, read once
	var forms []string
	if err := yaml.Unmarshal(legalFormsFile, &forms); err != nil {
		panic(fmt.Sprintf("the program was built with broken legal forms: %v", err))
	}
	all := map[string]bool{}
	for _, f := range forms {
		for _, word := range plainWords(f) {
			all[word] = true
		}
	}
	return all
})

// plain is a name without case, accents, punctuation, legal form and blanks.
func plain(name string) string {
	words := plainWords(name)
	forms := legalForms()
	for len(words) > 1 && forms[words[len(words)-1]] {
		words = words[:len(words)-1]
	}
	for len(words) > 1 && forms[words[0]] {
		words = words[1:]
	}
	return strings.Join(words, "")
}

// letters that do not come apart into a letter and an accent.
var letters = strings.NewReplacer("ı", "i", "ø", "o", "ł", "l", "đ", "d", "æ", "ae", "œ", "oe")

// plainWords are the words of a name as names are compared ([models.Plain]), without accents. Dots and apostrophes
// belong to their word, and single letters one after the other make one: S.A., S. A. and SA are the same.
func plainWords(name string) []string {
	var plain strings.Builder
	for _, r := range norm.NFKD.String(letters.Replace(models.Plain(name))) {
		switch {
		case unicode.Is(unicode.Mn, r), r == '.', r == '\'', r == '’':
		case unicode.IsLetter(r), unicode.IsDigit(r):
			plain.WriteRune(r)
		default:
			plain.WriteRune(' ')
		}
	}
	var words []string
	single := false
	for word := range strings.FieldsSeq(plain.String()) {
		is := len([]rune(word)) == 1
		if is && single {
			words[len(words)-1] += word
		} else {
			words = append(words, word)
		}
		single = is
	}
	return words
}
