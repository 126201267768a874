package api

import (
	"context"
	"net/url"
	"time"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/models"
)

// PersonView shows a person.
type PersonView struct {
	ID             models.ID `json:"id"`
	OrganisationID models.ID `json:"organisation_id"`
	Name           string    `json:"name"`
	Email          string    `json:"email,omitempty"`
	Administrator  bool      `json:"administrator" doc:"Runs the platform, and takes part in no procurement"`
	Representative bool      `json:"representative" doc:"Speaks for the organisation on the platform"`
	Version        int64     `json:"version"`
	CreatedAt      time.Time `json:"created_at"`
}

func (p PersonView) Self() string     { return "/v1/people/" + string(p.ID) }
func (p PersonView) AtVersion() int64 { return p.Version }

func showPerson(p models.Person) PersonView {
	return PersonView{
		p.ID, p.OrganisationID, p.Name, p.Email, p.Administrator, p.Representative, p.Version, utc(p.CreatedAt),
	}
}

type newPerson struct {
	Body struct {
		OrganisationID models.ID    `json:"organisation_id" doc:"The organisation the person acts for; fixed for good"`
		Name           string       `json:"name" maxLength:"200" pattern:"\\S" patternDescription:"not blank"`
		Email          emailAddress `json:"email,omitempty"`
		Administrator  bool         `json:"administrator,omitempty"`
	}
}

func (s *server) createPerson(ctx context.Context, in *newPerson) (*rest.Answer[Enrolling], error) {
	done, err := s.acts.RegisterPerson(ctx, rest.By(ctx), acts.NewPerson{
		Organisation: in.Body.OrganisationID, Name: in.Body.Name, Email: string(in.Body.Email),
		Administrator: in.Body.Administrator,
	})
	return rest.Created(ctx, done, err, showEnrolling)
}

type peopleQuery struct {
	rest.Paging

	OrganisationID string `query:"organisation_id" maxLength:"60" doc:"Only its people; representatives: their own"`
}

func (s *server) listPeople(ctx context.Context, in *peopleQuery) (*rest.Listed[PersonView], error) {
	filters := url.Values{}
	if in.OrganisationID != "" {
		if _, err := models.ParseID(models.PrefixOrganisation, "organisation_id", in.OrganisationID); err != nil {
			return nil, err
		}
		filters.Set("organisation_id", in.OrganisationID)
	}
	read := func(after models.ID, limit int) ([]models.Person, error) {
		return s.views.People(ctx, rest.Reader(ctx), models.ID(in.OrganisationID), after, limit)
	}
	return rest.List(ctx, in.Paging, filters, read, func(p models.Person) models.ID { return p.ID },
		showPerson)
}

// PersonPath is embedded by the inputs of operations on one person.
type PersonPath struct {
	Person string `path:"person" doc:"ID of the person"`
}

func (s *server) getPerson(ctx context.Context, in *struct{ PersonPath }) (*rest.Answer[PersonView], error) {
	id, err := pathID(models.PrefixPerson, "person", in.Person)
	if err != nil {
		return nil, err
	}
	p, err := s.views.Person(ctx, rest.Reader(ctx), id)
	return rest.Got(ctx, p, err, showPerson)
}

type personPatch struct {
	PersonPath

	Body struct {
		Name *string `json:"name,omitempty" maxLength:"200" pattern:"\\S" patternDescription:"not blank"`

		Email         optionalEmail `json:"email,omitzero"`
		Administrator *bool         `json:"administrator,omitempty"`
	}
}

func (s *server) changePerson(ctx context.Context, in *personPatch) (*rest.Answer[PersonView], error) {
	id, err := pathID(models.PrefixPerson, "person", in.Person)
	if err != nil {
		return nil, err
	}
	p, err := s.acts.ChangePerson(ctx, rest.By(ctx), id, acts.PersonChange{
		Name: in.Body.Name, Email: in.Body.Email.OrZero(), Administrator: in.Body.Administrator,
	})
	return rest.Changed(ctx, p, err, showPerson)
}
