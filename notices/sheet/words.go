package sheet

import (
	"cmp"
	"embed"
	"fmt"
	"maps"
	"slices"
	"strings"

	"golang.org/x/text/cases"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/wording"
)

//go:embed words/*.yaml
var files embed.FS

// words are the fixed words of a workbook in one language.
type words struct {
	Sheets  map[string]string `yaml:"sheets"`
	Heads   map[string]string `yaml:"heads"`
	Kinds   map[string]string `yaml:"kinds"`
	Invalid string            `yaml:"invalid"`
	Columns map[string]head   `yaml:"columns"`
	// Values are what codes mean.
	Values map[string]string `yaml:"values"`
}

// A head explains a column.
type head struct {
	Name     string `yaml:"name"`
	Meaning  string `yaml:"meaning"`
	Accepted string `yaml:"accepted"`
}

var load = wording.Loader[words](files)

// value is what a code means; anything else stands for itself.
func (w *words) value(code string) string { return cmp.Or(w.Values[code], code) }

// name is what the head of a column says.
func (w *words) name(c column) string {
	if c.language == "" {
		return w.Columns[c.key].Name
	}
	return w.Columns[c.key].Name + " (" + c.language + ")"
}

// CheckLanguage refuses a language in which there are no heads of columns.
func CheckLanguage(language string) error {
	all, err := load()
	if err != nil {
		return err
	}
	if _, known := all[language]; known || language == "" {
		return nil
	}
	return models.Refuse(models.CodeInvalidValue, "lang", "there are no words in %q", language).
		Accepting("%s", slices.Sorted(maps.Keys(all)))
}

// A vocabulary recognises heads and values in every language.
type vocabulary struct {
	sheets map[string]bool
	heads  map[string]string
	values map[string]map[string]string
}

// vocabularyOf gathers the words of all languages. An error means that a word has two meanings.
func vocabularyOf() (vocabulary, error) {
	v := vocabulary{map[string]bool{}, map[string]string{}, map[string]map[string]string{}}
	all, err := load()
	if err != nil {
		return v, err
	}
	for language, w := range all {
		v.sheets[fold(w.Sheets["requirements"])] = true
		for _, key := range keys() {
			for _, name := range []string{w.Columns[key].Name, key} {
				if err := put(v.heads, name, key); err != nil {
					return v, fmt.Errorf("words of %s: %w", language, err)
				}
			}
			if v.values[key] == nil {
				v.values[key] = map[string]string{}
			}
			for _, code := range values(key) {
				for _, name := range []string{w.value(code), code} {
					if err := put(v.values[key], name, code); err != nil {
						return v, fmt.Errorf("words of %s: %w", language, err)
					}
				}
			}
		}
	}
	return v, nil
}

func put(all map[string]string, name, meaning string) error {
	if known, ok := all[fold(name)]; ok && known != meaning {
		return fmt.Errorf("%q means %s and %s", name, known, meaning)
	}
	all[fold(name)] = meaning
	return nil
}

// fold makes words comparable: however they are written, in whatever case.
func fold(s string) string {
	folded := cases.Fold().String(strings.Join(strings.Fields(clean(s)), " "))
	// However İ and ı of Turkish were put into other cases, they are one letter here.
	return strings.NewReplacer("’", "'", "ı", "i", "i\u0307", "i").Replace(folded)
}
