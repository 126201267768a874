package report

import (
	"cmp"
	"embed"

	"github.com/ppi-engine/ppi/rules/wording"
)

//go:embed words/*.yaml
var files embed.FS

// words are the fixed words of reports in one language.
type words struct {
	Page      string `yaml:"page"`
	Contents  string `yaml:"contents"`
	Kind      string `yaml:"kind"`
	Digest    string `yaml:"digest"`
	AsOf      string `yaml:"as_of"`
	Rehearsal string `yaml:"rehearsal"`
	English   string `yaml:"english"`
	// None says that nothing is recorded.
	None     string `yaml:"none"`
	Article  string `yaml:"article"`
	Evidence string `yaml:"evidence"`
	// Proof is how evidence is named, with By in it.
	Proof     string            `yaml:"proof"`
	By        string            `yaml:"by"`
	Titles    map[string]string `yaml:"titles"`
	Sentences map[string]string `yaml:"sentences"`
	// Values are what codes mean.
	Values map[string]string `yaml:"values"`
}

var load = wording.Loader[words](files)

// value is what a code means; anything else stands for itself.
func (w *words) value(code string) string { return cmp.Or(w.Values[code], code) }
