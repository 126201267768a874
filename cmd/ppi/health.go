package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync/atomic"
	"time"

	"github.com/ppi-engine/ppi/internal/config"
	"github.com/ppi-engine/ppi/internal/store"
)

// retryPause is the pause between two attempts to reach PostgreSQL.
const retryPause = 250 * time.Millisecond

// checkSchema tells whether the database answers and has the schema of this version.
func checkSchema(ctx context.Context, record *store.Store) error {
	pending, err := record.Pending(ctx)
	if err == nil && pending {
		err = errors.New("migrations are pending")
	}
	return err
}

// waitForAll is how long a new instance waits for what the receipt of tenders does not need.
const waitForAll = 30 * time.Second

// A readiness tells whether an instance should get requests: at first when all is there that any of them needs, or when
// it has waited long enough, then as long as tenders can be received. When Temporal is away, or work has taken all
// connections, commands are told to come again; an instance that got no requests at all would have suppliers miss their
// deadline.
type readiness struct {
	record   *store.Store
	temporal config.Temporal
	worker   func() error
	log      *slog.Logger
	// reached is when the record was reached first. From then on the instance waits for patience until all is there.
	reached  time.Time
	patience time.Duration
	// begun tells that it was ready once.
	begun atomic.Bool
}

func (r *readiness) check(ctx context.Context) error {
	if r.begun.Load() {
		return r.record.Answers(ctx)
	}
	if err := checkSchema(ctx, r.record.ForReceipt()); err != nil {
		return err
	}
	if err := errors.Join(checkTemporal(ctx, r.temporal), r.worker()); err != nil {
		if time.Since(r.reached) < r.patience {
			return err
		}
		r.log.WarnContext(ctx, "ready to receive tenders, but not for commands", "cause", err)
	}
	r.begun.Store(true)
	return nil
}

// checkWorker tells whether commands are taken, where no other process could take them.
func (a *app) checkWorker() error {
	if a.alone && !a.taken.Load() {
		return errors.New("the worker takes no commands yet")
	}
	return nil
}

// checkTemporal tells whether the Temporal server accepts connections.
func checkTemporal(ctx context.Context, temporal config.Temporal) error {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", temporal.Address())
	if err != nil {
		return fmt.Errorf("reach Temporal: %w", err)
	}
	defer conn.Close()
	return nil
}

// silenceForCallers is how long the record may say nothing to a process in which callers wait for it.
const silenceForCallers = 20 * time.Second

// A recordUse says what a process needs of the record.
type recordUse struct {
	// receiptConns are connections for the receipt of tenders alone.
	receiptConns int
	// silence is how long the record may say nothing; 0: a minute.
	silence time.Duration
}

// openRecord opens the record when PostgreSQL answers. It gives up only when ctx ends, or when PostgreSQL does not give
// as many connections as it is asked for.
func openRecord(ctx context.Context, a *app, use recordUse) (*store.Store, error) {
	for attempt := 0; ; attempt++ {
		record, err := store.Open(ctx, store.Options{
			DSN: a.cfg.DatabaseURL.Reveal(), MaxConns: a.cfg.DatabaseMaxConns, ReceiptConns: use.receiptConns,
			Logger: a.log, Silence: use.silence,
		})
		if err == nil {
			return record, nil
		}
		if is[*store.TooManyConnsError](err) {
			return nil, fmt.Errorf("open the record (PPI_DATABASE_MAX_CONNS, PPI_RECEIPT_MAX_CONNS): %w", err)
		}
		if attempt == 0 {
			a.log.WarnContext(ctx, "the record cannot be reached, will try again", "error", err,
				"advice", adviceOn(err))
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("open the record: %w", context.Cause(ctx))
		case <-time.After(retryPause):
		}
	}
}
