package activities

import (
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
)

// closeLot closes the box of a lot whose deadline has passed. Its lock is held, so every tender was
// either received before or will be refused.
func closeLot(c *call, due process.Due) error {
	if err := c.tx.CloseLot(due.Subject, c.now); err != nil {
		return err
	}
	return c.event(models.EventLotClosed, map[string]any{"lot_id": string(due.Subject)})
}

// endLots ends every lot that has not ended, with a reason from the code list non-award-justification.
func (c *call) endLots(reason string) error {
	ended, err := c.tx.EndLots(c.p.ID, reason, c.now)
	if err != nil {
		return err
	}
	for _, lot := range ended {
		if err := c.event(models.EventLotEnded, map[string]any{"lot_id": string(lot), "code": reason}); err != nil {
			return err
		}
	}
	return nil
}

// lotsEnded refuses while a published lot has not ended with a reason.
func (c *call) lotsEnded() error {
	n, err := c.tx.PublishedLots(c.p.ID)
	if err != nil || n == 0 {
		return err
	}
	return models.Refuse(models.CodeLotsOpen, "", "%d published lots have not ended", n).
		Accepting("ending each lot with a reason code first")
}
