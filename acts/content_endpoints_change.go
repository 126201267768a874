package acts

import (
	"context"
	"time"

	"github.com/ppi-engine/ppi/internal/store"
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

// lockMyEndpoint is [deed.lockEndpoint] for what only the owner may do.
func (d *deed) lockMyEndpoint(id models.ID) (models.Endpoint, error) {
	e, err := d.lockEndpoint(id)
	if err != nil {
		return e, err
	}
	return e, e.MustBeOf(d.Actor.PersonID)
}

// holdMyEndpoint is [deed.lockMyEndpoint] for what does not change the endpoint, whatever its version.
func (d *deed) holdMyEndpoint(id models.ID) (models.Endpoint, error) {
	e, err := d.tx.LockEndpoint(d.Actor, id)
	if err != nil {
		return e, err
	}
	return e, e.MustBeOf(d.Actor.PersonID)
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

// ChangeEndpoint changes the URL of an endpoint and the events that it gets from now on. Events that already wait and
// that it does not select any more are passed: they hold nothing up.
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
		about, err := setEndpoint(e)
		if err != nil {
			return e, err
		}
		if e, err = d.saveEndpoint(e, event.EndpointChanged(about)); err != nil {
			return e, err
		}
		return e, d.letUnwantedGo(e)
	})
}

// letUnwantedGo lets the feeds of an endpoint go on in which an event is next that it does not select any more. Whoever
// delivers passes the event.
func (d *deed) letUnwantedGo(e models.Endpoint) error {
	held, err := d.tx.HeldByUnwanted(e.ID)
	if err != nil {
		return err
	}
	return d.goOnWith(e, held)
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
		case e.Status == models.EndpointDisabled:
			return e, disabled()
		case e.Status == models.EndpointPaused && e.PausedBecause == "":
			return e.Bare(), nil
		}
		e.Status, e.PausedBecause = models.EndpointPaused, ""
		return d.saveEndpoint(e, event.EndpointPaused(aboutEndpoint(e)))
	})
}

// ResumeEndpoint goes on where deliveries stopped, at once and with a fresh round of attempts. Nothing is skipped. An
// endpoint that an earlier release disabled, which kept nothing for it, also gets what it has missed.
func (a *Acts) ResumeEndpoint(ctx context.Context, by By, id models.ID) (Done[models.Endpoint], error) {
	return once(ctx, a, by, func(d *deed) (models.Endpoint, error) {
		e, err := d.lockEndpoint(id)
		if err != nil {
			return e, err
		}
		if e.Secret == nil {
			return e, secretLost()
		}
		was := e.Status
		if was == models.EndpointDisabled { // it counts again
			if err := d.roomForEndpoint(e.OrganisationID); err != nil {
				return e, err
			}
		}
		if was != models.EndpointActive {
			e.Status, e.PausedBecause, e.EndedAt = models.EndpointActive, "", nil
			if e, err = d.saveEndpoint(e, event.EndpointResumed(aboutEndpoint(e))); err != nil {
				return e, err
			}
		}
		if err := d.goOn(e); err != nil || was != models.EndpointDisabled {
			return e.Bare(), err
		}
		return e.Bare(), d.makeUp(e)
	})
}

// makeUp queues what an endpoint has missed while it was disabled. The relay, for which it is disabled until this is
// committed, waits meanwhile: each event is queued either here or by the relay.
func (d *deed) makeUp(e models.Endpoint) error {
	now, err := d.tx.Now()
	if err != nil {
		return err
	}
	if err := d.tx.StopRelay(); err != nil {
		return err
	}
	_, err = d.tx.RequeueNeverQueued(e.ID, keptFrom(e, now))
	return err
}

// goOn lets the feeds of an endpoint go on and ends all tasks about it.
func (d *deed) goOn(e models.Endpoint) error {
	parked, err := d.tx.GoOn(e.ID)
	if err != nil {
		return err
	}
	return d.unparked(e, parked, models.EndpointTasks())
}

// goOnWith lets those feeds of an endpoint go on that are of some procurements, and ends the tasks about these feeds.
func (d *deed) goOnWith(e models.Endpoint, procurements []models.ID) error {
	parked, err := d.tx.GoOnWith(e.ID, procurements)
	if err != nil {
		return err
	}
	return d.unparked(e, parked, []string{models.TaskFeedParked})
}

func (d *deed) unparked(e models.Endpoint, feeds []store.Unparked, tasks []string) error {
	for _, f := range feeds {
		feed := store.PortalFeed{EndpointID: e.ID, ProcurementID: f.ProcurementID}
		done, err := d.tx.FinishEndpointTasks(feed, tasks, f.Now)
		if err != nil {
			return err
		}
		_, err = d.tx.Append(event.Event{
			ProcurementID: f.ProcurementID, ActorID: d.Actor.PersonID, At: f.Now,
			Payload: event.EndpointUnparked{EndpointID: e.ID, Status: e.Status, Tasks: done},
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
		e.Status, e.PausedBecause, e.EndedAt = models.EndpointRemoved, "", endOf(e, now)
		e.Secret, e.FormerSecret, e.FormerUntil = nil, nil, nil
		if e, err = d.saveEndpoint(e, event.EndpointRemoved(aboutEndpoint(e))); err != nil {
			return e, err
		}
		return e, d.goOn(e)
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
