package rig

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/ppi-engine/ppi/internal/apiclient"
	"github.com/ppi-engine/ppi/models"
)

// A Buyer is a contracting authority with its people: the board member votes, the officer writes.
type Buyer struct {
	Organisation string
	Board        *apiclient.Client
	Officer      *apiclient.Client
}

// A Consortium is a draft procurement with everything that start asks for.
type Consortium struct {
	Procurement string
	Lead        *apiclient.Client
	Drafter     *apiclient.Client
	Buyers      []Buyer
	Admin       *apiclient.Client
}

// Draft says what kind of procurement to draft.
type Draft struct {
	Mode    models.Mode
	Clock   *time.Time
	Profile string
	// Countries gives one buyer each; the first leads.
	Countries []string
}

type identified struct {
	ID string `json:"id"`
}

// Consortium registers buyers and people and drafts a procurement, all over the API.
func (r *Rig) Consortium(ctx context.Context, d Draft) (*Consortium, error) {
	admin, err := r.Administrator(ctx)
	if err != nil {
		return nil, err
	}
	c := &Consortium{Admin: admin}
	for i, country := range d.Countries {
		name := fmt.Sprintf("Buyer %d (%s)", i+1, country)
		organisation, err := c.Organisation(ctx, name, country, models.OrganisationContractingAuthority)
		if err != nil {
			return nil, err
		}
		c.Buyers = append(c.Buyers, Buyer{Organisation: organisation})
	}
	if _, c.Lead, err = c.Person(ctx, c.Buyers[0].Organisation, "Lead procurer"); err != nil {
		return nil, err
	}
	if err := c.draft(ctx, d); err != nil {
		return nil, err
	}
	return c, c.staff(ctx)
}

func (c *Consortium) draft(ctx context.Context, d Draft) error {
	var p identified
	body := map[string]any{
		"title": models.Text{"en": "Energy-efficient computing"}, "languages": []string{"en"},
		"mode": d.Mode, "zone": "Europe/Paris",
	}
	if d.Clock != nil {
		body["clock"] = d.Clock
	}
	if d.Profile != "" {
		body["profile"] = d.Profile
	}
	if _, err := c.Lead.Post(ctx, "/v1/procurements", body, &p); err != nil {
		return err
	}
	c.Procurement = p.ID
	for _, b := range c.Buyers[1:] {
		_, err := c.Lead.Do(ctx, apiclient.Request{
			Method: http.MethodPut, Path: c.Path("/members/" + b.Organisation), In: map[string]any{}, IfMatch: "*",
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// staff gives every buyer a board member and an officer, and the consortium a drafter.
func (c *Consortium) staff(ctx context.Context) error {
	for i := range c.Buyers {
		b := &c.Buyers[i]
		var err error
		if b.Board, err = c.Staff(ctx, b.Organisation, models.RoleBoard); err != nil {
			return err
		}
		if b.Officer, err = c.Staff(ctx, b.Organisation, models.RoleBuyer); err != nil {
			return err
		}
	}
	var err error
	c.Drafter, err = c.Staff(ctx, c.Buyers[0].Organisation, models.RoleDrafter)
	return err
}

// Path is the path of something below the procurement.
func (c *Consortium) Path(rest string) string { return "/v1/procurements/" + c.Procurement + rest }

// Organisation registers an organisation.
func (c *Consortium) Organisation(
	ctx context.Context, name, country string, kind models.OrganisationKind,
) (string, error) {
	var o identified
	_, err := c.Admin.Post(ctx, "/v1/organisations",
		map[string]any{"legal_name": name, "country": country, "kind": kind}, &o)
	return o.ID, err
}

// Person registers a person with a key.
func (c *Consortium) Person(ctx context.Context, organisation, name string) (string, *apiclient.Client, error) {
	var person identified
	if _, err := c.Admin.Post(ctx, "/v1/people", map[string]any{"organisation_id": organisation, "name": name},
		&person); err != nil {
		return "", nil, err
	}
	var key struct {
		Secret string `json:"secret"`
	}
	_, err := c.Admin.Post(ctx, "/v1/people/"+person.ID+"/api-keys", map[string]any{"label": name}, &key)
	return person.ID, c.Admin.As(key.Secret), err
}

// Staff registers a person with a key and a role on the procurement.
func (c *Consortium) Staff(ctx context.Context, organisation string, role models.Role) (*apiclient.Client, error) {
	person, client, err := c.Person(ctx, organisation, string(role))
	if err != nil {
		return nil, err
	}
	_, err = c.Lead.Post(ctx, c.Path("/roles"), map[string]any{"person_id": person, "role": role}, nil)
	return client, err
}
