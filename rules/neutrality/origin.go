package neutrality

import (
	"strings"

	bcp "golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// countries are the names of all countries in a language, as the Unicode CLDR has them.
func countries(tag string) []string {
	namer := display.Regions(bcp.Make(tag))
	if namer == nil {
		return nil
	}
	var names []string
	for first := 'A'; first <= 'Z'; first++ {
		for second := 'A'; second <= 'Z'; second++ {
			region, err := bcp.ParseRegion(string(first) + string(second))
			if err != nil || !region.IsCountry() {
				continue
			}
			name, _, _ := strings.Cut(namer.Name(region), " (")
			if name != "" {
				names = append(names, name)
			}
		}
	}
	return names
}

// An originFile is the part of a file about where things are made: words for places and nations besides the names of
// countries, and the patterns in which they say it. PLACE and NATION stand for each of these words, NAME for any word
// with a capital letter but those that are no places.
type originFile struct {
	Places   []string `yaml:"places"`
	Nations  []string `yaml:"nations"`
	NoPlaces []string `yaml:"no_places"`
	// NamesInside says that a capital letter at the start of a sentence makes no NAME.
	NamesInside bool `yaml:"names_inside"`
	// Inflected says that names of places have endings.
	Inflected bool `yaml:"inflected"`

	Phrases []string `yaml:"phrases"`
	// Unless are words with which a sentence asks for no origin.
	Unless []string `yaml:"unless"`
	Near   []struct {
		One   string `yaml:"one"`
		Other string `yaml:"other"`
		Words int    `yaml:"words"`
	} `yaml:"near"`
}

// build makes what is searched of the file of a language.
func (f originFile) build(g *grammar) (dictionary, []pair) {
	var pairs []pair
	for _, n := range f.Near {
		pairs = append(pairs, pair{g.patterns(n.One), g.patterns(n.Other), n.Words})
	}
	return g.patterns(f.Phrases...), pairs
}
