package models

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// What is written about an innovation partnership.
const (
	// EntryPartnershipPlan says in which phases a partnership goes, and what ends it; it is announced.
	EntryPartnershipPlan EntryKind = "partnership_plan"
	// EntryPartnershipReport says whether a partner has attained the targets of a phase.
	EntryPartnershipReport EntryKind = "partnership_report"
)

// A PartnershipPlan is how a lot goes on after its award: partners research and develop in phases, with targets and
// payments, and what they achieve may be purchased. It is announced in the contract notice and binds from then on
// (Directive 2014/24/EU, Article 31(2) and (7)).
type PartnershipPlan struct {
	Lot    ID                 `json:"lot"`
	Phases []PartnershipPhase `json:"phases" minItems:"1" maxItems:"20" doc:"In their order"`

	Partners  int  `json:"partners" minimum:"1" maximum:"20" doc:"The most partners with which it is set up"`
	Reduction bool `json:"reduction,omitempty" doc:"After a phase, contracts with single partners may be ended"`
	Stop      bool `json:"stop,omitempty" doc:"After a phase, the partnership may be ended"`
	// Conditions are required with either.
	Conditions Text `json:"conditions,omitempty" doc:"When contracts, or the partnership, are ended"`

	Performance Text  `json:"performance" doc:"The performance that what is purchased has to reach"`
	MaximumCost Money `json:"maximum_cost" doc:"The most that all purchases together may cost, without VAT"`
}

// A PartnershipPhase is a step of research and innovation.
type PartnershipPhase struct {
	ID string `json:"id" minLength:"1" maxLength:"60" pattern:"^[a-z0-9_-]+$" doc:"Unique within the lot"`

	Title   Text `json:"title"`
	Targets Text `json:"targets" doc:"What each partner has to attain"`
	Months  int  `json:"months" minimum:"1" maximum:"120" doc:"How long it lasts"`
	Payment Text `json:"payment" doc:"The instalment that is paid for it"`
}

// Check refuses phases that are malformed or named twice, and conditions without the possibility that they are of, or
// the other way round.
func (p PartnershipPlan) Check() error {
	faults := append(checkID("/lot", p.Lot, PrefixLot),
		compact(CheckText("/performance", p.Performance, 8000), p.MaximumCost.Check("/maximum_cost"))...)
	if ends := p.Reduction || p.Stop; ends || len(p.Conditions) > 0 {
		faults = append(faults, compact(CheckText("/conditions", p.Conditions, 8000))...)
		if !ends {
			faults = append(faults, Refuse(CodeInvalidValue, "/conditions", "nothing is reserved that they are of").
				Accepting("conditions with reduction or stop"))
		}
	}
	if p.Reduction && p.Partners < 2 {
		faults = append(faults, Refuse(CodeInvalidValue, "/reduction", "one partner cannot become fewer").
			Accepting("stop, or two partners or more"))
	}
	for i, phase := range p.Phases {
		at := fmt.Sprintf("/phases/%d", i)
		faults = append(faults, compact(checkWord(at+"/id", phase.ID, 60), CheckText(at+"/title", phase.Title, 400),
			CheckText(at+"/targets", phase.Targets, 8000), CheckText(at+"/payment", phase.Payment, 4000))...)
		if slices.ContainsFunc(p.Phases[:i], func(o PartnershipPhase) bool { return o.ID == phase.ID }) {
			faults = append(faults, Refuse(CodeInvalidValue, at+"/id", "the phase %s is listed twice", phase.ID).
				Accepting("each phase once"))
		}
	}
	return Refusals(faults)
}

// Subject is the lot.
func (p PartnershipPlan) Subject() string { return string(p.Lot) }

// Wording lists what tenderers read.
func (p PartnershipPlan) Wording() []Wording {
	all := []Wording{{"/performance", p.Performance}, {"/conditions", p.Conditions}}
	for i, phase := range p.Phases {
		at := fmt.Sprintf("/phases/%d", i)
		all = append(all, Wording{at + "/title", phase.Title}, Wording{at + "/targets", phase.Targets},
			Wording{at + "/payment", phase.Payment})
	}
	return all
}

// A PartnershipReport says whether one partner has attained the targets of a phase.
type PartnershipReport struct {
	Tender   ID     `json:"tender" doc:"The tender of the partner"`
	Phase    string `json:"phase" maxLength:"60" doc:"ID of the phase"`
	Attained bool   `json:"attained" doc:"Whether all targets of the phase are attained"`
	Findings string `json:"findings" minLength:"1" maxLength:"8000" doc:"Told to the partner"`
	Evidence Proof  `json:"evidence" doc:"What shows it, as a document or in short"`
}

// Check refuses a report without findings or evidence.
func (r PartnershipReport) Check() error {
	faults := append(checkID("/tender", r.Tender, PrefixTender), compact(checkWord("/findings", r.Findings, 8000))...)
	return Refusals(append(faults, r.Evidence.check("/evidence")...))
}

// Subject is the tender.
func (r PartnershipReport) Subject() string { return string(r.Tender) }

// Documents names the evidence, if it is a document.
func (r PartnershipReport) Documents() []string { return given(r.Evidence.Document) }

// A PhaseOutcome says how a phase of a partnership ends.
type PhaseOutcome string

// The outcomes of a phase.
const (
	// PhaseContinues: the partnership goes on with its next phase.
	PhaseContinues PhaseOutcome = "continue"
	// PhasePurchases: what was developed is purchased; it is the outcome of the last phase only.
	PhasePurchases PhaseOutcome = "purchase"
	// PhaseStops: the partnership ends, and nothing is purchased.
	PhaseStops PhaseOutcome = "stop"
)

// An EndedPhase is a phase of a partnership that the board has ended.
type EndedPhase struct {
	LotID   ID
	Phase   string
	Outcome PhaseOutcome
	// Partners are the tenders of those who go on, or from whom is purchased, separated by blanks.
	Partners string
	EndedAt  time.Time
}

// Remaining lists the tenders of those who go on, or from whom is purchased.
func (p EndedPhase) Remaining() []ID { return splitIDs(p.Partners) }

// JoinIDs writes IDs as one text, separated by blanks.
func JoinIDs(ids []ID) string {
	words := make([]string, len(ids))
	for i, id := range ids {
		words[i] = string(id)
	}
	return strings.Join(words, " ")
}

func splitIDs(text string) []ID {
	var ids []ID
	for word := range strings.FieldsSeq(text) {
		ids = append(ids, ID(word))
	}
	return ids
}

// PartnershipOf returns the plan of a lot's partnership, with the entry that holds it; false where the award ends the
// procedure.
func (d Dossier) PartnershipOf(lot ID) (PartnershipPlan, Entry, bool) {
	return about[PartnershipPlan](d, EntryPartnershipPlan, lot)
}

// Ended lists the phases of a lot's partnership that have ended, in their order.
func (t Tendering) Ended(lot ID) []EndedPhase {
	return slices.DeleteFunc(slices.Clone(t.Phases), func(p EndedPhase) bool { return p.LotID != lot })
}

// Partners lists the tenders of those who are partners on a lot now: with whom a contract was signed, less those whose
// contract was ended after a phase.
func (d Dossier) Partners(lot ID) []ID {
	if ended := d.Tendering.Ended(lot); len(ended) > 0 {
		return ended[len(ended)-1].Remaining()
	}
	var partners []ID
	for _, e := range d.Of(EntryContract) {
		if c, ok := BodyOf[Contract](e); ok && c.Lot == lot && !slices.Contains(partners, c.Tender) {
			partners = append(partners, c.Tender)
		}
	}
	return partners
}

// PartnershipReportOn returns the last report on a partner in a phase; false while there is none.
func (d Dossier) PartnershipReportOn(tender ID, phase string) (PartnershipReport, Entry, bool) {
	for _, e := range slices.Backward(d.Of(EntryPartnershipReport)) {
		if r, ok := BodyOf[PartnershipReport](e); ok && r.Tender == tender && r.Phase == phase {
			return r, e, true
		}
	}
	return PartnershipReport{}, Entry{}, false
}

// mayPurchase refuses a purchase under a partnership before it ended with one, from a partner from whom nothing is
// purchased, and for more than was announced (Directive 2014/24/EU, Article 31(2)). What is bought under a framework
// agreement is a call-off. Other lots are not concerned.
func (d Dossier) mayPurchase(c Contract, p Purchase, self ID) error {
	if _, _, framework := d.FrameworkOf(c.Lot); framework {
		return Refuse(CodeInvalidValue, "/contract", "the contract is a framework agreement").Accepting("a call-off")
	}
	plan, _, ok := d.PartnershipOf(c.Lot)
	if !ok {
		return nil
	}
	ended := d.Tendering.Ended(c.Lot)
	if len(ended) == 0 || ended[len(ended)-1].Outcome != PhasePurchases ||
		!slices.Contains(ended[len(ended)-1].Remaining(), c.Tender) {
		return Refuse(CodePartnershipRuns, "/contract",
			"the partnership has not ended with a purchase from %s", d.TendererOf(c.Tender)).
			Accepting("a purchase after the board has ended the last phase so")
	}
	spent := []Money{p.Value}
	for _, e := range d.Of(EntryPurchase) {
		other, ok := BodyOf[Purchase](e)
		if ok && e.ID != self && d.lotOfContract(other.Contract) == c.Lot {
			spent = append(spent, other.Value)
		}
	}
	if !AddsUpTo(plan.MaximumCost, spent...) {
		return Refuse(CodePartnershipCost, "/value",
			"all purchases together would cost more than %s %s, the most that was announced",
			plan.MaximumCost.Amount, plan.MaximumCost.Currency).
			Accepting("purchases up to that sum, in %s", plan.MaximumCost.Currency)
	}
	return nil
}

func (d Dossier) lotOfContract(contract ID) ID {
	for _, e := range d.Of(EntryContract) {
		if c, ok := BodyOf[Contract](e); ok && e.ID == contract {
			return c.Lot
		}
	}
	return ""
}
