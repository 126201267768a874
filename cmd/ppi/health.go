package main

import (
	"context"
	"errors"
	"fmt"
	"net"
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

// openRecord opens the record when PostgreSQL answers; it gives up only when ctx ends.
func openRecord(ctx context.Context, a *app, silence time.Duration) (*store.Store, error) {
	for attempt := 0; ; attempt++ {
		record, err := store.Open(ctx, store.Options{
			DSN: a.cfg.DatabaseURL.Reveal(), MaxConns: a.cfg.DatabaseMaxConns, Logger: a.log, Silence: silence,
		})
		if err == nil {
			return record, nil
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
