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

// SettleDelivery records an attempt to deliver and what follows from it. pause says how long to wait after that number
// of failures; false: there is no further attempt.
func (a *Acts) SettleDelivery(
	ctx context.Context, feed store.PortalFeed, attempt models.DeliveryAttempt,
	pause func(failures int) (time.Duration, bool),
) (process.FeedOutcome, error) {
	out := process.FeedOutcome{Status: process.FeedMore}
	err := a.Store.InTx(ctx, func(tx *store.Tx) error {
		disabled := false
		if attempt.Fault == models.FaultGone {
			var err error
			if disabled, err = tx.DisableEndpoint(feed.EndpointID); err != nil {
				return err
			}
		}
		locked, err := tx.LockFeed(feed, attempt.EventID)
		if err != nil {
			return err
		}
		err = tx.RecordAttempt(feed, attempt)
		if err != nil || attempt.Fault == "" || !locked.Pending {
			return err
		}
		f := undelivered{
			tx: tx, feed: feed, event: attempt.EventID, failures: locked.Failures + 1,
			reason: faultOf(attempt),
		}
		if attempt.Fault == models.FaultGone {
			out, err = f.gone(disabled)
			return err
		}
		wait, again := pause(f.failures)
		if !again {
			out, err = f.park()
			return err
		}
		out = process.FeedOutcome{Status: process.FeedWaiting, Wait: wait, Attempt: f.failures + 1, Reason: f.reason}
		return tx.RetryFeed(feed, f.failures, f.reason, wait)
	})
	return out, err
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
	var out process.FeedOutcome
	err := a.Store.InTx(ctx, func(tx *store.Tx) error {
		locked, err := tx.LockFeed(feed, event)
		if err != nil {
			return err
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

// park holds back the event and all later ones until a person resumes the endpoint.
func (f undelivered) park() (process.FeedOutcome, error) {
	out := process.FeedOutcome{Status: process.FeedHeld, Reason: f.reason}
	if err := f.tx.ParkFeed(f.feed, f.failures, f.reason); err != nil {
		return out, err
	}
	return out, f.tell(models.TaskFeedParked, func(p event.EndpointParked) event.Payload { return p })
}

// gone stops deliveries for good, because the receiver answered 410 Gone. Only the first feed that learns of it raises
// the task.
func (f undelivered) gone(first bool) (process.FeedOutcome, error) {
	out := process.FeedOutcome{Status: process.FeedHeld, Reason: f.reason}
	if err := f.tx.ParkFeed(f.feed, f.failures, f.reason); err != nil || !first {
		return out, err
	}
	return out, f.tell(models.TaskEndpointDisabled,
		func(p event.EndpointParked) event.Payload { return event.EndpointDisabled(p) })
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
	if err != nil || !fresh {
		return err
	}
	_, err = f.tx.Append(event.Event{
		ProcurementID: p.ID, At: p.Now(clock), RecordedAt: clock,
		Payload: as(event.EndpointParked{
			EndpointID: f.feed.EndpointID, EventID: f.event, Reason: f.reason, TaskID: id,
		}),
	})
	return err
}
