package eligibility

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"gopkg.in/yaml.v3"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/calendar"
)

//go:embed words/*.yaml
var wordFiles embed.FS

// words are what rules and findings are told in, in one language: sentences with {names} to fill in.
type words struct {
	Language string `yaml:"language"`
	// Rules explain what a rule asks for, by its kind; see [Rule.sentence].
	Rules map[string]string `yaml:"rules"`
	// Found say what was found, Needed what would meet a rule.
	Found  map[string]string `yaml:"found"`
	Needed map[string]string `yaml:"needed"`
	// Things are the names of what is counted, and of codes.
	Things map[string]string `yaml:"things"`
}

const theEnglish = "en"

// loadWords reads the embedded files once. An error means that the program was built with broken data.
//
//nolint:gochecknoglobals // embedded data, read once and never changed
var loadWords = sync.OnceValues(func() (map[string]*words, error) {
	all := map[string]*words{}
	files, err := wordFiles.ReadDir("words")
	for _, f := range files {
		content, failed := wordFiles.ReadFile("words/" + f.Name())
		w := &words{}
		decoder := yaml.NewDecoder(bytes.NewReader(content))
		decoder.KnownFields(true)
		err = errors.Join(err, failed, decoder.Decode(w))
		all[w.Language] = w
	}
	for language, w := range all {
		if !w.complete(all[theEnglish]) {
			err = errors.Join(err, fmt.Errorf("%s has not the sentences of %s", language, theEnglish))
		}
	}
	return all, err
})

func (w *words) complete(english *words) bool {
	return sameKeys(w.Rules, english.Rules) && sameKeys(w.Found, english.Found) &&
		sameKeys(w.Needed, english.Needed) && sameKeys(w.Things, english.Things)
}

func sameKeys(a, b map[string]string) bool {
	return slices.Equal(slices.Sorted(maps.Keys(a)), slices.Sorted(maps.Keys(b)))
}

// Languages lists the languages in which rules are explained.
func Languages() []string {
	all, _ := loadWords()
	return slices.Sorted(maps.Keys(all))
}

func english() *words { return wordsIn(theEnglish) }

// wordsIn returns the words of a language, or the English ones.
func wordsIn(language string) *words {
	all, err := loadWords()
	if err != nil {
		return &words{} // the program was built with broken data: every other call says so
	}
	if w, ok := all[language]; ok {
		return w
	}
	return all[theEnglish]
}

// CheckLanguage refuses a language in which rules are not explained ([models.CodeInvalidValue]); empty means English.
func CheckLanguage(field, language string) error {
	if language == "" || slices.Contains(Languages(), language) {
		return nil
	}
	return models.Refuse(models.CodeInvalidValue, field, "call profiles are not explained in %q", language).
		Accepting("one of %v", Languages())
}

// tellAll tells what was found.
func (w *words) tellAll(says []said) string {
	told := make([]string, len(says))
	for i, s := range says {
		told[i] = w.fill(w.Found[s.sentence], s.fill)
	}
	return strings.Join(told, ". ")
}

// fill puts values into a sentence. Of a name that is given twice, the last value counts.
func (w *words) fill(sentence string, fill []any) string {
	var pairs []string
	for i := len(fill) - 2; i >= 0; i -= 2 {
		pairs = append(pairs, fmt.Sprintf("{%v}", fill[i]), w.value(fill[i+1]))
	}
	return strings.NewReplacer(pairs...).Replace(sentence)
}

// value writes a value in the language.
func (w *words) value(v any) string {
	switch v := v.(type) {
	case thing:
		return w.thing(v)
	case []thing:
		return w.list(len(v), func(i int) string { return w.thing(v[i]) })
	case []string:
		return strings.Join(v, ", ")
	case int:
		return strconv.Itoa(v)
	case calendar.Date:
		return v.OrNothing()
	case []any:
		return w.list(len(v), func(i int) string { return w.value(v[i]) })
	case LocalTime:
		return strings.Replace(v.Local, "T", " ", 1) + " (" + w.thing(thing(v.Zone)) + ")"
	case reasoned:
		return v.activity.name() + " (" + w.fill(w.Found[v.why.sentence], v.why.fill) + ")"
	default:
		return fmt.Sprint(v)
	}
}

// thing is the name of a thing, or its code where it has none.
func (w *words) thing(t thing) string {
	if name, ok := w.Things[string(t)]; ok {
		return name
	}
	return string(t)
}

func (w *words) list(n int, item func(int) string) string {
	all := make([]string, n)
	for i := range all {
		all[i] = item(i)
	}
	return strings.Join(all, ", ")
}
