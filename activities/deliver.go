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
	// ToOneEndpoint bounds the feeds that are delivered to one endpoint at the same time; 0 does not.
	ToOneEndpoint int

	// serving counts the feeds under way by endpoint.
	serving   map[models.ID]int
	servingMu sync.Mutex
}

// What one activity does at most: an attempt takes no longer than the courier allows it, so that all of it
// stays well within the activity's own time.
const (
	deliveriesAtOnce = 100
	deliverFor       = 20 * time.Second
)

// Deliver brings what waits of one feed to its endpoint, in order, until nothing is left, one delivery fails,
// it has been at it for a while, or the worker is to stop. Who receives may get an event twice, but none
// before all that precede it: what has arrived is written down after it arrived, and nothing later is sent
// before. Any error is repeated, and says nothing of hosts and statements.
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

// busyPause is about how long a feed waits while as many others as may be are under way to its endpoint.
const busyPause = 2 * time.Second

// take counts a feed to an endpoint in, unless there are as many as may be.
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

// stopping tells whether the worker is to stop: another goes on.
func stopping(ctx context.Context) bool {
	select {
	case <-activity.GetWorkerStopChannel(ctx):
		return true
	default:
		return false
	}
}

// again has Temporal repeat the attempt. A feed is never given up: also a fault of ours may be mended by the
// next release.
func (p *Portals) again(ctx context.Context, err error) error {
	if acts.MayRepeat(err) || ctx.Err() != nil {
		return (&Activities{Log: p.Log}).again(ctx, err)
	}
	fault := uuid.NewString()
	p.Log.ErrorContext(ctx, "delivery failed", "fault", fault, "error", err)
	return temporal.NewApplicationError("fault "+fault, ErrTypeFault)
}

// deliverNext makes one attempt; it answers more when the event has arrived.
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
		return process.FeedOutcome{}, ctx.Err() // it is we who broke off
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

// settle writes an attempt down and what follows from it.
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
