package neutrality

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"sync"

	"gopkg.in/yaml.v3"
)

//go:embed data/*.yaml data/languages/*.yaml
var files embed.FS

// knowledge is all data of this package, ready to be searched.
type knowledge struct {
	brands    dictionary
	bodies    map[string]bool
	languages map[string]*language
}

// A language holds the phrases of one language.
type language struct {
	// conjunctions and equivalents, folded, make up "or equivalent" and its like.
	conjunctions, equivalents map[string]bool
	// phrases and pairs are what is looked for, by the kind of finding.
	phrases map[Code]dictionary
	pairs   map[Code][]pair
	// people and firms are words that say whose experience is meant: of people, as Article 67(2)(b) allows for those
	// who perform the contract, or of a firm.
	people, firms dictionary
	// abbreviations, folded, end no sentence by their full stop.
	abbreviations map[string]bool
}

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
}

// languageFile is one file of data/languages/.
type languageFile struct {
	Language   string `yaml:"language"`
	Source     string `yaml:"source"`
	Equivalent struct {
		Or    []string `yaml:"or"`
		Words []string `yaml:"words"`
	} `yaml:"equivalent"`
	Abbreviations []string `yaml:"abbreviations"`
	Vague         struct {
		// Stems are found with each of the endings.
		Stems   []string `yaml:"stems"`
		Endings []string `yaml:"endings"`
		Phrases []string `yaml:"phrases"`
	} `yaml:"vague"`
	Origin        []string `yaml:"origin"`
	SolutionFirst []string `yaml:"solution_first"`

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

// load reads the embedded files once. An error means that the program was built with broken data.
var load = sync.OnceValues(func() (*knowledge,
	error,
) { //nolint:gochecknoglobals // embedded data, read once and never changed
	k := &knowledge{brands: dictionary{}, bodies: map[string]bool{}, languages: map[string]*language{}}
	return k, errors.Join(k.loadBrands(), k.loadStandards(), k.loadLanguages())
})

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
			k.brands.add(name, false)
		}
		for _, e := range g.Exact {
			k.brands.add(e.Name, true, e.NotIn...)
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
	return nil
}

func (k *knowledge) loadLanguages() error {
	names, err := fs.Glob(files, "data/languages/*.yaml")
	if err != nil {
		return fmt.Errorf("list languages: %w", err)
	}
	var faults []error
	for _, name := range names {
		var f languageFile
		err := read(name, &f)
		if err == nil && !f.complete() {
			err = fmt.Errorf("read %s: language, source, equivalent and phrases of each kind are required", name)
		}
		faults = append(faults, err)
		k.languages[f.Language] = f.build()
	}
	return errors.Join(faults...)
}

func (f languageFile) build() *language {
	l := &language{
		conjunctions: set(f.Equivalent.Or), equivalents: set(f.Equivalent.Words),
		abbreviations: set(f.Abbreviations),
		phrases: map[Code]dictionary{
			CodeVague: phrases(f.Vague.Phrases), CodeOrigin: phrases(f.Origin),
			CodeSolutionFirst: phrases(f.SolutionFirst),
			CodeSelection:     patterns(f.SelectionAsAward.Words...),
		},
		pairs:  map[Code][]pair{},
		people: phrases(f.SelectionAsAward.People), firms: phrases(f.SelectionAsAward.Firm),
	}
	for _, stem := range f.Vague.Stems {
		for _, ending := range f.Vague.Endings {
			l.phrases[CodeVague].add(stem+ending, false)
		}
	}
	for code, part := range map[Code]phraseFile{
		CodeLocalPreference: f.LocalPreference, CodeSubcontracting: f.SubcontractingLimited,
	} {
		l.phrases[code] = patterns(part.Phrases...)
		for _, n := range part.Near {
			l.pairs[code] = append(l.pairs[code], pair{patterns(n.One), patterns(n.Other), n.Words})
		}
	}
	return l
}

func set(words []string) map[string]bool {
	s := map[string]bool{}
	for _, w := range words {
		s[fold(w)] = true
	}
	return s
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
