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
	// untoldAfter is how old an outcome is before it is told again: the sender of the command would have told it long
	// before.
	untoldAfter    = 30 * time.Second
	retellInterval = 5 * time.Second
	// retellAtOnce is how many procurements one worker looks after at the same time; retellBatch is how many it claims
	// at once.
	retellAtOnce = 16
	retellBatch  = 8
	// retellPatience bounds one attempt. retellPause is longer: nobody else claims the procurement meanwhile. Each
	// failed attempt doubles the pause, up to retellLongest.
	retellPatience = 20 * time.Second
	retellPause    = 30 * time.Second
	retellLongest  = 2 * time.Minute
)

// A sender sends commands to runs.
type sender interface {
	Command(ctx context.Context, cmd models.Command) (process.Outcome, error)
}

// Retell makes runs know what the record knows, until the context ends. A command takes effect in the record before its
// outcome is in the history of the run. If all processes that knew of the outcome die in between, nothing in Temporal
// would ever bring the two together. When the command is sent again, the record answers with the state of the process,
// and so the run knows everything before it too. Any number of processes may call Retell: each claims other
// procurements. It does no harm to tell a command twice.
func Retell(ctx context.Context, s *store.Store, to sender, log *slog.Logger) {
	var group errgroup.Group // a run that does not answer holds up no other
	group.SetLimit(retellAtOnce)
	failing := false
	for ctx.Err() == nil {
		untold, err := s.ClaimUntold(ctx, store.Claims{
			Age: untoldAfter, Limit: retellBatch, First: retellPause, Longest: retellLongest,
		})
		if err != nil && ctx.Err() == nil && !failing {
			log.WarnContext(ctx, "looking for untold commands interrupted, will try again", "error", err)
		}
		failing = err != nil
		for _, u := range untold {
			group.Go(func() error {
				if err := retell(ctx, s, to, u); err != nil && ctx.Err() == nil {
					log.WarnContext(ctx, "outcome not told yet", "command", u.ID, "verb", u.Verb, "error", err)
				}
				return nil
			})
		}
		if len(untold) < retellBatch {
			wait(ctx, retellInterval)
		}
	}
	_ = group.Wait() // each has logged its own error
}

func retell(ctx context.Context, s *store.Store, to sender, u store.Untold) error {
	bounded, cancel := context.WithTimeout(ctx, retellPatience)
	defer cancel()
	_, err := to.Command(bounded, u.Command)
	if err != nil && !errors.Is(err, engine.ErrNotRunning) { // a new run reads the record first
		return err
	}
	return s.Retold(ctx, u)
}
