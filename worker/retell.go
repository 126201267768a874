package worker

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/ppi-engine/ppi/internal/engine"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
)

const (
	// untoldAfter is how old an outcome is before it is told again: whoever asked would have told it long ago.
	untoldAfter    = 30 * time.Second
	retellInterval = 5 * time.Second
	retellBatch    = 200
	retellAtOnce   = 8
	// retellPatience bounds one attempt.
	retellPatience = 20 * time.Second
)

// A sender sends commands to runs.
type sender interface {
	Command(ctx context.Context, cmd models.Command) (process.Outcome, error)
}

// Retell makes runs know what the record knows, until the context ends. A command takes effect in the record before
// its outcome is in the run's history; when all who knew of it die in between, nothing in Temporal would ever bring the
// two together. Sent again, the command answers from the record with the state of the process. Any number of processes
// may call Retell; a command that is told twice does no harm.
func Retell(ctx context.Context, s *store.Store, to sender, log *slog.Logger) {
	failing := false
	for ctx.Err() == nil {
		untold, err := s.UntoldCommands(ctx, untoldAfter, retellBatch)
		if err != nil && ctx.Err() == nil && !failing {
			log.WarnContext(ctx, "looking for untold commands interrupted, will try again", "error", err)
		}
		failing = err != nil
		retellAll(ctx, s, to, log, untold)
		wait(ctx, retellInterval)
	}
}

func retellAll(ctx context.Context, s *store.Store, to sender, log *slog.Logger, untold []models.Command) {
	var group errgroup.Group
	group.SetLimit(retellAtOnce)
	for _, cmd := range untold {
		group.Go(func() error {
			if err := retell(ctx, s, to, cmd); err != nil && ctx.Err() == nil {
				log.WarnContext(ctx, "outcome not told yet", "command", cmd.ID, "verb", cmd.Verb, "error", err)
			}
			return nil
		})
	}
	_ = group.Wait() // each has said what it met
}

func retell(ctx context.Context, s *store.Store, to sender, cmd models.Command) error {
	bounded, cancel := context.WithTimeout(ctx, retellPatience)
	defer cancel()
	_, err := to.Command(bounded, cmd)
	if err != nil && !errors.Is(err, engine.ErrNotRunning) { // a run that is not there yet begins by reading the record
		return err
	}
	return s.TellCommands(ctx, []string{cmd.ID})
}
