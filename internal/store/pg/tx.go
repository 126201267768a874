package pg

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
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

// Lock waits for each of the names, in their order, until nobody else holds or shares it, and holds them until the
// transaction ends. It is a statement of its own: what is read in the same statement may be older than the lock. Read
// what must hold after it. Whoever holds a name bounds each of its further statements: an attempt that was given up, or
// whose process died, must have let go before the next one gives up too. Who locks briefly waits a second at most for
// each of these and of all further locks.
func (tx *Tx) Lock(briefly bool, names ...string) error {
	settings := "set_config('statement_timeout', '5s', true)"
	if briefly {
		settings += ", set_config('lock_timeout', '1s', true)"
	}
	return tx.lock("SELECT "+settings+", pg_advisory_xact_lock(hashtextextended(name, 0)) FROM "+
		"unnest(string_to_array(?, ' ')) name",
		strings.Join(names, " "))
}

// Share waits until nobody holds the name, and shares it until the transaction ends. See [Tx.Lock].
func (tx *Tx) Share(name string) error {
	return tx.lock("SELECT pg_advisory_xact_lock_shared(hashtextextended(?, 0))", name)
}

func (tx *Tx) lock(statement, names string) error {
	if err := tx.rows.Exec(statement, names).Error; err != nil {
		return fmt.Errorf("lock %s: %w", names, err)
	}
	return nil
}
