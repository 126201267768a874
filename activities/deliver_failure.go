package activities

import (
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
)

// A failure is a delivery that a person has to look after, in the transaction that says so. Its feed is
// locked.
type failure struct {
	tx       *store.Tx
	feed     store.PortalFeed
	event    models.ID
	failures int
	reason   string
}

// park keeps the event and all after it until a person goes on.
func (f failure) park() (process.FeedOutcome, error) {
	out := process.FeedOutcome{Status: process.FeedHeld, Reason: f.reason}
	if err := f.tx.ParkFeed(f.feed, f.failures, f.reason); err != nil {
		return out, err
	}
	return out, f.tell(models.TaskFeedParked, models.EventEndpointParked)
}

// gone stops for good, because the receiver has said that it wants no more. Only the first feed to learn
// of it tells.
func (f failure) gone(first bool) (process.FeedOutcome, error) {
	out := process.FeedOutcome{Status: process.FeedHeld, Reason: f.reason}
	if err := f.tx.ParkFeed(f.feed, f.failures, f.reason); err != nil || !first {
		return out, err
	}
	return out, f.tell(models.TaskEndpointDisabled, models.EventEndpointDisabled)
}

// tell raises a task and records an event on the procurement. Such events are never sent to endpoints, or
// they would beget others.
func (f failure) tell(task string, eventType models.EventType) error {
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
	_, err = f.tx.Append(models.Event{
		ProcurementID: p.ID, Type: eventType, At: p.Now(clock), RecordedAt: clock,
		Data: map[string]any{"endpoint_id": string(f.feed.EndpointID), "event_id": string(f.event), "reason": f.reason, "task_id": string(id)},
	})
	return err
}
