package activities

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/google/uuid"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"
	"golang.org/x/sync/semaphore"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/internal/audit"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/internal/webhook"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
)

// Portals brings events to webhook endpoints.
type Portals struct {
	Store   *store.Store
	Courier *webhook.Courier
	Log     *slog.Logger
	// Conns is how many deliveries of this process use the record at the same time; the others wait, so that they leave
	// connections to commands.
	Conns *semaphore.Weighted
}

// What one activity does at most. One attempt takes no longer than the courier allows, so the activity ends well within
// its own timeout.
const (
	deliveriesAtOnce = 100
	deliverFor       = 20 * time.Second
)

// Deliver delivers the waiting events of one feed to its endpoint, in order. It ends when nothing is left, when one
// delivery fails, when it has worked for a while, or when the worker stops. A receiver may get an event twice, but
// never before the events that precede it: an arrival is recorded after the event has arrived, and nothing later is
// sent before. Every error is repeated, and its text contains no hosts and statements.
func (p *Portals) Deliver(ctx context.Context, in process.PortalFeed) (out process.FeedOutcome, err error) {
	feed := store.PortalFeed{EndpointID: in.EndpointID, ProcurementID: in.ProcurementID}
	taken := false
	err = p.onRecord(ctx, func(ctx context.Context) (err error) {
		taken, err = p.Store.TakeTurn(ctx, feed)
		return err
	})
	if store.IsBusy(err) {
		wait := lockFor + rand.N(lockFor) //nolint:gosec // jitter is no secret
		return process.FeedOutcome{Status: process.FeedBusy, Wait: wait}, nil
	}
	if err != nil {
		return process.FeedOutcome{}, p.again(ctx, err)
	}
	if !taken {
		return busy(0), nil
	}
	out, err = p.deliverAll(ctx, feed)
	gaveWay, ended := p.endTurn(ctx, feed)
	if err = errors.Join(err, ended); err != nil {
		return process.FeedOutcome{}, p.again(ctx, err)
	}
	if out.Status == process.FeedMore && gaveWay {
		return busy(out.Delivered), nil
	}
	return out, nil
}

// busy is what a feed does that waits to be woken, because it is the turn of others.
func busy(delivered int) process.FeedOutcome {
	wait := busyPause + rand.N(busyPause/busyJitter) //nolint:gosec // jitter is no secret
	return process.FeedOutcome{Status: process.FeedBusy, Wait: wait, Delivered: delivered}
}

// deliverAll makes one delivery after the other while the feed has its turn.
func (p *Portals) deliverAll(ctx context.Context, feed store.PortalFeed) (process.FeedOutcome, error) {
	until := time.Now().Add(deliverFor)
	for delivered := 1; ; delivered++ {
		activity.RecordHeartbeat(ctx)
		out, err := p.deliverNext(ctx, feed)
		switch {
		case err != nil:
			return process.FeedOutcome{}, err
		case out.Status != process.FeedMore:
			out.Delivered = delivered - 1
			return out, nil
		case delivered == deliveriesAtOnce, time.Now().After(until), stopping(ctx):
			out.Delivered = delivered
			return out, nil
		}
	}
}

const (
	// busyPause is how long a feed waits at least when as many others as allowed are being delivered to its endpoint.
	// It does not ask again and again: it is woken when it is its turn. Should that be lost, it asks then.
	busyPause = 10 * time.Minute
	// busyJitter is by which fraction the pause is lengthened at most.
	busyJitter = 4
	// endTurnFor is how long it may take to say that a turn has ended, also when the worker stops.
	endTurnFor = 5 * time.Second
)

// endTurn gives the place of the feed to another one, and tells whether the feed now waits to be woken behind others.
// If that fails, the turn ends by itself after a while.
func (p *Portals) endTurn(ctx context.Context, feed store.PortalFeed) (gaveWay bool, err error) {
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), endTurnFor)
	defer cancel()
	err = p.onRecord(ending, func(ctx context.Context) (err error) {
		gaveWay, err = p.Store.EndTurn(ctx, feed)
		return err
	})
	return gaveWay, err
}

const (
	// lockWait is how long a delivery waits for a lock while it uses the record; lockPause, how long it lets go before
	// it tries again, and lockFor, for how long it tries at all.
	lockWait  = 50 * time.Millisecond
	lockPause = 200 * time.Millisecond
	lockFor   = 5 * time.Second
)

// onRecord uses the record when few enough other deliveries do. What waits for a lock lets the others go first: whoever
// has locked an endpoint holds up no other endpoint. use is one transaction, and may be tried several times.
func (p *Portals) onRecord(ctx context.Context, use func(context.Context) error) error {
	impatient := store.Impatient(ctx, lockWait)
	for until := time.Now().Add(lockFor); ; {
		err := p.inPlace(impatient, use)
		if !store.IsBusy(err) || time.Now().After(until) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(lockPause/2 + rand.N(lockPause)): //nolint:gosec // jitter is no secret
		}
	}
}

func (p *Portals) inPlace(ctx context.Context, use func(context.Context) error) error {
	if p.Conns != nil {
		if err := p.Conns.Acquire(ctx, 1); err != nil {
			return fmt.Errorf("wait for the record: %w", err)
		}
		defer p.Conns.Release(1)
	}
	return use(ctx)
}

// stopping tells whether the worker is to stop; another worker then continues.
func stopping(ctx context.Context) bool {
	select {
	case <-activity.GetWorkerStopChannel(ctx):
		return true
	default:
		return false
	}
}

// again has Temporal repeat the attempt. A feed is never given up, because even a fault of ours may be repaired by the
// next release of PPI Engine.
func (p *Portals) again(ctx context.Context, err error) error {
	if acts.MayRepeat(err) || ctx.Err() != nil {
		return (&Activities{Log: p.Log}).again(ctx, err)
	}
	fault := uuid.NewString()
	p.Log.ErrorContext(ctx, "delivery failed", "fault", fault, "error", err)
	return temporal.NewApplicationError("fault "+fault, ErrTypeFault)
}

// deliverNext makes one attempt; it returns [process.FeedMore] when the event has arrived, or was passed.
func (p *Portals) deliverNext(ctx context.Context, feed store.PortalFeed) (out process.FeedOutcome, err error) {
	var next store.Outgoing
	err = p.onRecord(ctx, func(ctx context.Context) (err error) {
		next, err = p.Store.NextDelivery(ctx, feed)
		return err
	})
	if errors.Is(err, store.ErrNoDelivery) {
		return process.FeedOutcome{Status: process.FeedDrained}, nil
	}
	if err != nil {
		return process.FeedOutcome{}, err
	}
	if out, ready := readiness(next); !ready {
		return out, nil
	}
	switch {
	case !next.Led: // whoever leads no more has nothing pass either
		return p.park(ctx, feed, next.EventID, models.ParkedOwner)
	case !next.Wanted:
		err = p.onRecord(ctx, func(ctx context.Context) error {
			return p.acts().PassUnwanted(ctx, feed)
		})
		return process.FeedOutcome{Status: process.FeedMore}, err
	}
	report, err := p.send(ctx, next)
	switch {
	case errors.Is(err, webhook.ErrSecretUnreadable):
		return p.park(ctx, feed, next.EventID, models.ParkedSecret)
	case err != nil:
		return process.FeedOutcome{}, err
	case ctx.Err() != nil:
		return process.FeedOutcome{}, ctx.Err() // we broke off the attempt, not the receiver
	}
	return p.settle(ctx, feed, next, report)
}

// readiness tells whether the next delivery may be made now and, if not, what the feed waits for.
func readiness(next store.Outgoing) (process.FeedOutcome, bool) {
	switch {
	case next.Endpoint.Status != models.EndpointActive:
		return process.FeedOutcome{Status: process.FeedHeld, Reason: string(next.Endpoint.Status)}, false
	case next.State == models.FeedParked:
		return process.FeedOutcome{Status: process.FeedHeld, Reason: next.Reason}, false
	case next.Wait > 0:
		return process.FeedOutcome{
			Status: process.FeedWaiting, Wait: next.Wait,
			Attempt: next.Failures + 1, Reason: next.Reason,
		}, false
	}
	return process.FeedOutcome{}, true
}

func (p *Portals) park(
	ctx context.Context, feed store.PortalFeed, event models.ID, why string,
) (out process.FeedOutcome, err error) {
	err = p.onRecord(ctx, func(ctx context.Context) (err error) {
		out, err = p.acts().ParkDelivery(ctx, feed, event, why)
		return err
	})
	return out, err
}

func (p *Portals) send(ctx context.Context, next store.Outgoing) (webhook.Report, error) {
	recorded, err := audit.ParseEvent(next.Canonical)
	if err != nil {
		return webhook.Report{}, err
	}
	message, err := webhook.EventMessage(recorded, next.Mode)
	if err != nil {
		return webhook.Report{}, err
	}
	message.Replay = next.Replays
	return p.Courier.Deliver(ctx, next.Endpoint, message)
}

// settle records an attempt and what follows from it.
func (p *Portals) settle(
	ctx context.Context, feed store.PortalFeed, sent store.Outgoing, r webhook.Report,
) (out process.FeedOutcome, err error) {
	attempt := acts.Attempted{Version: sent.Endpoint.Version, DeliveryAttempt: models.DeliveryAttempt{
		EventID: sent.EventID, StartedAt: r.StartedAt, Latency: r.Latency.Microseconds(),
		Status: r.Status, Fault: r.Fault, Answer: r.Answer,
	}}
	pause := func(failures int) (time.Duration, bool) { return p.Courier.Pause(failures, r.Asked) }
	var settled acts.Settled
	err = p.onRecord(ctx, func(ctx context.Context) (err error) {
		settled, err = p.acts().SettleDelivery(ctx, feed, attempt, pause)
		return err
	})
	if err == nil && settled.Taken {
		err = p.onRecord(ctx, func(ctx context.Context) error { return p.Store.BringForward(ctx, feed.EndpointID) })
	}
	return settled.FeedOutcome, err
}

func (p *Portals) acts() *acts.Acts { return &acts.Acts{Store: p.Store, Log: p.Log} }
