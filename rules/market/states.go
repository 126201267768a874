package market

import (
	_ "embed"
	"fmt"
	"slices"
	"sync"

	"gopkg.in/yaml.v3"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/calendar"
)

//go:embed data/member_states.yaml
var memberStatesFile []byte

type accession struct {
	From   calendar.Date `yaml:"from"`
	Until  calendar.Date `yaml:"until"`
	States []string      `yaml:"states"`
}

var loadAccessions = sync.OnceValues(func() ([]accession,
	error,
) { //nolint:gochecknoglobals // embedded data, read once and never changed
	var all []accession
	if err := yaml.Unmarshal(memberStatesFile, &all); err != nil {
		return nil, fmt.Errorf("read Member States: %w", err)
	}
	return all, nil
})

// MemberStates lists the Member States of the Union on a day. An error means that the program was built
// with broken data.
func MemberStates(on calendar.Date) ([]string, error) {
	accessions, err := loadAccessions()
	if err != nil {
		return nil, err
	}
	var states []string
	for _, a := range accessions {
		if !on.Before(a.From) && (a.Until.IsZero() || !on.After(a.Until)) {
			states = append(states, a.States...)
		}
	}
	slices.Sort(states)
	return states, nil
}

// StatesConsulted lists the Member States whose market was addressed by a consultation on the common need
// as it stands; nil when there was none.
func StatesConsulted(d models.Dossier) ([]string, error) {
	consultations := d.Consulted()
	if len(consultations) == 0 {
		return nil, nil
	}
	var reached []string
	for _, c := range consultations {
		on, err := dayOf(d, c.AnnouncedAt)
		if err != nil {
			return nil, err
		}
		members, err := MemberStates(on)
		if err != nil {
			return nil, err
		}
		for _, country := range countries(d, c) {
			if slices.Contains(members, country) {
				reached = append(reached, country)
			}
		}
	}
	slices.Sort(reached)
	return append([]string{}, slices.Compact(reached)...), nil
}

// CountriesConsulted lists the countries whose market was addressed by a consultation on the common need
// as it stands.
func CountriesConsulted(d models.Dossier) []string {
	var reached []string
	for _, c := range d.Consulted() {
		reached = append(reached, countries(d, c)...)
	}
	slices.Sort(reached)
	return slices.Compact(reached)
}

func countries(d models.Dossier, c models.Consultation) []string {
	e, ok := d.Standing(c.AnnouncementID, models.EntryAnnouncement)
	if !ok {
		return nil
	}
	a, _ := models.BodyOf[models.Announcement](e)
	return a.Countries
}
