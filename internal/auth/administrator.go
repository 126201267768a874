package auth

import (
	"context"
	"fmt"
	"time"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// An Administrator is the first person to get access, who gives access to all others.
type Administrator struct {
	Name, Email string
	// Organisation and Country describe who runs the platform; the country may be empty.
	Organisation, Country string
	// ExpiresAt is when the key expires, in real time; nil: it is valid until it is revoked.
	ExpiresAt *time.Time
}

// CreateAdministrator registers a person who runs the platform, with an organisation and an API key, and returns the
// key. It needs access to the database and no key, because there is no key yet. It returns a refusal with
// [models.CodeAlreadyExists] when the e-mail address is taken.
func CreateAdministrator(ctx context.Context, s *store.Store, a Administrator) (Token, error) {
	token := NewToken()
	err := s.InTx(ctx, func(tx *store.Tx) error {
		o := models.Organisation{LegalName: a.Organisation, Country: a.Country, Kind: models.OrganisationOther}
		if err := tx.CreateOrganisation(&o); err != nil {
			return err
		}
		p := models.Person{OrganisationID: o.ID, Name: a.Name, Email: a.Email, Administrator: true}
		if err := tx.CreatePerson(&p); err != nil {
			return err
		}
		k := models.APIKey{
			ID: token.ID, PersonID: p.ID, Label: "first key", Digest: token.Digest(),
			CreatedAt: p.CreatedAt, ExpiresAt: a.ExpiresAt,
		}
		if err := tx.CreateAPIKey(&k); err != nil {
			return err
		}
		return recordAdministrator(tx, o, p, k)
	})
	if err != nil {
		return Token{}, fmt.Errorf("create administrator: %w", err)
	}
	return token, nil
}

// recordAdministrator appends the events without an actor, because the act came from outside the platform.
func recordAdministrator(tx *store.Tx, o models.Organisation, p models.Person, k models.APIKey) error {
	identity, err := event.NewPart(o.Identity())
	if err != nil {
		return err
	}
	for _, payload := range []event.Payload{
		event.OrganisationCreated{OrganisationID: o.ID, Identity: identity},
		event.PersonCreated{PersonID: p.ID, OrganisationID: p.OrganisationID, Administrator: true},
		event.APIKeyCreated{APIKeyID: k.ID, PersonID: p.ID},
	} {
		if _, err := tx.Append(event.Event{Payload: payload}); err != nil {
			return err
		}
	}
	return nil
}
