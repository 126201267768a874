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

// mayEnrol lets in who enrols a person and ends the person's keys: for administrators another of their organisation,
// for everybody else the representatives of the organisation. As long as nobody speaks for the organisation that runs
// the platform, its administrators enrol its other people, too.
func (d *deed) mayEnrol(p models.Person) error {
	// Again, after the wait for the person's row: who was recalled meanwhile, or whose key has ended, enrols nobody.
	if err := d.confirm(); err != nil {
		return err
	}
	own := d.Actor.OrganisationID == p.OrganisationID
	switch {
	case p.Administrator && own && d.Actor.Administrator, !p.Administrator && d.Actor.Represents(p.OrganisationID):
		return nil
	case !p.Administrator && own && d.Actor.Administrator:
		represented, err := d.tx.HasKeyedRepresentative(p.OrganisationID)
		if err != nil || !represented {
			return err
		}
	}
	return notTheirs()
}

func notTheirs() error {
	return models.Refuse(models.CodeForbidden, "", "only a representative of the organisation may do this").
		Accepting("%s of that organisation", models.RoleRepresentative)
}

// RegisterPerson makes a person known to the platform, and issues the code by which the person enrols.
func (a *Acts) RegisterPerson(ctx context.Context, by By, in NewPerson) (Done[Enrolling], error) {
	if _, err := models.ParseID(models.PrefixOrganisation, "/organisation_id", string(in.Organisation)); err != nil {
		return Done[Enrolling]{}, err
	}
	if in.Administrator && !by.Actor.Administrator {
		return Done[Enrolling]{}, models.Refuse(models.CodeForbidden, "/administrator",
			"only an administrator makes administrators").
			Accepting("false")
	}
	return once(ctx, a, by, func(d *deed) (Enrolling, error) {
		p := models.Person{
			OrganisationID: in.Organisation, Name: in.Name, Email: in.Email, Administrator: in.Administrator,
		}
		if err := d.mayEnrol(p); err != nil {
			return Enrolling{}, err
		}
		return d.register(p)
	})
}

// register inserts a person and issues the person's code.
func (d *deed) register(p models.Person) (Enrolling, error) {
	if err := d.tx.CreatePerson(&p); err != nil {
		return Enrolling{}, err
	}
	err := d.record(event.PersonCreated{
		PersonID: p.ID, OrganisationID: p.OrganisationID, Administrator: p.Administrator,
	})
	if err != nil {
		return Enrolling{}, err
	}
	return d.issueCode(p)
}

// A PersonChange holds new values for a person; nil: unchanged.
type PersonChange struct {
	Name, Email   *string
	Administrator *bool
}

// ChangePerson changes a person of the actor's organisation, or one administrator for another.
func (a *Acts) ChangePerson(ctx context.Context, by By, id models.ID, in PersonChange) (models.Person, error) {
	return change(ctx, a, by, func(d *deed) (models.Person, error) {
		if err := administratorRemains(d.tx, id, in.Administrator); err != nil {
			return models.Person{}, err
		}
		p, err := d.tx.LockPerson(id)
		if err != nil {
			return p, err
		}
		if err := d.mayEnrol(p); err != nil && (!d.Actor.Administrator || !p.Administrator) {
			return p, err
		}
		if err := d.On.check(p.Version); err != nil {
			return p, err
		}
		if err := d.mayAdminister(p, in.Administrator); err != nil {
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

// mayAdminister refuses to make somebody an administrator who takes part in procurements: who runs the platform is
// outside of all of them.
func (d *deed) mayAdminister(p models.Person, administrator *bool) error {
	if administrator == nil || *administrator == p.Administrator {
		return nil
	}
	if !d.Actor.Administrator {
		return models.Refuse(models.CodeForbidden, "/administrator", "only an administrator makes administrators").
			Accepting("%t", p.Administrator)
	}
	if !*administrator {
		return nil
	}
	holds, err := d.tx.HoldsRoles(p.ID)
	if err == nil && (holds || p.Representative) {
		return models.Refuse(models.CodeRoleIncompatible, "/administrator",
			"%s represents an organisation or holds a role on a procurement, and who runs the platform may not",
			p.Name).
			Accepting("a person who represents no organisation and holds no role")
	}
	return err
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
