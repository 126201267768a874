package models

import "slices"

// What the needs phase writes into the dossier.
const (
	// EntryNeedsStatement is one buyer's need.
	EntryNeedsStatement EntryKind = "needs_statement"
	// EntryCommonNeed is the consolidated need of all buyers.
	EntryCommonNeed EntryKind = "common_need"
	// EntryNeedConfirmation is one buyer's confirmation of the common need, by digest.
	EntryNeedConfirmation EntryKind = "need_confirmation"
	// EntryStateOfTheArt is the report on what the market and research already offer.
	EntryStateOfTheArt EntryKind = "state_of_the_art"
	// EntryEstimate is one buyer's estimated value and quantity.
	EntryEstimate EntryKind = "estimate"
)

// An Outcome states a need by what is to be reached, never by a technology: an indicator with where it
// stands and where it should stand (call COS-PPI-2020-2-04, activity I; fact sheet §7, phase 1).
type Outcome struct {
	Outcome   Text   `json:"outcome" doc:"What is to be different, not how"`
	Indicator Text   `json:"indicator" doc:"What is measured"`
	Baseline  string `json:"baseline" doc:"Value today, a decimal number as text" example:"48"`
	Target    string `json:"target" doc:"Value to be reached, a decimal number as text" example:"4"`
	Unit      string `json:"unit" doc:"Unit of both values" example:"hours"`
}

func (o Outcome) check() []*Refusal {
	faults := compact(
		CheckText("/outcome", o.Outcome, 4000), CheckText("/indicator", o.Indicator, 1000),
		CheckDecimal("/baseline", o.Baseline), CheckDecimal("/target", o.Target), checkWord("/unit", o.Unit, 60))
	if o.Baseline == o.Target && len(faults) == 0 {
		faults = append(faults, Refuse(CodeInvalidValue, "/target",
			"the target equals the baseline: nothing would change").
			Accepting("a target that differs from the baseline %s", o.Baseline))
	}
	return faults
}

// A NeedsStatement is one buyer's need.
type NeedsStatement struct {
	Outcome
	Priority string `json:"priority" enum:"must,should,could,wont" doc:"MoSCoW priority"`
	// Trigger is absent in what was written before it was asked for.
	Trigger string `json:"trigger,omitempty" enum:"service_problem,quality_or_efficiency,policy_objective,legal_requirement" doc:"Why something must change; the gate asks for it"` //nolint:lll // a tag cannot be broken
}

// The priorities of needs (MoSCoW).
const (
	PriorityMust   = "must"
	PriorityShould = "should"
	PriorityCould  = "could"
	PriorityWont   = "wont"
)

// NeedTriggers lists what gives rise to a need. That something is new is none of them.
func NeedTriggers() []string {
	return []string{"service_problem", "quality_or_efficiency", "policy_objective", "legal_requirement"}
}

// Check refuses a statement without outcome, indicator, baseline or target, and a target equal to the baseline.
func (s NeedsStatement) Check() error {
	faults := append(s.check(), checkOneOf("/priority", s.Priority, PriorityMust, PriorityShould, PriorityCould,
		PriorityWont)...)
	if s.Trigger != "" {
		faults = append(faults, checkOneOf("/trigger", s.Trigger, NeedTriggers()...)...)
	}
	return Refusals(faults)
}

// A CommonNeed is the consolidated need, with the statements it rests on.
type CommonNeed struct {
	Outcome
	Statements []ID `json:"statements" minItems:"1" maxItems:"500" doc:"The needs statements it consolidates"`
}

// Check refuses what [NeedsStatement.Check] refuses of an outcome, and a common need that names no statement.
func (n CommonNeed) Check() error {
	faults := n.check()
	if len(n.Statements) == 0 {
		faults = append(faults, Refuse(CodeInvalidValue, "/statements", "no needs statement is named").
			Accepting("at least one"))
	}
	for _, id := range n.Statements {
		faults = append(faults, checkID("/statements", id, PrefixEntry)...)
	}
	return Refusals(faults)
}

// Conclusions of a state-of-the-art report; [RoutesFor] says to which routes each points.
const (
	ConclusionUnmet        = "unmet"
	ConclusionNearMarket   = "near_market"
	ConclusionOffTheShelf  = "off_the_shelf"
	ConclusionNeedsRD      = "needs_research"
	ConclusionUndetermined = "undetermined"
)

// A StateOfTheArt reports what exists already: technologies, patents, standards, offers.
type StateOfTheArt struct {
	Summary    Text     `json:"summary"`
	Conclusion string   `json:"conclusion" enum:"unmet,near_market,off_the_shelf,needs_research,undetermined"`
	Sources    []Source `json:"sources" maxItems:"500" doc:"What was searched and read"`
}

// A Source is something a report rests on.
type Source struct {
	Title   string `json:"title" maxLength:"500"`
	Address string `json:"address,omitempty" maxLength:"2000" doc:"URL, DOI or shelf mark"`
}

// Check refuses a report without summary, conclusion or sources.
func (s StateOfTheArt) Check() error {
	faults := append(compact(CheckText("/summary", s.Summary, 20_000)),
		checkOneOf("/conclusion", s.Conclusion, ConclusionUnmet, ConclusionNearMarket, ConclusionOffTheShelf,
			ConclusionNeedsRD, ConclusionUndetermined)...)
	if len(s.Sources) == 0 {
		faults = append(faults, Refuse(CodeInvalidValue, "/sources", "the report names no source").
			Accepting("at least one source"))
	}
	for _, src := range s.Sources {
		faults = append(faults, compact(checkWord("/sources", src.Title, 500))...)
	}
	return Refusals(faults)
}

// An Estimate is what one buyer expects to buy, without VAT (Directive 2014/24/EU, Article 5).
type Estimate struct {
	Value    Money  `json:"value" doc:"Estimated value without VAT"`
	Quantity string `json:"quantity" doc:"Decimal number as text" example:"1"`
	Unit     string `json:"unit" example:"system"`
}

// Check refuses a malformed value or quantity.
func (e Estimate) Check() error {
	return Refusals(compact(
		e.Value.Check("/value"), CheckDecimal("/quantity", e.Quantity), checkWord("/unit", e.Unit, 60)))
}

func compact(faults ...*Refusal) []*Refusal {
	return slices.DeleteFunc(faults, func(r *Refusal) bool { return r == nil })
}
