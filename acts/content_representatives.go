package acts

import (
	"context"
	"slices"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// EnrolRepresentative registers the first representative of an organisation, and issues the code by which the person
// enrols. An administrator does so before anybody has spoken for the organisation and before it takes part in anything:
// so whoever redeems the code gets hold of nothing. Until the code is redeemed, another person can be enrolled instead.
func (a *Acts) EnrolRepresentative(ctx context.Context, by By, in NewPerson) (Done[Enrolling], error) {
	return once(ctx, a, by, func(d *deed) (Enrolling, error) {
		if err := Administer(d.Actor); err != nil {
			return Enrolling{}, err
		}
		o, earlier, err := d.tx.Represented(in.Organisation)
		if err != nil {
			return Enrolling{}, err
		}
		if err := d.mustHaveNoVoice(o); err != nil {
			return Enrolling{}, err
		}
		for i := range earlier {
			if err := d.recall(&earlier[i], ""); err != nil {
				return Enrolling{}, err
			}
		}
		enrolling, err := d.register(models.Person{OrganisationID: o.ID, Name: in.Name, Email: in.Email})
		if err != nil {
			return enrolling, err
		}
		return enrolling, d.appoint(&enrolling.Person, "")
	})
}

// mustHaveNoVoice refuses to enrol a first representative where that would take over what somebody else has.
func (d *deed) mustHaveNoVoice(o models.Organisation) error {
	represented, err := d.tx.HasKeyedRepresentative(o.ID)
	if err != nil {
		return err
	}
	if represented {
		return models.Refuse(models.CodeRepresented, "", "%s has a representative", o.LegalName).
			Accepting("further ones from its representatives, or a recovery if none is left")
	}
	takesPart, err := d.tx.TakesPart(o.ID)
	if err == nil && takesPart {
		return models.Refuse(models.CodeRepresented, "", "%s takes part in a procurement", o.LegalName).
			Accepting("a recovery, which its partners can stop")
	}
	return err
}

// appoint makes a person a representative; recovery is empty unless one led to it.
func (d *deed) appoint(p *models.Person, recovery models.ID) error {
	p.Representative = true
	if err := d.tx.SavePerson(p); err != nil {
		return err
	}
	return d.record(event.RepresentativeAppointed{
		PersonID: p.ID, OrganisationID: p.OrganisationID, RecoveryID: recovery,
	})
}

// recall ends a representation. A code that such a person was given and has not redeemed is of no use any more.
func (d *deed) recall(p *models.Person, recovery models.ID) error {
	p.Representative = false
	if err := d.tx.SavePerson(p); err != nil {
		return err
	}
	now, err := d.tx.Now()
	if err != nil {
		return err
	}
	if err := d.tx.CancelEnrolment(p.ID, now); err != nil {
		return err
	}
	return d.record(event.RepresentativeRecalled{
		PersonID: p.ID, OrganisationID: p.OrganisationID, RecoveryID: recovery,
	})
}

// AppointRepresentative makes a person of the actor's organisation a representative, too.
func (a *Acts) AppointRepresentative(
	ctx context.Context, by By, organisation, person models.ID,
) (models.Person, error) {
	return change(ctx, a, by, func(d *deed) (models.Person, error) {
		p, err := d.ofOwn(organisation, person)
		if err != nil || p.Representative {
			return p, err
		}
		if p.Administrator {
			return p, models.Refuse(models.CodeRoleIncompatible, "",
				"%s runs the platform, and who does so represents no organisation", p.Name).
				Accepting("a person who is no administrator")
		}
		return p, d.appoint(&p, "")
	})
}

// RecallRepresentative ends the representation by a person of the actor's organisation, perhaps the actor.
func (a *Acts) RecallRepresentative(
	ctx context.Context, by By, organisation, person models.ID,
) (models.Person, error) {
	return change(ctx, a, by, func(d *deed) (models.Person, error) {
		p, err := d.ofOwn(organisation, person)
		if err != nil || !p.Representative {
			return p, err
		}
		others, err := d.tx.HasOtherVoice(organisation, person)
		if err != nil {
			return p, err
		}
		if !others {
			return p, models.Refuse(models.CodeLastRepresentative, "",
				"%s is the last representative who has an API key", p.Name).
				Accepting("this after another representative has enrolled")
		}
		return p, d.recall(&p, "")
	})
}

// ofOwn locks a person of the organisation that the actor represents, after all its representatives.
func (d *deed) ofOwn(organisation, person models.ID) (models.Person, error) {
	if !d.Actor.Represents(organisation) {
		return models.Person{}, notTheirs()
	}
	_, all, err := d.tx.Represented(organisation)
	if err != nil {
		return models.Person{}, err
	}
	if !slices.ContainsFunc(all, func(p models.Person) bool { return p.ID == d.Actor.PersonID }) {
		return models.Person{}, notTheirs() // the actor was recalled while the request waited
	}
	p, err := d.tx.LockPerson(person)
	if err == nil && p.OrganisationID != organisation {
		err = models.NoSuchResource()
	}
	if err != nil {
		return p, err
	}
	return p, d.On.check(p.Version)
}
