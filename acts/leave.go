package acts

import (
	"slices"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
	"github.com/ppi-engine/ppi/models/process"
	"github.com/ppi-engine/ppi/rules/gate"
)

// leave takes the actor's organisation out of the consortium: a buyer by its board, a partner by its representative.
// Its votes no longer count, its people lose their roles, and the result says whether the remaining members are still
// eligible; if they are not, that is recorded and raised as a task. Without a buyer an open motion may be carried, even
// one to cancel, which closes boxes: so all boxes are locked.
func leave(c *call, _ process.Leave) (*process.LeaveResult, error) {
	buyers, err := c.consortium()
	if err != nil {
		return nil, err
	}
	leaver, partner := c.partnerOf(buyers)
	if !partner {
		if leaver, err = c.buyerOf(); err != nil {
			return nil, err
		}
		if err := mayLeave(buyers, leaver); err != nil {
			return nil, err
		}
	}
	ended, err := c.tx.LeaveConsortium(c.p.ID, leaver, c.now)
	if err != nil {
		return nil, err
	}
	if err := c.record(event.MemberLeft{OrganisationID: leaver}); err != nil {
		return nil, err
	}
	for _, r := range ended {
		if err := c.record(event.RoleEnded(aboutRole(r))); err != nil {
			return nil, err
		}
	}
	result, err := c.eligibilityWithout(leaver)
	if err != nil {
		return nil, err
	}
	return &result, c.recountMotions()
}

// partnerOf returns the partner for which the actor speaks; false: for none.
func (c *call) partnerOf(all consortium) (models.ID, bool) {
	for _, a := range c.held {
		m := activeMember(all.members, a.OrganisationID)
		if a.Role == models.RoleRepresentative && m != nil && !m.Buys() {
			return m.OrganisationID, true
		}
	}
	return "", false
}

func mayLeave(all consortium, buyer models.ID) error {
	active := slices.DeleteFunc(slices.Clone(all.members),
		func(m models.Member) bool { return !m.Active() || !m.Buys() })
	switch i := slices.IndexFunc(active, func(m models.Member) bool { return m.OrganisationID == buyer }); {
	case len(active) == 1:
		return models.Refuse(models.CodeLastMember, "", "the last buyer cannot leave").
			Accepting("cancelling the procurement")
	case active[i].Lead:
		return models.Refuse(models.CodeLeadMissing, "", "the lead buyer cannot leave: the procedure runs in its name").
			Accepting("cancelling the procurement")
	}
	return nil
}

func (c *call) eligibilityWithout(leaver models.ID) (process.LeaveResult, error) {
	result := process.LeaveResult{OrganisationID: leaver, Eligible: true}
	dossier, err := c.dossier()
	if err != nil {
		return result, err
	}
	result.Criteria = gate.Eligibility(dossier)
	lost := slices.DeleteFunc(slices.Clone(result.Criteria),
		func(k models.Criterion) bool { return k.Finding != models.FindingNotMet })
	if len(lost) == 0 {
		return result, nil
	}
	result.Eligible = false
	codes := make([]string, len(lost))
	for i, k := range lost {
		codes[i] = k.Code
	}
	if err := c.record(event.EligibilityLost{Profile: c.p.Profile, Criteria: codes}); err != nil {
		return result, err
	}
	return result, c.raise(models.TaskEligibility, string(c.p.ID), map[string]any{"criteria": codes})
}
