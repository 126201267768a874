package api

import (
	"context"
	"net/http"
	"time"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
)

func (s *server) endpointOperations() []operation {
	const one = "/v1/endpoints/{endpoint}"
	known := authenticated()
	return []operation{
		op(POST, "/v1/endpoints", known, "Register a webhook endpoint for procurements I lead; its secret is shown once", s.createEndpoint),
		op(GET, "/v1/endpoints", known, "List my webhook endpoints; an administrator's list has all", s.listEndpoints),
		op(GET, one, known, "Read a webhook endpoint", s.getEndpoint),
		op(PATCH, one, known, "Change my webhook endpoint", s.changeEndpoint),
		op(DELETE, one, known, "Remove a webhook endpoint", s.removeEndpoint, answers(noContent)),
		op(GET, one+"/backlog", known, "Read what waits for a webhook endpoint", s.getBacklog),
		op(GET, one+"/deliveries", known, "List what goes to my webhook endpoint, and the attempts", s.listDeliveries),
		op(POST, one+"/actions/rotate", known, "Replace my endpoint's secret; both sign for 24 hours", s.rotateEndpoint, conditional(), answers(http.StatusOK)),
		op(POST, one+"/actions/ping", known, "Send a test message to my endpoint", s.pingEndpoint, answers(http.StatusOK)),
		op(POST, one+"/actions/pause", known, "Keep back what goes to an endpoint", s.pauseEndpoint, conditional(), answers(http.StatusOK)),
		op(POST, one+"/actions/resume", known, "Go on with an endpoint that is paused or whose deliveries are parked", s.resumeEndpoint, conditional(), answers(http.StatusOK)),
	}
}

// EndpointView shows a webhook endpoint without its secret.
type EndpointView struct {
	ID             models.ID             `json:"id"`
	OrganisationID models.ID             `json:"organisation_id"`
	OwnerID        models.ID             `json:"owner_id" doc:"Who registered it. It is told of the procurements that this person leads"`
	URL            string                `json:"url,omitempty" doc:"Shown to its owner"`
	Description    string                `json:"description,omitempty"`
	Types          []string              `json:"types" doc:"Only these types of events and those below them; empty: all"`
	Procurements   []models.ID           `json:"procurements" doc:"Only these procurements; empty: all that the owner leads"`
	Rehearsals     bool                  `json:"rehearsals" doc:"Told of rehearsals only; otherwise of live procurements only"`
	Status         models.EndpointStatus `json:"status" enum:"active,paused,disabled" doc:"disabled: it has answered 410 Gone and is served no more, for good"`
	FormerUntil    *time.Time            `json:"former_secret_until,omitempty" doc:"Until then the secret before the last rotation signs, too"`
	Version        int64                 `json:"version"`
	CreatedAt      time.Time             `json:"created_at"`
	EndedAt        *time.Time            `json:"ended_at,omitempty"`
}

func (v EndpointView) self() string   { return "/v1/endpoints/" + string(v.ID) }
func (v EndpointView) version() int64 { return v.Version }

func (s *server) showEndpoint(ctx context.Context) func(models.Endpoint) EndpointView {
	reader := callOf(ctx).actor.PersonID
	return func(e models.Endpoint) EndpointView {
		v := EndpointView{
			ID: e.ID, OrganisationID: e.OrganisationID, OwnerID: e.OwnerID, Description: e.Description, Types: e.Types, Procurements: e.Procurements,
			Rehearsals: e.Rehearsals, Status: e.Status, FormerUntil: utcOrNil(e.FormerUntil), Version: e.Version, CreatedAt: utc(e.CreatedAt), EndedAt: utcOrNil(e.EndedAt),
		}
		if e.OwnerID == reader {
			v.URL = e.URL
		}
		return v
	}
}

// MadeEndpoint is an endpoint with a new secret, which is shown once: the answer is kept without it.
type MadeEndpoint struct {
	EndpointView

	Secret string `json:"secret,omitempty" doc:"Verifies what is sent (Standard Webhooks). It is shown this once"`
	Note   string `json:"note,omitempty" doc:"Why the secret is not shown"`
}

func (m MadeEndpoint) withoutSecret() MadeEndpoint {
	m.Secret, m.Note = "", "The secret was shown once, when it was made. If it is lost, rotate it."
	return m
}

type newEndpoint struct {
	Body struct {
		URL          string      `json:"url" minLength:"1" maxLength:"2000" doc:"https; http only into networks that the operator allows. A host with letters beyond ASCII is kept and shown by its A-labels (xn--…)"`
		Description  string      `json:"description,omitempty" maxLength:"400"`
		Types        []string    `json:"types,omitempty" maxItems:"50" uniqueItems:"true" doc:"Only these types of events and those below them, such as lot or lot.closed; absent: all"`
		Procurements []models.ID `json:"procurements,omitempty" maxItems:"50" uniqueItems:"true" doc:"Only these procurements, which I lead; absent: all that I lead, also those to come"`
		Rehearsals   bool        `json:"rehearsals,omitempty" doc:"For rehearsals only; absent: for live procurements only"`
	}
}

func (in *newEndpoint) endpoint(actor models.Actor) models.Endpoint {
	b := in.Body
	return models.Endpoint{
		ID: models.NewID(models.PrefixEndpoint), OrganisationID: actor.OrganisationID, OwnerID: actor.PersonID, URL: b.URL, Description: b.Description,
		Types: append([]string{}, b.Types...), Procurements: append([]models.ID{}, b.Procurements...), Rehearsals: b.Rehearsals,
		Status: models.EndpointActive,
	}
}

// createEndpoint registers an endpoint. Sending a procurement's events out is a decision of who leads it, so
// an endpoint is told of the procurements that its owner leads, as long as the owner does.
func (s *server) createEndpoint(ctx context.Context, in *newEndpoint) (*Answer[MadeEndpoint], error) {
	e := in.endpoint(callOf(ctx).actor)
	if err := models.Refusals(e.Check()); err != nil {
		return nil, err
	}
	var err error
	if e.URL, err = s.courier.CheckURL(ctx, "/url", e.URL); err != nil {
		return nil, err
	}
	return create(ctx, s, func(tx *store.Tx) (MadeEndpoint, error) {
		if err := mayRegister(tx, e.OrganisationID); err != nil {
			return MadeEndpoint{}, err
		}
		if err := mustLead(tx, e); err != nil {
			return MadeEndpoint{}, err
		}
		secret, sealed := s.courier.NewSecret(e.ID)
		e.Secret = sealed
		if err := tx.CreateEndpoint(&e); err != nil {
			return MadeEndpoint{}, err
		}
		made := MadeEndpoint{EndpointView: s.showEndpoint(ctx)(e), Secret: secret.Reveal()}
		return made, record(ctx, tx, models.EventEndpointCreated, endpointData(e))
	})
}

func endpointData(e models.Endpoint) map[string]any {
	return map[string]any{"endpoint_id": e.ID, "organisation_id": e.OrganisationID, "rehearsals": e.Rehearsals}
}

// mayRegister locks the organisation, so that endpoints registered at once are counted one after the other.
func mayRegister(tx *store.Tx, organisation models.ID) error {
	o, err := tx.LockOrganisation(organisation)
	if err != nil {
		return err
	}
	if o.Kind != models.OrganisationContractingAuthority {
		return models.Refuse(models.CodeForbidden, "", "only people of a contracting authority register endpoints")
	}
	n, err := tx.LiveEndpoints(organisation)
	if err == nil && n >= models.MostEndpoints {
		return models.Refuse(models.CodeEndpointLimit, "", "the organisation has %d endpoints", n).Accepting("at most %d", models.MostEndpoints)
	}
	return err
}

// mustLead refuses an endpoint that names procurements which its owner does not lead, or which it would
// never be told of because they are of the other mode.
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
			return models.Refuse(models.CodeInvalidValue, "/procurements", "you do not lead %s", id).Accepting("procurements in which you are lead procurer now")
		case (mode == models.ModeRehearsal) != e.Rehearsals:
			return models.Refuse(models.CodeInvalidValue, "/rehearsals", "%s is %s", id, mode).
				Accepting("an endpoint for rehearsals and another for live procurements")
		}
	}
	return nil
}

type endpointsQuery struct{ Paging }

func (s *server) listEndpoints(ctx context.Context, in *endpointsQuery) (*Listed[EndpointView], error) {
	call := callOf(ctx)
	read := func(after models.ID, limit int) ([]models.Endpoint, error) {
		return s.store.Endpoints(ctx, call.actor, after, limit)
	}
	return list(s, call, in.Paging, nil, read, func(e models.Endpoint) models.ID { return e.ID }, s.showEndpoint(ctx))
}

// EndpointPath is embedded by the input of what concerns one endpoint.
type EndpointPath struct {
	Endpoint string `path:"endpoint" doc:"ID of the endpoint"`
}

func (in EndpointPath) id() (models.ID, error) {
	return pathID(models.PrefixEndpoint, "endpoint", in.Endpoint)
}

func (s *server) getEndpoint(ctx context.Context, in *struct{ EndpointPath }) (*Answer[EndpointView], error) {
	id, err := in.id()
	if err != nil {
		return nil, err
	}
	e, err := s.store.Endpoint(ctx, callOf(ctx).actor, id)
	if err != nil {
		return nil, err
	}
	return show(ctx, s.showEndpoint(ctx)(e)), nil
}
