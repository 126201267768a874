package acts

import (
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
	"github.com/ppi-engine/ppi/models/process"
	"github.com/ppi-engine/ppi/rules/evaluation"
)

// maySetAside judges the motion to set the award of a lot aside.
func (c *call) maySetAside(in process.SetAside) error {
	_, _, err := c.toSetAside(in)
	return err
}

// setAside sets the award aside, informs all who were told of it, and has quality scored again if a review body has
// found the flaw there. The decision, its ranking, letters and standstill stay in the record.
func (c *call) setAside(in process.SetAside) error {
	d, s, err := c.toSetAside(in)
	if err != nil {
		return err
	}
	lot, err := c.lot(in.Lot)
	if err != nil {
		return err
	}
	told, err := c.keepLetters(models.LetterSetAside, evaluation.ComposeSetAsideLetters(d, lot, s, in.Reason), true)
	if err != nil {
		return err
	}
	c.tx.SetAwardAside(s)
	what := event.AwardSetAside{
		LotID: s.LotID, Decision: s.N, Ground: s.Ground, ReviewID: s.ReviewID, Flaw: s.Flaw, TenderID: s.TenderID,
		Letters: told,
	}
	if box, _ := lot.Evaluated(); s.Flaw.Unlocks() && box.QualityLockedAt != nil {
		c.tx.UnlockQuality(box)
		what.Unlocked = box.ID
	}
	return c.record(what)
}

func (c *call) toSetAside(in process.SetAside) (models.Dossier, models.SetAside, error) {
	d, err := c.dossier()
	if err != nil {
		return d, models.SetAside{}, err
	}
	if _, ok := d.Tendering.Lot(in.Lot); !ok {
		return d, models.SetAside{}, models.NoSuchResource()
	}
	s, err := evaluation.MaySetAside(d, evaluation.Setting{
		Lot: in.Lot, Ground: in.Ground, Review: in.Review, Tender: in.Tender,
	})
	return d, s, err
}
