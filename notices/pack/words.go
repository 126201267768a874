package pack

import (
	"cmp"
	"embed"

	"github.com/ppi-engine/ppi/rules/wording"
)

//go:embed words/*.yaml
var files embed.FS

// words are the fixed words of the documents in one language.
type words struct {
	Page      string            `yaml:"page"`
	Contents  string            `yaml:"contents"`
	Kind      string            `yaml:"kind"`
	Published string            `yaml:"published"`
	Rehearsal string            `yaml:"rehearsal"`
	English   string            `yaml:"english"`
	Sections  map[string]string `yaml:"sections"`
	Names     map[string]string `yaml:"names"`
	// Values are what codes mean.
	Values map[string]string `yaml:"values"`
	// How says how to take part, a sentence each.
	How []string `yaml:"how"`
}

var load = wording.Loader[words](files)

func wordsIn(language string) (*words, bool, error) { return wording.In(load, language) }

func (w *words) name(key string) string { return w.Names[key] }

// value is what a code means; a code without words stands for itself.
func (w *words) value(code string) string { return cmp.Or(w.Values[code], code) }
