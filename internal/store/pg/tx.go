package pg

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/gorm"
)

// A Tx is one transaction. What it read stays true until it commits only for rows and boxes it locked.
//
// It begins with the first statement that wants an answer. What it writes may wait for that, too: see [Tx.Send]. A
// transaction so needs few round trips, which is most of what a short one costs.
type Tx struct {
	ctx context.Context //nolint:containedctx // it lasts as long as the transaction, which is one function's
	db  *DB
	// begin is the statement that begins it.
	begin string
	// lent is a connection of the pool, conn the same as pgx knows it, and rows as GORM does.
	lent *sql.Conn
	conn *pgx.Conn
	rows *gorm.DB
	// begun tells that the server has begun the transaction.
	begun  bool
	unsent []statement
	// failed is why a statement failed: nothing more can be done.
	failed error
}

// A statement is one whose answer is at most how many rows it changed.
type statement struct {
	// doing says what it does, for the error.
	doing, sql string
	arguments  []any
	// changes is how many rows it must change, or [anyNumber].
	changes int64
}

const anyNumber = -1

// Rows is GORM's side of a database, outside of any transaction.
func Rows(ctx context.Context, db *DB) *gorm.DB { return db.rows.WithContext(ctx) }

// Pool is the pool of a database as database/sql knows it.
func Pool(db *DB) *sql.DB { return db.pool }

// RowsOf is GORM's side of a transaction, once all that was to be sent is sent.
func RowsOf(tx *Tx) *gorm.DB {
	if err := tx.Flush(); err != nil {
		failed := tx.rows.WithContext(tx.ctx)
		_ = failed.AddError(err)
		return failed
	}
	return tx.rows
}

// Run runs f in one transaction, READ COMMITTED, and commits when f returns nil; on an error or a
// panic nothing of it remains. Faults of connection and serialisation satisfy [IsRetryable]; after one
// on commit the caller cannot know whether the transaction took place.
func Run(ctx context.Context, db *DB, f func(tx *Tx) error) error {
	return run(ctx, db, f, "begin isolation level read committed")
}

// Look runs f on one unchanging view of the database, without any lock, for reading only.
func Look(ctx context.Context, db *DB, f func(tx *Tx) error) error {
	return run(ctx, db, f, "begin read only, isolation level repeatable read")
}

func run(ctx context.Context, db *DB, f func(tx *Tx) error, begin string) error {
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
	if err := f(tx); err != nil {
		return err
	}
	return tx.commit()
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

// end rolls back what was not committed and gives the connection back, if there is one. Should that fail, nothing is
// lost: what was committed stays, and an unfit connection is not used again.
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
	// A statement that wrote another number of rows than it must is found out before the commit is sent.
	if slices.ContainsFunc(tx.unsent, func(s statement) bool { return s.changes != anyNumber }) {
		if err := tx.Flush(); err != nil {
			return err
		}
	}
	return tx.send(nil, true)
}

// Send has a statement sent with the next one that wants an answer, or with the commit; if it fails, that fails, saying
// what was being done. Its parameters are $1 and so on.
func (tx *Tx) Send(doing, sql string, arguments ...any) {
	tx.unsent = append(tx.unsent, statement{doing, sql, arguments, anyNumber})
}

// SendFor has a statement sent as [Tx.Send] does, which must change so many rows.
func (tx *Tx) SendFor(changes int64, doing, sql string, arguments ...any) {
	tx.unsent = append(tx.unsent, statement{doing, sql, arguments, changes})
}

// Flush begins the transaction, if that is still to be done, and sends the statements that wait.
func (tx *Tx) Flush() error { return tx.send(nil, false) }

// Ask sends a statement, after those that wait, and scans the one row that it answers with. Its parameters are $1 and
// so on. It returns [sql.ErrNoRows] when there is none.
func (tx *Tx) Ask(sql string, arguments []any, into ...any) error {
	return tx.send(&question{sql, arguments, into}, false)
}

// A question is a statement that answers with a row.
type question struct {
	sql             string
	arguments, into []any
}

// send sends what waits, in one round trip, with what begins the transaction before it and a question or the commit
// after it. A connection that turns out to be dead before anything was done on it is replaced once.
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
	tx.unsent = waiting // also those that were answered: what they did ended with their connection
	return tx.sendOn(ask, commit)
}

// mayStartAnew tells whether nothing can have been done yet on a connection that turned out to be dead. What was sent
// with a commit may have been.
func (tx *Tx) mayStartAnew(err error, commit bool) bool {
	dead := !tx.begun && tx.conn.IsClosed() && tx.ctx.Err() == nil
	return dead && (!commit || pgconn.SafeToRetry(err))
}

func (tx *Tx) sendOn(ask *question, commit bool) error {
	batch := &pgx.Batch{}
	if !tx.begun {
		batch.Queue(tx.begin)
	}
	done := 0 // how many of those that waited
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

// committed tells whether a commit was one: the server rolls a transaction back instead in which a statement failed.
func committed(tag pgconn.CommandTag) error {
	if tag.String() != "COMMIT" {
		return pgx.ErrTxCommitRollback
	}
	return nil
}

// pgxOf is a connection of the pool as pgx knows it. Nobody else has it until it is given back.
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

// Now returns the database's clock in UTC, to the microsecond. It moves within a transaction.
func (tx *Tx) Now() (time.Time, error) {
	var now time.Time
	if err := tx.Ask("SELECT clock_timestamp()", nil, &now); err != nil {
		return time.Time{}, fmt.Errorf("read database clock: %w", err)
	}
	return now, nil
}

// Lock waits for each of the names, in their order, until nobody else holds or shares it, and holds them until the
// transaction ends. It is a statement of its own: what is read in the same statement may be older than the lock. Read
// what must hold after it. Whoever holds a name bounds each of its further statements: an attempt that was given up, or
// whose process died, must have let go before the next one gives up too. Who locks briefly waits a second at most for
// each of these and of all further locks. The locks are waited for with the next statement that wants an answer.
func (tx *Tx) Lock(briefly bool, names ...string) {
	settings := "set_config('statement_timeout', '5s', true)"
	if briefly {
		settings += ", set_config('lock_timeout', '1s', true)"
	}
	tx.lock("SELECT "+settings+`, pg_advisory_xact_lock(hashtextextended(name, 0))
		FROM unnest(string_to_array($1, ' ')) name`, strings.Join(names, " "))
}

// Share waits until nobody holds the name, and shares it until the transaction ends. See [Tx.Lock].
func (tx *Tx) Share(name string) {
	tx.lock("SELECT pg_advisory_xact_lock_shared(hashtextextended($1, 0))", name)
}

func (tx *Tx) lock(sql, names string) { tx.Send("lock "+names, sql, names) }
