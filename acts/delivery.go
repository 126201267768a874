package acts

import (
	"context"
	"fmt"
	"time"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
	"github.com/ppi-engine/ppi/models/process"
)

// A Settled attempt is one that was recorded, with what its feed does next. Taken tells that the receiver has just
// taken a message: whatever else waits for its next attempt there is to be tried at once ([store.Store.BringForward]).
type Settled struct {
	process.FeedOutcome

	Taken bool
}

// An Attempted delivery is an attempt with the version of the endpoint that it was made to.
type Attempted struct {
	models.DeliveryAttempt

	Version int64
}

// SettleDelivery records an attempt to deliver and what follows from it. pause says how long to wait after that number
// of failures; false: there is no further attempt.
func (a *Acts) SettleDelivery(
	ctx context.Context, feed store.PortalFeed, attempt Attempted,
	pause func(failures int) (time.Duration, bool),
) (Settled, error) {
	out, taken := process.FeedOutcome{Status: process.FeedMore}, attempt.Fault == ""
	err := a.Store.InTx(ctx, func(tx *store.Tx) error {
		var gone store.Gone
		if attempt.Fault == models.FaultGone {
			var err error
			if gone, err = tx.PauseGone(feed.EndpointID, attempt.Version); err != nil {
				return err
			}
		}
		locked, err := tx.LockFeed(feed, attempt.EventID)
		if err != nil {
			return err
		}
		err = tx.RecordAttempt(feed, attempt.DeliveryAttempt)
		// Somebody may have had the event pass meanwhile. That the receiver is gone is told nevertheless.
		if err != nil || attempt.Fault == "" || !locked.Pending && !gone.First {
			return err
		}
		f := undelivered{
			tx: tx, feed: feed, event: attempt.EventID, failures: locked.Failures + 1,
			reason: faultOf(attempt.DeliveryAttempt),
		}
		if gone.Paused {
			out, err = f.gone(gone.First)
			return err
		}
		if out, err = f.retry(locked, pause); err != nil || locked.Early > 0 {
			return err
		}
		// While this attempt was under way the receiver may have taken a message of another procurement.
		// The worker's clock measures how long ago it began; when others were taken, the database's says.
		taken, err = tx.TookWithin(feed.EndpointID, time.Since(attempt.StartedAt))
		return err
	})
	return Settled{out, taken}, err
}

func faultOf(attempt models.DeliveryAttempt) string {
	if attempt.Status == 0 {
		return string(attempt.Fault)
	}
	return fmt.Sprintf("%s %d", attempt.Fault, attempt.Status)
}

// ParkDelivery makes a feed wait for a person although nothing was sent.
func (a *Acts) ParkDelivery(
	ctx context.Context, feed store.PortalFeed, event models.ID, why string,
) (process.FeedOutcome, error) {
	out := process.FeedOutcome{Status: process.FeedMore}
	err := a.Store.InTx(ctx, func(tx *store.Tx) error {
		locked, err := tx.LockFeed(feed, event)
		if err != nil || !locked.Pending {
			return err // somebody has had it pass meanwhile
		}
		f := undelivered{tx: tx, feed: feed, event: event, failures: locked.Failures, reason: why}
		out, err = f.park()
		return err
	})
	return out, err
}

// An undelivered event is one that could not be delivered, in the transaction that records it. Its feed is locked.
type undelivered struct {
	tx       *store.Tx
	feed     store.PortalFeed
	event    models.ID
	failures int
	reason   string
}

// retry has the event tried again. An attempt that was brought forward costs none of those that are due.
func (f undelivered) retry(
	locked store.LockedFeed, pause func(failures int) (time.Duration, bool),
) (process.FeedOutcome, error) {
	out := process.FeedOutcome{Status: process.FeedWaiting, Wait: locked.Early, Attempt: f.failures, Reason: f.reason}
	if locked.Early > 0 {
		return out, f.tx.RetryWhenDue(f.feed, f.reason)
	}
	wait, again := pause(f.failures)
	if !again {
		return f.park()
	}
	out.Wait, out.Attempt = wait, f.failures+1
	return out, f.tx.RetryFeed(f.feed, f.failures, f.reason, wait)
}

// park holds back the event and all later ones until a person resumes the endpoint.
func (f undelivered) park() (process.FeedOutcome, error) {
	out := process.FeedOutcome{Status: process.FeedHeld, Reason: f.reason}
	if err := f.tx.ParkFeed(f.feed, f.failures, f.reason); err != nil {
		return out, err
	}
	return out, f.tell(models.TaskFeedParked, func(p event.EndpointParked) event.Payload {
		if p.TaskID == "" {
			return nil // that it is parked stands in the record already
		}
		return p
	})
}

// gone holds back everything for the endpoint until a person resumes it, because the receiver answered 410 Gone. What
// happens meanwhile is kept for it. Only the first feed that learns of it tells.
func (f undelivered) gone(first bool) (process.FeedOutcome, error) {
	out := process.FeedOutcome{Status: process.FeedHeld, Reason: f.reason}
	if err := f.tx.ParkFeed(f.feed, f.failures, f.reason); err != nil || !first {
		return out, err
	}
	return out, f.tell(models.TaskEndpointGone,
		func(p event.EndpointParked) event.Payload { return event.EndpointGone(p) })
}

// tell raises a task and records an event on the procurement. Such events are never sent to endpoints, because each
// would cause others.
func (f undelivered) tell(task string, as func(event.EndpointParked) event.Payload) error {
	p, err := f.tx.ReadProcurement(f.feed.ProcurementID)
	if err != nil {
		return err
	}
	clock, err := f.tx.Now()
	if err != nil {
		return err
	}
	detail := map[string]any{"event_id": string(f.event), "reason": f.reason, "attempts": f.failures}
	id, fresh, err := f.tx.RaiseTask(p.ID, task, string(f.feed.EndpointID), detail, p.Now(clock))
	if !fresh {
		id = ""
	}
	payload := as(event.EndpointParked{
		EndpointID: f.feed.EndpointID, EventID: f.event, Reason: f.reason, TaskID: id,
	})
	if err != nil || payload == nil {
		return err
	}
	_, err = f.tx.Append(event.Event{ProcurementID: p.ID, At: p.Now(clock), RecordedAt: clock, Payload: payload})
	return err
}

// PassUnwanted passes the events that wait for an endpoint in one feed and that its owner does not want any more: they
// would hold up the others for nothing.
func (a *Acts) PassUnwanted(ctx context.Context, feed store.PortalFeed) error {
	return a.Store.InTx(ctx, func(tx *store.Tx) error {
		p, err := tx.ReadProcurement(feed.ProcurementID)
		if err != nil {
			return err
		}
		if _, err := tx.LockFeed(feed, ""); err != nil {
			return err
		}
		passed, err := tx.PassUnwanted(feed)
		if err != nil || passed.Events == 0 {
			return err
		}
		clock, err := tx.Now()
		if err != nil {
			return err
		}
		_, err = tx.Append(event.Event{
			ProcurementID: p.ID, At: p.Now(clock), RecordedAt: clock,
			Payload: event.EndpointPassed{
				EndpointID: feed.EndpointID, EventID: passed.First, Events: passed.Events,
				For: models.PassedUnsubscribed,
			},
		})
		return err
	})
}
