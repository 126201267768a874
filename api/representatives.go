package api

import (
	"context"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/models"
)

type newRepresentative struct {
	OrganisationPath

	Body struct {
		Name  string       `json:"name" maxLength:"200" pattern:"\\S" patternDescription:"not blank"`
		Email emailAddress `json:"email,omitempty"`
	}
}

func (s *server) enrolRepresentative(ctx context.Context, in *newRepresentative) (*rest.Answer[Enrolling], error) {
	id, err := pathID(models.PrefixOrganisation, "organisation", in.Organisation)
	if err != nil {
		return nil, err
	}
	done, err := s.acts.EnrolRepresentative(ctx, rest.By(ctx), acts.NewPerson{
		Organisation: id, Name: in.Body.Name, Email: string(in.Body.Email),
	})
	return rest.Created(ctx, done, err, showEnrolling)
}

type representativesQuery struct {
	OrganisationPath
	rest.Paging
}

func (s *server) listRepresentatives(
	ctx context.Context, in *representativesQuery,
) (*rest.Listed[PersonView], error) {
	id, err := pathID(models.PrefixOrganisation, "organisation", in.Organisation)
	if err != nil {
		return nil, err
	}
	read := func(after models.ID, limit int) ([]models.Person, error) {
		return s.views.Representatives(ctx, rest.Reader(ctx), id, after, limit)
	}
	return rest.List(ctx, in.Paging, nil, read, func(p models.Person) models.ID { return p.ID }, showPerson)
}

// RepresentativePath is embedded by the inputs of operations on one representative.
type RepresentativePath struct {
	OrganisationPath
	PersonPath
}

func (in RepresentativePath) ids() (organisation, person models.ID, err error) {
	if organisation, err = pathID(models.PrefixOrganisation, "organisation", in.Organisation); err != nil {
		return "", "", err
	}
	person, err = pathID(models.PrefixPerson, "person", in.Person)
	return organisation, person, err
}

func (s *server) appointRepresentative(
	ctx context.Context, in *struct{ RepresentativePath },
) (*rest.Answer[PersonView], error) {
	organisation, id, err := in.ids()
	if err != nil {
		return nil, err
	}
	p, err := s.acts.AppointRepresentative(ctx, rest.By(ctx), organisation, id)
	return rest.Changed(ctx, p, err, showPerson)
}

func (s *server) recallRepresentative(
	ctx context.Context, in *struct{ RepresentativePath },
) (*rest.Answer[PersonView], error) {
	organisation, id, err := in.ids()
	if err != nil {
		return nil, err
	}
	p, err := s.acts.RecallRepresentative(ctx, rest.By(ctx), organisation, id)
	return rest.Changed(ctx, p, err, showPerson)
}
