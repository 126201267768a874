package acts

import (
	"slices"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
	"github.com/ppi-engine/ppi/models/process"
	"github.com/ppi-engine/ppi/rules/evaluation"
)

// unseal is one opener's part in opening a lot: the second, of another buyer, completes it. From then on openers may
// fetch the envelopes, those with prices once quality is locked. Others may join them until the award, to stand in for
// one who cannot go on. Only what openers who took part have found counts.
func unseal(c *call, in process.Open) (*process.OpenResult, error) {
	dossier, err := c.dossier()
	if err != nil {
		return nil, err
	}
	lot, err := c.lot(in.Lot)
	if err != nil {
		return nil, err
	}
	if err := mayUnseal(lot, dossier); err != nil {
		return nil, err
	}
	result, err := c.joinOpening(lot, dossier)
	return &result, err
}

// mayUnseal refuses to open a lot before its box is closed, whatever the clock says, and after the award.
func mayUnseal(lot models.Lot, d models.Dossier) error {
	switch {
	case !lot.Published():
		return models.Refuse(models.CodeLotNotOpen, "/lot", "lot %d has not been published", lot.Number).
			Accepting("a lot that was published and whose deadline is over")
	case lot.EndedAt != nil:
		return lot.RefuseEnded("/lot")
	case lot.Open():
		return models.Refuse(models.CodeDeadlineNotOver, "/lot",
			"the box of lot %d is not closed; its deadline is %s", lot.Number, rfc3339(lot.Box().Deadline)).
			Accepting("opening after the deadline")
	case d.Tendering.Awards[lot.ID].Awarded():
		return models.Refuse(models.CodeAlreadyAwarded, "/lot", "the award of lot %d is decided", lot.Number)
	}
	return nil
}

func (c *call) joinOpening(lot models.Lot, d models.Dossier) (process.OpenResult, error) {
	var result process.OpenResult
	buyer, err := c.actsFor(models.RoleOpener)
	if err != nil {
		return result, err
	}
	box := lot.Box()
	opener := models.BoxOpener{BoxID: box.ID, PersonID: c.cmd.ActorID, OrganisationID: buyer, OpenedAt: c.now}
	fresh, err := c.tx.Opener(opener)
	if err != nil {
		return result, err
	}
	if !fresh {
		return result, models.Refuse(models.CodeAlreadyOpened, "/lot",
			"you have already taken part in opening lot %d", lot.Number).
			Accepting("an opener of another buyer")
	}
	err = c.record(event.OpeningJoined{LotID: lot.ID, BoxID: box.ID, OrganisationID: buyer})
	if err != nil {
		return result, err
	}
	if box.UnsealedAt != nil {
		return process.OpenResult{Opened: true, Tenders: len(d.Tendering.In(box.ID))}, nil
	}
	people, buyers := openersOf(append(slices.Clone(d.Tendering.Openers), opener), box.ID)
	if !d.Jointly(people, buyers) {
		return result, nil
	}
	c.tx.Unseal(box, c.now)
	result.Opened, result.Tenders = true, len(d.Tendering.In(box.ID))
	return result, c.record(event.LotUnsealed{
		LotID: lot.ID, BoxID: box.ID, Tenders: result.Tenders, HandsIn: box.HandsIn,
	})
}

func openersOf(all []models.BoxOpener, box models.ID) (people, buyers int) {
	seen := map[models.ID]bool{}
	for _, o := range all {
		if o.BoxID != box {
			continue
		}
		people++
		if !seen[o.OrganisationID] {
			seen[o.OrganisationID] = true
			buyers++
		}
	}
	return people, buyers
}

// actsFor returns the member of the consortium for which the actor holds the role.
func (c *call) actsFor(role models.Role) (models.ID, error) {
	buyers, err := c.consortium()
	if err != nil {
		return "", err
	}
	for _, a := range c.held {
		if a.Role == role && buyers.buys(a.OrganisationID) {
			return a.OrganisationID, nil
		}
	}
	return "", models.Refuse(models.CodeNotAMember, "",
		"you do not hold the role %s for a member of the consortium", role).
		Accepting("a person of a contracting authority that belongs to the consortium")
}

// lockQuality ends the scoring of the quality of tenders for a lot. No score changes afterwards, and prices may be
// opened.
func lockQuality(c *call, in process.LockQuality) (*process.Nothing, error) {
	dossier, err := c.dossier()
	if err != nil {
		return nil, err
	}
	lot, err := c.lot(in.Lot)
	if err != nil {
		return nil, err
	}
	if err := evaluation.MayLockQuality(dossier, in.Lot, c.cmd.ActorID); err != nil {
		return nil, err
	}
	c.tx.LockQuality(lot.Box(), c.now)
	return nil, c.record(event.QualityLocked{LotID: in.Lot, BoxID: lot.Box().ID})
}
