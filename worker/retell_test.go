package worker_test

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/engine"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/internal/store/pgtest"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
	"github.com/ppi-engine/ppi/worker"
)

// A ledger is a record in which procurements have outcomes of an hour ago that were told to nobody.
type ledger struct {
	*pgtest.Platform

	procurements []models.ID
}

func newLedger(t *testing.T, procurements, outcomes int) *ledger {
	t.Helper()
	l := &ledger{Platform: pgtest.NewPlatform(t)}
	person := l.Person()
	for p := range procurements {
		id := l.Procurement(models.ModeLive, person)
		l.procurements = append(l.procurements, id)
		for n := range outcomes {
			l.Exec(`INSERT INTO commands
					(id, procurement_id, actor_id, verb, fingerprint, payload, status, created_at, done_at)
				VALUES ($1, $2, $3, 'vote', decode(repeat('00', 32), 'hex'), '{}', 'done',
					now() - interval '1 hour', now() - interval '1 hour')`,
				fmt.Sprintf("%064x", p*outcomes+n), id, person)
		}
	}
	return l
}

func (l *ledger) untold(procurement models.ID) (n int) {
	l.Helper()
	require.NoError(l, l.SQL.QueryRow(l.Context(),
		"SELECT count(*) FROM commands WHERE procurement_id = $1 AND told_at IS NULL", procurement).Scan(&n))
	return n
}

// retell has so many workers tell what is untold; stop waits for them.
func (l *ledger) retell(workers int, to *runs) (stop func()) {
	ctx, cancel := context.WithCancel(l.Context())
	var all sync.WaitGroup
	for range workers {
		all.Go(func() { worker.Retell(ctx, l.Store, to, slog.New(slog.DiscardHandler)) })
	}
	return func() {
		cancel()
		all.Wait()
	}
}

// Runs take commands; answer says how one of a procurement answers.
type runs struct {
	answer func(ctx context.Context, procurement models.ID) error

	mu   sync.Mutex
	sent map[models.ID]int
}

func (r *runs) Command(ctx context.Context, cmd models.Command) (process.Outcome, error) {
	r.mu.Lock()
	if r.sent == nil {
		r.sent = map[models.ID]int{}
	}
	r.sent[cmd.ProcurementID]++
	r.mu.Unlock()
	return process.Outcome{Status: process.CommandDone}, r.answer(ctx, cmd.ProcurementID)
}

func (r *runs) times(procurement models.ID) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.sent[procurement]
}

func TestARunIsToldByOneCommandOfAllThatCameBefore(t *testing.T) {
	t.Parallel()
	l := newLedger(t, 40, 5)
	to := &runs{answer: func(context.Context, models.ID) error { return nil }}
	stop := l.retell(1, to)
	for _, procurement := range l.procurements {
		require.Eventually(t, func() bool { return l.untold(procurement) == 0 }, patience, 20*time.Millisecond)
	}
	stop()
	for _, procurement := range l.procurements {
		require.Equal(t, 1, to.times(procurement))
	}
}

// Neither one that does not answer nor one that fails at once keeps the others waiting, and neither is asked all the
// time, however many workers there are.
func TestARunThatCannotBeToldIsLeftForAWhile(t *testing.T) {
	t.Parallel()
	l := newLedger(t, 30, 2)
	failing, silent := l.procurements[0], l.procurements[1]
	to := &runs{answer: func(ctx context.Context, procurement models.ID) error {
		switch procurement {
		case failing:
			return engine.ErrUnavailable
		case silent:
			<-ctx.Done()
			return ctx.Err()
		}
		return nil
	}}
	stop := l.retell(2, to)
	for _, procurement := range l.procurements[2:] {
		require.Eventually(t, func() bool { return l.untold(procurement) == 0 }, patience, 20*time.Millisecond)
	}
	require.Eventually(t, func() bool { return to.times(failing) > 0 && to.times(silent) > 0 }, patience,
		20*time.Millisecond)
	stop()
	claimed, err := l.ClaimUntold(t.Context(), store.Claims{Limit: 2, First: time.Minute, Longest: time.Minute})
	require.NoError(t, err)
	require.Empty(t, claimed, "another worker finds both taken")
	require.Equal(t, 1, to.times(failing))
	require.Equal(t, 1, to.times(silent))
	require.Equal(t, 2, l.untold(failing))
	require.Equal(t, 2, l.untold(silent))

	l.Exec("UPDATE retellings SET next_at = now()") // the while is over
	to.answer = func(context.Context, models.ID) error { return nil }
	defer l.retell(1, to)()
	for _, procurement := range []models.ID{failing, silent} {
		require.Eventually(t, func() bool { return l.untold(procurement) == 0 }, patience, 20*time.Millisecond)
	}
}

func TestARunThatIsNotOpenNeedsNoTelling(t *testing.T) {
	t.Parallel()
	l := newLedger(t, 1, 3)
	to := &runs{answer: func(context.Context, models.ID) error { return fmt.Errorf("send: %w", engine.ErrNotRunning) }}
	defer l.retell(1, to)()
	require.Eventually(t, func() bool { return l.untold(l.procurements[0]) == 0 }, patience, 20*time.Millisecond)
}

// What was done a moment ago is told by whoever asked for it.
func TestFreshOutcomesAreLeftToWhoAskedForThem(t *testing.T) {
	t.Parallel()
	l := newLedger(t, 2, 1)
	l.Exec("UPDATE commands SET created_at = now(), done_at = now() WHERE procurement_id = $1", l.procurements[0])
	to := &runs{answer: func(context.Context, models.ID) error { return nil }}
	defer l.retell(1, to)()
	require.Eventually(t, func() bool { return l.untold(l.procurements[1]) == 0 }, patience, 20*time.Millisecond)
	require.Zero(t, to.times(l.procurements[0]))
	require.Equal(t, 1, l.untold(l.procurements[0]))
}

func TestARecordThatIsAwayIsAskedAgain(t *testing.T) {
	t.Parallel()
	l := newLedger(t, 1, 1)
	l.Exec("ALTER TABLE retellings RENAME TO retellings_gone")
	warned := make(warnings, 16)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		to := &runs{answer: func(context.Context, models.ID) error { return nil }}
		worker.Retell(ctx, l.Store, to, slog.New(slog.NewTextHandler(warned, nil)))
	}()
	require.Contains(t, <-warned, "interrupted")
	l.Exec("ALTER TABLE retellings_gone RENAME TO retellings")
	require.Eventually(t, func() bool { return l.untold(l.procurements[0]) == 0 }, patience, 20*time.Millisecond)
	stop()
	<-done
	require.Empty(t, warned, "it is said once")
}

// Warnings are the lines of a log.
type warnings chan string

func (w warnings) Write(line []byte) (int, error) {
	w <- string(line)
	return len(line), nil
}
