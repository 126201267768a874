package publication

import (
	"slices"
	"strings"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/evaluation"
	"github.com/ppi-engine/ppi/rules/gate"
)

// Awaiting are the lots that the next publication publishes.
func Awaiting(lots []models.Lot) []models.Lot {
	return slices.DeleteFunc(slices.Clone(lots), func(l models.Lot) bool { return l.Published() || l.EndedAt != nil })
}

// Unready lists all that stands in the way of publishing the lots that are not published yet: a publication refuses it,
// and the preview of the tender pack shows it. The responses are those to market consultations.
func Unready(d models.Dossier, responses []models.ConsultationResponse) []*models.Refusal {
	lots := Awaiting(d.Tendering.Lots)
	return slices.Concat(outOfTurn(d, lots), preconditions(d), Missing(d, lots), evaluation.Unready(d, lots),
		Discloses(Told(d), responses))
}

// outOfTurn refuses a publication out of its phase, a second one while published lots have not ended, one of nothing,
// and one of other lots than were decided.
func outOfTurn(d models.Dossier, lots []models.Lot) []*models.Refusal {
	var faults []*models.Refusal
	if round := d.Round(models.PhaseTender); round.Status != models.PhaseOpen {
		faults = append(faults, models.Refuse(models.CodePhaseNotOpen, "", "the phase tender is %s", round.Status).
			Accepting("publishing while the phase tender is open"))
	}
	if slices.ContainsFunc(d.Tendering.Lots, models.Lot.Running) {
		faults = append(faults, models.Refuse(models.CodeAlreadyPublished, "", "lots are already published").
			Accepting("moving a deadline, or ending each lot with a reason before publishing others"))
	}
	if len(lots) == 0 {
		faults = append(faults, models.Refuse(models.CodeLotsMissing, "", "there is no lot to publish").
			Accepting("at least one lot with a deadline"))
	}
	if refusal := gate.LotsAsDecided(d); refusal != nil {
		faults = append(faults, refusal)
	}
	return faults
}

// preconditions lists what must be settled outside of the lots before anything is published.
func preconditions(d models.Dossier) []*models.Refusal {
	faults := notClosed(d, models.PhaseCapacity, models.CodeCapacityOpen)
	faults = append(faults, notClosed(d, models.PhaseSpecification, models.CodeSpecificationOpen)...)
	faults = append(faults, unfunded(d)...)
	if open := notEngaged(d); len(open) > 0 {
		faults = append(faults, models.Refuse(models.CodeEngagementStale, "",
			"the market is not informed as planned: %s", strings.Join(open, "; ")).
			Accepting("publication once the market is informed as planned"))
	}
	return faults
}

// unfunded refuses a notice before each buyer has approved its budget: else the money is found missing when the tenders
// are in.
func unfunded(d models.Dossier) []*models.Refusal {
	if d.Procurement.Edition < models.EditionNeeds {
		return nil
	}
	_, lacking := d.NoticeBudgets()
	faults := make([]*models.Refusal, len(lacking))
	for i, gap := range lacking {
		faults[i] = models.Refuse(models.CodeBudgetNotApproved, "/budget-approvals", "%s", gap).
			Accepting("a budget approval of the stage %s that holds today and covers the buyer's estimate",
				models.BudgetForNotice)
	}
	return faults
}

func notClosed(d models.Dossier, phase models.Phase, code models.Code) []*models.Refusal {
	status := d.Round(phase).Status
	if status == models.PhaseClosed {
		return nil
	}
	return []*models.Refusal{models.Refuse(code, "", "the phase %s is %s", phase, status).
		Accepting("publication once that phase is closed")}
}

// notEngaged lists what is still missing to inform the market; nothing after that phase was closed by vote.
func notEngaged(d models.Dossier) []string {
	switch d.Round(models.PhaseEngagement).Status {
	case models.PhaseClosed:
		return nil
	case models.PhaseOpen:
	default:
		return []string{"it has not begun"}
	}
	var open []string
	for _, criterion := range gate.EngagementCurrent(d) {
		if criterion.Finding == models.FindingMet {
			continue
		}
		open = append(open, criterion.Code+" ("+criterion.Detail+")")
	}
	return open
}
