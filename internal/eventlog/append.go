// Package eventlog keeps what happened. The transaction that changes something appends its events; a sequencer gives
// each its place in the log; readers get a feed of the log, and the proof that nothing in it was altered. The tables
// events, event_log, event_tree, checkpoints and sequencer belong to this package.
package eventlog

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ppi-engine/ppi/internal/audit"
	"github.com/ppi-engine/ppi/internal/store/pg"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// Append inserts events in their order, few in one statement. Each must have been dated before; its payload determines
// its type. An event gets its place in the log after the transaction has committed.
func Append(tx *pg.Tx, events ...event.Event) error {
	for chunk := range slices.Chunk(events, appendedAtOnce) {
		if err := appendEvents(tx, chunk); err != nil {
			return err
		}
	}
	return nil
}

// appendedAtOnce is how many events one statement inserts: PostgreSQL takes 65,535 parameters.
const appendedAtOnce = 4000

func appendEvents(tx *pg.Tx, events []event.Event) error {
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
	keepParts(tx, events)
	return nil
}

// keepParts keeps the parts of events beside them: what the event holds of a part is its salted digest.
func keepParts(tx *pg.Tx, events []event.Event) {
	var of, procurements []models.ID
	var names []string
	var salts, contents [][]byte
	for _, e := range events {
		for _, p := range event.Kept(e.Payload) {
			of, procurements, names = append(of, e.ID), append(procurements, e.ProcurementID), append(names, p.Name)
			salts, contents = append(salts, p.Salt), append(contents, p.Content)
		}
	}
	if len(of) == 0 {
		return
	}
	tx.Send("keep parts of events", `INSERT INTO event_parts (event_id, procurement_id, name, salt, content)
		SELECT p.event, nullif(p.procurement, ''), p.name, p.salt, p.content
		FROM unnest($1::text[], $2::text[], $3::text[], $4::bytea[], $5::bytea[])
			AS p (event, procurement, name, salt, content)`, of, procurements, names, salts, contents)
}

// Date makes an event ready to be appended: it makes an ID if there is none, sets a zero RecordedAt to the time of the
// database, and a zero At to RecordedAt.
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
	// PostgreSQL would round to the microsecond, but the canonical bytes are truncated.
	e.At, e.RecordedAt = e.At.Truncate(time.Microsecond), e.RecordedAt.Truncate(time.Microsecond)
	return nil
}
