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

var (
	placedEvents = fmt.Sprintf(selectEvents, "l.seq") + `event_log l JOIN events e ON e.id = l.event_id
		WHERE l.procurement_id IS NOT DISTINCT FROM nullif($1, '')::ppi_id AND l.seq > $2 ORDER BY l.seq LIMIT $3`
	placelessEvents = fmt.Sprintf(selectEvents, "0::bigint") + `sequencer s, events e
		WHERE (e.xid >= s.seen_before OR e.xid = ANY (s.in_progress))
			AND e.procurement_id IS NOT DISTINCT FROM nullif($1, '')::ppi_id
			AND NOT EXISTS (SELECT FROM event_log l WHERE l.event_id = e.id)
		ORDER BY e.ordinal`
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
			return readEvents(ctx, tx, placedEvents, string(procurement), after, pageSize)
		}, func(e Numbered) int64 { return e.seq })
		for e, err := range placed {
			if !yield(e, err) {
				return
			}
		}
		rest, err := readEvents(ctx, tx, placelessEvents, string(procurement))
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
	rows, err := tx.Query(ctx, `SELECT p.event_id, p.name, p.salt, p.content FROM event_parts p
		WHERE p.procurement_id IS NOT DISTINCT FROM nullif($1, '')::ppi_id`, string(procurement))
	if err != nil {
		return nil, fmt.Errorf("read parts of events: %w", err)
	}
	kept := map[models.ID][]event.KeptPart{}
	var of models.ID
	var part event.KeptPart
	_, err = pgx.ForEachRow(rows, []any{&of, &part.Name, &part.Salt, &part.Content}, func() error {
		kept[of] = append(kept[of], part)
		part.Salt, part.Content = nil, nil
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read parts of events: %w", err)
	}
	return kept, nil
}
