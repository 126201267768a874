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
	Mode        models.Mode
	Lead        *apiclient.Client
	Drafter     *apiclient.Client
	Buyers      []Buyer
	Admin       *apiclient.Client

	// voices are the first representatives of the organisations.
	voices map[string]*apiclient.Client
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

// Consortium registers buyers and people and drafts a procurement.
func (r *Rig) Consortium(ctx context.Context, d Draft) (*Consortium, error) {
	admin, err := r.Administrator(ctx)
	if err != nil {
		return nil, err
	}
	return NewConsortium(ctx, admin, d)
}

// NewConsortium registers buyers and people and drafts a procurement, all over the API, as admin asks it to.
func NewConsortium(ctx context.Context, admin *apiclient.Client, d Draft) (*Consortium, error) {
	c := &Consortium{Admin: admin, Mode: d.Mode, voices: map[string]*apiclient.Client{}}
	for i, country := range d.Countries {
		name := fmt.Sprintf("Buyer %d (%s)", i+1, country)
		organisation, err := c.Organisation(ctx, name, country, models.OrganisationContractingAuthority)
		if err != nil {
			return nil, err
		}
		c.Buyers = append(c.Buyers, Buyer{Organisation: organisation})
	}
	// The lead procurer of a small authority represents it, too.
	c.Lead = c.voices[c.Buyers[0].Organisation]
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
		_, err = c.voices[b.Organisation].Do(ctx, apiclient.Request{
			Method: http.MethodPost, Path: c.Path("/members/" + b.Organisation + "/actions/accept"), IfMatch: "*",
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

// Organisation registers an organisation, and enrols its first representative.
func (c *Consortium) Organisation(
	ctx context.Context, name, country string, kind models.OrganisationKind,
) (string, error) {
	var o identified
	if _, err := c.Admin.Post(ctx, "/v1/organisations",
		map[string]any{"legal_name": name, "country": country, "kind": kind}, &o); err != nil {
		return "", err
	}
	_, voice, err := c.enrol(ctx, c.Admin, "/v1/organisations/"+o.ID+"/representatives",
		map[string]any{"name": "Representative of " + name})
	c.voices[o.ID] = voice
	return o.ID, err
}

// Voice is the first representative of an organisation.
func (c *Consortium) Voice(organisation string) *apiclient.Client { return c.voices[organisation] }

// Person registers a person, who is no representative, with a key.
func (c *Consortium) Person(ctx context.Context, organisation, name string) (string, *apiclient.Client, error) {
	return c.enrol(ctx, c.voices[organisation], "/v1/people",
		map[string]any{"organisation_id": organisation, "name": name})
}

// enrol registers a person by a request that answers with a code, which the person redeems.
func (c *Consortium) enrol(
	ctx context.Context, by *apiclient.Client, path string, in any,
) (string, *apiclient.Client, error) {
	var person struct {
		identified

		Enrolment struct {
			Code string `json:"code"`
		} `json:"enrolment"`
	}
	if _, err := by.Post(ctx, path, in, &person); err != nil {
		return "", nil, err
	}
	var enrolled struct {
		Key struct {
			Secret string `json:"secret"`
		} `json:"key"`
	}
	_, err := c.Admin.As("").Post(ctx, "/v1/enrolments/actions/redeem",
		map[string]any{"code": person.Enrolment.Code, "label": "key"}, &enrolled)
	return person.ID, c.Admin.As(enrolled.Key.Secret), err
}

// Staff registers a person with a key and a role on the procurement, for a member of the consortium.
func (c *Consortium) Staff(ctx context.Context, organisation string, role models.Role) (*apiclient.Client, error) {
	_, client, err := c.StaffMember(ctx, organisation, role)
	return client, err
}

// StaffMember does so and tells who it is.
func (c *Consortium) StaffMember(
	ctx context.Context, organisation string, role models.Role,
) (string, *apiclient.Client, error) {
	person, client, err := c.Person(ctx, organisation, string(role))
	if err != nil {
		return "", nil, err
	}
	_, err = c.voices[organisation].Post(ctx, c.Path("/roles"), map[string]any{"person_id": person, "role": role}, nil)
	return person, client, err
}
