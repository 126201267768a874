package calendar

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ppi-engine/ppi/models"
)

// A Circumstance shortens or lengthens a time limit where a rule says so.
type Circumstance string

// The circumstances known to the rule packs.
const (
	// PlanningNotice: a prior information notice with all required information was sent in its window.
	PlanningNotice Circumstance = "planning_notice"
	// Urgency: a duly substantiated state of urgency.
	Urgency Circumstance = "urgency"
	// ElectronicSubmission: tenders are accepted by electronic means.
	ElectronicSubmission Circumstance = "electronic_submission"
	// NoAgreement: a sub-central authority has not agreed the time limit with all candidates.
	NoAgreement Circumstance = "no_agreement"
	// DocumentsNotElectronic: the documents cannot be offered for free and direct electronic access.
	DocumentsNotElectronic Circumstance = "documents_not_electronic"
	// ElectronicLetters: the award decision was sent by electronic means or fax to all concerned.
	ElectronicLetters Circumstance = "electronic_letters"
)

// Circumstances lists every circumstance.
func Circumstances() []Circumstance {
	return []Circumstance{
		PlanningNotice, Urgency, ElectronicSubmission,
		NoAgreement, DocumentsNotElectronic, ElectronicLetters,
	}
}

// A Bound says whether a period is the shortest or the longest that the law allows.
type Bound string

// The bounds.
const (
	Minimum Bound = "minimum"
	Maximum Bound = "maximum"
)

// A Rule is one period of a rule pack.
type Rule struct {
	// ID names the rule, such as open/tenders.
	ID string `yaml:"id"`
	// RunsFrom is the event, in words.
	RunsFrom string `yaml:"runs_from"`
	Bound    Bound  `yaml:"bound"`
	// Backward marks a period counted back from the event.
	Backward bool   `yaml:"backward"`
	Length   Length `yaml:"length"`
	Source   string `yaml:"source"`
	Note     string `yaml:"note"`
	// Variants replace the length when all their circumstances are given; the shortest that applies counts.
	Variants []Variant `yaml:"variants"`
	// Extensions lengthen whichever length applies.
	Extensions []Extension `yaml:"extensions"`
}

// A Variant is another length under circumstances.
type Variant struct {
	When   []Circumstance `yaml:"when"`
	Length Length         `yaml:"length"`
	Source string         `yaml:"source"`
}

// An Extension adds days under circumstances.
type Extension struct {
	When    []Circumstance `yaml:"when"`
	Unless  []Circumstance `yaml:"unless"`
	AddDays int            `yaml:"add_days"`
	Source  string         `yaml:"source"`
}

// A Pack holds the rules in force in a country on a day: those of the Directive, each replaced by
// the country's own where it has one.
type Pack struct {
	// Country is the ISO 3166-1 code it was made for.
	Country string
	// On is the day it was made for.
	On Date
	// Titles names the acts it is made of.
	Titles []string
	rules  map[string]Rule
}

// PackFor returns the rules in force in a country on a day. It refuses a day before the first pack
// with [models.CodeRuleUnknown].
func PackFor(country string, day Date) (Pack, error) {
	data, err := loadData()
	if err != nil {
		return Pack{}, err
	}
	pack := Pack{Country: country, On: day, rules: map[string]Rule{}}
	for _, f := range data.packs { // the Directive first, then countries
		if (f.Country != "" && f.Country != country) || !f.inForce(day) {
			continue
		}
		pack.Titles = append(pack.Titles, f.Title)
		for _, r := range f.Rules {
			pack.rules[r.ID] = r
		}
	}
	if len(pack.rules) == 0 {
		return Pack{}, models.Refuse(models.CodeRuleUnknown, "", "no rule pack is in force on %s", day)
	}
	return pack, nil
}

// Rules returns every rule of the pack, sorted by ID.
func (p Pack) Rules() []Rule {
	rules := make([]Rule, 0, len(p.rules))
	for _, r := range p.rules {
		rules = append(rules, r)
	}
	slices.SortFunc(rules, func(a, b Rule) int { return strings.Compare(a.ID, b.ID) })
	return rules
}

// Rule returns the rule of that ID. It refuses an unknown one with [models.CodeRuleUnknown].
func (p Pack) Rule(id string) (Rule, error) {
	r, known := p.rules[id]
	if !known {
		return Rule{}, models.Refuse(models.CodeRuleUnknown, "",
			"the rule packs of %s have no time limit %q", p.Country, id)
	}
	return r, nil
}

// Count counts the period of a rule from (or, where the rule says so, back from) an event.
// Circumstances that change nothing are named in [Explained.Without]. It refuses an unknown rule,
// an unknown circumstance ([models.CodeInvalidValue]) and what [End] refuses.
func (p Pack) Count(id string, event Date, holidays *Holidays, circumstances ...Circumstance) (Explained, error) {
	rule, err := p.Rule(id)
	if err != nil {
		return Explained{}, err
	}
	for _, c := range circumstances {
		if !slices.Contains(Circumstances(), c) {
			return Explained{}, models.Refuse(models.CodeInvalidValue, "",
				"%q is not a circumstance that the rules know", c)
		}
	}
	length, source, used := rule.length(circumstances)
	var e Explained
	if rule.Backward {
		e, err = LatestBefore(event, length)
	} else {
		e, err = End(event, length, holidays)
	}
	e.Rule, e.RuleSource, e.RunsFrom = rule.ID, source, rule.RunsFrom
	for _, c := range circumstances {
		if !slices.Contains(used, c) {
			e.Without = append(e.Without, c)
		}
	}
	return e, err
}

// length picks the length under the circumstances, with its source and the circumstances it rests on.
func (r Rule) length(circumstances []Circumstance) (length Length, source string, used []Circumstance) {
	length = r.Length
	sources := []string{r.Source}
	for _, v := range r.Variants {
		if all(v.When, circumstances) && v.Length.N < length.N {
			length, sources, used = v.Length, []string{v.Source}, v.When
		}
	}
	for _, x := range r.Extensions {
		if all(x.When, circumstances) && !anyOf(x.Unless, circumstances) {
			length.N += x.AddDays
			sources = append(sources, x.Source)
			used = append(slices.Clone(used), x.When...)
		}
	}
	return length, strings.Join(sources, " and "), used
}

func all(wanted, have []Circumstance) bool {
	return !slices.ContainsFunc(wanted, func(c Circumstance) bool { return !slices.Contains(have, c) })
}

func anyOf(wanted, have []Circumstance) bool {
	return slices.ContainsFunc(wanted, func(c Circumstance) bool { return slices.Contains(have, c) })
}

// packFile is one file of packs/.
type packFile struct {
	Title string `yaml:"title"`
	// Country is empty for rules of all Member States.
	Country    string `yaml:"country"`
	ValidFrom  Date   `yaml:"valid_from"`
	ValidUntil Date   `yaml:"valid_until"`
	Source     string `yaml:"source"`
	Note       string `yaml:"note"`
	Rules      []Rule `yaml:"rules"`
}

func (f packFile) inForce(day Date) bool {
	return !day.Before(f.ValidFrom) && (f.ValidUntil.IsZero() || !day.After(f.ValidUntil))
}

func (f packFile) check() error {
	if f.Title == "" || f.Source == "" || f.ValidFrom.IsZero() {
		return errors.New("title, source and valid_from are required")
	}
	for _, r := range f.Rules {
		if err := r.check(); err != nil {
			return fmt.Errorf("check rule %q: %w", r.ID, err)
		}
	}
	return nil
}

func (r Rule) check() error {
	switch {
	case r.ID == "" || r.RunsFrom == "" || r.Source == "":
		return errors.New("id, runs_from and source are required")
	case r.Bound != Minimum && r.Bound != Maximum:
		return fmt.Errorf("bound %q is neither minimum nor maximum", r.Bound)
	case !r.Length.valid():
		return fmt.Errorf("length %v cannot be counted", r.Length)
	}
	for _, v := range r.Variants {
		if !v.Length.valid() || v.Length.Unit != r.Length.Unit || v.Source == "" || !all(v.When, Circumstances()) {
			return fmt.Errorf("variant %v needs a length in the rule's unit, known circumstances and a source", v)
		}
	}
	for _, x := range r.Extensions {
		if x.AddDays <= 0 || r.Length.Unit != Days || x.Source == "" || !all(x.When, Circumstances()) ||
			!all(x.Unless, Circumstances()) {
			return fmt.Errorf("extension %v needs days, known circumstances and a source", x)
		}
	}
	return nil
}

// loadPacks reads every pack but the thresholds; those of all Member States come first.
func (e *embedded) loadPacks() error {
	err := eachFile("packs/*.yaml", func(name string, content []byte) error {
		if name == thresholdsFile {
			return nil
		}
		var f packFile
		if err := decode(content, &f); err != nil {
			return err
		}
		e.packs = append(e.packs, f)
		return f.check()
	})
	slices.SortStableFunc(e.packs, func(a, b packFile) int { return strings.Compare(a.Country, b.Country) })
	return err
}
