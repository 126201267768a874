package models

import (
	"slices"
	"strings"
)

const (
	// EntryPCPPlan says in which phases a pre-commercial procurement has several contractors compete.
	EntryPCPPlan EntryKind = "pcp_plan"
	// EntryPCPPhase is what came of one phase.
	EntryPCPPhase EntryKind = "pcp_phase"
)

// A PCPPlan announces how a pre-commercial procurement runs: research and development services are bought from several
// contractors at once, whose number falls from phase to phase (fact sheet §2.1). No commercial volumes are bought.
type PCPPlan struct {
	Phases    []PCPPlanned `json:"phases" minItems:"1" maxItems:"3" doc:"In their order, from solution_design on"`
	Reduction Text         `json:"reduction" doc:"By which criteria contractors go on to the next phase"`
	Rights    Text         `json:"rights" doc:"Who owns the results, and what rights the buyers have"`
}

// A PCPPlanned is one phase as it is planned.
type PCPPlanned struct {
	Phase       PCPPhase `json:"phase" enum:"solution_design,prototyping,original_development"`
	Contractors int      `json:"contractors" minimum:"1" maximum:"100" doc:"How many compete at least"`
	Budget      Money    `json:"budget" doc:"For all contractors of the phase, without VAT"`
	Ends        string   `json:"ends" format:"date" doc:"Its last day"`
}

// Check refuses phases out of their order, a first phase without competition, and more contractors in a later phase.
func (p PCPPlan) Check() error {
	faults := compact(CheckText("/reduction", p.Reduction, 20_000), CheckText("/rights", p.Rights, 20_000))
	if len(p.Phases) == 0 || len(p.Phases) > len(PCPPhases()) {
		return Refusals(append(faults, Refuse(CodeInvalidValue, "/phases", "%d phases are planned", len(p.Phases)).
			Accepting("the phases %v, or the first of them", PCPPhases())))
	}
	for i, planned := range p.Phases {
		if planned.Phase != PCPPhases()[i] {
			faults = append(faults, Refuse(CodeInvalidValue, "/phases", "the phase %s is not number %d", planned.Phase,
				i+1).Accepting("the phases %v, or the first of them", PCPPhases()))
		}
		faults = append(faults, compact(planned.Budget.Check("/phases"), checkDate("/phases", planned.Ends))...)
		switch {
		case i == 0 && planned.Contractors < 2:
			faults = append(faults, Refuse(CodeInvalidValue, "/phases", "nobody competes in the first phase").
				Accepting("two contractors at least"))
		case planned.Contractors < 1 || i > 0 && planned.Contractors > p.Phases[i-1].Contractors:
			faults = append(faults, Refuse(CodeInvalidValue, "/phases", "the number of contractors does not fall").
				Accepting("as many contractors as in the phase before, or fewer"))
		case i > 0 && planned.Ends <= p.Phases[i-1].Ends:
			faults = append(faults, Refuse(CodeInvalidValue, "/phases", "the phase %s ends before the one before it",
				planned.Phase).Accepting("a later day"))
		}
	}
	return Refusals(faults)
}

// Wording lists what contractors read.
func (p PCPPlan) Wording() []Wording {
	return []Wording{{"/reduction", p.Reduction}, {"/rights", p.Rights}}
}

// CheckAgainst refuses a plan on another route.
func (PCPPlan) CheckAgainst(d Dossier, e Entry) error {
	if e.WithdrawnAt != nil || d.IsPCP() {
		return nil
	}
	return notPCP()
}

func notPCP() *Refusal {
	return Refuse(CodeNotPCP, "", "this procurement does not take the route %s", RoutePCP).
		Accepting("this on that route")
}

// IsPCP tells whether the procurement takes the route of a pre-commercial procurement.
func (d Dossier) IsPCP() bool {
	e, _ := d.Latest(EntryRoute)
	r, _ := BodyOf[Route](e)
	return r.Route == RoutePCP
}

// PCPPlan returns the plan of a pre-commercial procurement; false: there is none.
func (d Dossier) PCPPlan() (PCPPlan, bool) {
	e, ok := d.Latest(EntryPCPPlan)
	if !ok {
		return PCPPlan{}, false
	}
	return BodyOf[PCPPlan](e)
}

// What becomes of a contractor at the end of a phase.
const (
	// PCPContinues: it goes on to the next phase.
	PCPContinues = "continues"
	// PCPCompleted: it has done what it was engaged for, and no phase follows.
	PCPCompleted = "completed"
	// PCPEnded: it does not go on.
	PCPEnded = "ended"
)

// A PCPResult is what came of one phase: who took part, and who goes on.
type PCPResult struct {
	Phase       PCPPhase     `json:"phase" enum:"solution_design,prototyping,original_development"`
	Call        string       `json:"call,omitempty" maxLength:"400" doc:"Where all were invited; for the first phase"`
	BeganOn     string       `json:"began_on" format:"date"`
	EndedOn     string       `json:"ended_on" format:"date"`
	Contractors []PCPOutcome `json:"contractors" minItems:"1" maxItems:"100"`
	Fewer       string       `json:"fewer,omitempty" maxLength:"8000" doc:"Why fewer took part than was planned"`
	Stopped     string       `json:"stopped,omitempty" maxLength:"8000" doc:"Why no planned phase follows"`
}

// A PCPOutcome is what became of a contractor.
type PCPOutcome struct {
	Name         string `json:"name" minLength:"1" maxLength:"400"`
	Organisation ID     `json:"organisation,omitempty" doc:"The contractor, if it is known here"`
	Country      string `json:"country" pattern:"^[A-Z]{2}$" doc:"ISO 3166-1 alpha-2" example:"FR"`
	Outcome      string `json:"outcome" enum:"continues,completed,ended"`
	Reason       string `json:"reason" minLength:"1" maxLength:"8000" doc:"By the criteria that were announced"`
}

// Check refuses an outcome without its reason, a contractor named twice, and a phase that ends before it begins.
func (r PCPResult) Check() error {
	faults := append(checkOneOf("/phase", r.Phase, PCPPhases()...),
		compact(checkDate("/began_on", r.BeganOn), checkDate("/ended_on", r.EndedOn))...)
	if r.EndedOn < r.BeganOn {
		faults = append(faults, Refuse(CodeInvalidValue, "/ended_on", "the phase ends before it begins").
			Accepting("a day from %s on", r.BeganOn))
	}
	if r.Phase == PCPDesign {
		faults = append(faults, compact(checkWord("/call", r.Call, 400))...)
	}
	for i, c := range r.Contractors {
		faults = append(faults, checkOneOf("/contractors", c.Outcome, PCPContinues, PCPCompleted, PCPEnded)...)
		faults = append(faults, compact(checkWord("/contractors", c.Name, 400),
			checkWord("/contractors", c.Reason, 8000))...)
		if slices.ContainsFunc(r.Contractors[:i],
			func(o PCPOutcome) bool { return strings.EqualFold(o.Name, c.Name) }) {
			faults = append(faults, Refuse(CodeInvalidValue, "/contractors", "%s is named twice", c.Name).
				Accepting("each contractor once"))
		}
	}
	return Refusals(faults)
}

// Subject is the phase: each has one result.
func (r PCPResult) Subject() string { return string(r.Phase) }

// CheckAgainst refuses a result that was not planned, other contractors than those who went on from the phase before,
// fewer than planned without a reason, and an outcome that does not fit the phase.
func (r PCPResult) CheckAgainst(d Dossier, e Entry) error {
	if !d.IsPCP() {
		return notPCP()
	}
	if _, later := d.PCPResult(r.follower()); later {
		return Refuse(CodeEntryFinal, "", "the phase after %s has its result", r.Phase).
			Accepting("this before the result of a later phase is recorded")
	}
	if e.WithdrawnAt != nil {
		return nil
	}
	if today := d.Today(); r.EndedOn > today {
		return Refuse(CodeInvalidValue, "/ended_on", "today is %s: the phase goes on", today).
			Accepting("the result of a phase once it has ended")
	}
	plan, _ := d.PCPPlan()
	at := slices.IndexFunc(plan.Phases, func(p PCPPlanned) bool { return p.Phase == r.Phase })
	if at < 0 {
		return Refuse(CodeInvalidValue, "/phase", "the phase %s was not planned", r.Phase).
			Accepting("a phase of the plan that the buyers approved")
	}
	if len(r.Contractors) < plan.Phases[at].Contractors && strings.TrimSpace(r.Fewer) == "" {
		return Refuse(CodeInvalidValue, "/contractors", "%d contractors took part, and %d were planned at least",
			len(r.Contractors), plan.Phases[at].Contractors).
			Accepting("the reason why, in fewer")
	}
	if err := r.fromBefore(d, at); err != nil {
		return err
	}
	return r.fitting(at == len(plan.Phases)-1)
}

// follower is the phase after this one; empty: none is.
func (r PCPResult) follower() PCPPhase {
	if i := slices.Index(PCPPhases(), r.Phase) + 1; i < len(PCPPhases()) {
		return PCPPhases()[i]
	}
	return ""
}

// fromBefore refuses contractors other than those who went on from the phase before: nobody joins on the way.
func (r PCPResult) fromBefore(d Dossier, at int) error {
	if at == 0 {
		return nil
	}
	before, ok := d.PCPResult(PCPPhases()[at-1])
	if !ok || before.Stopped != "" || r.BeganOn < before.EndedOn {
		return Refuse(CodeInvalidValue, "/phase", "the phase before it has not ended, or nothing follows it").
			Accepting("the result of the phase %s first", PCPPhases()[at-1])
	}
	var expected, named []string
	for _, c := range before.Contractors {
		if c.Outcome == PCPContinues {
			expected = append(expected, c.Name)
		}
	}
	for _, c := range r.Contractors {
		named = append(named, c.Name)
	}
	slices.Sort(expected)
	slices.Sort(named)
	if !slices.Equal(expected, named) {
		return Refuse(CodeInvalidValue, "/contractors", "these are not the contractors who went on").
			Accepting("%s", strings.Join(expected, ", "))
	}
	return nil
}

// fitting refuses contractors who go on although no phase follows, or nobody who does although one follows.
func (r PCPResult) fitting(last bool) error {
	ends := last || strings.TrimSpace(r.Stopped) != ""
	on := slices.ContainsFunc(r.Contractors, func(c PCPOutcome) bool { return c.Outcome == PCPContinues })
	done := slices.ContainsFunc(r.Contractors, func(c PCPOutcome) bool { return c.Outcome == PCPCompleted })
	switch {
	case ends && on:
		return Refuse(CodeInvalidValue, "/contractors", "no phase follows, so nobody goes on to it").
			Accepting("the outcomes %s and %s", PCPCompleted, PCPEnded)
	case !ends && done:
		return Refuse(CodeInvalidValue, "/contractors", "a phase follows, so nobody has completed").
			Accepting("the outcomes %s and %s", PCPContinues, PCPEnded)
	case !ends && !on:
		return Refuse(CodeInvalidValue, "/stopped", "nobody goes on to the next phase").
			Accepting("the reason why no phase follows")
	}
	return nil
}

// PCPResult returns what came of a phase; false: it has not ended.
func (d Dossier) PCPResult(phase PCPPhase) (PCPResult, bool) {
	r, _, ok := about[PCPResult](d, EntryPCPPhase, ID(phase))
	return r, ok
}
