package api

import (
	"context"
	"time"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
)

type organisation struct {
	ID                  models.ID               `json:"id"`
	LegalName           string                  `json:"legal_name"`
	Country             string                  `json:"country" doc:"ISO 3166-1 alpha-2; Greece is GR; empty for who runs the platform, where it was not said"`
	Kind                models.OrganisationKind `json:"kind" enum:"contracting_authority,economic_operator,other"`
	SME                 *bool                   `json:"sme,omitempty" doc:"Small or medium-sized (Recommendation 2003/361/EC)"`
	LessDevelopedRegion *bool                   `json:"less_developed_region,omitempty" doc:"Seat in a less developed or transition region"`
	Version             int64                   `json:"version"`
	CreatedAt           time.Time               `json:"created_at"`
}

func (o organisation) self() string   { return "/v1/organisations/" + string(o.ID) }
func (o organisation) version() int64 { return o.Version }

func showOrganisation(o models.Organisation) organisation {
	return organisation{o.ID, o.LegalName, o.Country, o.Kind, o.SME, o.LessDevelopedRegion, o.Version, utc(o.CreatedAt)}
}

type newOrganisation struct {
	Body struct {
		LegalName           string                  `json:"legal_name" maxLength:"400" pattern:"\\S" patternDescription:"not blank"`
		Country             string                  `json:"country" pattern:"^[A-Z]{2}$" patternDescription:"an ISO 3166-1 alpha-2 code"`
		Kind                models.OrganisationKind `json:"kind" enum:"contracting_authority,economic_operator,other" doc:"Which side it can stand on; fixed for good"`
		SME                 *bool                   `json:"sme,omitempty"`
		LessDevelopedRegion *bool                   `json:"less_developed_region,omitempty"`
	}
}

func (s *server) createOrganisation(ctx context.Context, in *newOrganisation) (*Answer[organisation], error) {
	if r := models.CheckCountry("/country", in.Body.Country); r != nil {
		return nil, r
	}
	return create(ctx, s, func(tx *store.Tx) (organisation, error) {
		o := models.Organisation{
			LegalName: in.Body.LegalName, Country: in.Body.Country, Kind: in.Body.Kind,
			SME: in.Body.SME, LessDevelopedRegion: in.Body.LessDevelopedRegion,
		}
		if err := tx.CreateOrganisation(&o); err != nil {
			return organisation{}, err
		}
		return showOrganisation(o), record(ctx, tx, models.EventOrganisationCreated, map[string]any{"organisation_id": o.ID})
	})
}

func (s *server) listOrganisations(ctx context.Context, in *struct{ Paging }) (*Listed[organisation], error) {
	read := func(after models.ID, limit int) ([]models.Organisation, error) {
		return s.store.Organisations(ctx, after, limit)
	}
	return list(s, callOf(ctx), in.Paging, nil, read, func(o models.Organisation) models.ID { return o.ID }, showOrganisation)
}

// OrganisationPath is embedded by the input of what concerns one organisation.
type OrganisationPath struct {
	Organisation string `path:"organisation" doc:"ID of the organisation"`
}

func (s *server) getOrganisation(ctx context.Context, in *struct{ OrganisationPath }) (*Answer[organisation], error) {
	id, err := pathID(models.PrefixOrganisation, "organisation", in.Organisation)
	if err != nil {
		return nil, err
	}
	o, err := s.store.Organisation(ctx, id)
	if err != nil {
		return nil, err
	}
	return show(ctx, showOrganisation(o)), nil
}

type organisationPatch struct {
	OrganisationPath

	Body struct {
		LegalName           *string        `json:"legal_name,omitempty" maxLength:"400" pattern:"\\S" patternDescription:"not blank"`
		Country             *string        `json:"country,omitempty" pattern:"^[A-Z]{2}$" patternDescription:"an ISO 3166-1 alpha-2 code"`
		SME                 optional[bool] `json:"sme,omitzero"`
		LessDevelopedRegion optional[bool] `json:"less_developed_region,omitzero"`
	}
}

func (s *server) changeOrganisation(ctx context.Context, in *organisationPatch) (*Answer[organisation], error) {
	id, err := pathID(models.PrefixOrganisation, "organisation", in.Organisation)
	if err != nil {
		return nil, err
	}
	if c := in.Body.Country; c != nil {
		if r := models.CheckCountry("/country", *c); r != nil {
			return nil, r
		}
	}
	return change(ctx, s, func(tx *store.Tx) (organisation, error) {
		o, err := tx.LockOrganisation(id)
		if err != nil {
			return organisation{}, err
		}
		if err := callOf(ctx).ifMatch.check(o.Version); err != nil {
			return organisation{}, err
		}
		setIf(&o.LegalName, in.Body.LegalName)
		setIf(&o.Country, in.Body.Country)
		in.Body.SME.set(&o.SME)
		in.Body.LessDevelopedRegion.set(&o.LessDevelopedRegion)
		if err := tx.SaveOrganisation(&o); err != nil {
			return organisation{}, err
		}
		return showOrganisation(o), record(ctx, tx, models.EventOrganisationChanged, map[string]any{"organisation_id": o.ID, "version": o.Version})
	})
}
