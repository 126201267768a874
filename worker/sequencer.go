package worker

import (
	"context"
	"log/slog"
	"time"

	"github.com/ppi-engine/ppi/internal/store"
)

const (
	// Passes begin at these intervals, or at once when the pass before took longer. So an event is in the feed at most
	// an interval and a pass after its commit, or two passes after it.
	busyInterval = 50 * time.Millisecond
	idleInterval = 100 * time.Millisecond
	// retryInterval is how long a sequencer that lost its database waits before it connects again.
	retryInterval = 500 * time.Millisecond
)

// Sequence gives events their places in the log until the context ends. Any number of processes may call it: one works,
// the others stand by and take over when it dies. It continues after the database was unreachable. watched is told when
// it works; nil: nobody is.
func Sequence(ctx context.Context, s *store.Store, watched Watched, log *slog.Logger) {
	if watched == nil {
		watched = unwatched{}
	}
	working := true
	for ctx.Err() == nil {
		err := sequenceOnce(ctx, s, watched, func() {
			working = true
			log.InfoContext(ctx, "sequencer at work")
		})
		watched.StoodBy()
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

func sequenceOnce(ctx context.Context, s *store.Store, watched Watched, atWork func()) error {
	q, err := s.Log().OpenSequencer(ctx)
	if err != nil {
		return err
	}
	defer q.Close()
	atWork()
	for {
		began := time.Now()
		placed, more, err := q.Pass(ctx)
		if err != nil {
			return err
		}
		watched.Sequenced()
		switch {
		case more:
		case placed > 0:
			wait(ctx, busyInterval-time.Since(began))
		default:
			wait(ctx, idleInterval-time.Since(began))
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
