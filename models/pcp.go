package models

import (
	"slices"
	"strings"
)

// EntryPrecedingPCP names the pre-commercial procurement that a procurement follows.
const EntryPrecedingPCP EntryKind = "preceding_pcp"

// A PCPPhase is one of the phases of a pre-commercial procurement, in each of which several contractors compete.
type PCPPhase string

// The phases, in their order (fact sheet §2.1: solution design, prototype, original development and testing).
const (
	PCPDesign      PCPPhase = "solution_design"
	PCPPrototype   PCPPhase = "prototyping"
	PCPDevelopment PCPPhase = "original_development"
)

// PCPPhases lists the phases in their order.
func PCPPhases() []PCPPhase { return []PCPPhase{PCPDesign, PCPPrototype, PCPDevelopment} }

// A PrecedingPCP is the pre-commercial procurement whose results a procurement means to buy. That one bought research
// and development services, outside of the Directive (2014/24/EU, Article 14); this one is open to everybody. So its
// contractors are in the register of prior involvement, and what came of it is told to all (Article 41).
type PrecedingPCP struct {
	Procurement ID              `json:"procurement,omitempty" doc:"If it ran here, of one of the buyers"`
	Reference   string          `json:"reference" minLength:"1" maxLength:"400" doc:"Its title or notice number"`
	EndedOn     string          `json:"ended_on" format:"date" doc:"When its last contract ended"`
	Contractors []PCPContractor `json:"contractors" minItems:"1" maxItems:"100" doc:"All, of every phase"`
	Results     Text            `json:"results" doc:"What came of it, as everybody is told in the notice"`
}

// A PCPContractor did research and development in a pre-commercial procurement.
type PCPContractor struct {
	Name         string   `json:"name" minLength:"1" maxLength:"400"`
	Organisation ID       `json:"organisation,omitempty" doc:"The contractor, if it is known here"`
	Country      string   `json:"country" pattern:"^[A-Z]{2}$" doc:"ISO 3166-1 alpha-2" example:"FR"`
	Reached      PCPPhase `json:"reached" enum:"solution_design,prototyping,original_development" doc:"Its last phase"`
}

// Check refuses a predecessor without reference, contractors or results, and a contractor that is named twice.
func (p PrecedingPCP) Check() error {
	faults := compact(checkWord("/reference", p.Reference, 400), checkDate("/ended_on", p.EndedOn),
		CheckText("/results", p.Results, 20_000))
	if p.Procurement != "" {
		faults = append(faults, checkID("/procurement", p.Procurement, PrefixProcurement)...)
	}
	if len(p.Contractors) == 0 {
		faults = append(faults, Refuse(CodeInvalidValue, "/contractors", "nobody did the research").
			Accepting("all contractors, of every phase"))
	}
	for i, c := range p.Contractors {
		faults = append(faults, compact(checkWord("/contractors", c.Name, 400))...)
		faults = append(faults, checkOneOf("/contractors", c.Reached, PCPPhases()...)...)
		if c.Organisation != "" {
			faults = append(faults, checkID("/contractors", c.Organisation, PrefixOrganisation)...)
		}
		if slices.ContainsFunc(p.Contractors[:i], c.same) {
			faults = append(faults, Refuse(CodeInvalidValue, "/contractors", "%s is named twice", c.Name).
				Accepting("each contractor once, with the last phase that it reached"))
		}
	}
	return Refusals(faults)
}

func (c PCPContractor) same(other PCPContractor) bool {
	return c.Organisation != "" && c.Organisation == other.Organisation || strings.EqualFold(c.Name, other.Name)
}

// Wording lists what everybody is told.
func (p PrecedingPCP) Wording() []Wording { return []Wording{{"/results", p.Results}} }

// Subject is the procurement, or how it is known elsewhere: of each there is one entry.
func (p PrecedingPCP) Subject() string {
	if p.Procurement != "" {
		return string(p.Procurement)
	}
	return p.Reference
}

// Follows is the procurement of this installation that is followed; empty: it ran elsewhere.
func (p PrecedingPCP) Follows() ID { return p.Procurement }

// LeavesOut lists those of some contractors that are not named here.
func (p PrecedingPCP) LeavesOut(contractors []string) []string {
	return slices.DeleteFunc(slices.Clone(contractors), func(name string) bool {
		return slices.ContainsFunc(p.Contractors, PCPContractor{Name: name}.same)
	})
}

// CheckAgainst refuses a predecessor that has not ended, and one of a procurement that is a pre-commercial procurement
// itself.
func (p PrecedingPCP) CheckAgainst(d Dossier, e Entry) error {
	if e.WithdrawnAt != nil {
		return nil
	}
	if today := d.Today(); p.EndedOn > today {
		return Refuse(CodeInvalidValue, "/ended_on",
			"today is %s, and what is still developed cannot be described to all tenderers alike", today).
			Accepting("a day up to %s", today)
	}
	if d.IsPCP() {
		return Refuse(CodeNoSuccessor, "", "this procurement takes the route %s itself", RoutePCP).
			Accepting("a procurement that buys what was developed, by another route")
	}
	return nil
}

// Unregistered lists the contractors that are not in the register of prior involvement, with a measure that keeps
// competition fair (Directive 2014/24/EU, Article 41).
func (p PrecedingPCP) Unregistered(d Dossier) []string {
	var missing []string
	for _, c := range p.Contractors {
		if !slices.ContainsFunc(d.Of(EntryMarketContact), func(e Entry) bool {
			m, ok := BodyOf[MarketContact](e)
			return ok && m.Involvement != InvolvementNone &&
				c.same(PCPContractor{Name: m.Operator, Organisation: m.Organisation})
		}) {
			missing = append(missing, c.Name)
		}
	}
	return missing
}
