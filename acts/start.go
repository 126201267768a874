package acts

import (
	"slices"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
	"github.com/ppi-engine/ppi/models/process"
	"github.com/ppi-engine/ppi/rules/eligibility"
	"github.com/ppi-engine/ppi/rules/gate"
)

// start turns a complete draft into a running procurement: needs assessment and capacity building
// begin.
func start(c *call, _ process.Start) (*process.Nothing, error) {
	dossier, err := c.dossier()
	if err != nil {
		return nil, err
	}
	if err := models.Refusals(missingInDraft(dossier)); err != nil {
		return nil, err
	}
	if err := eligible(dossier); err != nil {
		return nil, err
	}
	c.seen = &dossier
	c.p.Status = models.StatusRunning
	c.p.StartedAt = &c.now
	if err := c.record(event.ProcurementStarted{Mode: c.p.Mode, Profile: c.p.Profile}); err != nil {
		return nil, err
	}
	return nil, c.openPhases(models.PhaseNeeds, models.PhaseCapacity)
}

// missingInDraft lists what must be there before a procurement can start: a lead buyer, a person in
// charge, a board member of every buyer, and a title in every language.
func missingInDraft(d models.Dossier) []*models.Refusal {
	var faults []*models.Refusal
	if missing := d.Procurement.Title.Missing(d.Procurement.Languages); len(missing) > 0 {
		faults = append(faults, models.Refuse(models.CodeMissingTranslation, "/title",
			"the title is missing in %v", missing).
			Accepting("a title in each of the languages %v", d.Procurement.Languages))
	}
	members := d.ActiveMembers()
	if len(members) == 0 || !members[0].Lead {
		faults = append(faults, models.Refuse(models.CodeLeadMissing, "/members", "the consortium has no lead buyer").
			Accepting("one member marked as lead"))
	}
	if len(members) > 0 && !holds(d, models.RoleLeadProcurer, members[0].OrganisationID) {
		faults = append(faults, models.Refuse(models.CodeDraftIncomplete, "/roles",
			"nobody of %s holds the role lead_procurer", d.NameOf(members[0].OrganisationID)).
			Accepting("a person of the lead buyer with the role lead_procurer"))
	}
	for _, a := range d.Roles {
		if a.Role == models.RoleLeadProcurer && a.Holds(d.Now) && len(members) > 0 &&
			a.OrganisationID != members[0].OrganisationID {
			faults = append(faults, models.Refuse(models.CodeDraftIncomplete, "/roles",
				"a person of %s holds the role lead_procurer, and it is not the lead buyer",
				d.NameOf(a.OrganisationID)).
				Accepting("the end of that role"))
		}
	}
	for _, m := range members {
		if m.AcceptedAt == nil {
			faults = append(faults, models.Refuse(models.CodeMemberNotAccepted, "/members",
				"%s has not accepted its part", d.NameOf(m.OrganisationID)).
				Accepting("the acceptance by one of its representatives"))
		}
		if m.Buys() && !holds(d, models.RoleBoard, m.OrganisationID) {
			faults = append(faults, models.Refuse(models.CodeDraftIncomplete, "/roles",
				"%s has nobody on the board", d.NameOf(m.OrganisationID)).
				Accepting("a person with the role board for each buyer"))
		}
	}
	return faults
}

// eligible refuses a consortium that its call profile rules out: members join a draft only, so it could
// never pass a gate. What is not known yet is asked for at the gates.
func eligible(d models.Dossier) error {
	faults := []*models.Refusal{eligibility.CheckProfile("/profile", d.Procurement.Profile)}
	for _, k := range gate.Eligibility(d) {
		if k.Finding == models.FindingNotMet {
			faults = append(faults, models.Refuse(models.CodeIneligible, "/members", "%s: %s", k.Code, k.Detail).
				Accepting("a consortium that is eligible under the call %s (%s)", d.Procurement.Profile, k.Source))
		}
	}
	return models.Refusals(faults)
}

func holds(d models.Dossier, role models.Role, organisation models.ID) bool {
	return slices.ContainsFunc(d.Roles, func(a models.RoleAssignment) bool {
		return a.Role == role && a.Holds(d.Now) && a.OrganisationID == organisation
	})
}

func (c *call) openPhases(phases ...models.Phase) error {
	rounds, err := c.tx.OpenRounds(c.p.ID, c.now, phases...)
	if err != nil {
		return err
	}
	for _, round := range rounds {
		if err := c.record(event.PhaseOpened{Phase: round.Phase, Round: round.Round}); err != nil {
			return err
		}
	}
	return nil
}

// allBoxes names all boxes of the procurement that are open.
func allBoxes(s store.Summons) ([]models.ID, error) { return openBoxes(s, ""), nil }

// openBoxes names the boxes that are open, of one lot or of all.
func openBoxes(s store.Summons, lot models.ID) []models.ID {
	var ids []models.ID
	for _, box := range s.Open {
		if lot == "" || box.LotID == lot {
			ids = append(ids, box.ID)
		}
	}
	return ids
}
