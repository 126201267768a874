// Package store keeps the record in PostgreSQL: the rows of every noun, and what joins and changes them.
// Events and their log are in eventlog, connections and locks in store/pg; no other package knows SQL.
package store

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"github.com/ppi-engine/ppi/internal/eventlog"
	"github.com/ppi-engine/ppi/internal/store/pg"
)

// Options says which database to open and how.
type Options = pg.Options

// A TooManyConnsError says that the server gives fewer connections than this process alone may take.
type TooManyConnsError = pg.TooManyConnsError

// A Store is the record in an open database. It is safe for concurrent use.
type Store struct {
	*pg.DB

	log *eventlog.Log
	// receipt is the same record on the connections for the receipt of tenders; nil: there are none.
	receipt *Store
}

// Open connects to the database. It fails when the database cannot be reached before ctx ends, and with a
// [*TooManyConnsError] when the server does not give as many connections; errors of a database that becomes
// unreachable later satisfy [pg.IsRetryable].
func Open(ctx context.Context, o Options) (*Store, error) {
	db, err := pg.Open(ctx, o)
	if err != nil {
		return nil, err
	}
	s := on(db)
	if o.ReceiptConns == 0 {
		return s, nil
	}
	receipt, err := pg.OpenForReceipt(ctx, o)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	s.receipt = on(receipt)
	return s, nil
}

func on(db *pg.DB) *Store { return &Store{DB: db, log: eventlog.New(db)} }

// ForReceipt is the same record, on the connections that only the receipt of tenders uses: whatever else goes on, a
// tender does not wait for a connection behind it. A store that was opened without such connections returns itself.
func (s *Store) ForReceipt() *Store {
	if s.receipt == nil {
		return s
	}
	return s.receipt
}

// Close ends all connections. Transactions under way fail.
func (s *Store) Close() error {
	err := s.DB.Close()
	if s.receipt != nil {
		err = errors.Join(err, s.receipt.Close())
	}
	return err
}

// Answers tells whether PostgreSQL takes a further connection and answers on it: it takes none of those that work waits
// for.
func (s *Store) Answers(ctx context.Context) (err error) {
	conn, err := pg.Apart(ctx, s.DB, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeNow(conn)) }()
	if _, err := conn.Exec(ctx, "SELECT 1"); err != nil {
		return fmt.Errorf("ask the database: %w", err)
	}
	return nil
}

// Log is the log of the record's events.
func (s *Store) Log() *eventlog.Log { return s.log }

// rows is GORM on the database, outside of any transaction.
func (s *Store) rows(ctx context.Context) *gorm.DB { return pg.Rows(ctx, s.DB) }
