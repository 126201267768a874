package api

import (
	"context"
	"fmt"
	"time"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/views"
)

// EndpointView shows a webhook endpoint without its secret.
type EndpointView struct {
	ID             models.ID             `json:"id"`
	OrganisationID models.ID             `json:"organisation_id"`
	OwnerID        models.ID             `json:"owner_id" doc:"It is told of procurements that this person leads"`
	URL            string                `json:"url,omitempty" doc:"Shown to its owner"`
	Description    string                `json:"description,omitempty"`
	Types          []string              `json:"types" doc:"These types and those below; empty: all"`
	Procurements   []models.ID           `json:"procurements" doc:"Only these; empty: all that the owner leads"`
	Rehearsals     bool                  `json:"rehearsals" doc:"true: rehearsals only; false: live ones only"`
	Status         models.EndpointStatus `json:"status"`
	PausedBecause  string                `json:"paused_because,omitempty" enum:"gone" doc:"gone: it answered 410"`
	NeedsSecret    bool                  `json:"needs_secret,omitempty" doc:"It has no secret: rotate, then resume"`
	FormerUntil    *time.Time            `json:"former_secret_until,omitempty" doc:"The former secret signs until then"`
	Version        int64                 `json:"version"`
	CreatedAt      time.Time             `json:"created_at"`
	EndedAt        *time.Time            `json:"ended_at,omitempty"`
	NotSent        *NotSentView          `json:"not_sent,omitempty" doc:"Absent: nothing"`
}

// NotSentView says what an endpoint did not get because it is for the other kind of procurements.
type NotSentView struct {
	Events int64      `json:"events" doc:"Events it selects, in procurements its owner leads"`
	LastAt *time.Time `json:"last_at,omitempty" doc:"When it last missed one"`
	Why    string     `json:"why" doc:"Why, and what to do"`
}

func showNotSent(e models.Endpoint) *NotSentView {
	if e.Unsent == 0 {
		return nil
	}
	return &NotSentView{Events: e.Unsent, LastAt: utcOrNil(e.UnsentAt), Why: whyNotSent(e.OfMode())}
}

// whyNotSent tells the owner of an endpoint for procurements of a mode why those of the other mode send nothing.
func whyNotSent(mode models.Mode) string {
	if mode == models.ModeRehearsal {
		return "This endpoint is sent events of rehearsals only (rehearsals: true). For live procurements register " +
			"another endpoint, without rehearsals."
	}
	return "This endpoint is sent events of live procurements only (rehearsals: false). For rehearsals register " +
		"another endpoint, with rehearsals: true."
}

func (v EndpointView) Self() string     { return "/v1/endpoints/" + string(v.ID) }
func (v EndpointView) AtVersion() int64 { return v.Version }

func showEndpoint(ctx context.Context) func(models.Endpoint) EndpointView {
	reader := rest.Reader(ctx)
	return func(e models.Endpoint) EndpointView {
		v := EndpointView{
			ID: e.ID, OrganisationID: e.OrganisationID, OwnerID: e.OwnerID,
			Description: e.Description, Types: e.Types, Procurements: e.Procurements, Rehearsals: e.Rehearsals,
			Status: e.Status, PausedBecause: e.PausedBecause, NeedsSecret: e.NeedsSecret,
			FormerUntil: utcOrNil(e.FormerUntil), Version: e.Version, CreatedAt: utc(e.CreatedAt),
			EndedAt: utcOrNil(e.EndedAt),
		}
		if views.Owns(reader, e) {
			v.URL, v.NotSent = e.URL, showNotSent(e)
		}
		return v
	}
}

// MadeEndpoint is an endpoint with a new secret, which is shown once.
type MadeEndpoint struct {
	EndpointView

	Secret string `json:"secret,omitempty" doc:"Verifies what is sent (Standard Webhooks). Shown only once"`
	Note   string `json:"note,omitempty" doc:"Why the secret is not shown"`
	Hint   string `json:"hint,omitempty" doc:"Of a new endpoint: which procurements that you lead it is not told of"`
}

func showMadeEndpoint(ctx context.Context) func(acts.MadeEndpoint) MadeEndpoint {
	show := showEndpoint(ctx)
	return func(made acts.MadeEndpoint) MadeEndpoint {
		m := MadeEndpoint{EndpointView: show(made.Endpoint), Secret: made.Secret}
		if m.Secret == "" {
			m.Note = "The secret was shown once, when it was made. If it is lost, rotate it."
		}
		if made.OfOtherMode > 0 {
			m.Hint = fmt.Sprintf("You lead %d procurements of the mode %s. %s", made.OfOtherMode,
				made.Endpoint.OfMode().Other(), whyNotSent(made.Endpoint.OfMode()))
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
		Rehearsals   bool             `json:"rehearsals,omitempty" doc:"true: rehearsals only; absent: live ones only"`
	}
}

func (s *server) createEndpoint(ctx context.Context, in *newEndpoint) (*rest.Answer[MadeEndpoint], error) {
	b := in.Body
	done, err := s.acts.RegisterEndpoint(ctx, rest.By(ctx), acts.NewEndpoint{
		URL: string(b.URL), Description: b.Description, Types: b.Types, Procurements: b.Procurements,
		Rehearsals: b.Rehearsals,
	})
	return rest.Created(ctx, done, err, showMadeEndpoint(ctx))
}

type endpointsQuery struct{ rest.Paging }

func (s *server) listEndpoints(ctx context.Context, in *endpointsQuery) (*rest.Listed[EndpointView], error) {
	read := func(after models.ID, limit int) ([]models.Endpoint, error) {
		return s.views.Endpoints(ctx, rest.Reader(ctx), after, limit)
	}
	return rest.List(ctx, in.Paging, nil, read, func(e models.Endpoint) models.ID { return e.ID },
		showEndpoint(ctx))
}

// EndpointPath is embedded by the inputs of operations on one endpoint.
type EndpointPath struct {
	Endpoint string `path:"endpoint" doc:"ID of the endpoint"`
}

func (in EndpointPath) id() (models.ID, error) {
	return pathID(models.PrefixEndpoint, "endpoint", in.Endpoint)
}

func (s *server) getEndpoint(ctx context.Context, in *struct{ EndpointPath }) (*rest.Answer[EndpointView], error) {
	id, err := in.id()
	if err != nil {
		return nil, err
	}
	e, err := s.views.Endpoint(ctx, rest.Reader(ctx), id)
	return rest.Got(ctx, e, err, showEndpoint(ctx))
}
