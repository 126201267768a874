// Package eventlog keeps what happened: events are appended by the transaction that changes something, a
// sequencer gives each its place in the log, and readers get a feed of it and the proof that nothing was
// altered. Tables events, event_log, log_tree and checkpoints are its own.
package eventlog

import (
	"fmt"
	"time"

	"github.com/ppi-engine/ppi/internal/audit"
	"github.com/ppi-engine/ppi/internal/store/pg"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// Append inserts an event and returns its ID. Its payload gives it its type. An empty ID is made; a zero
// RecordedAt becomes the database's clock, a zero At the same instant. The event gets its place in the log
// once the transaction has committed.
func Append(tx *pg.Tx, e event.Event) (models.ID, error) {
	if e.ID == "" {
		e.ID = models.NewID(models.PrefixEvent)
	}
	if err := date(tx, &e); err != nil {
		return "", err
	}
	recorded, err := e.Record()
	if err != nil {
		return "", err
	}
	canonical, data, err := audit.Canonical(recorded)
	if err != nil {
		return "", err
	}
	err = pg.RowsOf(tx).Exec(`INSERT INTO events (id, procurement_id, type, actor_id, at, recorded_at, data, canonical)
		VALUES (?, nullif(?, ''), ?, nullif(?, ''), ?, ?, ?, ?)`,
		e.ID, e.ProcurementID, recorded.Type, e.ActorID, e.At, e.RecordedAt, string(data), canonical).Error
	if err != nil {
		return "", fmt.Errorf("append event %s: %w", recorded.Type, err)
	}
	return e.ID, nil
}

func date(tx *pg.Tx, e *event.Event) error {
	if e.RecordedAt.IsZero() {
		now, err := tx.Now()
		if err != nil {
			return err
		}
		e.RecordedAt = now
	}
	if e.At.IsZero() {
		e.At = e.RecordedAt
	}
	// PostgreSQL would round to the microsecond; the canonical bytes are cut.
	e.At, e.RecordedAt = e.At.Truncate(time.Microsecond), e.RecordedAt.Truncate(time.Microsecond)
	return nil
}
