package store_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/internal/store/pg"
	"github.com/ppi-engine/ppi/internal/store/pgtest"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

func TestATransactionThatFailsLeavesNothing(t *testing.T) {
	t.Parallel()
	db := pgtest.NewDatabase(t)
	s := pgtest.Open(t, db.Application)

	fault := errors.New("fault")
	err := s.InTx(t.Context(), func(tx *store.Tx) error {
		_, err := tx.Append(event.Event{Payload: event.ProcurementChanged{}})
		require.NoError(t, err)
		return fault
	})
	require.ErrorIs(t, err, fault)
	require.Panics(t, func() {
		_ = s.InTx(t.Context(), func(tx *store.Tx) error {
			_, err := tx.Append(event.Event{Payload: event.ProcurementChanged{}})
			require.NoError(t, err)
			panic("fault")
		})
	})
	require.Zero(t, pgtest.RowCount(t, db, "SELECT count(*) FROM events"))
	require.Zero(t, pgtest.RowCount(t, db, "SELECT count(*) FROM pg_stat_activity WHERE datname = $1 AND state LIKE "+
		"'idle in%'", db.Name))
}

func TestTheDatabaseClockIsUTCAndMovesWithinATransaction(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t)
	err := s.InTx(t.Context(), func(tx *store.Tx) error {
		first, err := tx.Now()
		require.NoError(t, err)
		second, err := tx.Now()
		require.NoError(t, err)
		require.Equal(t, time.UTC, first.Location())
		require.True(t, second.After(first))
		require.Equal(t, first, first.Truncate(time.Microsecond))
		return nil
	})
	require.NoError(t, err)
}

func TestTransactionsAreReadCommitted(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t)
	level, err := s.IsolationLevel(t.Context())
	require.NoError(t, err)
	require.Equal(t, "read committed", level)
}

func TestWhatMayBeTriedAgain(t *testing.T) {
	t.Parallel()
	state := func(code string) error { return fmt.Errorf("do something: %w", &pgconn.PgError{Code: code}) }
	for name, c := range map[string]struct {
		err  error
		want bool
	}{
		"nothing":                    {nil, false},
		"serialisation failure":      {state("40001"), true},
		"deadlock":                   {state("40P01"), true},
		"connection failure":         {state("08006"), true},
		"server shutting down":       {state("57P01"), true},
		"server starting":            {state("57P03"), true},
		"server full":                {state("53300"), true},
		"duplicate key":              {state("23505"), false},
		"statement timed out":        {state("57014"), true},
		"syntax error":               {state("42601"), false},
		"end of stream":              {fmt.Errorf("read: %w", io.ErrUnexpectedEOF), true},
		"network":                    {&net.OpError{Op: "read", Err: errors.New("reset")}, true},
		"caller gave up":             {fmt.Errorf("read: %w", context.Canceled), false},
		"caller ran out of time":     {fmt.Errorf("read: %w", context.DeadlineExceeded), false},
		"fault of ours":              {errors.New("fault"), false},
		"refusal":                    {models.Refuse("x", "", "no"), false},
		"closed under our own hands": {net.ErrClosed, true},
	} {
		require.Equal(t, c.want, pg.IsRetryable(c.err), name)
	}
}

func TestACutConnectionMayBeTriedAgain(t *testing.T) {
	t.Parallel()
	db := pgtest.NewDatabase(t)
	s := pgtest.Open(t, db.Application)
	err := s.InTx(t.Context(), func(tx *store.Tx) error {
		_, err := tx.Now()
		require.NoError(t, err)
		require.Positive(t, pgtest.RowCount(t, db,
			`SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
			WHERE datname = $1 AND pid <> pg_backend_pid()`, db.Name))
		_, err = tx.Append(event.Event{Payload: event.ProcurementChanged{}})
		return err
	})
	require.Error(t, err)
	require.True(t, pg.IsRetryable(err), "%v", err)
	require.NoError(t, s.InTx(t.Context(), func(tx *store.Tx) error {
		_, err := tx.Append(event.Event{Payload: event.ProcurementChanged{}})
		return err
	}), "the next transaction gets a new connection")
}

func TestAConnectionThatDiedBeforeATransactionIsReplaced(t *testing.T) {
	t.Parallel()
	db := pgtest.NewDatabase(t)
	s := pgtest.Open(t, db.Application)
	require.NoError(t, s.InTx(t.Context(), func(tx *store.Tx) error {
		require.Positive(t, pgtest.RowCount(t, db,
			`SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
			WHERE datname = $1 AND pid <> pg_backend_pid()`, db.Name))
		_, err := tx.Append(event.Event{Payload: event.ProcurementChanged{}})
		return err
	}))
	require.EqualValues(t, 1, pgtest.RowCount(t, db, "SELECT count(*) FROM events"))
}

func TestAnUnreachableServerMayBeTriedAgain(t *testing.T) {
	t.Parallel()
	_, err := store.Open(t.Context(), store.Options{DSN: "postgres://nobody@127.0.0.1:1/none"})
	require.Error(t, err)
	require.True(t, pg.IsRetryable(err), "%v", err)
}

func TestADSNThatIsNoneIsNotQuoted(t *testing.T) {
	t.Parallel()
	_, err := store.Open(t.Context(), store.Options{DSN: "postgres://ppi:secret@host:port:port/"})
	require.Error(t, err)
	require.NotContains(t, err.Error(), "secret")
}

// The attempt that follows must not find the procurement locked by one that was given up.
func TestWhoHasLockedAProcurementWaitsForNothingElseForLong(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	procurement := p.Procurement(models.ModeLive, p.Person())
	held, err := p.SQL.Begin(t.Context())
	require.NoError(t, err)
	_, err = held.Exec(t.Context(), "SELECT 1 FROM procurements WHERE id = $1 FOR NO KEY UPDATE", procurement)
	require.NoError(t, err)
	err = p.InTx(t.Context(), func(tx *store.Tx) error {
		_, err := tx.LockProcurement(procurement)
		return err
	})
	require.Error(t, err)
	require.True(t, pg.IsRetryable(err), "%v", err)
	require.NoError(t, held.Rollback(t.Context()))
	require.NoError(t, p.InTx(t.Context(), func(tx *store.Tx) error {
		_, err := tx.LockProcurement(procurement)
		return err
	}))
}
