// Package activities holds the transactions behind the workflows: each carries out one command, or what
// has fallen due, on a consistent view of the record, and answers with the state of the process.
package activities

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/google/uuid"
	"go.temporal.io/sdk/temporal"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
)

// Activities are registered under the names in models/process.
type Activities struct {
	Store *store.Store
	Log   *slog.Logger
}

const (
	// ErrTypeFault marks an error that the same attempt would meet again: it is not repeated.
	ErrTypeFault = "fault"
	// ErrTypeUnreachable marks one that is repeated.
	ErrTypeUnreachable = "record_unreachable"
)

// Load reads where a procurement stands.
func (a *Activities) Load(ctx context.Context, id models.ID) (*process.State, error) {
	var state *process.State
	err := a.Store.InTx(ctx, func(tx *store.Tx) error {
		// Shared, so that a transaction that was given up but may still commit is waited for.
		p, err := tx.ShareProcurement(id)
		if err != nil {
			return err
		}
		c := &call{tx: tx, p: p}
		if c.clock, err = tx.Now(); err != nil {
			return err
		}
		c.now = p.Now(c.clock)
		state, err = c.state()
		return err
	})
	return state, a.once(ctx, err)
}

// guarded runs f in one transaction and turns a panic into an error, so that a fault in one command
// harms nothing else.
func (a *Activities) guarded(ctx context.Context, f func(tx *store.Tx) error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic in a transaction: %v", r)
		}
	}()
	return a.Store.InTx(ctx, f)
}

// once has Temporal repeat what may succeed later and nothing else. What the database said stays in our
// log: a history is no place for hosts, users and statements.
func (a *Activities) once(ctx context.Context, err error) error { return sanitise(ctx, a.Log, err) }

// again has Temporal repeat the attempt.
func (a *Activities) again(ctx context.Context, err error) error {
	a.Log.WarnContext(ctx, "transaction to be repeated", "error", err)
	return temporal.NewApplicationErrorWithOptions("the record is out of reach", ErrTypeUnreachable,
		temporal.ApplicationErrorOptions{Category: temporal.ApplicationErrorCategoryBenign})
}

func sanitise(ctx context.Context, log *slog.Logger, err error) error {
	switch {
	case err == nil:
		return nil
	case store.IsRetryable(err), ctx.Err() != nil:
		return (&Activities{Log: log}).again(ctx, err)
	case errors.Is(err, store.ErrNoProcurement), errors.Is(err, store.ErrNoCommand):
		return temporal.NewNonRetryableApplicationError(err.Error(), ErrTypeFault, nil)
	}
	fault := uuid.NewString()
	log.ErrorContext(ctx, "activity failed", "fault", fault, "error", err)
	return temporal.NewNonRetryableApplicationError("fault "+fault, ErrTypeFault, nil)
}
