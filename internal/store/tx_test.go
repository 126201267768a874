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

func TestAProcessDoesNotStartThatMayTakeMoreConnectionsThanThereAre(t *testing.T) {
	t.Parallel()
	db := pgtest.NewDatabase(t)
	given := int(pgtest.RowCount(t, db, `SELECT current_setting('max_connections')::int
		- current_setting('superuser_reserved_connections')::int`))
	_, err := store.Open(t.Context(), store.Options{DSN: db.Application, MaxConns: 4, ReceiptConns: given})
	require.ErrorIs(t, err, &store.TooManyConnsError{Wanted: 4 + given, Given: given})
	require.False(t, pg.IsRetryable(err), "to wait is of no use")
}

func TestTheConnectionsForReceiptAreOpenFromTheStartAndNobodyElseHasThem(t *testing.T) {
	t.Parallel()
	db := pgtest.NewDatabase(t)
	s, err := store.Open(t.Context(), store.Options{DSN: db.Application, MaxConns: 1, ReceiptConns: 3})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	require.EqualValues(t, 1+3, pgtest.RowCount(t, db, "SELECT count(*) FROM pg_stat_activity WHERE datname = $1 AND "+
		"usename <> current_user", db.Name))
	require.NoError(t, s.InTx(t.Context(), func(*store.Tx) error { // it has the only other one
		_, err := s.ForReceipt().EarlierRequest(t.Context(), "none")
		return err
	}))
	require.Same(t, s.ForReceipt(), s.ForReceipt().ForReceipt())
	shared := pgtest.Open(t, db.Application)
	require.Same(t, shared, shared.ForReceipt())
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

// A connection that is cut in the middle of the first question takes with it what was sent before: locks and writes are
// sent again with the question.
func TestWhatWasSentBeforeACutIsSentAgain(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	p.Exec("CREATE TABLE written (n int PRIMARY KEY); GRANT ALL ON written TO PUBLIC")
	done := make(chan error, 1)
	go func() {
		done <- p.InTx(t.Context(), func(tx *store.Tx) error {
			tx.SendFor(1, "write", "INSERT INTO written VALUES ($1)", 1)
			var slept any
			return tx.Ask("SELECT pg_sleep(CASE WHEN count(*) = 0 THEN 0 ELSE 1 END)::text FROM written", nil, &slept)
		})
	}()
	require.Eventually(t, func() bool {
		return pgtest.RowCount(t, p.Database, `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
			WHERE datname = $1 AND wait_event = 'PgSleep'`, p.Database.Name) > 0
	}, 5*time.Second, 5*time.Millisecond)
	require.NoError(t, <-done)
	require.EqualValues(t, 1, pgtest.RowCount(t, p.Database, "SELECT count(*) FROM written"))
}

// A panics is an answer that cannot be read.
type panics struct{}

func (panics) Scan(any) error { panic("scan") }

func TestAConnectionLeftInTheMiddleOfAnAnswerIsNotUsedAgain(t *testing.T) {
	t.Parallel()
	db := pgtest.NewDatabase(t)
	s := pgtest.Open(t, db.Application)
	for _, begun := range []bool{false, true} {
		require.Panics(t, func() {
			_ = s.InTx(t.Context(), func(tx *store.Tx) error {
				if begun {
					_, err := tx.Now()
					require.NoError(t, err)
				}
				tx.Lock(false, "x")
				return tx.Ask("SELECT 'x'", nil, panics{})
			})
		})
		require.NoError(t, s.InTx(t.Context(), func(tx *store.Tx) error {
			tx.Lock(true, "x")
			return tx.Flush()
		}), "the lock is free, and so is a connection")
	}
}

// Once its caller has gone, a transaction does nothing more, and is not to be tried again.
func TestATransactionEndsWithItsContext(t *testing.T) {
	t.Parallel()
	s := pgtest.Open(t, pgtest.NewDatabase(t).Application)
	for name, next := range map[string]func(tx *store.Tx) error{
		"a question": func(tx *store.Tx) error {
			_, err := tx.Now()
			return err
		},
		"rows": func(tx *store.Tx) error {
			_, err := tx.Rounds("prc_none")
			return err
		},
	} {
		ctx, cancel := context.WithCancel(t.Context())
		err := s.InTx(ctx, func(tx *store.Tx) error {
			_, err := tx.Now()
			require.NoError(t, err)
			cancel()
			return next(tx)
		})
		require.ErrorIs(t, err, context.Canceled, name)
		require.False(t, pg.IsRetryable(err), name)
	}
}

// Neither a write nor a question that failed is passed over, also when nobody looks.
func TestAFaultThatNobodyLooksAtStillFailsTheTransaction(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	p.Exec("CREATE TABLE once (n int PRIMARY KEY); GRANT ALL ON once TO PUBLIC")
	write := func(tx *store.Tx) { tx.Send("write", "INSERT INTO once VALUES (1)") }
	for name, c := range map[string]struct {
		do    func(tx *store.Tx)
		cause string
	}{
		"a write, at the next question": {func(tx *store.Tx) {
			write(tx)
			write(tx)
			_, _ = tx.Now()
		}, "write: "},
		"a write, at the commit": {func(tx *store.Tx) {
			write(tx)
			write(tx)
		}, "write: "},
		"another number of rows": {func(tx *store.Tx) {
			tx.SendFor(2, "write two", "INSERT INTO once VALUES (1)")
		}, "write two: 1 rows were written instead of 2"},
		"a question": {func(tx *store.Tx) {
			write(tx)
			var n int
			_ = tx.Ask("SELECT 1/0", nil, &n)
		}, "division by zero"},
	} {
		err := p.InTx(t.Context(), func(tx *store.Tx) error {
			c.do(tx)
			return nil
		})
		require.ErrorContains(t, err, c.cause, name)
		require.Zero(t, pgtest.RowCount(t, p.Database, "SELECT count(*) FROM once"), name)
	}
}
