package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"github.com/ppi-engine/ppi/internal/eventlog"
	"github.com/ppi-engine/ppi/internal/store/pg"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// A Tx is one transaction on the record.
type Tx struct {
	*pg.Tx

	// boxes are the boxes whose lock the transaction has.
	boxes []models.ID
	// events are inserted at the end of the transaction, in one statement.
	events []event.Event
}

func inTx(f func(tx *Tx) error) func(tx *pg.Tx) error {
	return func(tx *pg.Tx) error {
		t := &Tx{Tx: tx}
		if err := f(t); err != nil {
			return err
		}
		return t.flushEvents()
	}
}

// flushEvents inserts the events queued so far.
func (tx *Tx) flushEvents() error {
	queued := tx.events
	tx.events = nil
	return eventlog.Append(tx.Tx, queued...)
}

// db is GORM in the transaction.
func (tx *Tx) db() *gorm.DB { return pg.RowsOf(tx.Tx) }

// InTx runs f in one transaction; see [pg.Run].
func (s *Store) InTx(ctx context.Context, f func(tx *Tx) error) error {
	return pg.Run(ctx, s.DB, inTx(f))
}

// Snapshot runs f on one unchanging view of the record, without any lock, for reading only.
func (s *Store) Snapshot(ctx context.Context, f func(tx *Tx) error) error {
	return pg.Snapshot(ctx, s.DB, inTx(func(tx *Tx) error {
		tx.keepPlans()
		return f(tx)
	}))
}

// keepPlans has the statements that follow in the transaction planned once for each connection. To plan a statement
// that reads a whole dossier takes longer than to carry it out, and left to itself PostgreSQL plans it anew every time
// on some connections and never again on others, as the estimates of the moment fall (measured: 18 ms instead of 8 for
// a GET). Commands did no better with kept plans, and go without.
func (tx *Tx) keepPlans() {
	tx.Send("keep plans", "SET LOCAL plan_cache_mode = force_generic_plan")
}

// Impatient has the transactions of a context end rather than wait longer for a lock; see [IsBusy].
func Impatient(ctx context.Context, most time.Duration) context.Context {
	return pg.Impatient(ctx, most)
}

// IsBusy tells whether a transaction was broken off because it would have waited too long for a lock.
func IsBusy(err error) bool { return pg.IsBusy(err) }

// Append queues an event, which is inserted at the end of the transaction after those queued before, and returns its
// ID; see [eventlog.Date].
func (tx *Tx) Append(e event.Event) (models.ID, error) {
	if err := eventlog.Date(tx.Tx, &e); err != nil {
		return "", err
	}
	tx.events = append(tx.events, e)
	return e.ID, nil
}
