package acts

import (
	"context"
	"time"

	"github.com/ppi-engine/ppi/internal/webhook"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// lockEndpoint reads an endpoint to change it, on the version that the actor saw.
func (d *deed) lockEndpoint(id models.ID) (models.Endpoint, error) {
	e, err := d.tx.LockEndpoint(d.Actor, id)
	if err != nil {
		return e, err
	}
	return e, d.On.check(e.Version)
}

// lockMyEndpoint is [deed.lockEndpoint] for what only the owner may do, to an endpoint that is served.
func (d *deed) lockMyEndpoint(id models.ID) (models.Endpoint, error) {
	e, err := d.lockEndpoint(id)
	if err != nil {
		return e, err
	}
	if err := e.MustBeOf(d.Actor.PersonID); err != nil {
		return e, err
	}
	if e.Over() {
		return e, disabled()
	}
	return e, nil
}

// saveEndpoint writes a locked endpoint back, with the event that says why.
func (d *deed) saveEndpoint(e models.Endpoint, why event.Payload) (models.Endpoint, error) {
	if err := d.tx.SaveEndpoint(&e); err != nil {
		return e, err
	}
	return e.Bare(), d.record(why)
}

// An EndpointChange holds new values for an endpoint; nil: unchanged.
type EndpointChange struct {
	URL, Description *string
	Types            *[]string
	Procurements     *[]models.ID
}

func (in EndpointChange) apply(e *models.Endpoint) {
	setIf(&e.URL, in.URL)
	setIf(&e.Description, in.Description)
	setIf(&e.Types, in.Types)
	setIf(&e.Procurements, in.Procurements)
}

// ChangeEndpoint changes the URL of an endpoint and the events that it gets from now on. Events that already wait are
// still delivered.
func (a *Acts) ChangeEndpoint(ctx context.Context, by By, id models.ID, in EndpointChange) (models.Endpoint, error) {
	if _, err := a.myEndpoint(ctx, by, id); err != nil {
		return models.Endpoint{}, err
	}
	if in.URL != nil {
		url, err := a.Courier.CheckURL(ctx, fieldURL, *in.URL)
		if err != nil {
			return models.Endpoint{}, err
		}
		in.URL = &url
	}
	return change(ctx, a, by, func(d *deed) (models.Endpoint, error) {
		e, err := d.lockMyEndpoint(id)
		if err != nil {
			return e, err
		}
		in.apply(&e)
		if err := models.Refusals(e.Check()); err != nil {
			return e, err
		}
		if in.Procurements != nil {
			if err := mustLead(d.tx, e); err != nil {
				return e, err
			}
		}
		return d.saveEndpoint(e, event.EndpointChanged(aboutEndpoint(e)))
	})
}

// RotateEndpoint gives an endpoint a new secret. Messages are signed with the old secret as well for [webhook.Overlap],
// so that the receiver has time to change it.
func (a *Acts) RotateEndpoint(ctx context.Context, by By, id models.ID) (Done[MadeEndpoint], error) {
	return once(ctx, a, by, func(d *deed) (MadeEndpoint, error) {
		e, err := d.lockMyEndpoint(id)
		if err != nil {
			return MadeEndpoint{}, err
		}
		now, err := d.tx.Now()
		if err != nil {
			return MadeEndpoint{}, err
		}
		until := now.Add(webhook.Overlap)
		secret, sealed := a.Courier.NewSecret(e.ID)
		if e.Secret != nil {
			e.FormerSecret, e.FormerUntil = e.Secret, &until
		}
		e.Secret = sealed
		e, err = d.saveEndpoint(e, event.EndpointRotated(aboutEndpoint(e)))
		return MadeEndpoint{Endpoint: e, Secret: secret.Reveal()}, err
	})
}

// PauseEndpoint holds back the events that happen from now on and those that wait.
func (a *Acts) PauseEndpoint(ctx context.Context, by By, id models.ID) (Done[models.Endpoint], error) {
	return once(ctx, a, by, func(d *deed) (models.Endpoint, error) {
		e, err := d.lockEndpoint(id)
		switch {
		case err != nil:
			return e, err
		case e.Over():
			return e, disabled()
		case e.Status == models.EndpointPaused:
			return e.Bare(), nil
		}
		e.Status = models.EndpointPaused
		return d.saveEndpoint(e, event.EndpointPaused(aboutEndpoint(e)))
	})
}

// ResumeEndpoint goes on where deliveries stopped, at once and with a fresh round of attempts. Nothing is skipped.
func (a *Acts) ResumeEndpoint(ctx context.Context, by By, id models.ID) (Done[models.Endpoint], error) {
	return once(ctx, a, by, func(d *deed) (models.Endpoint, error) {
		e, err := d.lockEndpoint(id)
		if err != nil {
			return e, err
		}
		switch {
		case e.Over():
			return e, disabled()
		case e.Secret == nil:
			return e, secretLost()
		}
		if e.Status == models.EndpointPaused {
			e.Status = models.EndpointActive
			if e, err = d.saveEndpoint(e, event.EndpointResumed(aboutEndpoint(e))); err != nil {
				return e, err
			}
		}
		return e.Bare(), d.unpark(e)
	})
}

// unpark lets the feeds of an endpoint go on and ends the tasks about them.
func (d *deed) unpark(e models.Endpoint) error {
	feeds, err := d.tx.GoOn(e.ID)
	if err != nil {
		return err
	}
	for _, f := range feeds {
		for _, kind := range []string{models.TaskFeedParked, models.TaskEndpointDisabled} {
			if _, err := d.tx.FinishTask(f.ProcurementID, kind, string(e.ID), f.Now); err != nil {
				return err
			}
		}
		_, err := d.tx.Append(event.Event{
			ProcurementID: f.ProcurementID, ActorID: d.Actor.PersonID, At: f.Now,
			Payload: event.EndpointUnparked{EndpointID: e.ID, Status: e.Status},
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// RemoveEndpoint takes an endpoint away for good, with its secrets. What it got remains on record; events that wait are
// no longer delivered.
func (a *Acts) RemoveEndpoint(ctx context.Context, by By, id models.ID) error {
	_, err := change(ctx, a, by, func(d *deed) (models.Endpoint, error) {
		e, err := d.lockEndpoint(id)
		if err != nil {
			return e, err
		}
		now, err := d.tx.Now()
		if err != nil {
			return e, err
		}
		e.Status, e.EndedAt = models.EndpointRemoved, endOf(e, now)
		e.Secret, e.FormerSecret, e.FormerUntil = nil, nil, nil
		if e, err = d.saveEndpoint(e, event.EndpointRemoved(aboutEndpoint(e))); err != nil {
			return e, err
		}
		return e, d.unpark(e)
	})
	return err
}

// endOf returns when an endpoint ended: a disabled endpoint ended before it was removed.
func endOf(e models.Endpoint, now time.Time) *time.Time {
	if e.EndedAt != nil {
		return e.EndedAt
	}
	return &now
}
