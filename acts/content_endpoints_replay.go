package acts

import (
	"context"
	"time"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// A Replayed endpoint gets events again, or after all.
type Replayed struct {
	Endpoint models.ID
	// Of is the version of the endpoint.
	Of int64
	// Events counts those that are sent and would not have been sent otherwise.
	Events int64
	// More tells that more events may be missing, because as many as are queued at once were: the oldest.
	More bool
	// Status is that of the endpoint: nothing is sent until it is active.
	Status models.EndpointStatus
}

// ReplayEndpoint has events sent to an endpoint again, or after all, in the order of the log, before what has not
// arrived and happened later. It also has the feeds concerned go on that wait for a person or for their next attempt.
// The endpoint is sent only what it selects now, of procurements that its owner leads now.
func (a *Acts) ReplayEndpoint(ctx context.Context, by By, id models.ID, in models.Replay) (Done[Replayed], error) {
	if err := models.Refusals(in.Check()); err != nil {
		return Done[Replayed]{}, err
	}
	if done, err := answered[Replayed](ctx, a, by); err != nil || done.Again {
		return done, err
	}
	now, err := a.countReplay(ctx, by, id)
	if err == nil && in.Since != nil {
		err = a.mayReplaySince(ctx, id, *in.Since, now)
	}
	if err != nil {
		return Done[Replayed]{}, err
	}
	return once(ctx, a, by, func(d *deed) (Replayed, error) {
		e, err := d.toReplay(id)
		if err != nil {
			return Replayed{}, err
		}
		r := replay{deed: d, e: e, now: now}
		done, err := r.queue(in)
		if err != nil {
			return Replayed{}, err
		}
		return r.record(in, done)
	})
}

// countReplay counts a replay before it is looked at, because one that is refused costs as much, and says when it was
// asked for.
func (a *Acts) countReplay(ctx context.Context, by By, id models.ID) (time.Time, error) {
	return change(ctx, a, by, func(d *deed) (time.Time, error) {
		e, err := d.toReplay(id)
		if err != nil {
			return time.Time{}, err
		}
		now, err := d.tx.Now()
		if err != nil {
			return now, err
		}
		if err := e.Replay(now); err != nil {
			return now, err
		}
		return now, d.tx.CountReplay(e)
	})
}

// toReplay locks an endpoint that can be replayed.
func (d *deed) toReplay(id models.ID) (models.Endpoint, error) {
	e, err := d.holdMyEndpoint(id)
	switch {
	case err != nil:
		return e, err
	case e.Status == models.EndpointDisabled:
		return e, disabled()
	case e.Secret == nil:
		return e, secretLost()
	}
	return e, nil
}

// mayReplaySince refuses an instant since which too much has happened, before anything is locked or written.
func (a *Acts) mayReplaySince(ctx context.Context, endpoint models.ID, since, now time.Time) error {
	oldest := now.Add(-store.DeliveriesKept)
	if since.After(now) || since.Before(oldest) {
		return models.Refuse(models.CodeInvalidValue, "/since",
			"the instant is in the future, or longer ago than deliveries are kept").
			Accepting("an instant from %s to %s", oldest.UTC().Format(time.RFC3339), now.UTC().Format(time.RFC3339))
	}
	n, err := a.Store.EventsSince(ctx, endpoint, since)
	if err != nil {
		return err
	}
	return mayReplay(n)
}

func mayReplay(events int64) error {
	if events <= store.MostReplayed {
		return nil
	}
	return models.Refuse(models.CodeReplayTooLarge, "/since", "more than %d events have happened since then",
		store.MostReplayed).Accepting("a later instant, or only what is missing")
}

// A replay is one that is carried out.
type replay struct {
	*deed

	e   models.Endpoint
	now time.Time
}

// queue makes pending what is asked for.
func (r replay) queue(in models.Replay) (store.Requeued, error) {
	switch {
	case in.EventID != "":
		return r.one(in.EventID)
	case in.Since != nil:
		q, err := r.tx.RequeueSince(r.e.ID, *in.Since)
		if err != nil {
			return q, err
		}
		return q, mayReplay(q.Events) // more has happened since they were counted
	}
	return r.missing()
}

func (r replay) one(event models.ID) (store.Requeued, error) {
	delivery, known, err := r.tx.WithDelivery(r.e.ID, event)
	if err != nil {
		return store.Requeued{}, err
	}
	if known && delivery.DeliveredAt == nil {
		return store.Requeued{Procurements: []models.ID{delivery.ProcurementID}}, nil
	}
	q, err := r.tx.RequeueOne(r.e.ID, event)
	if err == nil && q.Events == 0 {
		err = models.Refuse(models.CodeInvalidValue, "/event_id", "the endpoint is not sent such an event").
			Accepting("an event of a %s procurement that you lead, of a type that the endpoint selects and is sent",
				r.e.OfMode())
	}
	return q, err
}

// missing queues what was passed, and what was never queued since the endpoint was registered. What was forgotten
// because it arrived long ago is not missing.
func (r replay) missing() (store.Requeued, error) {
	q, err := r.tx.RequeueMissing(r.e.ID, keptFrom(r.e, r.now))
	if err != nil {
		return q, err
	}
	waiting, err := r.tx.Waiting(r.e.ID)
	q.Procurements = append(q.Procurements, waiting...)
	return q, err
}

// keptFrom is from when on it is known which events an endpoint got.
func keptFrom(e models.Endpoint, now time.Time) time.Time {
	if oldest := now.Add(-store.DeliveriesKept); e.CreatedAt.Before(oldest) {
		return oldest
	}
	return e.CreatedAt
}

// record has the feeds go on, and records who asked for what.
func (r replay) record(in models.Replay, q store.Requeued) (Replayed, error) {
	if err := r.goOnWith(r.e, q.Procurements); err != nil {
		return Replayed{}, err
	}
	done := Replayed{
		Endpoint: r.e.ID, Of: r.e.Version, Events: q.Events, Status: r.e.Status,
		More: in.Missing && q.Events >= store.MostReplayed,
	}
	return done, r.deed.record(event.EndpointReplayed{
		EndpointID: r.e.ID, OrganisationID: r.e.OrganisationID, EventID: in.EventID, Since: utcOrNil(in.Since),
		Missing: in.Missing, Events: q.Events,
	})
}

// PassDelivery has an event pass that waits for an endpoint: it is not delivered, and what waits behind it is.
func (a *Acts) PassDelivery(ctx context.Context, by By, id models.ID, in models.DeliveryPass) (Done[PassedBy], error) {
	if err := models.Refusals(in.Check()); err != nil {
		return Done[PassedBy]{}, err
	}
	return once(ctx, a, by, func(d *deed) (PassedBy, error) {
		e, err := d.holdMyEndpoint(id)
		if err != nil {
			return PassedBy{}, err
		}
		delivery, known, err := d.tx.WithDelivery(id, in.EventID)
		switch {
		case err != nil:
			return PassedBy{}, err
		case !known:
			return PassedBy{}, models.Refuse(models.CodeInvalidValue, "/event_id",
				"no event of this ID waits for the endpoint").
				Accepting("an event that GET …/deliveries?status=pending lists")
		case delivery.DeliveredAt != nil:
			return PassedBy{}, models.Refuse(models.CodeDeliverySettled, "/event_id",
				"the event was delivered or passed at %s", delivery.DeliveredAt.UTC().Format(time.RFC3339)).
				Accepting("an event that GET …/deliveries?status=pending lists")
		}
		if err := mustLeadToPass(d.tx, e, delivery); err != nil {
			return PassedBy{}, err
		}
		return d.pass(e, delivery, in.Reason)
	})
}

// mustLeadToPass refuses who does not lead the procurement of an event any more: that it passes is recorded there.
func mustLeadToPass(tx *store.Tx, e models.Endpoint, of models.Delivery) error {
	led, err := tx.LedBy(e.OwnerID, []models.ID{of.ProcurementID})
	if err == nil && len(led) == 0 {
		err = models.Refuse(models.CodeForbidden, "/event_id",
			"you are not lead procurer of the procurement %s of this event any more", of.ProcurementID).
			Accepting("an event of a procurement in which you are lead procurer now")
	}
	return err
}

// PassedBy tells that a person had an event pass.
type PassedBy struct {
	Endpoint models.ID
	// Of is the version of the endpoint.
	Of       int64
	Delivery models.Delivery
}

func (d *deed) pass(e models.Endpoint, delivery models.Delivery, reason string) (PassedBy, error) {
	p, err := d.tx.ReadProcurement(delivery.ProcurementID)
	if err != nil {
		return PassedBy{}, err
	}
	clock, err := d.tx.Now()
	if err != nil {
		return PassedBy{}, err
	}
	next, err := d.tx.IsNext(delivery)
	if err != nil {
		return PassedBy{}, err
	}
	if err := d.tx.PassDelivery(delivery, reason); err != nil {
		return PassedBy{}, err
	}
	if next { // what held up the others was the event that is passed now
		if err := d.goOnWith(e, []models.ID{p.ID}); err != nil {
			return PassedBy{}, err
		}
	}
	_, err = d.tx.Append(event.Event{
		ProcurementID: p.ID, ActorID: d.Actor.PersonID, At: p.Now(clock), RecordedAt: clock,
		Payload: event.EndpointPassed{EndpointID: e.ID, EventID: delivery.EventID, Events: 1, For: models.PassedPerson},
	})
	delivery.DeliveredAt, delivery.PassedFor, delivery.PassedReason = &clock, models.PassedPerson, reason
	return PassedBy{Endpoint: e.ID, Of: e.Version, Delivery: delivery}, err
}
