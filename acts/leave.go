package acts

import (
	"slices"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
	"github.com/ppi-engine/ppi/models/process"
	"github.com/ppi-engine/ppi/rules/gate"
)

// leave takes the actor's buyer out of the consortium. Its votes no longer count, its people lose their roles, and the
// result says whether the remaining members are still eligible; if they are not, that is recorded and raised as a task.
// Without the buyer an open motion may be carried, even one to cancel, which closes boxes: so all boxes are locked.
func leave(c *call, _ process.Leave) (*process.LeaveResult, error) {
	buyer, err := c.buyerOf()
	if err != nil {
		return nil, err
	}
	if err := c.mayLeave(buyer); err != nil {
		return nil, err
	}
	ended, err := c.tx.LeaveConsortium(c.p.ID, buyer, c.now)
	if err != nil {
		return nil, err
	}
	if err := c.record(event.MemberLeft{OrganisationID: buyer}); err != nil {
		return nil, err
	}
	for _, r := range ended {
		if err := c.record(event.RoleEnded(aboutRole(r))); err != nil {
			return nil, err
		}
	}
	result, err := c.eligibilityWithout(buyer)
	if err != nil {
		return nil, err
	}
	return &result, c.recountMotions()
}

func (c *call) mayLeave(buyer models.ID) error {
	buyers, err := c.consortium()
	if err != nil {
		return err
	}
	active := slices.DeleteFunc(slices.Clone(buyers.members), func(m models.Member) bool { return !m.Active() })
	switch i := slices.IndexFunc(active, func(m models.Member) bool { return m.OrganisationID == buyer }); {
	case len(active) == 1:
		return models.Refuse(models.CodeLastMember, "", "the last member cannot leave").
			Accepting("cancelling the procurement")
	case active[i].Lead:
		return models.Refuse(models.CodeLeadMissing, "", "the lead buyer cannot leave: the procedure runs in its name").
			Accepting("cancelling the procurement")
	}
	return nil
}

func (c *call) eligibilityWithout(buyer models.ID) (process.LeaveResult, error) {
	result := process.LeaveResult{OrganisationID: buyer, Eligible: true}
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
