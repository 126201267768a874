package worker

import (
	"context"
	"log/slog"
	"time"

	"github.com/ppi-engine/ppi/internal/store"
)

const (
	// The feed lags a commit by at most one interval and the time of one pass.
	busyInterval = 50 * time.Millisecond
	idleInterval = 100 * time.Millisecond
	// retryInterval is how long a sequencer that lost its database waits before it connects again.
	retryInterval = 500 * time.Millisecond
)

// Sequence gives events their places in the log until the context ends. Any number of processes may
// call it: one works, the others stand by and take over when it dies. It outlives the database being
// away.
func Sequence(ctx context.Context, s *store.Store, log *slog.Logger) {
	working := true
	for ctx.Err() == nil {
		err := sequenceOnce(ctx, s, func() {
			working = true
			log.InfoContext(ctx, "sequencer at work")
		})
		if ctx.Err() != nil {
			return
		}
		if working {
			log.WarnContext(ctx, "sequencer interrupted, will try again", "error", err)
		}
		working = false
		wait(ctx, retryInterval)
	}
}

func sequenceOnce(ctx context.Context, s *store.Store, atWork func()) error {
	q, err := s.OpenSequencer(ctx)
	if err != nil {
		return err
	}
	defer q.Close()
	atWork()
	for {
		placed, more, err := q.Pass(ctx)
		switch {
		case err != nil:
			return err
		case more:
		case placed > 0:
			wait(ctx, busyInterval)
		default:
			wait(ctx, idleInterval)
		}
	}
}

func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
