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
	vague, origin, solution   dictionary
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
		if err == nil && (f.Language == "" || f.Source == "" || len(f.Equivalent.Or) == 0 ||
			len(f.Equivalent.Words) == 0) {
			err = fmt.Errorf("read %s: language, source and equivalent are required", name)
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
		vague:         dictionary{}, origin: dictionary{}, solution: dictionary{},
	}
	for _, stem := range f.Vague.Stems {
		for _, ending := range f.Vague.Endings {
			l.vague.add(stem+ending, false)
		}
	}
	for _, p := range f.Vague.Phrases {
		l.vague.add(p, false)
	}
	for _, p := range f.Origin {
		l.origin.add(p, false)
	}
	for _, p := range f.SolutionFirst {
		l.solution.add(p, false)
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
