package evaluation

import (
	"slices"
	"strings"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/procedure"
)

// PartnershipPlan is how an innovation partnership goes on after its award.
type PartnershipPlan struct {
	models.PartnershipPlan
}

// CheckAgainst refuses a plan without a lot of the procurement or after its publication, and one in a procedure that
// ends with its award.
func (p PartnershipPlan) CheckAgainst(d models.Dossier, _ models.Entry) error {
	if err := unpublished(d, p.Lot); err != nil {
		return err
	}
	way, err := procedure.Of(d)
	if err != nil {
		return err
	}
	if !way.Asks(models.NoticePartnership) {
		return models.Refuse(models.CodeInvalidValue, "/lot", "the %s ends with its award", way.Name).
			Accepting("a plan in an innovation partnership")
	}
	return nil
}

// partnershipFaults lists what the contract notice lacks to say how an innovation partnership goes on.
func partnershipFaults(d models.Dossier, way models.Procedure, lot models.Lot, at string) []*models.Refusal {
	if !way.Asks(models.NoticePartnership) {
		return nil
	}
	plan, _, ok := d.PartnershipOf(lot.ID)
	if !ok {
		return []*models.Refusal{models.Refuse(models.CodePartnershipMissing, at,
			"it is not said in which phases the partnership on lot %d goes", lot.Number).
			Accepting("phases with targets and payments, performance and maximum cost (Article 31(2))")}
	}
	faults := models.RefuseUntranslated(at, plan.Wording(), d.Procurement.Languages)
	if limits, limited := d.LotLimits(); limited && limits.MostAwarded > 0 && plan.Partners > 1 {
		faults = append(faults, models.Refuse(models.CodeInvalidValue, at+"/partners",
			"how many lots one tenderer is awarded is limited, and several partners of a lot cannot be counted").
			Accepting("one partner, or no limit of awarded lots"))
	}
	return faults
}

// mayPartner refuses further winners but in an innovation partnership or a framework agreement with several operators,
// more than were announced, and any but those that rank next.
func mayPartner(d models.Dossier, e Evaluation, partners []models.ID) error {
	if len(partners) == 0 {
		return nil
	}
	if most := mostWinners(d, e.Lot); len(partners) >= most {
		return models.Refuse(models.CodeNotAnnouncedSo, "/partners",
			"the lot is awarded to %d, and the contract notice says at most %d", len(partners)+1, most).
			Accepting("%d further partners or fewer", most-1)
	}
	passed := d.Tendering.Fallen(e.Lot)
	if winner, ok := e.Ranking.Winner(passed...); ok {
		passed = append(passed, winner.Tender)
	}
	for i, partner := range partners {
		place, single := e.Ranking.Winner(passed...)
		passed = append(passed, partner)
		if place.Tender != partner || !single {
			return models.Refuse(models.CodeNoWinner, "/partners", "partner %d is not the tender that ranks so", i+2).
				Accepting("the tenders that rank next, in their order, without a tie")
		}
	}
	return nil
}

// PartnershipReport is what is found about one partner in a phase.
type PartnershipReport struct {
	models.PartnershipReport
}

// CheckAgainst refuses a report on anybody who is no partner now, and one on another phase than the present one.
func (r PartnershipReport) CheckAgainst(d models.Dossier, e models.Entry) error {
	t, _ := d.Tendering.Tender(r.Tender)
	lot, _ := d.Tendering.Lot(t.LotID)
	if !slices.Contains(d.Partners(t.LotID), r.Tender) {
		return models.Refuse(models.CodeInvalidValue, "/tender", "this is not the tender of a partner").
			Accepting("the tender of a partner with whom a contract was signed and has not ended")
	}
	phase, err := presentPhase(d, lot)
	switch {
	case err != nil:
		return err
	case phase.ID != r.Phase:
		return models.Refuse(models.CodeInvalidValue, "/phase", "the present phase is %s", phase.ID).
			Accepting("%s", phase.ID)
	}
	return d.Impartial(e.AuthorID, t.LotID)
}

// presentPhase is the first phase of a lot's partnership that has not ended.
func presentPhase(d models.Dossier, lot models.Lot) (models.PartnershipPhase, error) {
	var none models.PartnershipPhase
	plan, _, ok := d.PartnershipOf(lot.ID)
	ended := d.Tendering.Ended(lot.ID)
	switch {
	case !ok:
		return none, models.Refuse(models.CodePartnershipMissing, "/lot", "lot %d is no innovation partnership",
			lot.Number).
			Accepting("a lot with a partnership plan")
	case lot.EndedAt != nil:
		return none, lot.RefuseEnded("/lot")
	case len(d.Partners(lot.ID)) == 0 && len(ended) == 0:
		return none, models.Refuse(models.CodeNotAwarded, "/lot", "there is no contract with a partner on lot %d",
			lot.Number).
			Accepting("this after a contract was signed")
	case len(ended) > 0 && ended[len(ended)-1].Outcome != models.PhaseContinues:
		return none, models.Refuse(models.CodeNoFurtherStage, "/lot", "the partnership on lot %d has ended", lot.Number)
	}
	return plan.Phases[len(ended)], nil
}

// An Ending is how the board wants to end a phase of a partnership.
type Ending struct {
	Phase    string
	Outcome  models.PhaseOutcome
	Partners []models.ID
}

// MayEndPhase refuses to end another phase than the present one, before there is a report on each partner, and in a way
// that was not announced (Directive 2014/24/EU, Article 31(2)).
func MayEndPhase(d models.Dossier, lot models.Lot, to Ending) error {
	phase, err := presentPhase(d, lot)
	if err != nil {
		return err
	}
	if phase.ID != to.Phase {
		return models.Refuse(models.CodeInvalidValue, "/phase", "the present phase is %s", phase.ID).
			Accepting("%s", phase.ID)
	}
	for _, winner := range d.Tendering.Awards[lot.ID].Winners() {
		if len(d.Tendering.Ended(lot.ID)) == 0 && !slices.Contains(d.Partners(lot.ID), winner) {
			return models.Refuse(models.CodeNotAwarded, "/lot",
				"there is no contract with %s, to whom lot %d was awarded", d.TendererOf(winner), lot.Number).
				Accepting("this after a contract with each partner")
		}
	}
	var unreported []string
	for _, partner := range d.Partners(lot.ID) {
		if _, _, ok := d.PartnershipReportOn(partner, phase.ID); !ok {
			unreported = append(unreported, d.TendererOf(partner))
		}
	}
	if len(unreported) > 0 {
		return models.Refuse(models.CodePhaseUnreported, "/phase", "there is no report on %s in phase %s",
			strings.Join(unreported, ", "), phase.ID).
			Accepting("this after a report on each partner")
	}
	plan, _, _ := d.PartnershipOf(lot.ID)
	last := plan.Phases[len(plan.Phases)-1].ID == phase.ID
	if refusal := outcomeFits(plan, last, to.Outcome); refusal != nil {
		return refusal
	}
	return partnersFit(d, lot, plan, to)
}

func outcomeFits(plan models.PartnershipPlan, last bool, outcome models.PhaseOutcome) *models.Refusal {
	switch {
	case outcome == models.PhaseContinues && last:
		return models.Refuse(models.CodeInvalidValue, "/outcome", "this is the last phase").
			Accepting("%s or %s", models.PhasePurchases, models.PhaseStops)
	case outcome == models.PhasePurchases && !last:
		return models.Refuse(models.CodeInvalidValue, "/outcome", "further phases are to come").
			Accepting("%s, or %s if that was announced", models.PhaseContinues, models.PhaseStops)
	case outcome == models.PhaseStops && !last && !plan.Stop:
		return models.Refuse(models.CodeNotAnnouncedSo, "/outcome",
			"the contract notice does not reserve to end the partnership after a phase").
			Accepting("%s", models.PhaseContinues)
	}
	return nil
}

// partnersFit refuses to go on with somebody who is no partner, to end a contract that was not to be ended, to go on
// with one who has not attained the targets in place of one who has, and to purchase what does not reach the
// performance.
func partnersFit(d models.Dossier, lot models.Lot, plan models.PartnershipPlan, to Ending) error {
	present := d.Partners(lot.ID)
	if to.Outcome == models.PhaseStops {
		if len(to.Partners) > 0 {
			return models.Refuse(models.CodeInvalidValue, "/partners", "nobody goes on").Accepting("no partners")
		}
		return nil
	}
	attained := func(partner models.ID) bool {
		r, _, _ := d.PartnershipReportOn(partner, to.Phase)
		return r.Attained
	}
	for i, partner := range to.Partners {
		switch {
		case !slices.Contains(present, partner) || slices.Contains(to.Partners[:i], partner):
			return models.Refuse(models.CodeInvalidValue, "/partners", "%s is not a partner, or is named twice",
				partner).
				Accepting("some of %v, each once", present)
		case to.Outcome == models.PhasePurchases && !attained(partner):
			return models.Refuse(models.CodeInvalidValue, "/partners",
				"what %s developed does not reach the performance that was agreed", d.TendererOf(partner)).
				Accepting("partners that have attained the targets of the last phase, or %s", models.PhaseStops)
		}
	}
	return dropped(d, plan, present, to, attained)
}

func dropped(d models.Dossier, plan models.PartnershipPlan, present []models.ID, to Ending,
	attained func(models.ID) bool,
) error {
	if len(to.Partners) == 0 {
		return models.Refuse(models.CodeInvalidValue, "/partners", "nobody goes on").
			Accepting("at least one partner, or the outcome %s", models.PhaseStops)
	}
	for _, partner := range present {
		switch goesOn := slices.Contains(to.Partners, partner); {
		case goesOn || to.Outcome == models.PhasePurchases:
		case !plan.Reduction:
			return models.Refuse(models.CodeNotAnnouncedSo, "/partners",
				"the contract notice does not reserve to end the contract of %s after a phase", d.TendererOf(partner)).
				Accepting("all partners")
		case attained(partner) && slices.ContainsFunc(to.Partners, func(o models.ID) bool { return !attained(o) }):
			return models.Refuse(models.CodeInvalidValue, "/partners",
				"%s has attained the targets, and would be ended before a partner who has not", d.TendererOf(partner)).
				Accepting("those who have attained the targets first")
		}
	}
	return nil
}

// PhaseEnded tells a partner how a phase ended.
type PhaseEnded struct {
	Phase    string              `json:"phase"`
	Title    models.Text         `json:"title"`
	Outcome  models.PhaseOutcome `json:"outcome" enum:"continue,purchase,stop"`
	GoesOn   bool                `json:"goes_on" doc:"The recipient goes on, or is the one from whom is purchased"`
	Attained bool                `json:"attained" doc:"Whether the recipient has attained the targets"`
	Findings string              `json:"findings"`
	Reason   string              `json:"reason"`
}

// ComposePhaseLetters writes one letter to each partner on a lot, before the phase has ended.
func ComposePhaseLetters(d models.Dossier, lot models.Lot, to Ending, reason string) []Letter {
	phase, _ := presentPhase(d, lot)
	var letters []Letter
	for _, partner := range d.Partners(lot.ID) {
		t, _ := d.Tendering.Tender(partner)
		report, _, _ := d.PartnershipReportOn(partner, phase.ID)
		l := letterTo(d, lot, t)
		l.PhaseEnded = &PhaseEnded{
			Phase: phase.ID, Title: phase.Title, Outcome: to.Outcome,
			GoesOn: slices.Contains(to.Partners, partner), Attained: report.Attained, Findings: report.Findings,
			Reason: reason,
		}
		letters = append(letters, l)
	}
	return letters
}

// PartnershipAuthors are the people who wrote what the board decides on when it ends a phase: the plan and the reports.
// They may not cast their buyer's vote.
func PartnershipAuthors(d models.Dossier, lot models.ID) []models.ID {
	var authors []models.ID
	if _, plan, ok := d.PartnershipOf(lot); ok {
		authors = append(authors, d.Authors[plan.ID]...)
	}
	for _, e := range d.Of(models.EntryPartnershipReport) {
		if t, _ := d.Tendering.Tender(models.ID(e.Subject)); t.LotID == lot {
			authors = append(authors, d.Authors[e.ID]...)
		}
	}
	return eachOnce(authors)
}
