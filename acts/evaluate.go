package acts

import (
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
	"github.com/ppi-engine/ppi/models/process"
	"github.com/ppi-engine/ppi/rules/evaluation"
)

// unseal opens a lot, once enough openers have released what holds no price. From then on it is read, and openers may
// fetch the envelopes.
func unseal(c *call, in process.Open) (*process.OpenResult, error) {
	d, err := c.dossier()
	if err != nil {
		return nil, err
	}
	lot, err := c.lot(in.Lot)
	if err != nil {
		return nil, err
	}
	if err := evaluation.MayUnseal(d, lot); err != nil {
		return nil, err
	}
	box := lot.Box()
	c.tx.Unseal(box, c.now)
	for _, kind := range d.Tendering.KindsIn(box.ID) {
		if kind != models.EnvelopePrice {
			c.tx.ToRead(box.ID, kind, 1)
		}
	}
	tenders := len(d.Tendering.In(box.ID))
	return &process.OpenResult{Opened: true, Tenders: tenders}, c.record(event.LotUnsealed{
		LotID: lot.ID, BoxID: box.ID, Tenders: tenders, HandsIn: box.HandsIn,
	})
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
