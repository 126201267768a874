// Package activities is Temporal's side of what workflows ask for: it has acts carry out commands and what has fallen
// due, brings events to portals and maintains the record, and says of each error whether Temporal repeats the attempt.
package activities

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"go.temporal.io/sdk/temporal"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
)

// Activities are registered under the names in models/process.
type Activities struct {
	Store *store.Store
	Log   *slog.Logger
	// Address is where clients reach the API; see [acts.Acts].
	Address string
}

const (
	// ErrTypeFault marks an error that another attempt would meet again: it is not repeated.
	ErrTypeFault = "fault"
	// ErrTypeUnreachable marks an error that is repeated.
	ErrTypeUnreachable = "record_unreachable"
)

// Load reads the state of the process of a procurement. It repeats every error but [store.ErrNoProcurement]: a run that
// cannot read the record has nothing better to do than to ask again until the database, or our program, is repaired.
//
// known is the version that the run knows, as in [process.Execute]. Earlier releases gave none.
func (a *Activities) Load(ctx context.Context, id models.ID, known int64) (*process.State, error) {
	state, err := a.acts().Load(ctx, id, known)
	if err != nil && !errors.Is(err, store.ErrNoProcurement) && !errors.As(err, new(*acts.BehindError)) {
		return nil, a.again(ctx, err)
	}
	return state, sanitise(ctx, a.Log.With("procurement", id), err)
}

// Execute carries out one command; a refusal and a fault of the engine are outcomes too.
func (a *Activities) Execute(ctx context.Context, in process.Execute) (process.Outcome, error) {
	began, log := time.Now(), a.Log.With("command", in.CommandID, "procurement", in.ProcurementID)
	out, err := a.acts().Execute(ctx, in)
	if err == nil {
		log.InfoContext(ctx, "act", "verb", out.Verb, "step", in.Step, "outcome", out.Status,
			"duration", time.Since(began))
	}
	return out, sanitise(ctx, log, err)
}

// RunDue does what has fallen due, if the database's clock agrees that it has.
func (a *Activities) RunDue(ctx context.Context, in process.RunDue) (process.DueOutcome, error) {
	began, log := time.Now(), a.Log.With("procurement", in.ProcurementID)
	out, err := a.acts().RunDue(ctx, in)
	if err == nil && out.Wait == 0 {
		log.InfoContext(ctx, "due", "kind", in.Due.Kind, "subject", in.Due.Subject, "duration", time.Since(began))
	}
	return out, sanitise(ctx, log, err)
}

func (a *Activities) acts() *acts.Acts {
	return &acts.Acts{Store: a.Store, Log: a.Log, Address: a.Address}
}

// again makes Temporal repeat the attempt.
func (a *Activities) again(ctx context.Context, err error) error {
	a.Log.WarnContext(ctx, "transaction to be repeated", "error", err)
	return temporal.NewApplicationErrorWithOptions("the record is out of reach", ErrTypeUnreachable,
		temporal.ApplicationErrorOptions{Category: temporal.ApplicationErrorCategoryBenign})
}

// sanitise makes Temporal repeat an error that may not come again, and no other. The text of a database error goes to
// our log only: a history must not contain hosts, users and statements.
func sanitise(ctx context.Context, log *slog.Logger, err error) error {
	switch {
	case err == nil:
		return nil
	case acts.Retryable(err), ctx.Err() != nil:
		return (&Activities{Log: log}).again(ctx, err)
	case errors.As(err, new(*acts.BehindError)):
		log.ErrorContext(ctx, "the record was restored from a backup and nothing is done on it", "error", err,
			"advice", "run ppi recover; docs/backup.md says what it does")
		return temporal.NewNonRetryableApplicationError(err.Error(), process.ErrTypeRecordBehind, nil)
	case errors.Is(err, store.ErrNoProcurement), errors.Is(err, store.ErrNoCommand):
		return temporal.NewNonRetryableApplicationError(err.Error(), ErrTypeFault, nil)
	}
	fault := uuid.NewString()
	log.ErrorContext(ctx, "activity failed", "fault", fault, "error", err)
	return temporal.NewNonRetryableApplicationError("fault "+fault, ErrTypeFault, nil)
}

// ReadEnvelopes opens what openers have released; see [acts.Acts.ReadEnvelopes].
func (a *Activities) ReadEnvelopes(ctx context.Context, u store.Unread, progress func() error) error {
	return a.acts().ReadEnvelopes(ctx, u, progress)
}
