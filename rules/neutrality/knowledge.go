package neutrality

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"gopkg.in/yaml.v3"
)

//go:embed data/*.yaml data/languages/*.yaml
var files embed.FS

// knowledge is all data of this package, ready to be searched.
type knowledge struct {
	brands dictionary
	labels dictionary
	bodies map[string]bool
	// documents, folded, are words between a body and a number, such as Standard.
	documents map[string]bool
	// counted, folded, are words before a number that is no model, classes the letters of such numbers.
	counted map[string]bool
	classes []string
	// cities are names of cities and regions, in whatever language.
	cities []string
	// languages by their tag, each read when it is first asked for.
	languages map[string]func() (*language, error)
}

// language returns the language of a tag; nil: there are no phrases of it.
func (k *knowledge) language(tag string) (*language, error) {
	read, known := k.languages[tag]
	if !known {
		return nil, nil //nolint:nilnil // a language without phrases is no error: it is read for names alone
	}
	return read()
}

// A language holds the phrases of one language.
type language struct {
	// conjunctions, folded, and equivalents make up "or equivalent" and its like; alone are phrases that say so
	// without a conjunction, refusing those that turn it round, and whose, folded, words before it that do not mean the
	// thing named.
	conjunctions       map[string]bool
	equivalents, alone dictionary
	refusing           dictionary
	// accepting say, in a sentence that begins with equivalents, that these are taken.
	accepting dictionary
	whose     map[string]bool
	// phrases and pairs are what is looked for, by the kind of finding.
	phrases map[Code][]search
	pairs   map[Code][]pair
	// tolerances are words that give an exact value its room, measures words for what a value measures.
	tolerances, units, measures dictionary
	// circumstances are words for what surrounds the thing that is bought, and has a dimension by itself.
	circumstances dictionary
	// people and firms are words that say whose experience is meant: of people, as Article 67(2)(b) allows for those
	// who perform the contract, or of a firm.
	people, firms dictionary
	// notAfter lists, folded, words after which a maker's name is that of a street, a school or the like.
	notAfter map[string]bool
	// notBefore lists words before which it is; withNames are words with which a sentence asks for none.
	notBefore map[string]bool
	withNames dictionary
	// abbreviations, folded, end no sentence by their full stop.
	abbreviations map[string]bool
	// bare says that words are also typed without what stands above and below letters, and compared without it.
	bare bool
}

// A search is what is looked for, and words that make it harmless in a sentence.
type search struct{ words, unless dictionary }

// abbreviated are the abbreviations of a language; none, if it is not known.
func (l *language) abbreviated() map[string]bool {
	if l == nil {
		return nil
	}
	return l.abbreviations
}

// brandFile is data/brands.yaml.
type brandFile struct {
	Source string `yaml:"source"`
	Groups []struct {
		Sector string `yaml:"sector"`
		// Names are found in any case.
		Names []string `yaml:"names"`
		// Capital names are found in any case, but with a capital letter first, if that is how they are written.
		Capital []string `yaml:"capital"`
		// Exact names are found only as written, because in another case they are common words.
		Exact []exactName `yaml:"exact"`
	} `yaml:"groups"`
}

// An exactName is a name, and the languages in which it is a common word even when written like this.
type exactName struct {
	Name  string   `yaml:"name"`
	NotIn []string `yaml:"not_in"`
}

// standardFile is data/standards.yaml.
type standardFile struct {
	Source string   `yaml:"source"`
	Bodies []string `yaml:"bodies"`
	// Documents are words that may stand between a body and the number.
	Documents []string `yaml:"documents"`
	// Labels are names of labels, certificates and standards that have no number, as they are written.
	Labels []string `yaml:"labels"`
}

// languageFile is one file of data/languages/.
type languageFile struct {
	Language   string `yaml:"language"`
	Source     string `yaml:"source"`
	Equivalent struct {
		Or    []string `yaml:"or"`
		Words []string `yaml:"words"`
		Alone []string `yaml:"alone"`
		// Refusing words near it say that nothing equivalent is taken; Whose are words before it, such as "its".
		Refusing []string `yaml:"refusing"`
		Whose    []string `yaml:"whose"`
		// Accepting words say of equivalents, in a sentence of their own, that they are taken.
		Accepting []string `yaml:"accepting"`
	} `yaml:"equivalent"`
	Abbreviations []string `yaml:"abbreviations"`
	// Sets are alternatives that patterns name by a word in capitals.
	Sets map[string][]string `yaml:"sets"`
	// NotAfter are words after which a maker's name is that of a street, a school or the like.
	NotAfter []string `yaml:"not_after"`
	// NotBefore are words before which it is; NamedUnless are words with which a sentence names a product, but asks for
	// none.
	NotBefore   []string `yaml:"not_before"`
	NamedUnless []string `yaml:"named_unless"`
	// Bare says that words are often typed without what stands above and below letters.
	Bare bool `yaml:"bare"`
	// Endings are what ~ behind a word stands for, so many of them one after the other.
	Endings struct {
		All   []string          `yaml:"all"`
		Chain int               `yaml:"chain"`
		Soft  map[string]string `yaml:"soft"`
	} `yaml:"endings"`
	Vague struct {
		// Stems are found with each of the endings.
		Stems   []string `yaml:"stems"`
		Endings []string `yaml:"endings"`
		Phrases []string `yaml:"phrases"`
		// Patterns are for words that are vague only beside others.
		Patterns []string `yaml:"patterns"`
		// Unless are words of the law, with which a sentence is not about what is bought.
		Unless []string `yaml:"unless"`
	} `yaml:"vague"`
	// Origin are words for patents and trade marks; OriginUnless are words with which a sentence is about rights.
	Origin       []string `yaml:"origin"`
	OriginUnless []string `yaml:"origin_unless"`
	// Named says how a maker is named, with NAME for the name.
	Named    []string   `yaml:"named"`
	Standard []string   `yaml:"standard"`
	MadeIn   originFile `yaml:"made_in"`

	SolutionFirst       []string `yaml:"solution_first"`
	SolutionFirstUnless []string `yaml:"solution_first_unless"`
	// SolutionFirstMeans say that something is done by a means: words for what is done beside words for the means.
	SolutionFirstMeans phraseFile `yaml:"solution_first_means"`

	Overspecified struct {
		phraseFile `yaml:",inline"`

		Unless     []string `yaml:"unless"`
		Units      []string `yaml:"units"`
		Tolerances []string `yaml:"tolerances"`
		// Measures are words for what a value measures, as they stand before it.
		Measures []string `yaml:"measures"`
		// Circumstances are words for what surrounds the thing, or is done with it, and has the value by itself.
		Circumstances []string `yaml:"circumstances"`
	} `yaml:"over_specified"`

	LocalPreference       phraseFile `yaml:"local_preference"`
	SubcontractingLimited phraseFile `yaml:"subcontracting_limited"`
	SelectionAsAward      struct {
		Words  []string `yaml:"words"`
		People []string `yaml:"people"`
		Firm   []string `yaml:"firm"`
	} `yaml:"selection_as_award"`
}

// A phraseFile is the part of a file about one kind of finding: patterns, and pairs that stand close together.
type phraseFile struct {
	Phrases []string `yaml:"phrases"`
	Near    []struct {
		One   string `yaml:"one"`
		Other string `yaml:"other"`
		Words int    `yaml:"words"`
	} `yaml:"near"`
}

// complete tells whether a file has something of all that is looked for.
func (f languageFile) complete() bool {
	return f.Language != "" && f.Source != "" && len(f.Equivalent.Or) > 0 && len(f.Equivalent.Words) > 0 &&
		len(f.LocalPreference.Phrases) > 0 && len(f.SubcontractingLimited.Phrases) > 0 &&
		len(f.SelectionAsAward.Words) > 0
}

// load reads the embedded files once, those of a language when it is first read. An error means that the program was
// built with broken data.
var load = sync.OnceValues(newKnowledge) //nolint:gochecknoglobals // embedded data, read once and never changed

func newKnowledge() (*knowledge, error) {
	k := &knowledge{
		brands: dictionary{}, labels: dictionary{}, bodies: map[string]bool{},
		languages: map[string]func() (*language, error){},
	}
	return k, errors.Join(k.loadBrands(), k.loadStandards(), k.loadCodes(), k.loadPlaces(), k.findLanguages())
}

func (k *knowledge) loadBrands() error {
	var f brandFile
	if err := read("data/brands.yaml", &f); err != nil {
		return err
	}
	if f.Source == "" {
		return errors.New("read data/brands.yaml: a source is required")
	}
	for _, g := range f.Groups {
		for _, name := range g.Names {
			k.brands.addName(name, anyCase)
		}
		for _, name := range g.Capital {
			k.brands.addName(name, capital)
		}
		for _, e := range g.Exact {
			k.brands.addName(e.Name, exactly, e.NotIn...)
		}
	}
	return nil
}

func (k *knowledge) loadStandards() error {
	var f standardFile
	if err := read("data/standards.yaml", &f); err != nil {
		return err
	}
	if f.Source == "" {
		return errors.New("read data/standards.yaml: a source is required")
	}
	for _, body := range f.Bodies {
		k.bodies[body] = true
	}
	var anywhere *language
	k.documents = anywhere.set(f.Documents)
	for _, label := range f.Labels {
		k.labels.add(label, exactly)
	}
	return nil
}

func (k *knowledge) loadCodes() error {
	var f struct {
		Source  string   `yaml:"source"`
		Counted []string `yaml:"counted"`
		Classes []string `yaml:"classes"`
	}
	if err := read("data/codes.yaml", &f); err != nil {
		return err
	}
	if f.Source == "" {
		return errors.New("read data/codes.yaml: a source is required")
	}
	var anywhere *language
	k.counted, k.classes = anywhere.set(f.Counted), f.Classes
	return nil
}

func (k *knowledge) loadPlaces() error {
	var f struct {
		Source string   `yaml:"source"`
		Places []string `yaml:"places"`
	}
	if err := read("data/places.yaml", &f); err != nil {
		return err
	}
	if f.Source == "" {
		return errors.New("read data/places.yaml: a source is required")
	}
	k.cities = f.Places
	return nil
}

// findLanguages finds out which languages there are. A file is named by its language.
func (k *knowledge) findLanguages() error {
	names, err := fs.Glob(files, "data/languages/*.yaml")
	if err != nil {
		return fmt.Errorf("list languages: %w", err)
	}
	for _, name := range names {
		tag := strings.TrimSuffix(path.Base(name), ".yaml")
		k.languages[tag] = sync.OnceValues(func() (*language, error) { return k.readLanguage(name, tag) })
	}
	return nil
}

func (k *knowledge) readLanguage(name, tag string) (*language, error) {
	var f languageFile
	if err := read(name, &f); err != nil {
		return nil, err
	}
	if !f.complete() || f.Language != tag {
		return nil, fmt.Errorf("read %s: language, source, equivalent and phrases of each kind are required", name)
	}
	return f.build(k.cities), nil
}

// grammar makes what the patterns of a file are read by.
func (f languageFile) grammar(l *language, cities []string) *grammar {
	g := &grammar{
		language: l, choices: map[string]*choice{}, except: l.set(f.MadeIn.NoPlaces),
		inside:  f.MadeIn.NamesInside,
		endings: &endings{all: l.set(f.Endings.All), chain: max(f.Endings.Chain, 1), soft: f.Endings.Soft},
	}
	places := slices.Concat(countries(f.Language), cities, f.MadeIn.Places)
	places = slices.DeleteFunc(places, func(place string) bool { return g.except[l.spelt(place)] })
	g.sets = map[string]*choice{
		"PLACE":  g.setOf(places, f.MadeIn.Inflected),
		"NATION": g.setOf(f.MadeIn.Nations, false),
	}
	for name, words := range f.Sets {
		g.sets[name] = g.setOf(words, false)
	}
	return g
}

func (f languageFile) build(cities []string) *language {
	l := &language{bare: f.Bare}
	l.abbreviations, l.notAfter = l.set(f.Abbreviations), l.set(f.NotAfter)
	l.notBefore = l.set(f.NotBefore)
	g := f.grammar(l, cities)
	l.conjunctions, l.whose = l.set(f.Equivalent.Or), l.set(f.Equivalent.Whose)
	l.equivalents, l.alone = g.patterns(f.Equivalent.Words...), g.patterns(f.Equivalent.Alone...)
	l.refusing = g.patterns(f.Equivalent.Refusing...)
	l.withNames = g.patterns(f.NamedUnless...)
	l.accepting = g.patterns(f.Equivalent.Accepting...)
	l.people, l.firms = g.phrases(f.SelectionAsAward.People), g.phrases(f.SelectionAsAward.Firm)
	l.tolerances, l.units = g.patterns(f.Overspecified.Tolerances...), g.patterns(f.Overspecified.Units...)
	l.measures = g.patterns(f.Overspecified.Measures...)
	l.circumstances = g.patterns(f.Overspecified.Circumstances...)
	l.phrases = map[Code][]search{
		CodeBrand:         {{g.patterns(f.Named...), l.withNames}},
		CodeStandard:      {{words: g.patterns(f.Standard...)}},
		CodeVague:         {{g.phrases(f.Vague.Phrases), g.patterns(f.Vague.Unless...)}},
		CodeOrigin:        {{g.patterns(f.Origin...), g.patterns(f.OriginUnless...)}},
		CodeSolutionFirst: {{g.patterns(f.SolutionFirst...), g.patterns(f.SolutionFirstUnless...)}},
		CodeSelection:     {{words: g.patterns(f.SelectionAsAward.Words...)}},
		CodeOverspecified: {{g.patterns(f.Overspecified.Phrases...), g.patterns(f.Overspecified.Unless...)}},
	}
	f.buildVague(l, g)
	l.pairs = map[Code][]pair{
		CodeOverspecified: f.Overspecified.pairs(g), CodeSolutionFirst: f.SolutionFirstMeans.pairs(g),
	}
	made, pairs := f.MadeIn.build(g)
	l.phrases[CodeOrigin] = append(l.phrases[CodeOrigin], search{made, g.patterns(f.MadeIn.Unless...)})
	l.pairs[CodeOrigin] = pairs
	for code, part := range map[Code]phraseFile{
		CodeLocalPreference: f.LocalPreference, CodeSubcontracting: f.SubcontractingLimited,
	} {
		l.phrases[code], l.pairs[code] = []search{{words: g.patterns(part.Phrases...)}}, part.pairs(g)
	}
	return l
}

// buildVague adds the stems with each of their endings.
func (f languageFile) buildVague(l *language, g *grammar) {
	vague := l.phrases[CodeVague][0].words
	for _, stem := range f.Vague.Stems {
		for _, ending := range f.Vague.Endings {
			vague.take(g.phrases([]string{stem + ending}))
		}
	}
	vague.take(g.patterns(f.Vague.Patterns...))
}

func (f phraseFile) pairs(g *grammar) []pair {
	var pairs []pair
	for _, n := range f.Near {
		pairs = append(pairs, pair{g.patterns(n.One), g.patterns(n.Other), n.Words})
	}
	return pairs
}

// set folds words as they are spelt in the language.
func (l *language) set(words []string) map[string]bool {
	s := map[string]bool{}
	for _, w := range words {
		s[l.spelt(w)] = true
	}
	return s
}

// spelt folds a word as it is spelt in a language, nil: in any.
func (l *language) spelt(s string) string {
	if l != nil && l.bare {
		s = plain(s)
	}
	return fold(s)
}

// read decodes an embedded file and refuses fields that v does not have.
func read(name string, v any) error {
	content, err := files.ReadFile(name)
	if err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	decoder.KnownFields(true)
	if err := decoder.Decode(v); err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	return nil
}
