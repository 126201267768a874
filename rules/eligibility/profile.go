package eligibility

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"sync"

	"gopkg.in/yaml.v3"

	"github.com/ppi-engine/ppi/rules/calendar"
)

// A Profile is the rules of one call.
type Profile struct {
	// ID is the call's own identifier, such as COS-PPI-2020-2-04.
	ID        string `yaml:"id"`
	Title     string `yaml:"title"`
	Programme string `yaml:"programme"`
	// Opens is the day on which the call opened, Closes the deadline of its (first) stage. No source gives every one.
	Opens  calendar.Date `yaml:"opens"`
	Closes LocalTime     `yaml:"closes"`
	// TextDate is the date of the edition of the call's text that the rules were read from; zero: the copy has none.
	TextDate calendar.Date `yaml:"text_date"`
	Note     string        `yaml:"note"`
	Rules    []Rule        `yaml:"rules"`
}

// Rule returns the rule of that ID.
func (p Profile) Rule(id string) (Rule, bool) {
	i := slices.IndexFunc(p.Rules, func(r Rule) bool { return r.ID == id })
	if i < 0 {
		return Rule{}, false
	}
	return p.Rules[i], true
}

// eligible are the countries from which members may be; nil: the profile does not say.
func (p Profile) eligible() []string {
	i := slices.IndexFunc(p.Rules, func(r Rule) bool { return r.Kind == KindEligibleCountries })
	if i < 0 {
		return nil
	}
	return p.Rules[i].Countries
}

// validity is the rule by which activities of a kind count.
func (p Profile) validity(activity string) (Rule, bool) {
	i := slices.IndexFunc(p.Rules, func(r Rule) bool {
		return r.Kind == KindActivityValid && r.Activity == activity
	})
	if i < 0 {
		return Rule{}, false
	}
	return p.Rules[i], true
}

// Profiles returns every profile, sorted by ID. An error means that the program was built with broken data.
func Profiles() ([]Profile, error) { return loadProfiles() }

// ProfileByID returns the profile of a call; false when there is none.
func ProfileByID(id string) (Profile, bool) {
	profiles, err := loadProfiles()
	i := slices.IndexFunc(profiles, func(p Profile) bool { return p.ID == id })
	if err != nil || i < 0 {
		return Profile{}, false
	}
	return profiles[i], true
}

//go:embed profiles/*.yaml
var files embed.FS

var loadProfiles = sync.OnceValues(func() ([]Profile,
	error,
) { //nolint:gochecknoglobals // embedded data, read once and never changed
	names, err := fs.Glob(files, "profiles/*.yaml") // in lexical order
	if err != nil {
		return nil, fmt.Errorf("list profiles: %w", err)
	}
	var profiles []Profile
	for _, name := range names {
		content, err := files.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read profile: %w", err)
		}
		p, err := parse(content)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		profiles = append(profiles, p)
	}
	return profiles, nil
})

// parse reads and checks one profile.
func parse(content []byte) (Profile, error) {
	var p Profile
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	decoder.KnownFields(true)
	if err := decoder.Decode(&p); err != nil {
		return Profile{}, fmt.Errorf("decode YAML: %w", err)
	}
	return p, p.check()
}

func (p Profile) check() error {
	if p.ID == "" || p.Title == "" || p.Programme == "" || len(p.Rules) == 0 ||
		p.Opens.IsZero() && p.Closes.IsZero() && p.TextDate.IsZero() {
		return errors.New("id, title, programme, rules, and when it opens, closes or was written are required")
	}
	var faults []error
	if !p.Closes.IsZero() && !p.Closes.valid() {
		faults = append(faults, fmt.Errorf("%q is no local time in a zone", p.Closes))
	}
	for i, r := range p.Rules {
		if err := r.check(); err != nil {
			faults = append(faults, fmt.Errorf("check rule %q: %w", r.ID, err))
		}
		if slices.ContainsFunc(p.Rules[:i], func(earlier Rule) bool { return earlier.ID == r.ID }) {
			faults = append(faults, fmt.Errorf("rule %q is listed twice", r.ID))
		}
	}
	return errors.Join(faults...)
}
