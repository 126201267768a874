package calendar

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"sync"

	"gopkg.in/yaml.v3"
)

//go:embed holidays/*.yaml packs/*.yaml words/*.yaml
var files embed.FS

// embedded is all data of this package, read and checked.
type embedded struct {
	holidays   map[string]holidayFile
	packs      []packFile
	thresholds []Thresholds
	words      map[string]*words
	// built holds the holidays of each place that was asked for; they never change.
	built sync.Map
}

// loadData reads the embedded files once. An error means that the program was built with broken data.
var loadData = sync.OnceValues(func() (*embedded,
	error,
) { //nolint:gochecknoglobals // embedded data, read once and never changed
	data := &embedded{holidays: map[string]holidayFile{}, words: map[string]*words{}}
	return data, errors.Join(data.loadHolidays(), data.loadPacks(), data.loadThresholds(), data.loadWords())
})

func (e *embedded) loadHolidays() error {
	return eachFile("holidays/*.yaml", func(_ string, content []byte) error {
		var f holidayFile
		if err := decode(content, &f); err != nil {
			return err
		}
		if _, twice := e.holidays[f.Country]; twice {
			return fmt.Errorf("%s is listed twice", f.Country)
		}
		e.holidays[f.Country] = f
		return f.check()
	})
}

func (e *embedded) loadWords() error {
	err := eachFile("words/*.yaml", func(_ string, content []byte) error {
		var w words
		if err := decode(content, &w); err != nil {
			return err
		}
		e.words[w.Language] = &w
		return nil
	})
	all, ok := e.words[theEnglish]
	if err != nil || !ok {
		return errors.Join(err, errors.New("the English words are missing"))
	}
	for _, w := range e.words {
		err = errors.Join(err, w.check(all), w.checkCautions(e.packs))
	}
	return err
}

func (e *embedded) places() []string {
	var places []string
	for country, f := range e.holidays {
		places = append(places, country)
		for part := range f.Subdivisions {
			places = append(places, country+"-"+part)
		}
	}
	slices.Sort(places)
	return places
}

// eachFile gives every embedded file that matches pattern to read, and gathers what is wrong.
func eachFile(pattern string, read func(name string, content []byte) error) error {
	names, err := fs.Glob(files, pattern)
	if err != nil {
		return fmt.Errorf("list %s: %w", pattern, err)
	}
	var faults []error
	for _, name := range names {
		content, err := files.ReadFile(name)
		if err == nil {
			err = read(name, content)
		}
		if err != nil {
			faults = append(faults, fmt.Errorf("read %s: %w", name, err))
		}
	}
	return errors.Join(faults...)
}

// decode reads YAML into v and refuses fields that v does not have.
func decode(content []byte, v any) error {
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	decoder.KnownFields(true)
	if err := decoder.Decode(v); err != nil {
		return fmt.Errorf("decode YAML: %w", err)
	}
	return nil
}
