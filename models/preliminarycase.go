package models

import "slices"

// EntryPreliminaryCase is the business case before there is a specification.
const EntryPreliminaryCase EntryKind = "preliminary_case"

// The stages of the preliminary business case. The business case itself follows with the specification.
const (
	CaseBeforeConsultation = "before_consultation"
	CaseAfterConsultation  = "after_consultation"
)

// A PreliminaryCase weighs what can be done about the need before anything is specified: first by what the buyers know
// themselves, then by what the market has said. [BusinessCase] is the last of the three states, and a part of the
// specification.
type PreliminaryCase struct {
	Stage       string       `json:"stage" enum:"before_consultation,after_consultation"`
	Problem     Text         `json:"problem" doc:"What is wrong today, and for whom"`
	Constraints Text         `json:"constraints" doc:"What cannot be changed: money, time, law, what is there"`
	Years       int          `json:"years" minimum:"1" maximum:"50" doc:"For how many years options are compared"`
	Options     []CaseOption `json:"options" minItems:"2" maxItems:"20" doc:"What can be done; to go on as now is one"`
	BreakEven   Text         `json:"break_even" doc:"When benefits have paid for costs, or why that is not known"`
	Route       string       `json:"route" enum:"ppi,pcp,ordinary_purchase,innovation_partnership" doc:"For now"`
	Deviation   string       `json:"deviation,omitempty" maxLength:"8000" doc:"Why another than the findings suggest"`
	Changed     Text         `json:"changed,omitempty" doc:"After the consultation: what it has changed, and why"`
	Before      string       `json:"before,omitempty" pattern:"^[0-9a-f]{64}$" doc:"Digest of that before, filled in"`
}

// A CaseOption is one thing that can be done.
type CaseOption struct {
	Title     Text  `json:"title"`
	Costs     Money `json:"costs" doc:"Of all the years, without VAT"`
	Benefits  Money `json:"benefits" doc:"What it saves or brings in all the years; 0: nothing in money"`
	Reasons   Text  `json:"reasons" doc:"What costs and benefits rest on, and benefits that are not money"`
	Preferred bool  `json:"preferred,omitempty"`
}

// Check refuses a case that compares nothing, prefers none or several options, or compares amounts in several
// currencies; and an update that does not say what has changed.
func (c PreliminaryCase) Check() error {
	faults := slices.Concat(
		checkOneOf("/stage", c.Stage, CaseBeforeConsultation, CaseAfterConsultation),
		checkOneOf("/route", c.Route, RoutePPI, RoutePCP, RouteOrdinary, RouteInnovationPartnership),
		compact(CheckText("/problem", c.Problem, 20_000), CheckText("/constraints", c.Constraints, 20_000),
			CheckText("/break_even", c.BreakEven, 8000)))
	if c.Years < 1 || c.Years > 50 {
		faults = append(faults, Refuse(CodeInvalidValue, "/years", "options are compared for %d years", c.Years).
			Accepting("1 to 50"))
	}
	switch {
	case c.Stage == CaseAfterConsultation:
		faults = append(faults, compact(CheckText("/changed", c.Changed, 20_000))...)
	case len(c.Changed) > 0 || c.Before != "":
		faults = append(faults, Refuse(CodeInvalidValue, "/changed",
			"nothing can have changed before the consultation").
			Accepting("neither changed nor before, or the stage %s", CaseAfterConsultation))
	}
	return Refusals(append(faults, c.checkOptions()...))
}

func (c PreliminaryCase) checkOptions() []*Refusal {
	var faults []*Refusal
	if len(c.Options) < 2 {
		faults = append(faults, Refuse(CodeInvalidValue, "/options", "nothing is compared").
			Accepting("at least two options, one of which is to go on as now"))
	}
	preferred := 0
	for n, o := range c.Options {
		at := item("/options", n)
		faults = append(faults, compact(CheckText(at+"/title", o.Title, 1000), o.Costs.Check(at+"/costs"),
			o.Benefits.Check(at+"/benefits"), CheckText(at+"/reasons", o.Reasons, 8000))...)
		if currency := c.Options[0].Costs.Currency; o.Costs.Currency != currency || o.Benefits.Currency != currency {
			faults = append(faults, Refuse(CodeInvalidValue, at+"/costs/currency",
				"the first option is in %s", currency).
				Accepting("all amounts in one currency"))
		}
		if o.Preferred {
			preferred++
		}
	}
	if preferred != 1 {
		faults = append(faults, Refuse(CodeInvalidValue, "/options", "%d options are preferred", preferred).
			Accepting("exactly one"))
	}
	return faults
}

// Subject is the stage: one case stands for each.
func (c PreliminaryCase) Subject() string { return c.Stage }

// Drawn fills in which case the update follows.
func (c PreliminaryCase) Drawn(d Dossier) PreliminaryCase {
	if c.Stage == CaseAfterConsultation && c.Before == "" {
		before, _ := d.PreliminaryCase(CaseBeforeConsultation)
		c.Before = before.Digest
	}
	return c
}

// CheckAgainst refuses an update before a market consultation was closed, and one that follows another case than the
// one that stands.
func (c PreliminaryCase) CheckAgainst(d Dossier, e Entry) error {
	if e.WithdrawnAt != nil || c.Stage != CaseAfterConsultation {
		return nil
	}
	before, ok := d.PreliminaryCase(CaseBeforeConsultation)
	switch {
	case !ok:
		return Refuse(CodeInvalidValue, "/stage", "there is no case before the consultation").
			Accepting("first the case of the stage %s", CaseBeforeConsultation)
	case c.Before != before.Digest:
		return Refuse(CodeInvalidValue, "/before", "this is not the case before the consultation as it stands").
			Accepting("%s", before.Digest)
	case !slices.ContainsFunc(d.Market.Consultations, func(x Consultation) bool { return x.ClosedAt != nil }):
		return Refuse(CodeInvalidValue, "/stage", "no market consultation was closed yet").
			Accepting("the update after the consultation")
	}
	return nil
}

// PreliminaryCase finds the preliminary business case of a stage.
func (d Dossier) PreliminaryCase(stage string) (Entry, bool) {
	return find(d.Of(EntryPreliminaryCase), func(e Entry) bool { return e.Subject == stage })
}
