package activities

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/google/uuid"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"

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
	// ToOneEndpoint is how many feeds are delivered to one endpoint at the same time; 0 means any number.
	ToOneEndpoint int

	// serving counts the feeds under way by endpoint.
	serving   map[models.ID]int
	servingMu sync.Mutex
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
func (p *Portals) Deliver(ctx context.Context, in process.PortalFeed) (process.FeedOutcome, error) {
	if !p.take(in.EndpointID) {
		wait := busyPause + rand.N(busyPause) //nolint:gosec // jitter is no secret
		return process.FeedOutcome{Status: process.FeedBusy, Wait: wait}, nil
	}
	defer p.leave(in.EndpointID)
	feed := store.PortalFeed{EndpointID: in.EndpointID, ProcurementID: in.ProcurementID}
	until := time.Now().Add(deliverFor)
	for delivered := 1; ; delivered++ {
		activity.RecordHeartbeat(ctx)
		out, err := p.deliverNext(ctx, feed)
		switch {
		case err != nil:
			return process.FeedOutcome{}, p.again(ctx, err)
		case out.Status != process.FeedMore:
			out.Delivered = delivered - 1
			return out, nil
		case delivered == deliveriesAtOnce, time.Now().After(until), stopping(ctx):
			out.Delivered = delivered
			return out, nil
		}
	}
}

// busyPause is about how long a feed waits when as many other feeds as allowed are being delivered to its endpoint.
const busyPause = 2 * time.Second

// take counts a feed to an endpoint in; it returns false when as many as allowed are counted already.
func (p *Portals) take(endpoint models.ID) bool {
	p.servingMu.Lock()
	defer p.servingMu.Unlock()
	if p.ToOneEndpoint > 0 && p.serving[endpoint] >= p.ToOneEndpoint {
		return false
	}
	if p.serving == nil {
		p.serving = map[models.ID]int{}
	}
	p.serving[endpoint]++
	return true
}

func (p *Portals) leave(endpoint models.ID) {
	p.servingMu.Lock()
	defer p.servingMu.Unlock()
	if p.serving[endpoint]--; p.serving[endpoint] == 0 {
		delete(p.serving, endpoint)
	}
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

// deliverNext makes one attempt; it returns [process.FeedMore] when the event has arrived.
func (p *Portals) deliverNext(ctx context.Context, feed store.PortalFeed) (process.FeedOutcome, error) {
	next, err := p.Store.NextDelivery(ctx, feed)
	if errors.Is(err, store.ErrNoDelivery) {
		return process.FeedOutcome{Status: process.FeedDrained}, nil
	}
	if err != nil {
		return process.FeedOutcome{}, err
	}
	switch {
	case next.Endpoint.Status != models.EndpointActive:
		return process.FeedOutcome{Status: process.FeedHeld, Reason: string(next.Endpoint.Status)}, nil
	case next.State == models.FeedParked:
		return process.FeedOutcome{Status: process.FeedHeld, Reason: next.Reason}, nil
	case next.Wait > 0:
		return process.FeedOutcome{
			Status: process.FeedWaiting, Wait: next.Wait,
			Attempt: next.Failures + 1, Reason: next.Reason,
		}, nil
	case !next.Led:
		return p.acts().ParkDelivery(ctx, feed, next.EventID, models.ParkedOwner)
	}
	report, err := p.send(ctx, next)
	switch {
	case errors.Is(err, webhook.ErrSecretUnreadable):
		return p.acts().ParkDelivery(ctx, feed, next.EventID, models.ParkedSecret)
	case err != nil:
		return process.FeedOutcome{}, err
	case ctx.Err() != nil:
		return process.FeedOutcome{}, ctx.Err() // we broke off the attempt, not the receiver
	}
	return p.settle(ctx, feed, next.EventID, report)
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
	return p.Courier.Deliver(ctx, next.Endpoint, message)
}

// settle records an attempt and what follows from it.
func (p *Portals) settle(
	ctx context.Context, feed store.PortalFeed, event models.ID, r webhook.Report,
) (process.FeedOutcome, error) {
	attempt := models.DeliveryAttempt{
		EventID: event, StartedAt: r.StartedAt, Latency: r.Latency.Microseconds(),
		Status: r.Status, Fault: r.Fault, Answer: r.Answer,
	}
	pause := func(failures int) (time.Duration, bool) { return p.Courier.Pause(failures, r.Asked) }
	return p.acts().SettleDelivery(ctx, feed, attempt, pause)
}

func (p *Portals) acts() *acts.Acts { return &acts.Acts{Store: p.Store, Log: p.Log} }
