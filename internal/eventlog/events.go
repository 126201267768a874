package eventlog

import (
	"context"
	"fmt"
	"iter"

	"github.com/jackc/pgx/v5"

	"github.com/ppi-engine/ppi/internal/store/pg"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

const selectEvents = `SELECT e.id, coalesce(e.procurement_id, ''), e.type, coalesce(e.actor_id, ''), e.at,
	e.recorded_at, e.data, e.ordinal, e.xid, %s FROM `

// of completes a query with whose events are read: those of the procurement $1, or of the platform, where $1 is empty.
// Only so either is found by index.
func of(query string, procurement models.ID) string {
	if procurement == "" {
		return fmt.Sprintf(query, "procurement_id IS NULL AND $1 = ''")
	}
	return fmt.Sprintf(query, "procurement_id = $1")
}

var (
	placedEvents = fmt.Sprintf(selectEvents, "l.seq") + `event_log l JOIN events e ON e.id = l.event_id
		WHERE l.%s AND l.seq > $2 ORDER BY l.seq LIMIT $3`
	// What the sequencer has not looked at, and what was under way when it did, are two searches in one index.
	placelessEvents = fmt.Sprintf(selectEvents, "0::bigint") + `(
			SELECT * FROM events WHERE xid >= (SELECT seen_before FROM sequencer)
			UNION ALL SELECT * FROM events WHERE xid = ANY ((SELECT in_progress FROM sequencer)::xid8[])
				AND xid < (SELECT seen_before FROM sequencer)
		) e WHERE e.%s AND NOT EXISTS (SELECT FROM event_log l WHERE l.event_id = e.id) ORDER BY e.ordinal`
)

// A Numbered event is an event with the number and the transaction that the database gave it.
type Numbered struct {
	event.Recorded

	Ordinal     int64
	Transaction uint64
	// seq is its place in the chain; 0: it has none yet.
	seq int64
}

// Events yields the events of a procurement, or of the platform if none is named, in their order: those of the log,
// then those that are committed and have no place yet.
func Events(ctx context.Context, tx pg.Querier, procurement models.ID) iter.Seq2[Numbered, error] {
	return func(yield func(Numbered, error) bool) {
		placed := pages(func(after int64) ([]Numbered, error) {
			return readEvents(ctx, tx, of(placedEvents, procurement), procurement, after, pageSize)
		}, func(e Numbered) int64 { return e.seq })
		for e, err := range placed {
			if !yield(e, err) {
				return
			}
		}
		rest, err := readEvents(ctx, tx, of(placelessEvents, procurement), procurement)
		if err != nil {
			yield(Numbered{}, err)
			return
		}
		for _, e := range rest {
			if !yield(e, nil) {
				return
			}
		}
	}
}

func readEvents(ctx context.Context, tx pg.Querier, query string, args ...any) ([]Numbered, error) {
	rows, err := tx.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read events: %w", err)
	}
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (e Numbered, err error) {
		return e, row.Scan(&e.ID, &e.ProcurementID, &e.Type, &e.ActorID, &e.At, &e.RecordedAt, &e.Data,
			&e.Ordinal, &e.Transaction, &e.seq)
	})
	if err != nil {
		return nil, fmt.Errorf("read events: %w", err)
	}
	return found, nil
}

// Parts are what is kept of the parts of a procurement's events, or of the platform's if none is named, by event.
func Parts(ctx context.Context, tx pg.Querier, procurement models.ID) (map[models.ID][]event.KeptPart, error) {
	rows, err := tx.Query(ctx, of("SELECT event_id, name, salt, content FROM event_parts WHERE %s", procurement),
		procurement)
	if err != nil {
		return nil, fmt.Errorf("read parts of events: %w", err)
	}
	kept := map[models.ID][]event.KeptPart{}
	var id models.ID
	var part event.KeptPart
	_, err = pgx.ForEachRow(rows, []any{&id, &part.Name, &part.Salt, &part.Content}, func() error {
		kept[id] = append(kept[id], part)
		part.Salt, part.Content = nil, nil
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read parts of events: %w", err)
	}
	return kept, nil
}
