package acts

import (
	"context"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/internal/webhook"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// A MadeEndpoint is an endpoint with a secret that was just made.
type MadeEndpoint struct {
	Endpoint models.Endpoint
	// Secret is told once: what is kept of the request is without it.
	Secret string
}

// WithoutSecret is the endpoint as it is told from the second time on.
func (m MadeEndpoint) WithoutSecret() MadeEndpoint {
	m.Secret = ""
	return m
}

// A NewEndpoint is where somebody wants to be told of what happens.
type NewEndpoint struct {
	URL, Description string
	// Types, Procurements and Rehearsals are as in [models.Endpoint].
	Types        []string
	Procurements []models.ID
	Rehearsals   bool
}

func (in NewEndpoint) endpoint(owner models.Actor) models.Endpoint {
	return models.Endpoint{
		ID: models.NewID(models.PrefixEndpoint), OrganisationID: owner.OrganisationID, OwnerID: owner.PersonID,
		URL: in.URL, Description: in.Description, Types: append([]string{}, in.Types...),
		Procurements: append([]models.ID{}, in.Procurements...), Rehearsals: in.Rehearsals,
		Status: models.EndpointActive,
	}
}

// RegisterEndpoint registers an endpoint. Sending a procurement's events out is a decision of who leads it, so an
// endpoint is told of the procurements that its owner leads, as long as the owner does.
func (a *Acts) RegisterEndpoint(ctx context.Context, by By, in NewEndpoint) (Done[MadeEndpoint], error) {
	e := in.endpoint(by.Actor)
	if err := models.Refusals(e.Check()); err != nil {
		return Done[MadeEndpoint]{}, err
	}
	var err error
	if e.URL, err = a.Courier.CheckURL(ctx, fieldURL, e.URL); err != nil {
		return Done[MadeEndpoint]{}, err
	}
	return once(ctx, a, by, func(d *deed) (MadeEndpoint, error) {
		if err := d.roomForEndpoint(); err != nil {
			return MadeEndpoint{}, err
		}
		if err := mustLead(d.tx, e); err != nil {
			return MadeEndpoint{}, err
		}
		var secret webhook.Secret
		secret, e.Secret = a.Courier.NewSecret(e.ID)
		if err := d.tx.CreateEndpoint(&e); err != nil {
			return MadeEndpoint{}, err
		}
		made := MadeEndpoint{Endpoint: bare(e), Secret: secret.Reveal()}
		return made, d.record(aboutEndpoint(e))
	})
}

const fieldURL = "/url"

// bare is an endpoint as acts return it: what is kept of a request must not outlive the secrets in the record.
func bare(e models.Endpoint) models.Endpoint {
	e.Secret, e.FormerSecret = nil, nil
	return e
}

func aboutEndpoint(e models.Endpoint) event.EndpointCreated {
	return event.EndpointCreated{EndpointID: e.ID, OrganisationID: e.OrganisationID, Rehearsals: e.Rehearsals}
}

// roomForEndpoint locks the organisation, so that endpoints registered at once are counted one after the other.
func (d *deed) roomForEndpoint() error {
	o, err := d.tx.LockOrganisation(d.Actor.OrganisationID)
	if err != nil {
		return err
	}
	if o.Kind != models.OrganisationContractingAuthority {
		return models.Refuse(models.CodeForbidden, "", "only people of a contracting authority register endpoints")
	}
	n, err := d.tx.LiveEndpoints(o.ID)
	if err == nil && n >= models.MostEndpoints {
		return models.Refuse(models.CodeEndpointLimit, "", "the organisation has %d endpoints", n).
			Accepting("at most %d", models.MostEndpoints)
	}
	return err
}

// mustLead refuses an endpoint that names procurements which its owner does not lead, or which it would never be
// told of because they are of the other mode.
func mustLead(tx *store.Tx, e models.Endpoint) error {
	if len(e.Procurements) == 0 {
		return nil
	}
	led, err := tx.LedBy(e.OwnerID, e.Procurements)
	if err != nil {
		return err
	}
	for _, id := range e.Procurements {
		mode, ok := led[id]
		switch {
		case !ok:
			return models.Refuse(models.CodeInvalidValue, "/procurements", "you do not lead %s", id).
				Accepting("procurements in which you are lead procurer now")
		case (mode == models.ModeRehearsal) != e.Rehearsals:
			return models.Refuse(models.CodeInvalidValue, "/rehearsals", "%s is %s", id, mode).
				Accepting("an endpoint for rehearsals and another for live procurements")
		}
	}
	return nil
}

// A Pinged endpoint is one to which a test message was sent.
type Pinged struct {
	Endpoint models.ID
	// Of is the version of the endpoint to which it was sent.
	Of int64
	// Attempt is what came of it.
	Attempt models.DeliveryAttempt
}

// PingEndpoint sends a test message to an endpoint of the actor now. A repeat of the request gets what came of the
// first, without another message.
func (a *Acts) PingEndpoint(ctx context.Context, by By, id models.ID) (Done[Pinged], error) {
	e, err := a.myEndpoint(ctx, by, id)
	if err != nil {
		return Done[Pinged]{}, err
	}
	earlier, err := a.Store.EarlierRequest(ctx, by.Request.ID)
	if err != nil {
		return Done[Pinged]{}, err
	}
	if earlier != nil {
		done := Done[Pinged]{Again: true}
		return done, recall(by.Request, earlier, &done.Result)
	}
	if e.Over() {
		return Done[Pinged]{}, disabled()
	}
	// The message is sent before the transaction: whoever receives must not hold up the database.
	report, err := a.Courier.Ping(ctx, e)
	if err != nil {
		return Done[Pinged]{}, err
	}
	return once(ctx, a, by, func(*deed) (Pinged, error) {
		return Pinged{Endpoint: e.ID, Of: e.Version, Attempt: models.DeliveryAttempt{
			EndpointID: e.ID, N: 1, StartedAt: report.StartedAt, Latency: report.Latency.Microseconds(),
			Status: report.Status, Fault: report.Fault, Answer: report.Answer,
		}}, nil
	})
}

// myEndpoint reads an endpoint, which must be the actor's own, before any lock is taken.
func (a *Acts) myEndpoint(ctx context.Context, by By, id models.ID) (models.Endpoint, error) {
	e, err := a.Store.Endpoint(ctx, by.Actor, id)
	if err != nil {
		return e, err
	}
	return e, e.MustBeOf(by.Actor.PersonID)
}

func disabled() *models.Refusal {
	return models.Refuse(models.CodeEndpointDisabled, "", "the endpoint has answered 410 Gone and is served no more").
		Accepting("registering a new one")
}
