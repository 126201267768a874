package worker_test

import (
	"context"
	"log/slog"
	"net/url"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ppi-engine/ppi/internal/eventlog"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/internal/store/pg"
	"github.com/ppi-engine/ppi/internal/store/pgtest"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
	"github.com/ppi-engine/ppi/worker"
)

const (
	procurements = 4
	catchUpLimit = 20 * time.Second
)

// A transaction of a scenario appends events, holds them for a while and commits or not.
type transaction struct {
	// events name the procurement of each event by number; 0 is the platform.
	events   []int
	hold     time.Duration
	rollBack bool
}

// A fault happens some time after the beginning.
type fault struct {
	after time.Duration
	kind  string
}

// The kinds of faults.
const (
	sequencerStopped = "a sequencer is stopped and another started"
	sequencerCutOff  = "the sequencer's connection is cut"
	allCutOff        = "every connection is cut"
	databaseAway     = "the database is away for a moment"
)

type scenario struct {
	writers [][]transaction
	faults  []fault
}

func milliseconds(most int) *rapid.Generator[time.Duration] {
	return rapid.Map(rapid.IntRange(0, most), func(n int) time.Duration { return time.Duration(n) * time.Millisecond })
}

func scenarios() *rapid.Generator[scenario] {
	transactions := rapid.Custom(func(t *rapid.T) transaction {
		return transaction{
			events:   rapid.SliceOfN(rapid.IntRange(0, procurements), 1, 4).Draw(t, "events"),
			hold:     rapid.OneOf(rapid.Just(time.Duration(0)), milliseconds(5), milliseconds(150)).Draw(t, "hold"),
			rollBack: rapid.IntRange(0, 4).Draw(t, "outcome") == 0,
		}
	})
	faults := rapid.Custom(func(t *rapid.T) fault {
		return fault{
			after: milliseconds(150).Draw(t, "after"),
			kind: rapid.SampledFrom([]string{sequencerStopped, sequencerCutOff, allCutOff, databaseAway}).
				Draw(t, "kind"),
		}
	})
	return rapid.Custom(func(t *rapid.T) scenario {
		return scenario{
			writers: rapid.SliceOfN(rapid.SliceOfN(transactions, 1, 8), 1, 12).Draw(t, "writers"),
			faults:  rapid.SliceOfN(faults, 0, 3).Draw(t, "faults"),
		}
	})
}

// Whatever writers do and whoever dies: every committed event gets exactly one place, none is left
// out, positions and chains have no gap, and what was committed first stands first.
func TestEveryCommittedEventGetsExactlyOnePlace(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rapid.Check(t, func(rt *rapid.T) { w.play(rt, scenarios().Draw(rt, "scenario")) })
}

// A world is one database for all scenarios; what one leaves, the next finds.
type world struct {
	t            *testing.T
	db           pgtest.Database
	store        *store.Store
	procurements [procurements + 1]models.ID
}

func newWorld(t *testing.T) *world {
	t.Helper()
	db := pgtest.NewDatabase(t)
	_, err := pgtest.Connect(t, db.Owner).Exec(t.Context(),
		"ALTER TABLE events DROP CONSTRAINT IF EXISTS events_procurement")
	require.NoError(t, err)
	w := &world{t: t, db: db, store: pgtest.Open(t, db.Application)}
	for i := 1; i <= procurements; i++ {
		w.procurements[i] = models.NewID(models.PrefixProcurement)
	}
	return w
}

func (w *world) play(rt *rapid.T, s scenario) {
	first, second := w.startSequencer(), w.startSequencer()
	var faults sync.WaitGroup
	for _, f := range s.faults {
		faults.Go(func() {
			<-time.After(f.after)
			w.inflict(f.kind, first)
		})
	}
	results := make([]result, len(s.writers))
	var writers sync.WaitGroup
	for i, transactions := range s.writers {
		writers.Go(func() { results[i] = w.write(transactions) })
	}
	writers.Wait()
	faults.Wait()
	w.awaitCatchUp(rt)
	first.stop()
	second.stop()
	w.check(rt, results)
}

// A sequencer runs until it is stopped, and may be restarted.
type sequencer struct {
	w    *world
	mu   sync.Mutex
	end  context.CancelFunc
	done chan struct{}
}

func (w *world) startSequencer() *sequencer {
	s := &sequencer{w: w}
	s.start()
	return s
}

func (s *sequencer) start() {
	ctx, end := context.WithCancel(s.w.t.Context())
	done := make(chan struct{})
	s.end, s.done = end, done
	go func() {
		defer close(done)
		worker.Sequence(ctx, s.w.store, nil, slog.New(slog.DiscardHandler))
	}()
}

func (s *sequencer) stop() {
	s.end()
	<-s.done
}

func (s *sequencer) restart() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stop()
	s.start()
}

func (w *world) inflict(kind string, victim *sequencer) {
	switch kind {
	case sequencerStopped:
		victim.restart()
	case sequencerCutOff:
		w.admin("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND application_name = " +
			"'ppi sequencer'")
	case allCutOff:
		w.admin("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1")
	case databaseAway:
		w.admin("UPDATE pg_database SET datallowconn = false WHERE datname = $1")
		w.admin("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1")
		<-time.After(30 * time.Millisecond)
		w.admin("UPDATE pg_database SET datallowconn = true WHERE datname = $1")
	}
}

// admin runs a statement about the world's database from another one.
func (w *world) admin(statement string) {
	u, err := url.Parse(w.db.Superuser)
	require.NoError(w.t, err)
	u.Path = "/postgres"
	conn, err := pgx.Connect(w.t.Context(), u.String())
	require.NoError(w.t, err)
	defer conn.Close(context.Background())
	_, err = conn.Exec(w.t.Context(), statement, w.db.Name)
	require.NoError(w.t, err)
}

// A result is what a writer knows of its events.
type result struct {
	confirmed, rolledBack []models.ID
}

type rollBack struct{}

func (rollBack) Error() string { return "rolled back on purpose" }

func (w *world) write(transactions []transaction) result {
	var r result
	for _, transaction := range transactions {
		var ids []models.ID
		err := w.store.InTx(w.t.Context(), func(tx *store.Tx) error {
			for _, procurement := range transaction.events {
				id, err := tx.Append(event.Event{
					ProcurementID: w.procurements[procurement],
					Payload:       event.ProcurementChanged{},
				})
				if err != nil {
					return err
				}
				ids = append(ids, id)
			}
			<-time.After(transaction.hold)
			if transaction.rollBack {
				return rollBack{}
			}
			return nil
		})
		switch {
		case err == nil:
			r.confirmed = append(r.confirmed, ids...)
		case transaction.rollBack:
			r.rolledBack = append(r.rolledBack, ids...)
		}
		// Otherwise the connection was cut, and the writer cannot know.
	}
	return r
}

func (w *world) awaitCatchUp(rt *rapid.T) {
	conn, err := pgx.Connect(w.t.Context(), w.db.Superuser)
	require.NoError(rt, err)
	defer conn.Close(context.Background())
	deadline := time.Now().Add(catchUpLimit)
	for {
		var missing int
		err := conn.QueryRow(w.t.Context(), "SELECT (SELECT count(*) FROM events) - (SELECT count(*) FROM event_log)").
			Scan(&missing)
		require.NoError(rt, err)
		if missing == 0 {
			return
		}
		require.True(rt, time.Now().Before(deadline), "%d events have no place", missing)
		<-time.After(10 * time.Millisecond)
	}
}

func (w *world) check(rt *rapid.T, results []result) {
	// The pool may still hold connections that were cut.
	report, err := w.store.Log().Verify(w.t.Context(), eventlog.VerifyOptions{})
	for pg.IsRetryable(err) {
		report, err = w.store.Log().Verify(w.t.Context(), eventlog.VerifyOptions{})
	}
	require.NoError(rt, err)
	require.Nil(rt, report.Fault)

	entries, err := w.store.Log().Read(w.t.Context(), 0, int(report.Events)+1)
	require.NoError(rt, err)
	positions := make(map[models.ID]int64, len(entries))
	for _, e := range entries {
		positions[e.EventID] = e.Position
	}
	require.Len(rt, positions, len(entries), "an event has two places")
	for _, r := range results {
		for _, id := range r.rolledBack {
			require.NotContains(rt, positions, id)
		}
		order := make([]int64, len(r.confirmed))
		for i, id := range r.confirmed {
			require.Contains(rt, positions, id, "a confirmed event is missing")
			order[i] = positions[id]
		}
		require.True(rt, slices.IsSorted(order), "a writer's events stand in another order than it wrote them: %v",
			order)
	}
}
