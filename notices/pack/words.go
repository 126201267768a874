package pack

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"

	"gopkg.in/yaml.v3"
)

//go:embed words/*.yaml
var files embed.FS

// words are the fixed words of the documents in one language.
type words struct {
	Language  string            `yaml:"language"`
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

const english = "en"

// load reads the embedded words once. An error means that the program was built with broken data.
var load = sync.OnceValues(func() (map[string]*words, error) {
	names, err := fs.Glob(files, "words/*.yaml")
	if err != nil {
		return nil, fmt.Errorf("list words: %w", err)
	}
	all := map[string]*words{}
	for _, name := range names {
		content, err := files.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		var w words
		decoder := yaml.NewDecoder(bytes.NewReader(content))
		decoder.KnownFields(true)
		if err := decoder.Decode(&w); err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		all[w.Language] = &w
	}
	if all[english] == nil {
		return nil, errors.New("the English words are missing")
	}
	return all, nil
})

// wordsIn returns the words of a language, by its whole tag or by its first part; or the English ones, and false.
func wordsIn(language string) (*words, bool, error) {
	all, err := load()
	if err != nil {
		return nil, false, err
	}
	base, _, _ := strings.Cut(language, "-")
	for _, tag := range []string{language, base} {
		if w, ok := all[tag]; ok {
			return w, true, nil
		}
	}
	return all[english], false, nil
}

func (w *words) name(key string) string { return w.Names[key] }

// value is what a code means; a code without words stands for itself.
func (w *words) value(code string) string {
	if v, ok := w.Values[code]; ok {
		return v
	}
	return code
}

// fill puts values in the place of {names}.
func fill(text string, pairs ...string) string {
	named := slices.Clone(pairs)
	for i := 0; i < len(named); i += 2 {
		named[i] = "{" + named[i] + "}"
	}
	return strings.NewReplacer(named...).Replace(text)
}
