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
	ID        string        `yaml:"id"`
	Title     string        `yaml:"title"`
	Programme string        `yaml:"programme"`
	Opens     calendar.Date `yaml:"opens"`
	Note      string        `yaml:"note"`
	Rules     []Rule        `yaml:"rules"`
}

// Rule returns the rule of that ID.
func (p Profile) Rule(id string) (Rule, bool) {
	i := slices.IndexFunc(p.Rules, func(r Rule) bool { return r.ID == id })
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
	if p.ID == "" || p.Title == "" || p.Programme == "" || p.Opens.IsZero() || len(p.Rules) == 0 {
		return errors.New("id, title, programme, opens and rules are required")
	}
	var faults []error
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
