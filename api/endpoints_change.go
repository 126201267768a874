package api

import (
	"context"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/models"
)

type endpointPatch struct {
	EndpointPath

	Body struct {
		URL          *string      `json:"url,omitempty" minLength:"1" maxLength:"2000"`
		Description  *string      `json:"description,omitempty" maxLength:"400"`
		Types        *[]string    `json:"types,omitempty" maxItems:"50" uniqueItems:"true"`
		Procurements *[]models.ID `json:"procurements,omitempty" maxItems:"50" uniqueItems:"true"`
	}
}

func (s *server) changeEndpoint(ctx context.Context, in *endpointPatch) (*rest.Answer[EndpointView], error) {
	id, err := in.id()
	if err != nil {
		return nil, err
	}
	b := in.Body
	e, err := s.acts.ChangeEndpoint(ctx, rest.By(ctx), id, acts.EndpointChange{
		URL: b.URL, Description: b.Description, Types: b.Types, Procurements: b.Procurements,
	})
	return rest.Changed(ctx, e, err, showEndpoint(ctx))
}

func (s *server) rotateEndpoint(ctx context.Context, in *struct{ EndpointPath }) (*rest.Answer[MadeEndpoint], error) {
	id, err := in.id()
	if err != nil {
		return nil, err
	}
	done, err := s.acts.RotateEndpoint(ctx, rest.By(ctx), id)
	return rest.Created(ctx, done, err, showMadeEndpoint(ctx))
}

func (s *server) pauseEndpoint(ctx context.Context, in *struct{ EndpointPath }) (*rest.Answer[EndpointView], error) {
	id, err := in.id()
	if err != nil {
		return nil, err
	}
	done, err := s.acts.PauseEndpoint(ctx, rest.By(ctx), id)
	return rest.Created(ctx, done, err, showEndpoint(ctx))
}

func (s *server) resumeEndpoint(ctx context.Context, in *struct{ EndpointPath }) (*rest.Answer[EndpointView], error) {
	id, err := in.id()
	if err != nil {
		return nil, err
	}
	done, err := s.acts.ResumeEndpoint(ctx, rest.By(ctx), id)
	return rest.Created(ctx, done, err, showEndpoint(ctx))
}

func (s *server) removeEndpoint(ctx context.Context, in *struct{ EndpointPath }) (*struct{}, error) {
	id, err := in.id()
	if err != nil {
		return nil, err
	}
	return nil, s.acts.RemoveEndpoint(ctx, rest.By(ctx), id)
}
