package calendar

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ppi-engine/ppi/models"
)

// A Rule is one period of a rule pack.
type Rule struct {
	// ID names the rule, such as open/tenders.
	ID string `yaml:"id"`
	// RunsFrom is the event from which the period is counted.
	RunsFrom Event `yaml:"event"`
	Bound    Bound `yaml:"bound"`
	// Backward marks a period counted back from the event.
	Backward bool   `yaml:"backward"`
	Length   Length `yaml:"length"`
	// Counting is how the law departs from the Regulation.
	Counting `yaml:",inline"`
	// Share takes a part of the time between the event and another day, instead of a length.
	Share *Share `yaml:"share"`
	// AnyPart: a day that is a holiday in any part of the country is no working day.
	AnyPart bool   `yaml:"holidays_of_any_part"`
	Source  string `yaml:"source"`
	Note    string `yaml:"note"`
	// Caution says what is doubtful about the rule; every count repeats it.
	Caution string `yaml:"caution"`
	// WaitsFor is what must have happened as well.
	WaitsFor []Wait `yaml:"waits_for"`
	// Needs are circumstances without which the law does not let the period begin.
	Needs []Circumstance `yaml:"needs"`
	// Variants replace the length when all their circumstances are given; the shortest that applies counts.
	Variants []Variant `yaml:"variants"`
	// Extensions lengthen whichever length applies.
	Extensions []Extension `yaml:"extensions"`
	// AsDirective: the law of the country has the same rule as the Directive, by the article in Source.
	AsDirective bool `yaml:"as_directive"`

	national  string // the article of the country that has the rule as in the Directive
	certified string // the entry that gave it, if no pack has it
}

// Span is the length in plain circumstances, or the part of a time, in English.
func (r Rule) Span() string {
	if r.Share != nil {
		return fmt.Sprintf("%d/%d of the time until the deadline", r.Share.Part, r.Share.Of)
	}
	return r.Length.String()
}

// Cited is the article that sets the rule: of the country, and of the Directive whose rule it has.
func (r Rule) Cited() string {
	if r.national == "" {
		return r.Source
	}
	return r.national + "; " + r.Source
}

// A Variant is another length under circumstances. A length of 0 means that the parties are free to agree.
type Variant struct {
	When   []Circumstance `yaml:"when"`
	Unless []Circumstance `yaml:"unless"`
	// In names the procedures in which it holds, by their eForms code; empty: in every one.
	In     []string `yaml:"in"`
	Length Length   `yaml:"length"`
	Source string   `yaml:"source"`
}

// An Extension adds days under circumstances, or takes some off.
type Extension struct {
	When    []Circumstance `yaml:"when"`
	Unless  []Circumstance `yaml:"unless"`
	AddDays int            `yaml:"add_days"`
	Source  string         `yaml:"source"`
}

// A Pack holds the time limits of one law on a day: those that a country has, by articles that were read, and those of
// the Directive below which they cannot go.
type Pack struct {
	// Law is the ISO 3166-1 code of the country; empty: the Directive itself.
	Law string
	// Directive is the law of the Union under which the procurement is.
	Directive Directive
	// On is the day it was made for.
	On Date
	// Titles names the acts it is made of.
	Titles []string
	// Outside: the country is bound by no directive.
	Outside bool
	rules   map[string]Rule
	floor   map[string]Rule
}

// PackFor returns the rules of Directive 2014/24/EU and of a country's law under it, in force on a day. It refuses as
// [PackUnder] does.
func PackFor(law string, day Date) (Pack, error) { return PackUnder(Directive24, law, day) }

// PackUnder returns the rules of a directive and of a country's law under it, as in force on a day; an empty country
// gives the directive alone. It refuses a day before the first pack and an unknown directive with
// [models.CodeRuleUnknown]. A country without a pack is no error: its law is not known, and [Pack.Rule] says so.
func PackUnder(directive Directive, law string, day Date) (Pack, error) {
	data, err := loadData()
	if err != nil {
		return Pack{}, err
	}
	pack := Pack{Law: law, Directive: directive, On: day, rules: map[string]Rule{}, floor: map[string]Rule{}}
	for _, f := range data.packs { // the Directives first, then countries
		if f.Country == "" && f.Directive == directive && f.inForce(day) {
			pack.Titles = append(pack.Titles, f.Title)
			for _, r := range f.Rules {
				pack.floor[r.ID] = r
			}
		}
		if f.Country == law && law != "" && f.inForce(day) && (f.Directive == directive || f.Outside) {
			pack.Titles = append(pack.Titles, f.Title)
			pack.Outside = f.Outside
			for _, r := range f.Rules {
				pack.rules[r.ID] = pack.adopted(r)
			}
		}
	}
	if len(pack.floor) == 0 {
		return Pack{}, models.Refuse(models.CodeRuleUnknown, "", "no rules of Directive %s are known on %s",
			directive, day)
	}
	return pack, nil
}

// adopted completes a rule that a country has as in the Directive.
func (p Pack) adopted(r Rule) Rule {
	if !r.AsDirective {
		return r
	}
	same := p.floor[r.ID]
	same.AsDirective, same.national, same.Counting = true, r.Source, r.Counting
	same.Note, same.Caution, same.Needs = r.Note, r.Caution, r.Needs
	if r.RunsFrom != "" {
		same.RunsFrom = r.RunsFrom
	}
	return same
}

// Rules returns every rule of the pack, sorted by ID: those that are known of the law; of the Directive, all.
func (p Pack) Rules() []Rule {
	from := p.rules
	if p.Law == "" {
		from = p.floor
	}
	rules := make([]Rule, 0, len(from))
	for _, r := range from {
		rules = append(rules, r)
	}
	slices.SortFunc(rules, func(a, b Rule) int { return strings.Compare(a.ID, b.ID) })
	return rules
}

// Knows tells whether a pack of the law has the rule.
func (p Pack) Knows(id string) bool {
	r, ok := p.rules[id]
	return ok && r.certified == ""
}

// Unknown lists the rules of the Directive that are not known of the law, sorted.
func (p Pack) Unknown() []string {
	var unknown []string
	for id, least := range p.floor {
		if _, known := p.rules[id]; !known && p.Law != "" && (least.Bound == Minimum || p.Outside) {
			unknown = append(unknown, id)
		}
	}
	slices.Sort(unknown)
	return unknown
}

// Rule returns the rule of that ID. It refuses with [models.CodeRuleUnknown] one that nobody knows, and one that is not
// known of the law: the Directive's minimum is not the law of a country.
func (p Pack) Rule(id string) (Rule, error) {
	if r, known := p.rules[id]; known {
		return r, nil
	}
	least, inDirective := p.floor[id]
	switch {
	case inDirective && (p.Law == "" || least.Bound == Maximum && !p.Outside):
		return least, nil // what the Directive gives at most binds every country
	case inDirective && !p.Outside:
		return Rule{}, models.Refuse(models.CodeRuleUnknown, "",
			"what the law of %s says on %q is not known here on %s", p.Law, id, p.On).
			Accepting("that period, certified with its source by a person with the role legal; "+
				"not less than %s (%s)", least.Length, least.Source)
	case inDirective:
		return Rule{}, models.Refuse(models.CodeRuleUnknown, "",
			"what the law of %s says on %q is not known here on %s", p.Law, id, p.On).
			Accepting("that period, certified with its source by a person with the role legal")
	}
	return Rule{}, models.Refuse(models.CodeRuleUnknown, "", "there is no time limit %q", id).
		Accepting("one of %v", p.ids())
}

func (p Pack) ids() []string {
	var ids []string
	for _, from := range []map[string]Rule{p.floor, p.rules} {
		for id := range from {
			if !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	slices.Sort(ids)
	return ids
}

// With returns the pack with a rule that an entry of the record certifies, because no pack knows it. It refuses one
// that is known or that nobody has, one that is not well formed, and a length that the Directive does not allow, with
// [models.CodeInvalidValue], [models.CodeRuleUnknown] and [models.CodeBelowStatutoryMinimum].
func (p Pack) With(r Rule, entry string) (Pack, error) {
	if err := r.check(); err != nil {
		return p, models.Refuse(models.CodeInvalidValue, "/rule", "the period cannot be counted: %v", err)
	}
	if known := p.rules[r.ID]; p.Knows(r.ID) {
		return p, models.Refuse(models.CodeInvalidValue, "/rule",
			"what the law of %s says on %q is known here: %s (%s)", p.Law, r.ID, known.Span(),
			known.Cited()).Accepting("a time limit that is not known: %v", p.Unknown())
	}
	least, bound := p.floor[r.ID]
	if !bound {
		_, err := p.Rule(r.ID)
		return p, models.At("/rule", err)
	}
	if err := p.allows(r, least); err != nil {
		return p, err
	}
	with := p
	with.rules = maps.Clone(p.rules)
	r.certified = entry
	with.rules[r.ID] = r
	return with, nil
}

// allows refuses a length that the Directive does not allow, where the two can be compared without a calendar.
func (p Pack) allows(r, least Rule) error {
	switch {
	case p.Outside || r.Length.Unit != least.Length.Unit:
	case least.Bound == Minimum && r.Length.N < least.shortest():
		return models.Refuse(models.CodeBelowStatutoryMinimum, "/n", "%s is less than the Directive allows (%s)",
			r.Length, least.Source).Accepting("%d %s or more", least.shortest(), least.Length.Unit)
	case least.Bound == Maximum && r.Length.N > least.Length.N:
		return models.Refuse(models.CodeBelowStatutoryMinimum, "/n", "%s is more than the Directive allows (%s)",
			r.Length, least.Source).Accepting("%d %s or less", least.Length.N, least.Length.Unit)
	}
	return nil
}

// Bound returns the pack with the Directive as its floor, although the law is that of a country that is bound by none:
// the buyers are.
func (p Pack) Bound() Pack {
	p.Outside = false
	return p
}

// shortest is the least that the rule can ever give.
func (r Rule) shortest() int {
	least := r.Length.N
	for _, v := range r.Variants {
		if v.Length.N > 0 {
			least = min(least, v.Length.N)
		}
	}
	return least
}

// A Question is what is asked of a rule.
type Question struct {
	Rule  string
	Event Date
	// Until is the end of the time of which a rule takes a share.
	Until         Date
	Circumstances []Circumstance
	// Procedure is the eForms code of the procedure; empty: it is not told, and nothing depends on it.
	Procedure string
}

// Count counts the period of a rule from (or, where the rule says so, back from) an event. Where the Directive would
// end a shortest period later than the law of the country, the Directive counts ([Explained.Floor]). Circumstances that
// change nothing are named in [Explained.Without]. It refuses as [Pack.Rule] and [End] do, and an unknown
// circumstance with [models.CodeInvalidValue].
func (p Pack) Count(id string, event Date, holidays *Holidays, circumstances ...Circumstance) (Explained, error) {
	return p.Answer(Question{Rule: id, Event: event, Circumstances: circumstances}, holidays)
}

// Answer is [Pack.Count] for every kind of rule. Where tenders can only be made after a visit to the site, the time is
// longer than the minimum (Directive 2014/24/EU, Article 47(2)).
func (p Pack) Answer(q Question, holidays *Holidays) (Explained, error) {
	e, err := p.answer(q, holidays)
	if rule, _ := p.Rule(q.Rule); rule.Bound == Minimum && !e.Backward && slices.Contains(q.Circumstances, SiteVisit) {
		e.Free = e.Free.AddDays(1)
	}
	return e, err
}

func (p Pack) answer(q Question, holidays *Holidays) (Explained, error) {
	rule, err := p.Rule(q.Rule)
	if err != nil {
		return Explained{}, err
	}
	for _, c := range q.Circumstances {
		if !slices.Contains(Circumstances(), c) {
			return Explained{}, models.Refuse(models.CodeInvalidValue, "/circumstances",
				"%q is not a circumstance that the rules know", c).Accepting("some of %v", Circumstances())
		}
	}
	if all([]Circumstance{AgreedPeriod, NoAgreement}, q.Circumstances) {
		return Explained{}, models.Refuse(models.CodeInvalidValue, "/circumstances",
			"the period cannot be agreed and not agreed").Accepting("%s or %s", AgreedPeriod, NoAgreement)
	}
	e, err := rule.count(q, holidays, p.Law)
	e.Law = p.Law
	least, bound := p.floor[q.Rule]
	if err != nil || !bound || p.Outside || p.Law == "" || rule.AsDirective && rule.Counting == (Counting{}) {
		return e, err
	}
	if rule.Share != nil && least.Backward {
		q.Event = q.Until // the Directive counts back from the day until which the law takes a share
	}
	floor, err := least.count(q, holidays, p.Law)
	if err != nil || !floor.stricterThan(e, rule.Bound) {
		return e, err
	}
	floor.Law, floor.WaitsFor, floor.Needs = p.Law, e.WaitsFor, e.Needs
	floor.Caution, floor.Certified = e.Caution, e.Certified
	floor.Floor = &Floor{Source: e.RuleSource, Length: e.Length, LastDay: e.LastDay}
	if e.RunsFrom != floor.RunsFrom {
		floor.Floor.RunsFrom = e.RunsFrom
	}
	return floor, nil
}

// stricterThan tells whether a count leaves buyers less room than another.
func (e Explained) stricterThan(other Explained, bound Bound) bool {
	if e.Backward == (bound == Maximum) { // at least so long after, or at most so long before
		return e.Free.After(other.Free)
	}
	return e.Free.Before(other.Free)
}

// count counts the period by this rule alone.
func (r Rule) count(q Question, holidays *Holidays, law string) (e Explained, err error) {
	length, source, used := r.lengthIn(q.Procedure, q.Circumstances)
	if r.AnyPart && holidays != nil {
		if holidays, err = holidays.andAnywhereIn(law); err != nil {
			return e, err
		}
	}
	switch {
	case r.Share != nil:
		e, err = r.shareOf(q)
	case r.Backward:
		e, err = LatestBefore(q.Event, length, holidays)
	case length.N == 0:
		e = Explained{
			Event: q.Event, Length: length, RawDay: q.Event, LastDay: q.Event, Free: q.Event.AddDays(1),
			Place: holidays.Place(), Zone: holidays.Zone(),
		}
	default:
		e, err = forward(q.Event, length, r.Counting, holidays, r.Bound)
	}
	e.Rule, e.RuleSource, e.RunsFrom = r.ID, source, r.RunsFrom
	e.WaitsFor, e.Caution, e.Certified = r.WaitsFor, r.Caution, r.certified
	for _, c := range r.Needs {
		if !slices.Contains(q.Circumstances, c) {
			e.Needs = append(e.Needs, c)
		}
	}
	for _, c := range q.Circumstances {
		if !slices.Contains(used, c) && !r.mentions(c, q.Procedure) && !selfEvident(c) &&
			!slices.Contains(e.Without, c) {
			e.Without = append(e.Without, c)
		}
	}
	return e, err
}

// mentions tells whether the rule says anything about a circumstance in a procedure.
func (r Rule) mentions(c Circumstance, procedure string) bool {
	return slices.ContainsFunc(r.Variants, func(v Variant) bool {
		return v.holdsIn(procedure) && (slices.Contains(v.When, c) || slices.Contains(v.Unless, c))
	}) || slices.ContainsFunc(r.Extensions, func(x Extension) bool {
		return slices.Contains(x.When, c) || slices.Contains(x.Unless, c)
	})
}

// selfEvident circumstances are given without anybody claiming that they shorten something; what a visit to the site
// does is told by the first free day.
func selfEvident(c Circumstance) bool {
	return slices.Contains([]Circumstance{
		ElectronicSubmission, ElectronicNotice, ElectronicLetters, WorksContract, SiteVisit,
	}, c)
}

// shareOf takes a part of the days between the event and another day, which ends with the last whole day of it.
func (r Rule) shareOf(q Question) (Explained, error) {
	total := q.Event.DaysUntil(q.Until)
	if q.Until.IsZero() || total <= 0 {
		return Explained{}, models.Refuse(models.CodeInvalidValue, "/until",
			"%s is a part of the time until the deadline, which is not given or not after %s", r.ID, q.Event).
			Accepting("the day of the deadline")
	}
	days := total * r.Share.Part / r.Share.Of
	last := q.Event.AddDays(days)
	share := Share{Part: r.Share.Part, Of: r.Share.Of, Until: q.Until}
	return Explained{
		Event: q.Event, Length: Length{days, Days}, Share: &share, RawDay: last, LastDay: last, Free: last.AddDays(1),
	}, nil
}

// holdsIn tells whether a variant holds in a procedure; in one that is not told, it does.
func (v Variant) holdsIn(procedure string) bool {
	return len(v.In) == 0 || procedure == "" || slices.Contains(v.In, procedure)
}

// length picks the length under the circumstances, with its source and the circumstances it rests on.
func (r Rule) length(circumstances []Circumstance) (length Length, source string, used []Circumstance) {
	return r.lengthIn("", circumstances)
}

func (r Rule) lengthIn(
	procedure string, circumstances []Circumstance,
) (length Length, source string, used []Circumstance) {
	length = r.Length
	sources := []string{r.Source}
	for _, v := range r.Variants {
		if v.holdsIn(procedure) && all(v.When, circumstances) && !anyOf(v.Unless, circumstances) &&
			v.Length.N < length.N {
			length, sources, used = v.Length, []string{cmp.Or(v.Source, r.Source)}, v.When
		}
	}
	for _, x := range r.Extensions {
		if all(x.When, circumstances) && !anyOf(x.Unless, circumstances) && length.N > 0 {
			length.N += x.AddDays
			if further := cmp.Or(x.Source, r.Source); !slices.Contains(sources, further) {
				sources = append(sources, further)
			}
			used = append(slices.Clone(used), x.When...)
		}
	}
	source = strings.Join(sources, " and ")
	if r.national != "" {
		source = r.national + "; " + source
	}
	return length, source, used
}

func all(wanted, have []Circumstance) bool {
	return !slices.ContainsFunc(wanted, func(c Circumstance) bool { return !slices.Contains(have, c) })
}

func anyOf(wanted, have []Circumstance) bool {
	return slices.ContainsFunc(wanted, func(c Circumstance) bool { return slices.Contains(have, c) })
}

// Shape returns what is known of a rule besides its length, to be filled in with a certified one: that of the law, or
// else of the Directive. It refuses a rule that nobody knows with [models.CodeRuleUnknown].
func (p Pack) Shape(id string) (Rule, error) {
	r, known := p.rules[id]
	if !known {
		r, known = p.floor[id]
	}
	if !known {
		_, err := p.Rule(id)
		return Rule{}, err
	}
	return Rule{ID: r.ID, RunsFrom: r.RunsFrom, Bound: r.Bound, Backward: r.Backward, WaitsFor: r.WaitsFor}, nil
}
