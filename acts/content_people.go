package acts

import (
	"context"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// A NewPerson is somebody who is to act for an organisation.
type NewPerson struct {
	// Organisation never changes.
	Organisation  models.ID
	Name, Email   string
	Administrator bool
}

// RegisterPerson makes a person known to the platform.
func (a *Acts) RegisterPerson(ctx context.Context, by By, in NewPerson) (Done[models.Person], error) {
	if err := Administer(by.Actor); err != nil {
		return Done[models.Person]{}, err
	}
	if _, err := models.ParseID(models.PrefixOrganisation, "/organisation_id", string(in.Organisation)); err != nil {
		return Done[models.Person]{}, err
	}
	return once(ctx, a, by, func(d *deed) (models.Person, error) {
		p := models.Person{
			OrganisationID: in.Organisation, Name: in.Name, Email: in.Email,
			Administrator: in.Administrator,
		}
		if err := d.tx.CreatePerson(&p); err != nil {
			return p, err
		}
		return p, d.record(event.PersonCreated{
			PersonID: p.ID, OrganisationID: p.OrganisationID, Administrator: p.Administrator,
		})
	})
}

// A PersonChange holds new values for a person; nil: unchanged.
type PersonChange struct {
	Name, Email   *string
	Administrator *bool
}

// ChangePerson changes a person.
func (a *Acts) ChangePerson(ctx context.Context, by By, id models.ID, in PersonChange) (models.Person, error) {
	if err := Administer(by.Actor); err != nil {
		return models.Person{}, err
	}
	return change(ctx, a, by, func(d *deed) (models.Person, error) {
		if err := administratorRemains(d.tx, id, in.Administrator); err != nil {
			return models.Person{}, err
		}
		p, err := d.tx.LockPerson(id)
		if err != nil {
			return p, err
		}
		if err := d.On.check(p.Version); err != nil {
			return p, err
		}
		setIf(&p.Name, in.Name)
		setIf(&p.Email, in.Email)
		setIf(&p.Administrator, in.Administrator)
		if err := d.tx.SavePerson(&p); err != nil {
			return p, err
		}
		return p, d.record(event.PersonChanged{PersonID: p.ID, Version: p.Version, Administrator: p.Administrator})
	})
}

// administratorRemains refuses to leave the platform without anyone to run it. It locks all administrators in the
// order of their IDs, before the person, so that two who step down at once are judged one after the other.
func administratorRemains(tx *store.Tx, person models.ID, administrator *bool) error {
	if administrator == nil || *administrator {
		return nil
	}
	others, err := tx.OtherAdministrators(person)
	if err != nil {
		return err
	}
	if others == 0 {
		return models.Refuse(models.CodeLastAdministrator, "/administrator", "there is no other administrator").
			Accepting("this change after another person has become an administrator")
	}
	return nil
}
