package eligibility

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/govalues/decimal"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/calendar"
)

// A Kind says what a rule asks for.
type Kind string

// The kinds of rule.
const (
	// KindContractingAuthorities: at least AtLeast members are contracting authorities.
	KindContractingAuthorities Kind = "contracting_authorities"
	// KindLegalEntities: there are at least AtLeast different members.
	KindLegalEntities Kind = "legal_entities"
	// KindCountries: the members (or those the rule is about) are from at least AtLeast different countries.
	KindCountries Kind = "countries"
	// KindEligibleCountries: every member is from one of the countries.
	KindEligibleCountries Kind = "eligible_countries"
	// KindLessDevelopedRegion: at least AtLeast members are from a less developed or transition region.
	KindLessDevelopedRegion Kind = "less_developed_region"
	// KindMembership: every member belongs to the body, or has applied, by the deadline.
	KindMembership Kind = "membership"
	// KindSubmission: the application was submitted by the deadline.
	KindSubmission Kind = "submission"
	// KindDuration: the action lasts a number of months within Months.
	KindDuration Kind = "duration"
	// KindCoFinancing: the Union pays at most Percent of the eligible costs.
	KindCoFinancing Kind = "co_financing"
	// KindGrant: the grant is within Amount, in euro.
	KindGrant Kind = "grant"
	// KindConsultationStates: the market is consulted in at least AtLeast Member States.
	KindConsultationStates Kind = "consultation_states"
	// KindPhasesClosed: the phases have been carried out.
	KindPhasesClosed Kind = "phases_closed"
	// KindActivityCount: there are at least AtLeast activities of the kind.
	KindActivityCount Kind = "activity_count"
	// KindActivityShare: at least Percent of the activities have such participants.
	KindActivityShare Kind = "activity_share"
	// KindActivityYearly: there are at least AtLeast activities in each full year of the action.
	KindActivityYearly Kind = "activity_yearly"
)

// A Rule is one condition of a call. Which of its values are given depends on its kind.
type Rule struct {
	ID   string `yaml:"id"`
	Kind Kind   `yaml:"kind"`
	// Phase is the phase at whose gate the rule is judged; empty: at every gate.
	Phase models.Phase `yaml:"phase"`
	// Source is where the rule is written.
	Source string `yaml:"source"`
	Note   string `yaml:"note"`

	AtLeast int `yaml:"at_least"`
	// Of limits the countries to those of the contracting authorities.
	Of        Kind            `yaml:"of"`
	Percent   string          `yaml:"percent"`
	Months    Months          `yaml:"months"`
	Amount    Amount          `yaml:"amount"`
	Countries []string        `yaml:"countries"`
	Phases    []models.Phase  `yaml:"phases"`
	Body      string          `yaml:"body"`
	OrApplied bool            `yaml:"or_applied"`
	Deadline  LocalTime       `yaml:"deadline"`
	Activity  string          `yaml:"activity"`
	With      ParticipantKind `yaml:"participants"`
}

// Months are the shortest and longest duration.
type Months struct {
	From int `yaml:"from"`
	To   int `yaml:"to"`
}

// An Amount is between two decimal numbers; empty: no bound.
type Amount struct {
	From string `yaml:"from"`
	To   string `yaml:"to"`
}

// A LocalTime is what clocks show in an IANA zone.
type LocalTime struct {
	Local string `yaml:"local"`
	Zone  string `yaml:"zone"`
}

// Instant returns the instant of the local time.
func (l LocalTime) Instant() (time.Time, error) { return calendar.Instant("deadline", l.Local, l.Zone) }

// day returns the date of the local time.
func (l LocalTime) day() (calendar.Date, error) {
	at, err := l.Instant()
	if err != nil {
		return calendar.Date{}, err
	}
	zone, err := calendar.Zone("deadline", l.Zone)
	if err != nil {
		return calendar.Date{}, err
	}
	return calendar.DateOf(at, zone), nil
}

// check refuses a rule without source or without the values its kind needs.
func (r Rule) check() error {
	switch {
	case r.ID == "":
		return errors.New("an id is required")
	case r.Source == "":
		return errors.New("a source is required")
	case r.Phase != "" && !slices.Contains(models.Phases(), r.Phase):
		return fmt.Errorf("%q is not a phase", r.Phase)
	}
	switch r.Kind {
	case KindContractingAuthorities, KindLegalEntities, KindLessDevelopedRegion, KindConsultationStates:
		return r.needs(r.AtLeast > 0, "at_least")
	case KindCountries:
		return errors.Join(r.needs(r.AtLeast > 0, "at_least"),
			r.needs(r.Of == "" || r.Of == KindContractingAuthorities, "of"))
	case KindActivityCount, KindActivityYearly:
		return errors.Join(r.needs(r.AtLeast > 0, "at_least"), r.needs(r.Activity != "", "activity"))
	case KindActivityShare:
		return errors.Join(r.needs(r.validPercent(), "percent"), r.needs(r.Activity != "", "activity"),
			r.needs(r.With.valid(), "participants"))
	case KindEligibleCountries:
		return r.needs(len(r.Countries) > 0 && !slices.ContainsFunc(r.Countries, unknownCountry), "countries")
	case KindMembership:
		return errors.Join(r.needs(r.Body != "", "body"), r.needs(r.validDeadline(), "deadline"))
	case KindSubmission:
		return r.needs(r.validDeadline(), "deadline")
	case KindDuration:
		return r.needs(r.Months.From > 0 && r.Months.To >= r.Months.From, "months")
	case KindCoFinancing:
		return r.needs(r.validPercent(), "percent")
	case KindGrant:
		return r.needs(r.Amount.valid(), "amount")
	case KindPhasesClosed:
		return r.needs(len(r.Phases) > 0 && !slices.ContainsFunc(r.Phases, unknownPhase), "phases")
	default:
		return fmt.Errorf("%q is not a kind of rule", r.Kind)
	}
}

func (r Rule) needs(given bool, field string) error {
	if given {
		return nil
	}
	return fmt.Errorf("a rule of kind %s needs a valid %s", r.Kind, field)
}

func (r Rule) validPercent() bool {
	p, err := decimal.Parse(r.Percent)
	return err == nil && p.IsPos() && p.Cmp(decimal.Hundred) <= 0
}

func (r Rule) validDeadline() bool {
	_, err := r.Deadline.Instant()
	return err == nil
}

func (a Amount) valid() bool {
	for _, s := range []string{a.From, a.To} {
		if s != "" && !models.ValidDecimal(s) {
			return false
		}
	}
	return a.From != "" || a.To != ""
}

// kosovo is the code that programmes of the European Union use; ISO 3166-1 leaves the code to its users.
const kosovo = "XK"

func unknownCountry(code string) bool { return !models.ValidCountry(code) && code != kosovo }

func unknownPhase(p models.Phase) bool { return !slices.Contains(models.Phases(), p) }
