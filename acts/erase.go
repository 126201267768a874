package acts

import (
	"context"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// erasedAtOnce is how many parts of events one transaction erases: each blocks their table for a moment.
const erasedAtOnce = 100

// EraseDue erases the personal parts of events that need not be kept any more (Regulation (EU) 2016/679, Article
// 5(1)(e)): what is left of them is a salted digest, from which nobody can tell what it was. It returns how many there
// were. The log stays valid, and tells of each.
func (a *Acts) EraseDue(ctx context.Context) (int, error) {
	total := 0
	for {
		due, err := a.Store.PartsDue(ctx, personalKinds(), erasedAtOnce)
		if err != nil || len(due) == 0 {
			return total, err
		}
		err = a.Store.InTx(ctx, func(tx *store.Tx) error {
			for _, p := range due {
				what := event.PartErased{EventID: p.EventID, Part: p.Name, Basis: event.BasisRetentionOver}
				if _, err := tx.Append(event.Event{ProcurementID: p.ProcurementID, Payload: what}); err != nil {
					return err
				}
				if err := tx.ErasePart(p); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return total, err
		}
		total += len(due)
	}
}

func personalKinds() []models.EntryKind {
	var kinds []models.EntryKind
	for _, rule := range models.EntryRules() {
		if rule.Personal {
			kinds = append(kinds, rule.Kind)
		}
	}
	return kinds
}
