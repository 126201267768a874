package api

import (
	"context"
	"net/http"
	"time"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/views"
)

func (s *server) endpointOperations() []operation {
	const one = "/v1/endpoints/{endpoint}"
	known := authenticated()
	return []operation{
		op(POST, "/v1/endpoints", known,
			"Register a webhook endpoint for procurements I lead; its secret is shown once", s.createEndpoint),
		op(GET, "/v1/endpoints", known, "List my webhook endpoints; an administrator's list has all", s.listEndpoints),
		op(GET, one, known, "Read a webhook endpoint", s.getEndpoint),
		op(PATCH, one, known, "Change my webhook endpoint", s.changeEndpoint),
		op(DELETE, one, known, "Remove a webhook endpoint", s.removeEndpoint, answers(noContent)),
		op(GET, one+"/backlog", known, "Read what waits for a webhook endpoint", s.getBacklog),
		op(GET, one+"/deliveries", known, "List what goes to my webhook endpoint, and the attempts", s.listDeliveries),
		op(POST, one+"/actions/rotate", known, "Replace my endpoint's secret; both sign for 24 hours", s.rotateEndpoint,
			conditional(), answers(http.StatusOK)),
		op(POST, one+"/actions/ping", known, "Send a test message to my endpoint", s.pingEndpoint,
			answers(http.StatusOK)),
		op(POST, one+"/actions/pause", known, "Keep back what goes to an endpoint", s.pauseEndpoint, conditional(),
			answers(http.StatusOK)),
		op(POST, one+"/actions/resume", known, "Go on with an endpoint that is paused or whose deliveries are parked",
			s.resumeEndpoint, conditional(), answers(http.StatusOK)),
	}
}

// EndpointView shows a webhook endpoint without its secret.
type EndpointView struct {
	ID             models.ID             `json:"id"`
	OrganisationID models.ID             `json:"organisation_id"`
	OwnerID        models.ID             `json:"owner_id" doc:"It is told of what this person leads"`
	URL            string                `json:"url,omitempty" doc:"Shown to its owner"`
	Description    string                `json:"description,omitempty"`
	Types          []string              `json:"types" doc:"These types and those below; empty: all"`
	Procurements   []models.ID           `json:"procurements" doc:"Only these; empty: all that the owner leads"`
	Rehearsals     bool                  `json:"rehearsals" doc:"Rehearsals only, or live ones only"`
	Status         models.EndpointStatus `json:"status"`
	FormerUntil    *time.Time            `json:"former_secret_until,omitempty" doc:"The former secret signs until then"`
	Version        int64                 `json:"version"`
	CreatedAt      time.Time             `json:"created_at"`
	EndedAt        *time.Time            `json:"ended_at,omitempty"`
}

func (v EndpointView) self() string   { return "/v1/endpoints/" + string(v.ID) }
func (v EndpointView) version() int64 { return v.Version }

func showEndpoint(ctx context.Context) func(models.Endpoint) EndpointView {
	reader := readerOf(ctx)
	return func(e models.Endpoint) EndpointView {
		return EndpointView{
			ID: e.ID, OrganisationID: e.OrganisationID, OwnerID: e.OwnerID, URL: views.URLOf(reader, e),
			Description: e.Description, Types: e.Types, Procurements: e.Procurements, Rehearsals: e.Rehearsals,
			Status: e.Status, FormerUntil: utcOrNil(e.FormerUntil), Version: e.Version, CreatedAt: utc(e.CreatedAt),
			EndedAt: utcOrNil(e.EndedAt),
		}
	}
}

// MadeEndpoint is an endpoint with a new secret, which is shown once.
type MadeEndpoint struct {
	EndpointView

	Secret string `json:"secret,omitempty" doc:"Verifies what is sent (Standard Webhooks). It is shown this once"`
	Note   string `json:"note,omitempty" doc:"Why the secret is not shown"`
}

func showMadeEndpoint(ctx context.Context) func(acts.MadeEndpoint) MadeEndpoint {
	show := showEndpoint(ctx)
	return func(made acts.MadeEndpoint) MadeEndpoint {
		m := MadeEndpoint{EndpointView: show(made.Endpoint), Secret: made.Secret}
		if m.Secret == "" {
			m.Note = "The secret was shown once, when it was made. If it is lost, rotate it."
		}
		return m
	}
}

type newEndpoint struct {
	Body struct {
		URL          endpointURL      `json:"url" minLength:"1" maxLength:"2000"`
		Description  string           `json:"description,omitempty" maxLength:"400"`
		Types        onlyTypes        `json:"types,omitempty" maxItems:"50" uniqueItems:"true"`
		Procurements onlyProcurements `json:"procurements,omitempty" maxItems:"50" uniqueItems:"true"`
		Rehearsals   bool             `json:"rehearsals,omitempty" doc:"Rehearsals only; absent: live ones only"`
	}
}

func (s *server) createEndpoint(ctx context.Context, in *newEndpoint) (*Answer[MadeEndpoint], error) {
	b := in.Body
	done, err := s.acts.RegisterEndpoint(ctx, by(ctx), acts.NewEndpoint{
		URL: string(b.URL), Description: b.Description, Types: b.Types, Procurements: b.Procurements,
		Rehearsals: b.Rehearsals,
	})
	return created(ctx, done, err, showMadeEndpoint(ctx))
}

type endpointsQuery struct{ Paging }

func (s *server) listEndpoints(ctx context.Context, in *endpointsQuery) (*Listed[EndpointView], error) {
	read := func(after models.ID, limit int) ([]models.Endpoint, error) {
		return s.views.Endpoints(ctx, readerOf(ctx), after, limit)
	}
	return list(s, requestOf(ctx), in.Paging, nil, read, func(e models.Endpoint) models.ID { return e.ID },
		showEndpoint(ctx))
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
	e, err := s.views.Endpoint(ctx, readerOf(ctx), id)
	return got(ctx, e, err, showEndpoint(ctx))
}
