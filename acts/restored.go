package acts

import (
	"context"
	"fmt"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// A BehindError says that the record of a procurement is older than its run, which knows a later version: the record
// was restored from a backup. Nothing is carried out on it until [Acts.GoOnRestored].
type BehindError struct {
	Procurement models.ID
	Record, Run int64
}

func (e *BehindError) Error() string {
	return fmt.Sprintf("the record of procurement %s is at version %d and its run at %d: the record was restored from "+
		"a backup; ppi recover goes on from it", e.Procurement, e.Record, e.Run)
}

// notBehind refuses to go on when the run knows a later version than the record has. Each change of the process raises
// the version, and none lowers it.
func (c *call) notBehind(known int64) error {
	if c.p.Version >= known {
		return nil
	}
	return &BehindError{Procurement: c.p.ID, Record: c.p.Version, Run: known}
}

// GoOnRestored goes on from a record that was restored from a backup, because an operator has decided so. known is the
// version that the run of the procurement knows. The record gets a later one: whatever was made on a version that is
// lost fits nothing any more, and the run may take the record's state over. The event and a task tell the buyers. It
// changes nothing when the record is not older than the run.
func (a *Acts) GoOnRestored(ctx context.Context, procurement models.ID, known int64) error {
	return a.guarded(ctx, func(tx *store.Tx) error {
		c, err := enter(tx, procurement, nil, models.Command{}, false)
		if err != nil {
			return err
		}
		if c.p.Version >= known {
			return nil
		}
		restored := event.ProcurementRestored{RecordVersion: c.p.Version, LostVersion: known}
		c.p.Version = known
		if err := c.record(restored); err != nil {
			return err
		}
		if err := c.raise(models.TaskRestored, string(procurement), map[string]any{
			"record_version": restored.RecordVersion, "lost_version": known,
		}); err != nil {
			return err
		}
		tx.SaveProcess(&c.p)
		return nil
	})
}

// GoOnWithLog records that the log had entries that are lost, so that checkpoints are signed again for the one there
// is. Whoever kept the earlier checkpoint finds in the log that the operator knows.
func (a *Acts) GoOnWithLog(ctx context.Context, restored event.RecordRestored) error {
	return a.guarded(ctx, func(tx *store.Tx) error {
		_, err := tx.Append(event.Event{Payload: restored})
		return err
	})
}
