package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/ppi-engine/ppi/internal/store/pg"
	"github.com/ppi-engine/ppi/models/event"
)

// relayBatch is how many entries of the log one pass queues at most.
const relayBatch = 2000

// sent is [event.Sent] in SQL: $3 are the types that portals are told of, $4 what their payload must not contain.
const sent = `EXISTS (SELECT FROM unnest($3::text[], $4::text[]) s (type, unless)
	WHERE s.type = e.type AND (s.unless IS NULL OR NOT e.data @> s.unless::jsonb))`

// knownTypes are the types in the catalogue of this release of PPI Engine.
var knownTypes = event.Types(func(event.Audience) bool { return true })

// portalTypes lists what [sent] needs.
var portalTypes, portalsUnless = func() (types []string, unless []*string) {
	for _, row := range event.Catalogue() {
		if !row.Audience.Portals {
			continue
		}
		types, unless = append(types, string(row.Type)), append(unless, nil)
		if c := row.Audience.PortalsUnless; c != nil {
			contained := c.JSON()
			unless[len(unless)-1] = &contained
		}
	}
	return types, unless
}()

// ErrNewerEvent means that the next event has a type that this release of PPI Engine does not know, so that it cannot
// tell who may be told of it. That event, and all that follow, wait for a worker of a later release.
var ErrNewerEvent = errors.New("the next event is of a type that only a later release knows")

// Relay queues the next events of the log for the endpoints that want them, at most relayBatch, and tells whether more
// are waiting. The queue and the position reached are committed together, so every event reaches the queue of every
// endpoint that wants it exactly once. Any number of processes may call it: while one works, the others do nothing. It
// returns [ErrNewerEvent] when it can go no further.
func (s *Store) Relay(ctx context.Context) (more bool, err error) {
	err = pg.OnConn(ctx, s.DB, func(conn *pgx.Conn) error {
		var behind bool
		err := conn.QueryRow(ctx, `SELECT position < (SELECT coalesce(max(position), 0) FROM event_log)
			FROM webhook_relay`).Scan(&behind)
		if err != nil || !behind {
			return err
		}
		return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
			more, err = relay(ctx, tx)
			return err
		})
	})
	if err != nil {
		return false, fmt.Errorf("relay events: %w", err)
	}
	return more, nil
}

func relay(ctx context.Context, tx pgx.Tx) (bool, error) {
	var after, through, head int64
	err := tx.QueryRow(ctx, "SELECT position FROM webhook_relay FOR UPDATE SKIP LOCKED").Scan(&after)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("take the relay: %w", err)
	}
	if err := tx.QueryRow(ctx, relayThrough, after, relayBatch, knownTypes).Scan(&through, &head); err != nil {
		return false, fmt.Errorf("read head of the log: %w", err)
	}
	switch {
	case head == after:
		return false, nil // another process has queued everything meanwhile
	case through == after:
		return false, ErrNewerEvent
	}
	if _, err := tx.Exec(ctx, countUnsent, after, through, portalTypes, portalsUnless); err != nil {
		return false, fmt.Errorf("count what is not sent: %w", err)
	}
	if _, err := tx.Exec(ctx, queueDeliveries, after, through, portalTypes, portalsUnless); err != nil {
		return false, fmt.Errorf("queue deliveries: %w", err)
	}
	if _, err := tx.Exec(ctx, "UPDATE webhook_relay SET position = $1", through); err != nil {
		return false, fmt.Errorf("move the relay: %w", err)
	}
	return through == after+relayBatch, nil
}

// StopRelay keeps the relay where it is until the transaction ends.
func (tx *Tx) StopRelay() error {
	if err := tx.db().Exec("SELECT FROM webhook_relay FOR UPDATE").Error; err != nil {
		return fmt.Errorf("stop the relay: %w", err)
	}
	return nil
}

// relayThrough is how far a pass goes, and where the log ends. Positions have no gaps.
const relayThrough = `SELECT least(max(position), $1::bigint + $2, (SELECT min(l.position) - 1
		FROM event_log l JOIN events e ON e.id = l.event_id
		WHERE l.position > $1 AND l.position <= $1 + $2 AND e.type <> ALL ($3))), coalesce(max(position), 0)
	FROM event_log`

// selectedBy is true if the endpoint x selects an event of this type of the procurement p.
func selectedBy(eventType string) string {
	return `(x.procurements = '[]' OR x.procurements @> to_jsonb(p.id::text))
			AND (x.types = '[]' OR EXISTS (SELECT FROM jsonb_array_elements_text(x.types) t
				WHERE ` + eventType + ` = t OR starts_with(` + eventType + `, t || '.')))`
}

// led is true if the owner of the endpoint x leads the procurement p now.
var led = `EXISTS (SELECT FROM role_assignments r WHERE r.procurement_id = p.id AND r.person_id = x.owner_id
				AND r.role = 'lead_procurer' AND ` + heldNow + `)`

// relayed are the endpoints x that select the events e of a part of the log: each is told of the procurements p that
// its owner leads now, which is what [led] says, asked from the side of the event: so it does not matter how many
// endpoints there are.
var relayed = `FROM event_log l
		JOIN events e ON e.id = l.event_id
		JOIN procurements p ON p.id = l.procurement_id
		CROSS JOIN LATERAL (SELECT DISTINCT r.person_id FROM role_assignments r
			WHERE r.procurement_id = p.id AND r.role = 'lead_procurer' AND ` + heldNow + `) leads
		JOIN endpoints x ON x.owner_id = leads.person_id
		WHERE x.status IN ('active', 'paused') AND l.position > $1 AND l.position <= $2 AND l.position > x.since
			AND ` + sent + `
			AND ` + selectedBy("e.type")

// ofMode is true if the endpoint x is for the mode of the procurement p.
const ofMode = "x.rehearsals = (p.mode = 'rehearsal')"

// countUnsent counts for each endpoint what it would be told of if it were for the other mode: its owner is shown why
// nothing comes. Only the relay changes these rows, so it does not wait for those who change endpoints.
var countUnsent = `INSERT INTO unsent_events AS u (endpoint_id, events, last_at)
	SELECT x.id, count(*), clock_timestamp() ` + relayed + ` AND NOT (` + ofMode + `) GROUP BY x.id
	ON CONFLICT (endpoint_id) DO UPDATE SET events = u.events + excluded.events, last_at = excluded.last_at`

// queueDeliveries finds the endpoints that want the events of a part of the log.
var queueDeliveries = `WITH queued AS (
		INSERT INTO deliveries (endpoint_id, event_id, procurement_id, seq, type)
		SELECT x.id, e.id, p.id, l.seq, e.type
		` + relayed + ` AND ` + ofMode + `
		RETURNING endpoint_id, procurement_id, seq
	)
	INSERT INTO portal_feeds AS f (endpoint_id, procurement_id)
	SELECT DISTINCT endpoint_id, procurement_id FROM queued ORDER BY endpoint_id, procurement_id
	ON CONFLICT (endpoint_id, procurement_id) DO UPDATE SET asked = f.asked + 1,
		moved_at = CASE WHEN f.told = f.asked THEN clock_timestamp() ELSE f.moved_at END`
