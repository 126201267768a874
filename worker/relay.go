package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models/process"
)

const (
	relayInterval = 100 * time.Millisecond
	// relayRetry is how long a relay that lost its database or Temporal waits.
	relayRetry = time.Second
	// quietAfter is how long a feed with something to deliver may be silent; lookInterval is how often such feeds are
	// looked for.
	quietAfter   = 2 * time.Minute
	lookInterval = 30 * time.Second
	wakeBatch    = 200
	wakeAtOnce   = 8
)

// A waker wakes the runs that deliver.
type waker interface {
	Wake(ctx context.Context, feed process.PortalFeed, upTo int64, summary string) error
}

// Relay queues events that have their place in the log for the endpoints that want them, and wakes the workflows that
// deliver them, until the context ends. Any number of processes may call it. It continues after the database or
// Temporal was unreachable; which feeds it still has to wake is in the record.
func Relay(ctx context.Context, s *store.Store, wake waker, log *slog.Logger) {
	r := &relay{store: s, wake: wake}
	failing := false
	for ctx.Err() == nil {
		more, err := r.pass(ctx)
		switch {
		case ctx.Err() != nil:
		case err != nil:
			if !failing {
				log.WarnContext(ctx, "relay of webhooks interrupted, will try again", "error", err)
			}
			failing = true
			wait(ctx, relayRetry)
		case !more:
			failing = false
			wait(ctx, relayInterval)
		}
	}
}

type relay struct {
	store  *store.Store
	wake   waker
	looked time.Time
}

func (r *relay) pass(ctx context.Context) (more bool, err error) {
	more, stopped := r.store.Relay(ctx)
	if stopped != nil && !errors.Is(stopped, store.ErrNewerEvent) {
		return false, stopped
	}
	if err := r.look(ctx); err != nil {
		return false, err
	}
	picked, err := r.store.ToWake(ctx, wakeBatch)
	if err != nil {
		return false, err
	}
	if err := r.wakeAll(ctx, picked); err != nil {
		return false, err
	}
	return more || len(picked) == wakeBatch, stopped
}

// look finds, from time to time, the feeds that should have been heard of.
func (r *relay) look(ctx context.Context) error {
	if time.Since(r.looked) < lookInterval {
		return nil
	}
	if _, err := r.store.AskQuiet(ctx, quietAfter, wakeBatch); err != nil {
		return err
	}
	r.looked = time.Now()
	return nil
}

// wakeAll wakes the feeds that were picked until one cannot be woken, usually because Temporal is unreachable. If only
// that feed fails, it must not block the others for ever: so the order is random, wakes under way are finished, and
// those that were not woken give their places to others.
func (r *relay) wakeAll(ctx context.Context, calls []store.Wake) error {
	//nolint:gosec // an order is no secret
	rand.Shuffle(len(calls), func(i, j int) { calls[i], calls[j] = calls[j], calls[i] })
	var group errgroup.Group
	var failed atomic.Bool
	group.SetLimit(wakeAtOnce)
	for _, c := range calls {
		group.Go(func() error {
			if failed.Load() {
				return r.store.NotWoken(ctx, c)
			}
			err := r.wakeOne(ctx, c)
			if err != nil {
				failed.Store(true)
			}
			return err
		})
	}
	return group.Wait()
}

func (r *relay) wakeOne(ctx context.Context, c store.Wake) error {
	feed := process.PortalFeed{EndpointID: c.EndpointID, ProcurementID: c.ProcurementID}
	if err := r.wake.Wake(ctx, feed, c.UpTo, fmt.Sprintf("%s: webhooks of %s", c.Title, c.Owner)); err != nil {
		return errors.Join(err, r.store.NotWoken(ctx, c))
	}
	return r.store.Told(ctx, c)
}
