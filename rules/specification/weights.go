package specification

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode"

	"gopkg.in/yaml.v3"

	"github.com/ppi-engine/ppi/models"
)

//go:embed data/weights.yaml
var weightsFile []byte

// weights are the words by which texts weigh for the award, by language.
type weights map[string]struct {
	// Weigh are words that weigh together with a number, Points those that do so only where the award is spoken of.
	Weigh  []string `yaml:"weigh"`
	Points []string `yaml:"points"`
	Award  []string `yaml:"award"`
}

var weightsOf = sync.OnceValues(func() (weights, error) {
	var w weights
	if err := yaml.Unmarshal(weightsFile, &w); err != nil {
		return nil, fmt.Errorf("read data/weights.yaml: %w", err)
	}
	return w, nil
})

// found is the first sentence that weighs something for the award; empty: none does.
func (w weights) found(wording []models.Wording) string {
	for _, one := range wording {
		for _, language := range one.Text.Languages() {
			said, known := w[models.BaseLanguage(language)]
			if !known {
				continue
			}
			for _, sentence := range sentences(one.Text[language]) {
				words := wordsOf(sentence)
				weighed := near(words, said.Weigh, 8)
				scored := near(words, said.Points, 3) && slices.ContainsFunc(words, begins(said.Award))
				if weighed || scored {
					return strings.TrimSpace(sentence)
				}
			}
		}
	}
	return ""
}

func sentences(s string) []string {
	return strings.FieldsFunc(strings.ReplaceAll(s, ". ", ".\n"),
		func(r rune) bool { return strings.ContainsRune("!?;\n", r) })
}

// near tells whether a number stands at most so many words apart from a word that begins like one of the stems.
func near(words, stems []string, apart int) bool {
	for i, word := range words {
		if !begins(stems)(word) {
			continue
		}
		around := words[max(0, i-apart):min(len(words), i+apart+1)]
		if slices.ContainsFunc(around, isNumber) {
			return true
		}
	}
	return false
}

func begins(stems []string) func(string) bool {
	return func(word string) bool {
		return slices.ContainsFunc(stems, func(stem string) bool { return strings.HasPrefix(word, stem) })
	}
}

func isNumber(word string) bool {
	return word != "" && strings.IndexFunc(word, func(r rune) bool { return !unicode.IsDigit(r) }) < 0
}

// wordsOf are the words of a text in lower case, as they are spoken.
func wordsOf(s string) []string {
	plain := strings.ReplaceAll(models.Plain(s), "i\u0307", "i") // İ of Turkish
	return strings.FieldsFunc(plain, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r)
	})
}
