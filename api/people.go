package api

import (
	"context"
	"net/url"
	"time"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
)

type person struct {
	ID             models.ID `json:"id"`
	OrganisationID models.ID `json:"organisation_id"`
	Name           string    `json:"name"`
	Email          string    `json:"email,omitempty"`
	Administrator  bool      `json:"administrator" doc:"Runs the platform; sees no procurement by that"`
	Version        int64     `json:"version"`
	CreatedAt      time.Time `json:"created_at"`
}

func (p person) self() string   { return "/v1/people/" + string(p.ID) }
func (p person) version() int64 { return p.Version }

func showPerson(p models.Person) person {
	return person{p.ID, p.OrganisationID, p.Name, p.Email, p.Administrator, p.Version, utc(p.CreatedAt)}
}

type newPerson struct {
	Body struct {
		OrganisationID models.ID `json:"organisation_id" doc:"The organisation the person acts for; fixed for good"`
		Name           string    `json:"name" maxLength:"200" pattern:"\\S" patternDescription:"not blank"`
		Email          string    `json:"email,omitempty" maxLength:"320" pattern:"^[^@\\s]+@[^@\\s]+$" patternDescription:"an e-mail address"`
		Administrator  bool      `json:"administrator,omitempty"`
	}
}

func (s *server) createPerson(ctx context.Context, in *newPerson) (*Answer[person], error) {
	if _, err := models.ParseID(models.PrefixOrganisation, "/organisation_id", string(in.Body.OrganisationID)); err != nil {
		return nil, err
	}
	return create(ctx, s, func(tx *store.Tx) (person, error) {
		p := models.Person{
			OrganisationID: in.Body.OrganisationID, Name: in.Body.Name, Email: in.Body.Email, Administrator: in.Body.Administrator,
		}
		if err := tx.CreatePerson(&p); err != nil {
			return person{}, err
		}
		return showPerson(p), record(ctx, tx, models.EventPersonCreated, map[string]any{
			"person_id": p.ID, "organisation_id": p.OrganisationID, "administrator": p.Administrator,
		})
	})
}

type peopleQuery struct {
	Paging

	OrganisationID string `query:"organisation_id" maxLength:"60" doc:"Only people of this organisation"`
}

func (s *server) listPeople(ctx context.Context, in *peopleQuery) (*Listed[person], error) {
	filters := url.Values{}
	if in.OrganisationID != "" {
		if _, err := models.ParseID(models.PrefixOrganisation, "organisation_id", in.OrganisationID); err != nil {
			return nil, err
		}
		filters.Set("organisation_id", in.OrganisationID)
	}
	read := func(after models.ID, limit int) ([]models.Person, error) {
		return s.store.People(ctx, models.ID(in.OrganisationID), after, limit)
	}
	return list(s, callOf(ctx), in.Paging, filters, read, func(p models.Person) models.ID { return p.ID }, showPerson)
}

// PersonPath is embedded by the input of what concerns one person.
type PersonPath struct {
	Person string `path:"person" doc:"ID of the person"`
}

func (s *server) getPerson(ctx context.Context, in *struct{ PersonPath }) (*Answer[person], error) {
	id, err := pathID(models.PrefixPerson, "person", in.Person)
	if err != nil {
		return nil, err
	}
	p, err := s.store.Person(ctx, id)
	if err != nil {
		return nil, err
	}
	return show(ctx, showPerson(p)), nil
}

type personPatch struct {
	PersonPath

	Body struct {
		Name          *string          `json:"name,omitempty" maxLength:"200" pattern:"\\S" patternDescription:"not blank"`
		Email         optional[string] `json:"email,omitzero" maxLength:"320" pattern:"^[^@\\s]+@[^@\\s]+$" patternDescription:"an e-mail address"`
		Administrator *bool            `json:"administrator,omitempty"`
	}
}

func (s *server) changePerson(ctx context.Context, in *personPatch) (*Answer[person], error) {
	id, err := pathID(models.PrefixPerson, "person", in.Person)
	if err != nil {
		return nil, err
	}
	return change(ctx, s, func(tx *store.Tx) (person, error) {
		if err := keepsAdministrator(tx, id, in.Body.Administrator); err != nil {
			return person{}, err
		}
		p, err := tx.LockPerson(id)
		if err != nil {
			return person{}, err
		}
		if err := callOf(ctx).ifMatch.check(p.Version); err != nil {
			return person{}, err
		}
		in.apply(&p)
		if err := tx.SavePerson(&p); err != nil {
			return person{}, err
		}
		return showPerson(p), record(ctx, tx, models.EventPersonChanged, map[string]any{
			"person_id": p.ID, "version": p.Version, "administrator": p.Administrator,
		})
	})
}

func (in *personPatch) apply(p *models.Person) {
	setIf(&p.Name, in.Body.Name)
	setIf(&p.Administrator, in.Body.Administrator)
	if in.Body.Email.given {
		p.Email = ""
		setIf(&p.Email, in.Body.Email.value)
	}
}

// keepsAdministrator refuses to leave the platform without anyone to run it. It locks all
// administrators in the order of their IDs, before the person, so that two who step down at once are
// judged one after the other.
func keepsAdministrator(tx *store.Tx, person models.ID, administrator *bool) error {
	if administrator == nil || *administrator {
		return nil
	}
	others, err := tx.OtherAdministrators(person)
	if err != nil {
		return err
	}
	if others == 0 {
		return models.Refuse(models.CodeLastAdministrator, "/administrator", "there is no other administrator")
	}
	return nil
}
