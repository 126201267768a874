package pg

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"gorm.io/gorm"
)

// A Tx is one transaction. What it read stays true until it commits only for rows and boxes it locked.
type Tx struct {
	rows *gorm.DB
}

// Rows is GORM's side of a database, outside of any transaction.
func Rows(ctx context.Context, db *DB) *gorm.DB { return db.rows.WithContext(ctx) }

// Pool is the pool of a database as database/sql knows it.
func Pool(db *DB) *sql.DB { return db.pool }

// RowsOf is GORM's side of a transaction.
func RowsOf(tx *Tx) *gorm.DB { return tx.rows }

// Run runs f in one transaction, READ COMMITTED, and commits when f returns nil; on an error or a
// panic nothing of it remains. Faults of connection and serialisation satisfy [IsRetryable]; after one
// on commit the caller cannot know whether the transaction took place.
func Run(ctx context.Context, db *DB, f func(tx *Tx) error) error {
	return run(ctx, db, f, sql.TxOptions{Isolation: sql.LevelReadCommitted})
}

// Look runs f on one unchanging view of the database, without any lock, for reading only.
func Look(ctx context.Context, db *DB, f func(tx *Tx) error) error {
	return run(ctx, db, f, sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
}

func run(ctx context.Context, db *DB, f func(tx *Tx) error, o sql.TxOptions) error {
	return db.rows.WithContext(ctx).Transaction(func(rows *gorm.DB) error { return f(&Tx{rows: rows}) }, &o)
}

// Now returns the database's clock in UTC, to the microsecond. It moves within a transaction.
func (tx *Tx) Now() (time.Time, error) {
	var now time.Time
	// Not Row().Scan: on a broken connection GORM hands out a Row that panics.
	if err := tx.rows.Raw("SELECT clock_timestamp()").Scan(&now).Error; err != nil {
		return time.Time{}, fmt.Errorf("read database clock: %w", err)
	}
	return now, nil
}

// Lock waits until nobody else holds or shares the name, and holds it until the transaction ends. It is a
// statement of its own: what is read in the same statement may be older than the lock. Read what must hold
// after it. Whoever holds a name bounds each of its further statements: an attempt that was given up, or whose
// process died, must have let go before the next one gives up too.
func (tx *Tx) Lock(name string) error {
	return tx.lock("SELECT set_config('statement_timeout', '5s', true), pg_advisory_xact_lock(hashtextextended(?, 0))", name)
}

// Share waits until nobody holds the name, and shares it until the transaction ends. See [Tx.Lock].
func (tx *Tx) Share(name string) error {
	return tx.lock("SELECT pg_advisory_xact_lock_shared(hashtextextended(?, 0))", name)
}

func (tx *Tx) lock(statement, name string) error {
	if err := tx.rows.Exec(statement, name).Error; err != nil {
		return fmt.Errorf("lock %s: %w", name, err)
	}
	return nil
}

// LockBriefly bounds how long the transaction waits for any further lock. Who holds a box uses it: better
// to let go and try again than to keep suppliers out while waiting for somebody else.
func (tx *Tx) LockBriefly() error {
	if err := tx.rows.Exec("SET LOCAL lock_timeout = '1s'").Error; err != nil {
		return fmt.Errorf("bound lock waits: %w", err)
	}
	return nil
}
