package consolidation

import (
	"bytes"
	_ "embed" // words and units
	"fmt"
	"math/big"
	"slices"
	"sync"

	"gopkg.in/yaml.v3"

	"github.com/ppi-engine/ppi/models"
)

var (
	//go:embed words.yaml
	wordsFile []byte
	//go:embed units.yaml
	unitsFile []byte
)

// knowledge is what is known of words and units.
type knowledge struct {
	// small words tell no indicator from another; wishes say that something is wanted. Both are by language.
	small  map[string][]string
	wishes map[string][][]string
	units  map[string]unit
}

// A unit is one of a quantity: so many of its first unit.
type unit struct {
	quantity string
	factor   *big.Rat
}

// load reads the embedded tables once. An error means that the program was built with broken data.
var load = sync.OnceValues(func() (knowledge, error) { return read(wordsFile, unitsFile) })

func read(words, units []byte) (knowledge, error) {
	k := knowledge{small: map[string][]string{}, wishes: map[string][][]string{}, units: map[string]unit{}}
	var languages []struct {
		Language string   `yaml:"language"`
		Small    []string `yaml:"small"`
		Wishes   []string `yaml:"wishes"`
	}
	if err := decode(words, &languages); err != nil {
		return k, fmt.Errorf("read words: %w", err)
	}
	for _, l := range languages {
		for _, word := range l.Small {
			k.small[l.Language] = append(k.small[l.Language], split(word)...)
		}
		for _, wish := range l.Wishes {
			k.wishes[l.Language] = append(k.wishes[l.Language], split(wish))
		}
	}
	return k, k.readUnits(units)
}

func (k knowledge) readUnits(content []byte) error {
	var quantities []struct {
		Quantity string `yaml:"quantity"`
		Units    []struct {
			Factor string   `yaml:"factor"`
			Names  []string `yaml:"names"`
		} `yaml:"units"`
	}
	if err := decode(content, &quantities); err != nil {
		return fmt.Errorf("read units: %w", err)
	}
	for _, q := range quantities {
		for _, u := range q.Units {
			factor, ok := new(big.Rat).SetString(u.Factor)
			if !ok || factor.Sign() <= 0 {
				return fmt.Errorf("the factor %q of %v is no positive number", u.Factor, u.Names)
			}
			for _, name := range u.Names {
				if _, twice := k.units[models.Plain(name)]; twice {
					return fmt.Errorf("the unit %q stands there twice", name)
				}
				k.units[models.Plain(name)] = unit{q.Quantity, factor}
			}
		}
	}
	return nil
}

func decode(content []byte, into any) error {
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	decoder.KnownFields(true)
	if err := decoder.Decode(into); err != nil {
		return fmt.Errorf("decode: %w", err)
	}
	return nil
}

// unitOf finds a unit; one that is not listed is a quantity of its own.
func (k knowledge) unitOf(name string) unit {
	name = models.Plain(name)
	if u, listed := k.units[name]; listed {
		return u
	}
	return unit{name, big.NewRat(1, 1)}
}

// telling are the words of a text that tell what it is about, each once.
func (k knowledge) telling(language, text string) []string {
	var words []string
	for _, w := range split(text) {
		if !slices.Contains(k.small[models.BaseLanguage(language)], w) && !slices.Contains(words, w) {
			words = append(words, w)
		}
	}
	return words
}
