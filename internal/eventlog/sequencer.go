package eventlog

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/ppi-engine/ppi/internal/store/pg"
)

const (
	// The sequencer's advisory lock has two keys: such locks share no numbers with locks that have one key.
	sequencerLockClass, sequencerLock = 0x5050, 1
	takeoverInterval                  = 250 * time.Millisecond
	passTimeout                       = 2 * time.Minute
)

// A Sequencer gives committed events their places in the log. There is at most one in a database: it has an advisory
// lock on the same connection on which it inserts, so that a sequencer that lost the lock cannot insert. After any
// error it must be closed and another one opened.
//
// The snapshot of the last pass tells which events have their place. The next pass takes the events of all transactions
// that were not visible then and are visible now. So an event gets its place as soon as it has committed, however long
// other transactions take; no event is taken twice; and if one committed before another was appended, their places are
// in that order.
type Sequencer struct {
	conn   *pgx.Conn
	at     progress
	chains chains
}

// OpenSequencer waits until no other sequencer works and returns a new one.
func (l *Log) OpenSequencer(ctx context.Context) (*Sequencer, error) {
	conn, err := l.sequencerConn(ctx)
	if err != nil {
		return nil, err
	}
	q := &Sequencer{conn: conn, chains: chains{}}
	err = q.waitForLock(ctx)
	if err == nil {
		q.at, err = loadProgress(ctx, conn)
	}
	if err != nil {
		q.Close()
		return nil, err
	}
	return q, nil
}

// sequencerConn connects outside the pool. The server soon ends the session of a sequencer that froze or was cut off,
// so that it does not keep the lock. Query plans must not depend on the statistics of tables that grow by the second.
func (l *Log) sequencerConn(ctx context.Context) (*pgx.Conn, error) {
	conn, err := pg.Apart(ctx, l.db, map[string]string{
		"application_name":                    "ppi sequencer",
		"default_transaction_isolation":       "read committed",
		"idle_session_timeout":                "15s",
		"idle_in_transaction_session_timeout": "15s",
		"tcp_keepalives_idle":                 "5",
		"tcp_keepalives_interval":             "2",
		"tcp_keepalives_count":                "3",
		"plan_cache_mode":                     "force_custom_plan",
		"enable_seqscan":                      "off",
		"enable_hashjoin":                     "off",
		"enable_mergejoin":                    "off",
	})
	if err != nil {
		return nil, fmt.Errorf("connect sequencer: %w", err)
	}
	return conn, nil
}

// waitForLock polls: a statement that waited for the lock would hold back the vacuum of every table.
func (q *Sequencer) waitForLock(ctx context.Context) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for the sequencer's lock: %w", ctx.Err())
		case <-timer.C:
		}
		var held bool
		err := q.conn.QueryRow(ctx, "SELECT pg_try_advisory_lock($1, $2)", sequencerLockClass, sequencerLock).
			Scan(&held)
		if err != nil {
			return fmt.Errorf("take the sequencer's lock: %w", err)
		}
		if held {
			return nil
		}
		timer.Reset(takeoverInterval)
	}
}

// Close gives up the lock.
func (q *Sequencer) Close() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = q.conn.Close(ctx)
}

// Pass places the events that committed since the last pass, at most some thousands, and returns how many it placed and
// whether more are waiting. It costs two round trips, or one when there is nothing to place.
func (q *Sequencer) Pass(ctx context.Context) (placed int, more bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, passTimeout)
	defer cancel()
	now, found, err := findCandidates(ctx, q.conn, q.at)
	if err != nil {
		return 0, false, fmt.Errorf("sequence events: %w", err)
	}
	next := q.at.after(now, found)
	if err := q.write(ctx, &next, found.events); err != nil {
		return 0, false, fmt.Errorf("sequence events: %w", err)
	}
	more = found.full || q.at.foreign
	q.at = next
	return len(found.events), more, nil
}

// write gives the events the next places and stores the progress with them. A pass without events writes nothing:
// whoever loads the older progress finds the same events waiting.
func (q *Sequencer) write(ctx context.Context, next *progress, events []candidate) error {
	if len(events) == 0 && next.foreign == q.at.foreign {
		return nil
	}
	if err := q.chains.load(ctx, q.conn, events); err != nil {
		return err
	}
	var b batch
	for _, e := range events {
		b.place(e, &next.tree, q.chains)
	}
	return b.insert(ctx, q.conn, q.at.tree.Size(), *next)
}
