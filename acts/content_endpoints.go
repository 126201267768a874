package acts

import (
	"context"
	"errors"
	"time"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/internal/webhook"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// A MadeEndpoint is an endpoint with a secret that was just made.
type MadeEndpoint struct {
	Endpoint models.Endpoint
	// Secret is shown once: the stored result of the request does not contain it.
	Secret string
	// OfOtherMode counts the procurements that its owner leads and of which it gets nothing, because they are of the
	// other mode; only of a new endpoint.
	OfOtherMode int64
}

// WithoutSecret returns the endpoint as a repeat of the request gets it.
func (m MadeEndpoint) WithoutSecret() MadeEndpoint {
	m.Secret = ""
	return m
}

// A NewEndpoint is a webhook endpoint to be registered.
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

// RegisterEndpoint registers an endpoint. Only a lead procurer decides to send a procurement's events out, so an
// endpoint gets the events of the procurements that its owner leads, for as long as the owner leads them.
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
		if err := d.roomForEndpoint(d.Actor.OrganisationID); err != nil {
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
		// Bare, as all acts return endpoints: otherwise the stored result of a request would keep secrets that the
		// record has given up.
		made := MadeEndpoint{Endpoint: e.Bare(), Secret: secret.Reveal()}
		var err error
		if made.OfOtherMode, err = d.tx.LedOf(e.OwnerID, e.OfMode().Other()); err != nil {
			return MadeEndpoint{}, err
		}
		about, err := setEndpoint(e)
		if err != nil {
			return MadeEndpoint{}, err
		}
		return made, d.record(about)
	})
}

const fieldURL = "/url"

func aboutEndpoint(e models.Endpoint) event.EndpointCreated {
	return event.EndpointCreated{EndpointID: e.ID, OrganisationID: e.OrganisationID, Rehearsals: e.Rehearsals}
}

// setEndpoint is about an endpoint whose settings are new.
func setEndpoint(e models.Endpoint) (about event.EndpointCreated, err error) {
	about = aboutEndpoint(e)
	about.Settings, err = event.NewPart(e.Settings())
	return about, err
}

// roomForEndpoint locks the organisation, so that endpoints registered at once are counted one after the other.
func (d *deed) roomForEndpoint(organisation models.ID) error {
	o, err := d.tx.LockOrganisation(organisation)
	if err != nil {
		return err
	}
	if o.Kind != models.OrganisationContractingAuthority {
		return models.Refuse(models.CodeForbidden, "", "only people of a contracting authority may register endpoints").
			Accepting("a person of a contracting authority")
	}
	n, err := d.tx.LiveEndpoints(o.ID)
	if err == nil && n >= models.MostEndpoints {
		return models.Refuse(models.CodeEndpointLimit, "", "the organisation has %d endpoints", n).
			Accepting("at most %d", models.MostEndpoints)
	}
	return err
}

// mustLead refuses an endpoint that names a procurement which its owner does not lead, or one of the other mode, whose
// events it would never get.
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
			return models.Refuse(models.CodeInvalidValue, "/procurements",
				"you are not lead procurer of the procurement %s", id).
				Accepting("procurements in which you are lead procurer now")
		case (mode == models.ModeRehearsal) != e.Rehearsals:
			return models.Refuse(models.CodeInvalidValue, "/rehearsals",
				"the procurement %s has the mode %s", id, mode).
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
	// Unsent, UnsentAt and Rehearsals are those of the endpoint.
	Unsent     int64
	UnsentAt   *time.Time
	Rehearsals bool
	// Attempt is what came of it.
	Attempt models.DeliveryAttempt
}

// PingEndpoint sends a test message to an endpoint of the actor now. A repeat of the request gets the result of the
// first, without another message. Once the receiver has taken it, what waits for its next attempt is tried at once.
func (a *Acts) PingEndpoint(ctx context.Context, by By, id models.ID) (Done[Pinged], error) {
	e, err := a.myEndpoint(ctx, by, id)
	if err != nil {
		return Done[Pinged]{}, err
	}
	if done, err := answered[Pinged](ctx, a, by); err != nil || done.Again {
		return done, err
	}
	if e.Secret == nil {
		return Done[Pinged]{}, secretLost()
	}
	// The message is sent before the transaction: a slow receiver must not hold up the database.
	report, err := a.Courier.Ping(ctx, e)
	if errors.Is(err, webhook.ErrSecretUnreadable) {
		return Done[Pinged]{}, errors.Join(secretLost(), err)
	}
	if err != nil {
		return Done[Pinged]{}, err
	}
	if report.Delivered() && e.Status == models.EndpointActive {
		if err := a.Store.BringForward(ctx, e.ID); err != nil {
			return Done[Pinged]{}, err
		}
	}
	return once(ctx, a, by, func(*deed) (Pinged, error) {
		pinged := Pinged{
			Endpoint: e.ID, Of: e.Version, Unsent: e.Unsent, UnsentAt: e.UnsentAt, Rehearsals: e.Rehearsals,
		}
		pinged.Attempt = models.DeliveryAttempt{
			EndpointID: e.ID, N: 1, StartedAt: report.StartedAt, Latency: report.Latency.Microseconds(),
			Status: report.Status, Fault: report.Fault, Answer: report.Answer,
		}
		return pinged, nil
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

func secretLost() *models.Refusal {
	return models.Refuse(models.CodeEndpointSecretLost, "", "the endpoint has no secret that could sign what is sent").
		Accepting("first a new secret: POST …/actions/rotate")
}

func disabled() *models.Refusal {
	return models.Refuse(models.CodeEndpointDisabled, "",
		"the endpoint answered 410 Gone to an earlier release, which disabled it").
		Accepting("resuming it: POST …/actions/resume")
}
