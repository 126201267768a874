package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/ppi-engine/ppi/internal/store/pg"
)

// Vitals say how the record does. None of them tells of tenders that are not opened.
type Vitals struct {
	BoxesOpen, TasksOpen int64
	// CommandsPending are written down and have no outcome; CommandsOldest is the age of the oldest.
	CommandsPending int64
	CommandsOldest  time.Duration
	// DeliveriesQueued wait to be sent or sent again; DeliveriesParked wait for a person, who resumes the procurement's
	// feed or the endpoint. DeliveriesOldest is the age of the oldest that is queued. More than [mostCounted] are not
	// looked at.
	DeliveriesQueued, DeliveriesParked int64
	DeliveriesOldest                   time.Duration
	// EventsUnplaced were committed and have no place in the log. Only events that portals are told of are counted: the
	// others would tell that a tender has just come in.
	EventsUnplaced int64
	EventsOldest   time.Duration
}

// mostCounted bounds each count of [Vitals].
const mostCounted = 100_000

// selectVitals reads from partial indexes only, each up to a bound. Events are looked for from where the sequencer is,
// as it does itself; of events from another cluster nothing is said until it has found its way among them.
const selectVitals = `SELECT
	(SELECT count(*) FROM (SELECT FROM boxes WHERE closed_at IS NULL LIMIT $1) b),
	(SELECT count(*) FROM (SELECT FROM tasks WHERE done_at IS NULL LIMIT $1) t),
	c.n, c.oldest, d.queued, d.parked, d.oldest, e.n, e.oldest
	FROM
	(SELECT count(*) AS n, ` + ageInMicroseconds + `(c.created_at)), 0) AS oldest
		FROM (SELECT created_at FROM commands WHERE status = 'pending' LIMIT $1) c) c,
	(SELECT count(*) FILTER (WHERE NOT parked) AS queued, count(*) FILTER (WHERE parked) AS parked,
			` + ageInMicroseconds + `(d.queued_at) FILTER (WHERE NOT parked)), 0) AS oldest
		FROM (SELECT d.queued_at, f.state = 'parked' OR x.status = 'paused' AS parked
			FROM endpoints x
			JOIN deliveries d ON d.endpoint_id = x.id AND d.delivered_at IS NULL
			JOIN portal_feeds f ON f.endpoint_id = d.endpoint_id AND f.procurement_id = d.procurement_id
			WHERE x.status IN ('active', 'paused') LIMIT $1) d) d,
	(SELECT count(*) AS n, ` + ageInMicroseconds + `(e.recorded_at)), 0) AS oldest
		FROM (SELECT seen_before, in_progress FROM sequencer
			WHERE cluster IS NULL OR cluster = (SELECT system_identifier FROM pg_control_system()) OFFSET 0) q,
		LATERAL (
			(SELECT id, type, data, recorded_at FROM events WHERE xid >= q.seen_before ORDER BY xid LIMIT $2)
			UNION ALL
			(SELECT id, type, data, recorded_at FROM events WHERE xid = ANY (q.in_progress) AND xid < q.seen_before
				ORDER BY xid LIMIT $2)
		) e
		WHERE ` + sent + ` AND NOT EXISTS (SELECT FROM event_log l WHERE l.event_id = e.id)) e`

const ageInMicroseconds = "coalesce(1e6 * extract(epoch FROM clock_timestamp() - min"

// mostEvents bounds how many events are looked at: each costs a look into the log.
const mostEvents = 10_000

// Vitals reads how the record does, in one statement.
func (s *Store) Vitals(ctx context.Context) (Vitals, error) {
	var v Vitals
	var commands, deliveries, events float64
	err := s.askVitals(ctx, selectVitals, func(rows pgx.Rows) error {
		_, err := pgx.ForEachRow(rows, []any{
			&v.BoxesOpen, &v.TasksOpen, &v.CommandsPending, &commands, &v.DeliveriesQueued, &v.DeliveriesParked,
			&deliveries, &v.EventsUnplaced, &events,
		}, func() error { return nil })
		return err //nolint:wrapcheck // the caller says what failed
	})
	if err != nil {
		return Vitals{}, err
	}
	for age, micros := range map[*time.Duration]float64{
		&v.CommandsOldest: commands, &v.DeliveriesOldest: deliveries, &v.EventsOldest: events,
	} {
		*age = max(0, time.Duration(micros)*time.Microsecond)
	}
	return v, nil
}

// askVitals asks with the settings of the sequencer: the plan must not depend on the statistics of tables that grow by
// the second.
func (s *Store) askVitals(ctx context.Context, question string, read func(pgx.Rows) error) error {
	err := pg.OnLiveConn(ctx, s.DB, func(conn *pgx.Conn) error {
		round := &pgx.Batch{}
		for _, first := range []string{
			"begin read only", "set local enable_seqscan = off", "set local enable_hashjoin = off",
			"set local enable_mergejoin = off",
		} {
			round.Queue(first)
		}
		round.Queue(question, mostCounted, mostEvents, portalTypes, portalsUnless).Query(read)
		round.Queue("commit")
		return errors.Join(conn.SendBatch(ctx, round).Close(), pg.EndTransaction(ctx, conn))
	})
	if err != nil {
		return fmt.Errorf("read how the record does: %w", err)
	}
	return nil
}

// A Pool is the use of connections to the database.
type Pool struct {
	// Most are the connections at most; Open are there now, and InUse are lent.
	Most, Open, InUse int
	// Waits counts who had to wait for a connection, Waited is for how long.
	Waits  int64
	Waited time.Duration
}

// And adds up two pools.
func (p Pool) And(q Pool) Pool {
	return Pool{
		Most: p.Most + q.Most, Open: p.Open + q.Open, InUse: p.InUse + q.InUse,
		Waits: p.Waits + q.Waits, Waited: p.Waited + q.Waited,
	}
}

// Pools are the pool of a store, and the one for the receipt of tenders, if it has one.
type Pools struct{ Record, Receipt Pool }

// Together adds them up.
func (p Pools) Together() Pool { return p.Record.And(p.Receipt) }

// Pools says how the connections of the store are used.
func (s *Store) Pools() Pools {
	p := Pools{Record: use(pg.Pool(s.DB))}
	if s.receipt != nil {
		p.Receipt = use(pg.Pool(s.receipt.DB))
	}
	return p
}

func use(pool *sql.DB) Pool {
	s := pool.Stats()
	return Pool{
		Most: s.MaxOpenConnections, Open: s.OpenConnections, InUse: s.InUse, Waits: s.WaitCount, Waited: s.WaitDuration,
	}
}
