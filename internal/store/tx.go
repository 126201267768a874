package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"gorm.io/gorm"
)

// A Tx is one transaction. What it read stays true until it commits only for rows and boxes it locked.
type Tx struct {
	db *gorm.DB
}

// InTx runs f in one transaction, READ COMMITTED, and commits when f returns nil; on an error or a
// panic nothing of it remains. Faults of connection and serialisation satisfy [IsRetryable]; after one
// on commit the caller cannot know whether the transaction took place.
func (s *Store) InTx(ctx context.Context, f func(tx *Tx) error) error {
	return s.db.WithContext(ctx).Transaction(func(db *gorm.DB) error {
		return f(&Tx{db: db})
	}, &sql.TxOptions{Isolation: sql.LevelReadCommitted})
}

// Snapshot runs f on one unchanging view of the database, without any lock, for reading only.
func (s *Store) Snapshot(ctx context.Context, f func(tx *Tx) error) error {
	return s.db.WithContext(ctx).Transaction(func(db *gorm.DB) error {
		return f(&Tx{db: db})
	}, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
}

// Now returns the database's clock in UTC, to the microsecond. It moves within a transaction.
func (tx *Tx) Now() (time.Time, error) {
	var now time.Time
	// Not Row().Scan: on a broken connection GORM hands out a Row that panics.
	if err := tx.db.Raw("SELECT clock_timestamp()").Scan(&now).Error; err != nil {
		return time.Time{}, fmt.Errorf("read database clock: %w", err)
	}
	return now, nil
}
