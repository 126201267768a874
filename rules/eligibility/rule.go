package eligibility

import (
	"errors"
	"fmt"
	"slices"

	"github.com/govalues/decimal"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/calendar"
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

	AtLeast int `yaml:"at_least,omitempty"`
	AtMost  int `yaml:"at_most,omitempty"`
	// Every asks it of each member.
	Every bool `yaml:"every,omitempty"`
	// Of limits what is counted to the contracting authorities.
	Of Kind `yaml:"of,omitempty"`
	// Percent is a decimal number; PassedOn is the higher rate for support that is passed on to others.
	Percent  string `yaml:"percent,omitempty"`
	PassedOn string `yaml:"passed_on,omitempty"`
	Months   Months `yaml:"months,omitempty"`
	Amount   Amount `yaml:"amount,omitempty"`
	// Countries are those that are eligible, or that count.
	Countries []string       `yaml:"countries,omitempty"`
	Phases    []models.Phase `yaml:"phases,omitempty"`
	Body      string         `yaml:"body,omitempty"`
	OrApplied bool           `yaml:"or_applied,omitempty"`
	Deadline  LocalTime      `yaml:"deadline,omitempty"`
	// Stage is 2 for the deadline of the second stage of an application.
	Stage    int             `yaml:"stage,omitempty"`
	Activity string          `yaml:"activity,omitempty"`
	With     ParticipantKind `yaml:"participants,omitempty"`
	// Days bound a date; On is the day whose Member States count, by default the day on which the rule is judged.
	Days Days          `yaml:"days,omitempty"`
	On   calendar.Date `yaml:"on,omitempty"`
	// Kinds are those of members, or of members of a network, that count.
	Kinds []models.MemberTrait `yaml:"kinds,omitempty"`
	// Network is buyers or suppliers.
	Network models.NetworkName `yaml:"network,omitempty"`
	// WorkingDays is the shortest stay without travel, LongestMonths the longest; TwoCountries asks that visitor and
	// host are from different eligible countries.
	WorkingDays   int  `yaml:"working_days,omitempty"`
	LongestMonths int  `yaml:"longest_months,omitempty"`
	TwoCountries  bool `yaml:"two_countries,omitempty"`
	// EveryMonths is the length of a period, WithinDays how many days after its end a duty may still be met.
	EveryMonths int `yaml:"every_months,omitempty"`
	WithinDays  int `yaml:"within_days,omitempty"`
}

// Months are the shortest and longest duration.
type Months struct {
	From int `yaml:"from,omitempty"`
	To   int `yaml:"to,omitempty"`
}

// Days are the first and the last day on which something may happen; zero: no bound.
type Days struct {
	From calendar.Date `yaml:"from,omitempty"`
	To   calendar.Date `yaml:"to,omitempty"`
}

func (d Days) valid() bool {
	return !d.From.IsZero() && (d.To.IsZero() || !d.To.Before(d.From)) || d.From.IsZero() && !d.To.IsZero()
}

// An Amount is between two decimal numbers; empty: no bound.
type Amount struct {
	From string `yaml:"from,omitempty"`
	To   string `yaml:"to,omitempty"`
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
	row, known := kinds[r.Kind]
	if !known {
		return fmt.Errorf("%q is not a kind of rule", r.Kind)
	}
	var missing []error
	for _, field := range row.needs {
		if !needs[field](r) {
			missing = append(missing, fmt.Errorf("a rule of kind %s needs a valid %s", r.Kind, field))
		}
	}
	return errors.Join(missing...)
}

// needs tells, for each value that kinds of rules need, whether a rule has it.
var needs = map[string]func(Rule) bool{
	"at_least": func(r Rule) bool { return r.AtLeast > 0 },
	"at_most":  func(r Rule) bool { return r.AtMost > 0 },
	"at_least or every": func(r Rule) bool {
		return (r.AtLeast > 0) != r.Every && r.AtLeast >= 0
	},
	"of":       func(r Rule) bool { return r.Of == "" || r.Of == KindContractingAuthorities },
	"activity": func(r Rule) bool { return r.Activity != "" },
	"percent":  func(r Rule) bool { return validPercent(r.Percent) },
	"passed_on": func(r Rule) bool {
		return r.PassedOn == "" || validPercent(r.PassedOn)
	},
	"participants": func(r Rule) bool { return r.With.valid() },
	"countries": func(r Rule) bool {
		return len(r.Countries) > 0 && !slices.ContainsFunc(r.Countries, unknownCountry)
	},
	"countries, if any": func(r Rule) bool { return !slices.ContainsFunc(r.Countries, unknownCountry) },
	"body":              func(r Rule) bool { return r.Body != "" },
	"deadline":          func(r Rule) bool { return r.Deadline.valid() },
	"stage":             func(r Rule) bool { return r.Stage == 0 || r.Stage == 2 },
	"months":            func(r Rule) bool { return r.Months.From > 0 && r.Months.To >= r.Months.From },
	"amount":            func(r Rule) bool { return r.Amount.valid() },
	"days":              func(r Rule) bool { return r.Days.valid() },
	"phases": func(r Rule) bool {
		return len(r.Phases) > 0 && !slices.ContainsFunc(r.Phases, unknownPhase)
	},
	"kinds": func(r Rule) bool {
		return len(r.Kinds) > 0 && !slices.ContainsFunc(r.Kinds, unknownTrait)
	},
	"network":        func(r Rule) bool { return slices.Contains(models.NetworkNames(), r.Network) },
	"working_days":   func(r Rule) bool { return r.WorkingDays > 0 },
	"longest_months": func(r Rule) bool { return r.LongestMonths > 0 },
	"every_months":   func(r Rule) bool { return r.EveryMonths > 0 },
	"within_days":    func(r Rule) bool { return r.WithinDays >= 0 },
}

func validPercent(percent string) bool {
	p, err := decimal.Parse(percent)
	return err == nil && p.IsPos() && p.Cmp(decimal.Hundred) <= 0
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

func unknownTrait(t models.MemberTrait) bool { return !slices.Contains(models.MemberTraits(), t) }
