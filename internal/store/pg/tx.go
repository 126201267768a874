package pg

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"go.opentelemetry.io/otel/trace"
	"gorm.io/gorm"

	"github.com/ppi-engine/ppi/internal/span"
)

// A Tx is one transaction. What it has read stays true until it commits only for rows and boxes that it has locked.
//
// It begins with the first statement that needs an answer, and what it writes may wait for that too: see [Tx.Send]. So
// it needs few round trips, which are most of the cost of a short transaction.
type Tx struct {
	ctx context.Context //nolint:containedctx // it lasts as long as the transaction, which is one function's
	db  *DB
	// begin is the statement that begins it.
	begin string
	// lent is a connection of the pool; conn is the same connection for pgx, and rows for GORM.
	lent *sql.Conn
	conn *pgx.Conn
	rows *gorm.DB
	// begun tells that the server has begun the transaction.
	begun  bool
	unsent []statement
	// failed is the error of a statement; after it the transaction can do nothing more.
	failed error
}

// A statement is sent without waiting for an answer beyond the number of rows that it changed.
type statement struct {
	// doing says what it does, for the error.
	doing, sql string
	arguments  []any
	// changes is how many rows it must change, or [anyNumber].
	changes int64
}

const anyNumber = -1

// Rows is GORM on a database, outside of any transaction.
func Rows(ctx context.Context, db *DB) *gorm.DB { return db.rows.WithContext(ctx) }

// Pool is the pool of a database for database/sql.
func Pool(db *DB) *sql.DB { return db.pool }

// RowsOf is GORM in a transaction, after the statements that wait were sent.
func RowsOf(tx *Tx) *gorm.DB {
	if err := tx.Flush(); err != nil {
		failed := tx.rows.WithContext(tx.ctx)
		_ = failed.AddError(err)
		return failed
	}
	return tx.rows
}

// Run runs f in one transaction, READ COMMITTED, and commits when f returns nil; after an error or a panic nothing of
// it remains. Errors of connection and serialisation satisfy [IsRetryable]. After such an error on commit the caller
// cannot know whether the transaction was committed.
func Run(ctx context.Context, db *DB, f func(tx *Tx) error) error {
	return run(ctx, db, f, "begin isolation level read committed")
}

// Snapshot runs f on one unchanging view of the database, without any lock, for reading only.
func Snapshot(ctx context.Context, db *DB, f func(tx *Tx) error) error {
	return run(ctx, db, f, "begin read only, isolation level repeatable read")
}

func run(ctx context.Context, db *DB, f func(tx *Tx) error, begin string) (err error) {
	ctx, end := span.Begin(ctx, "transaction", trace.SpanKindClient, span.Database.String("postgresql"))
	defer func() { end(err) }()
	if _, bounded := ctx.Deadline(); !bounded {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, transactionTimeout)
		defer cancel()
	}
	tx := &Tx{ctx: ctx, db: db, begin: begin}
	if err := tx.connect(); err != nil {
		return err
	}
	defer tx.end()
	if most, impatient := ctx.Value(patience{}).(time.Duration); impatient {
		tx.WaitAtMost(most)
	}
	if err := f(tx); err != nil {
		return err
	}
	return tx.commit()
}

type patience struct{}

// Impatient has the transactions of a context end with an error that satisfies [IsBusy] rather than wait longer for a
// lock.
func Impatient(ctx context.Context, most time.Duration) context.Context {
	return context.WithValue(ctx, patience{}, most)
}

// WaitAtMost bounds how long each further statement waits for a lock; one that would wait longer ends with an error
// that satisfies [IsBusy].
func (tx *Tx) WaitAtMost(most time.Duration) {
	tx.Send("bound the wait for locks", "SELECT set_config('lock_timeout', $1, true)",
		strconv.FormatInt(most.Milliseconds(), 10)+"ms")
}

// connect borrows a connection from the pool.
func (tx *Tx) connect() error {
	lent, err := tx.db.pool.Conn(tx.ctx)
	if err != nil {
		return fmt.Errorf("reach database: %w", err)
	}
	conn, err := pgxOf(lent)
	if err != nil {
		return errors.Join(err, lent.Close())
	}
	tx.lent, tx.conn = lent, conn
	tx.rows = tx.db.rows.Session(&gorm.Session{NewDB: true, Context: tx.ctx})
	tx.rows.Statement.ConnPool = tx.lent
	return nil
}

// end rolls back what was not committed and gives the connection back, if there is one. If that fails, nothing is lost:
// what was committed stays, and an unfit connection is not used again.
func (tx *Tx) end() {
	if tx.lent == nil {
		return
	}
	_ = errors.Join(EndTransaction(tx.ctx, tx.conn), giveBack(tx.lent, tx.conn))
	tx.lent, tx.conn = nil, nil
}

func (tx *Tx) commit() error {
	if !tx.begun && len(tx.unsent) == 0 {
		return nil
	}
	// A statement that changed a wrong number of rows must be found out before the commit is sent.
	if slices.ContainsFunc(tx.unsent, func(s statement) bool { return s.changes != anyNumber }) {
		if err := tx.Flush(); err != nil {
			return err
		}
	}
	return tx.send(nil, true)
}

// Send queues a statement, which is sent with the next statement that needs an answer, or with the commit. If it fails,
// that one returns the error, with doing. The parameters of the statement are $1 and so on.
func (tx *Tx) Send(doing, sql string, arguments ...any) {
	tx.unsent = append(tx.unsent, statement{doing, sql, arguments, anyNumber})
}

// SendFor queues a statement as [Tx.Send] does; the statement must change exactly so many rows.
func (tx *Tx) SendFor(changes int64, doing, sql string, arguments ...any) {
	tx.unsent = append(tx.unsent, statement{doing, sql, arguments, changes})
}

// Flush begins the transaction, if it has not begun, and sends the statements that wait.
func (tx *Tx) Flush() error { return tx.send(nil, false) }

// Ask sends a statement, after those that wait, and scans the row of its answer. The parameters are $1 and so on. It
// returns [sql.ErrNoRows] when the answer has no row.
func (tx *Tx) Ask(sql string, arguments []any, into ...any) error {
	return tx.send(&question{sql, arguments, into}, false)
}

// A question is a statement that answers with a row.
type question struct {
	sql             string
	arguments, into []any
}

// send sends, in one round trip, the beginning of the transaction if needed, the statements that wait, and a question
// or the commit. A connection that turns out to be dead before it did anything is replaced once.
func (tx *Tx) send(ask *question, commit bool) error {
	if tx.failed != nil {
		return tx.failed
	}
	if err := tx.ctx.Err(); err != nil {
		return fmt.Errorf("ask: %w", err)
	}
	if tx.begun && len(tx.unsent) == 0 && ask == nil && !commit {
		return nil
	}
	waiting := tx.unsent
	err := tx.sendOn(ask, commit)
	if err == nil || !tx.mayStartAnew(err, commit) {
		return err
	}
	tx.end()
	if tx.failed = tx.connect(); tx.failed != nil {
		return tx.failed
	}
	tx.unsent = waiting // all of them: what was answered was lost with the connection
	return tx.sendOn(ask, commit)
}

// mayStartAnew tells whether nothing can have been done on a connection that turned out to be dead. Statements that
// were sent with a commit may have been carried out.
func (tx *Tx) mayStartAnew(err error, commit bool) bool {
	dead := !tx.begun && tx.conn.IsClosed() && tx.ctx.Err() == nil
	return dead && (!commit || pgconn.SafeToRetry(err))
}

func (tx *Tx) sendOn(ask *question, commit bool) error {
	batch := &pgx.Batch{}
	if !tx.begun {
		batch.Queue(tx.begin)
	}
	done := 0 // counts the statements that were answered
	for _, s := range tx.unsent {
		batch.Queue(s.sql, s.arguments...).Exec(func(tag pgconn.CommandTag) error {
			if s.changes != anyNumber && tag.RowsAffected() != s.changes {
				return fmt.Errorf("%d rows were written instead of %d", tag.RowsAffected(), s.changes)
			}
			done++
			return nil
		})
	}
	if ask != nil {
		batch.Queue(ask.sql, ask.arguments...).QueryRow(func(row pgx.Row) error { return row.Scan(ask.into...) })
	}
	if commit {
		batch.Queue("commit").Exec(committed)
	}
	err := tx.conn.SendBatch(tx.ctx, batch).Close()
	tx.begun = tx.begun || tx.conn.PgConn().TxStatus() != 'I'
	if done < len(tx.unsent) {
		tx.failed = fmt.Errorf("%s: %w", tx.unsent[done].doing, err)
		return tx.failed
	}
	tx.unsent = nil
	switch {
	case err == nil:
		return nil
	case commit:
		return fmt.Errorf("commit: %w", err)
	}
	err = fmt.Errorf("ask: %w", err)
	if tx.conn.PgConn().TxStatus() == 'E' {
		tx.failed = err
	}
	return err
}

// committed returns an error unless the commit took place: when a statement of the transaction has failed, the server
// rolls it back instead.
func committed(tag pgconn.CommandTag) error {
	if tag.String() != "COMMIT" {
		return pgx.ErrTxCommitRollback
	}
	return nil
}

// pgxOf is a connection of the pool for pgx. Nobody else uses it until it is given back.
func pgxOf(lent *sql.Conn) (conn *pgx.Conn, err error) {
	err = lent.Raw(func(raw any) error {
		conn, err = pgxConn(raw)
		return err
	})
	return conn, err
}

// giveBack returns a connection to the pool, unless it is unfit.
func giveBack(lent *sql.Conn, conn *pgx.Conn) error {
	if unfit(conn) {
		if err := lent.Raw(func(any) error { return driver.ErrBadConn }); !errors.Is(err, driver.ErrBadConn) {
			return err
		}
		return nil
	}
	if err := lent.Close(); err != nil {
		return fmt.Errorf("give back connection: %w", err)
	}
	return nil
}

// Now returns the time of the database in UTC, to the microsecond. It moves on within a transaction.
func (tx *Tx) Now() (time.Time, error) {
	var now time.Time
	if err := tx.Ask("SELECT clock_timestamp()", nil, &now); err != nil {
		return time.Time{}, fmt.Errorf("read database clock: %w", err)
	}
	return now, nil
}

// Lock waits for each of the names, in their order, until nobody else has locked or shared it, and keeps it until the
// transaction ends. It is a statement of its own: a statement may have read older rows before it got its lock, so read
// what must be true after it. Each further statement of a transaction that has a lock ends after five seconds at most:
// so an attempt that was given up, or whose process died, lets go before the next attempt gives up. briefly limits the
// wait for each of these locks, and of all further ones, to a second. The wait happens with the next statement that
// needs an answer.
func (tx *Tx) Lock(briefly bool, names ...string) {
	settings := "set_config('statement_timeout', '5s', true)"
	if briefly {
		settings += ", set_config('lock_timeout', '1s', true)"
	}
	tx.lock("SELECT "+settings+`, pg_advisory_xact_lock(hashtextextended(name, 0))
		FROM unnest(string_to_array($1, ' ')) name`, strings.Join(names, " "))
}

// Share waits until nobody has locked the name, and shares it until the transaction ends. See [Tx.Lock].
func (tx *Tx) Share(name string) {
	tx.lock("SELECT pg_advisory_xact_lock_shared(hashtextextended($1, 0))", name)
}

func (tx *Tx) lock(sql, names string) { tx.Send("lock "+names, sql, names) }
