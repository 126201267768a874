// Package store keeps the record in PostgreSQL: the rows of every noun, and what joins and changes them.
// Events and their log are in eventlog, connections and locks in store/pg; no other package knows SQL.
package store

import (
	"context"

	"gorm.io/gorm"

	"github.com/ppi-engine/ppi/internal/eventlog"
	"github.com/ppi-engine/ppi/internal/store/pg"
)

// Options says which database to open and how.
type Options = pg.Options

// A Store is the record in an open database. It is safe for concurrent use.
type Store struct {
	*pg.DB

	log *eventlog.Log
}

// Open connects to the database. It fails when the database cannot be reached before ctx ends; errors of a database
// that becomes unreachable later satisfy [pg.IsRetryable].
func Open(ctx context.Context, o Options) (*Store, error) {
	db, err := pg.Open(ctx, o)
	if err != nil {
		return nil, err
	}
	return &Store{DB: db, log: eventlog.New(db)}, nil
}

// Log is the log of the record's events.
func (s *Store) Log() *eventlog.Log { return s.log }

// rows is GORM on the database, outside of any transaction.
func (s *Store) rows(ctx context.Context) *gorm.DB { return pg.Rows(ctx, s.DB) }
