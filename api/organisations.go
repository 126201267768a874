package api

import (
	"context"
	"time"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/models"
)

type organisation struct {
	ID                  models.ID               `json:"id"`
	LegalName           string                  `json:"legal_name"`
	Country             string                  `json:"country" doc:"ISO 3166-1 alpha-2; Greece is GR; may be empty"`
	Region              string                  `json:"region,omitempty" doc:"ISO 3166-2, such as DE-NW"`
	Address             *models.Address         `json:"address,omitempty" doc:"Where it receives post"`
	Kind                models.OrganisationKind `json:"kind"`
	SME                 *bool                   `json:"sme,omitempty" doc:"See Recommendation 2003/361/EC"`
	LessDevelopedRegion *bool                   `json:"less_developed_region,omitempty" doc:"Or a transition region"`
	Version             int64                   `json:"version"`
	CreatedAt           time.Time               `json:"created_at"`
}

func (o organisation) Self() string     { return "/v1/organisations/" + string(o.ID) }
func (o organisation) AtVersion() int64 { return o.Version }

func showOrganisation(o models.Organisation) organisation {
	return organisation{
		o.ID, o.LegalName, o.Country, o.Region, o.Address, o.Kind, o.SME, o.LessDevelopedRegion, o.Version,
		utc(o.CreatedAt),
	}
}

type newOrganisation struct {
	Body struct {
		LegalName string `json:"legal_name" maxLength:"400" pattern:"\\S" patternDescription:"not blank"`

		Country string `json:"country" pattern:"^[A-Z]{2}$" patternDescription:"an ISO 3166-1 alpha-2 code"`

		Region string `json:"region,omitempty" maxLength:"6" doc:"ISO 3166-2; its holidays count" example:"DE-NW"`

		Address *models.Address `json:"address,omitempty" doc:"Of a contracting authority, notices and reports name it"`

		Kind models.OrganisationKind `json:"kind" doc:"Whether it buys or offers; fixed for good"`

		SME                 *bool `json:"sme,omitempty"`
		LessDevelopedRegion *bool `json:"less_developed_region,omitempty"`
	}
}

func (s *server) createOrganisation(ctx context.Context, in *newOrganisation) (*rest.Answer[organisation], error) {
	b := in.Body
	done, err := s.acts.RegisterOrganisation(ctx, rest.By(ctx), acts.NewOrganisation{
		LegalName: b.LegalName, Country: b.Country, Region: b.Region, Address: b.Address, Kind: b.Kind, SME: b.SME,
		LessDevelopedRegion: b.LessDevelopedRegion,
	})
	return rest.Created(ctx, done, err, showOrganisation)
}

func (s *server) listOrganisations(ctx context.Context, in *struct{ rest.Paging }) (*rest.Listed[organisation], error) {
	read := func(after models.ID, limit int) ([]models.Organisation, error) {
		return s.views.Organisations(ctx, after, limit)
	}
	return rest.List(ctx, in.Paging, nil, read, func(o models.Organisation) models.ID { return o.ID },
		showOrganisation)
}

// OrganisationPath is embedded by the inputs of operations on one organisation.
type OrganisationPath struct {
	Organisation string `path:"organisation" doc:"ID of the organisation"`
}

func (s *server) getOrganisation(
	ctx context.Context, in *struct{ OrganisationPath },
) (*rest.Answer[organisation], error) {
	id, err := pathID(models.PrefixOrganisation, "organisation", in.Organisation)
	if err != nil {
		return nil, err
	}
	o, err := s.views.Organisation(ctx, id)
	return rest.Got(ctx, o, err, showOrganisation)
}

type organisationPatch struct {
	OrganisationPath

	Body struct {
		LegalName *string `json:"legal_name,omitempty" maxLength:"400" pattern:"\\S" patternDescription:"not blank"`

		Country *string `json:"country,omitempty" pattern:"^[A-Z]{2}$" patternDescription:"an ISO 3166-1 alpha-2 code"`

		Region *string `json:"region,omitempty" maxLength:"6" doc:"ISO 3166-2; empty: not said" example:"DE-NW"`

		Address             rest.Optional[models.Address] `json:"address,omitzero"`
		SME                 rest.Optional[bool]           `json:"sme,omitzero"`
		LessDevelopedRegion rest.Optional[bool]           `json:"less_developed_region,omitzero"`
	}
}

func (s *server) changeOrganisation(ctx context.Context, in *organisationPatch) (*rest.Answer[organisation], error) {
	id, err := pathID(models.PrefixOrganisation, "organisation", in.Organisation)
	if err != nil {
		return nil, err
	}
	b := in.Body
	o, err := s.acts.ChangeOrganisation(ctx, rest.By(ctx), id, acts.OrganisationChange{
		LegalName: b.LegalName, Country: b.Country, Region: b.Region, Address: b.Address.Change(),
		SME: b.SME.Change(), LessDevelopedRegion: b.LessDevelopedRegion.Change(),
	})
	return rest.Changed(ctx, o, err, showOrganisation)
}
