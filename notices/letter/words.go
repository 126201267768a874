package letter

import (
	"cmp"
	"embed"

	"github.com/ppi-engine/ppi/rules/wording"
)

//go:embed words/*.yaml
var files embed.FS

// words are the fixed words of letters in one language.
type words struct {
	Page      string            `yaml:"page"`
	Contents  string            `yaml:"contents"`
	Titles    map[string]string `yaml:"titles"`
	Sections  map[string]string `yaml:"sections"`
	Names     map[string]string `yaml:"names"`
	Sentences map[string]string `yaml:"sentences"`
	// Values are what codes mean.
	Values map[string]string `yaml:"values"`
	// Laws name the law of each country, Formulas are the words in the computation of points.
	Laws     map[string]string `yaml:"laws"`
	Formulas map[string]string `yaml:"formulas"`
}

var load = wording.Loader[words](files)

func wordsIn(language string) (*words, bool, error) { return wording.In(load, language) }

// value is what a code means; a code without words stands for itself.
func (w *words) value(code string) string { return cmp.Or(w.Values[code], code) }
