package api

import (
	"context"
	"time"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/internal/webhook"
	"github.com/ppi-engine/ppi/models"
)

func disabled() *models.Refusal {
	return models.Refuse(models.CodeEndpointDisabled, "", "the endpoint has answered 410 Gone and is served no more").Accepting("registering a new one")
}

// lockEndpoint reads the endpoint of the path to change it, on the version the caller saw.
func lockEndpoint(ctx context.Context, tx *store.Tx, in EndpointPath) (models.Endpoint, error) {
	id, err := in.id()
	if err != nil {
		return models.Endpoint{}, err
	}
	e, err := tx.LockEndpoint(callOf(ctx).actor, id)
	if err != nil {
		return e, err
	}
	return e, callOf(ctx).ifMatch.check(e.Version)
}

// lockMine is [lockEndpoint] for what only the owner may do, to an endpoint that is served.
func lockMine(ctx context.Context, tx *store.Tx, in EndpointPath) (models.Endpoint, error) {
	e, err := lockEndpoint(ctx, tx, in)
	if err != nil {
		return e, err
	}
	if err := mustOwn(callOf(ctx).actor, e); err != nil {
		return e, err
	}
	if e.Over() {
		return e, disabled()
	}
	return e, nil
}

type endpointPatch struct {
	EndpointPath

	Body struct {
		URL          *string      `json:"url,omitempty" minLength:"1" maxLength:"2000"`
		Description  *string      `json:"description,omitempty" maxLength:"400"`
		Types        *[]string    `json:"types,omitempty" maxItems:"50" uniqueItems:"true"`
		Procurements *[]models.ID `json:"procurements,omitempty" maxItems:"50" uniqueItems:"true"`
	}
}

// changeEndpoint changes where an endpoint leads and what it is told of from now on; what waits already is
// still delivered.
func (s *server) changeEndpoint(ctx context.Context, in *endpointPatch) (*Answer[EndpointView], error) {
	if _, err := s.myEndpoint(ctx, in.EndpointPath); err != nil {
		return nil, err
	}
	if in.Body.URL != nil {
		url, err := s.courier.CheckURL(ctx, "/url", *in.Body.URL)
		if err != nil {
			return nil, err
		}
		in.Body.URL = &url
	}
	return change(ctx, s, func(tx *store.Tx) (EndpointView, error) {
		e, err := lockMine(ctx, tx, in.EndpointPath)
		if err != nil {
			return EndpointView{}, err
		}
		setIf(&e.URL, in.Body.URL)
		setIf(&e.Description, in.Body.Description)
		setIf(&e.Types, in.Body.Types)
		setIf(&e.Procurements, in.Body.Procurements)
		if err := models.Refusals(e.Check()); err != nil {
			return EndpointView{}, err
		}
		if in.Body.Procurements != nil {
			if err := mustLead(tx, e); err != nil {
				return EndpointView{}, err
			}
		}
		if err := tx.SaveEndpoint(&e); err != nil {
			return EndpointView{}, err
		}
		return s.showEndpoint(ctx)(e), record(ctx, tx, models.EventEndpointChanged, endpointData(e))
	})
}

// rotateEndpoint gives an endpoint a new secret. Messages are signed with the old one, too, for as long as
// the receiver may take to learn the new one.
func (s *server) rotateEndpoint(ctx context.Context, in *struct{ EndpointPath }) (*Answer[MadeEndpoint], error) {
	return create(ctx, s, func(tx *store.Tx) (MadeEndpoint, error) {
		e, err := lockMine(ctx, tx, in.EndpointPath)
		if err != nil {
			return MadeEndpoint{}, err
		}
		now, err := tx.Now()
		if err != nil {
			return MadeEndpoint{}, err
		}
		until := now.Add(webhook.Overlap)
		secret, sealed := s.courier.NewSecret(e.ID)
		e.FormerSecret, e.FormerUntil, e.Secret = e.Secret, &until, sealed
		if err := tx.SaveEndpoint(&e); err != nil {
			return MadeEndpoint{}, err
		}
		made := MadeEndpoint{EndpointView: s.showEndpoint(ctx)(e), Secret: secret.Reveal()}
		return made, record(ctx, tx, models.EventEndpointRotated, endpointData(e))
	})
}

// pauseEndpoint keeps back what happens from now on and what waits.
func (s *server) pauseEndpoint(ctx context.Context, in *struct{ EndpointPath }) (*Answer[EndpointView], error) {
	return create(ctx, s, func(tx *store.Tx) (EndpointView, error) {
		e, err := lockEndpoint(ctx, tx, in.EndpointPath)
		switch {
		case err != nil:
			return EndpointView{}, err
		case e.Over():
			return EndpointView{}, disabled()
		case e.Status == models.EndpointPaused:
			return s.showEndpoint(ctx)(e), nil
		}
		e.Status = models.EndpointPaused
		if err := tx.SaveEndpoint(&e); err != nil {
			return EndpointView{}, err
		}
		return s.showEndpoint(ctx)(e), record(ctx, tx, models.EventEndpointPaused, endpointData(e))
	})
}

// resumeEndpoint goes on where deliveries stopped, at once and with a fresh round of attempts. Nothing is
// skipped.
func (s *server) resumeEndpoint(ctx context.Context, in *struct{ EndpointPath }) (*Answer[EndpointView], error) {
	return create(ctx, s, func(tx *store.Tx) (EndpointView, error) {
		e, err := lockEndpoint(ctx, tx, in.EndpointPath)
		if err != nil {
			return EndpointView{}, err
		}
		if e.Over() {
			return EndpointView{}, disabled()
		}
		if e.Status == models.EndpointPaused {
			e.Status = models.EndpointActive
			if err := tx.SaveEndpoint(&e); err != nil {
				return EndpointView{}, err
			}
			if err := record(ctx, tx, models.EventEndpointResumed, endpointData(e)); err != nil {
				return EndpointView{}, err
			}
		}
		return s.showEndpoint(ctx)(e), unpark(ctx, tx, e)
	})
}

// unpark lets the feeds of an endpoint go on and ends the tasks about them.
func unpark(ctx context.Context, tx *store.Tx, e models.Endpoint) error {
	feeds, err := tx.GoOn(e.ID)
	if err != nil {
		return err
	}
	for _, f := range feeds {
		for _, kind := range []string{models.TaskFeedParked, models.TaskEndpointDisabled} {
			if _, err := tx.FinishTask(f.ProcurementID, kind, string(e.ID), f.Now); err != nil {
				return err
			}
		}
		_, err := tx.Append(models.Event{
			ProcurementID: f.ProcurementID, Type: models.EventEndpointUnparked, ActorID: callOf(ctx).actor.PersonID, At: f.Now,
			Data: map[string]any{"endpoint_id": string(e.ID), "status": string(e.Status)},
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// removeEndpoint takes an endpoint away for good, with its secrets. What it got remains on record; what waits
// is not delivered any more.
func (s *server) removeEndpoint(ctx context.Context, in *struct{ EndpointPath }) (*struct{}, error) {
	err := s.store.InTx(ctx, func(tx *store.Tx) error {
		e, err := lockEndpoint(ctx, tx, in.EndpointPath)
		if err != nil {
			return err
		}
		now, err := tx.Now()
		if err != nil {
			return err
		}
		e.Status, e.EndedAt = models.EndpointRemoved, endOf(e, now)
		e.Secret, e.FormerSecret, e.FormerUntil = nil, nil, nil
		if err := tx.SaveEndpoint(&e); err != nil {
			return err
		}
		if err := unpark(ctx, tx, e); err != nil {
			return err
		}
		return record(ctx, tx, models.EventEndpointRemoved, endpointData(e))
	})
	return nil, err
}

// endOf is when an endpoint ended: a disabled one before it was removed.
func endOf(e models.Endpoint, now time.Time) *time.Time {
	if e.EndedAt != nil {
		return e.EndedAt
	}
	return &now
}
