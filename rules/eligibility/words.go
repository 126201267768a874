package eligibility

import (
	"embed"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/calendar"
	"github.com/ppi-engine/ppi/rules/wording"
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

var loadWords = wording.Loader[words](wordFiles)

// Languages lists the languages in which rules are explained.
func Languages() []string {
	all, _ := loadWords()
	return slices.Sorted(maps.Keys(all))
}

func english() *words { return wordsIn(wording.English) }

// wordsIn returns the words of a language, or the English ones.
func wordsIn(language string) *words {
	all, err := loadWords()
	if err != nil {
		return &words{} // the program was built with broken data: every other call says so
	}
	if w, ok := all[language]; ok {
		return w
	}
	return all[wording.English]
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
