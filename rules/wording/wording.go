// Package wording reads the fixed words of rules and documents, a file for each language, and fills values into them.
package wording

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"gopkg.in/yaml.v3"

	"github.com/ppi-engine/ppi/models"
)

// English is the language of words that are missing in another.
const English = "en"

// Loader returns a function that reads words/*.yaml once: the words of each language, by the name of its file. An error
// means that the program was built with broken data.
func Loader[Words any](files fs.FS) func() (map[string]*Words, error) {
	return sync.OnceValues(func() (map[string]*Words, error) {
		names, err := fs.Glob(files, "words/*.yaml")
		if err != nil {
			return nil, fmt.Errorf("list words: %w", err)
		}
		all := map[string]*Words{}
		for _, name := range names {
			content, err := fs.ReadFile(files, name)
			if err != nil {
				return nil, fmt.Errorf("read %s: %w", name, err)
			}
			w := new(Words)
			decoder := yaml.NewDecoder(bytes.NewReader(content))
			decoder.KnownFields(true)
			if err := decoder.Decode(w); err != nil {
				return nil, fmt.Errorf("read %s: %w", name, err)
			}
			all[strings.TrimSuffix(path.Base(name), ".yaml")] = w
		}
		if all[English] == nil {
			return nil, errors.New("the English words are missing")
		}
		return all, nil
	})
}

// In returns the words of a language, by its whole tag or by its first part; or the English ones, and false.
func In[Words any](load func() (map[string]*Words, error), language string) (*Words, bool, error) {
	all, err := load()
	if err != nil {
		return nil, false, err
	}
	for _, tag := range []string{language, models.BaseLanguage(language)} {
		if w, ok := all[tag]; ok {
			return w, true, nil
		}
	}
	return all[English], false, nil
}

// Fill puts values in the place of {names}.
func Fill(text string, pairs ...string) string {
	named := slices.Clone(pairs)
	for i := 0; i < len(named); i += 2 {
		named[i] = "{" + named[i] + "}"
	}
	return strings.NewReplacer(named...).Replace(text)
}
