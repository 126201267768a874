// Package activities holds the transactions behind the workflows: each carries out one command, or what
// has fallen due, on a consistent view of the record, and answers with the state of the process.
package activities

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

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

// ErrTypeFault marks an error that the same attempt would meet again: it is not repeated.
const ErrTypeFault = "fault"

// Load reads where a procurement stands.
func (a *Activities) Load(ctx context.Context, id models.ID) (*process.State, error) {
	var state *process.State
	err := a.Store.InTx(ctx, func(tx *store.Tx) error {
		p, err := tx.ReadProcurement(id)
		if err != nil {
			return err
		}
		state, err = (&call{tx: tx, p: p}).state()
		return err
	})
	if errors.Is(err, store.ErrNoProcurement) {
		return state, temporal.NewNonRetryableApplicationError(err.Error(), ErrTypeFault, err)
	}
	return state, err
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

// once gives Temporal the errors that it should repeat as they are and marks all others as faults.
func once(err error) error {
	if err == nil || store.IsRetryable(err) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return err
	}
	return temporal.NewNonRetryableApplicationError(err.Error(), ErrTypeFault, err)
}
