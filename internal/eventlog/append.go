// Package eventlog keeps what happened: events are appended by the transaction that changes something, a
// sequencer gives each its place in the log, and readers get a feed of it and the proof that nothing was
// altered. Tables events, event_log, log_tree and checkpoints are its own.
package eventlog

import (
	"fmt"
	"strings"
	"time"

	"github.com/ppi-engine/ppi/internal/audit"
	"github.com/ppi-engine/ppi/internal/store/pg"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// Append inserts events in their order, in one statement. Each was dated before, and its payload gives it its type. It
// gets its place in the log once the transaction has committed.
func Append(tx *pg.Tx, events ...event.Event) error {
	if len(events) == 0 {
		return nil
	}
	const columns = 8
	rows, values := make([]string, len(events)), make([]any, 0, columns*len(events))
	for i, e := range events {
		recorded, err := e.Record()
		if err != nil {
			return err
		}
		canonical, data, err := audit.Canonical(recorded)
		if err != nil {
			return err
		}
		n := len(values)
		rows[i] = fmt.Sprintf("($%d, nullif($%d, ''), $%d, nullif($%d, ''), $%d, $%d, $%d, $%d)",
			n+1, n+2, n+3, n+4, n+5, n+6, n+7, n+8)
		values = append(values,
			e.ID, e.ProcurementID, recorded.Type, e.ActorID, e.At, e.RecordedAt, string(data), canonical)
	}
	tx.Send("append events", `INSERT INTO events (id, procurement_id, type, actor_id, at, recorded_at, data, canonical)
		VALUES `+strings.Join(rows, ", "), values...)
	return nil
}

// Date makes an event ready to be appended: an empty ID is made; a zero RecordedAt becomes the database's clock, a zero
// At the same instant.
func Date(tx *pg.Tx, e *event.Event) error {
	if e.ID == "" {
		e.ID = models.NewID(models.PrefixEvent)
	}
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
