package acts

import (
	"context"
	"slices"
	"time"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// A NewRole is a role to be given.
type NewRole struct {
	Person models.ID
	Role   models.Role
	// From and Until are procedure time; nil: from now, until further notice.
	From, Until *time.Time
}

func (in NewRole) check() error {
	if _, err := models.ParseID(models.PrefixPerson, "/person_id", string(in.Person)); err != nil {
		return err
	}
	return models.Refusals([]*models.Refusal{
		checkInstant("/valid_from", in.From),
		checkInstant("/valid_until", in.Until),
	})
}

// GiveRole gives a person a role.
func (a *Acts) GiveRole(ctx context.Context, by By, in NewRole) (Done[models.RoleAssignment], error) {
	if err := in.check(); err != nil {
		return Done[models.RoleAssignment]{}, err
	}
	return once(ctx, a, by, func(d *deed) (models.RoleAssignment, error) {
		if err := d.enterUnended(); err != nil {
			return models.RoleAssignment{}, err
		}
		given, err := d.assignment(in)
		if err != nil {
			return given, err
		}
		if err := d.fits(given); err != nil {
			return given, err
		}
		if err := d.tx.GiveRole(&given); err != nil {
			return given, err
		}
		return given, d.record(aboutRole(given))
	})
}

func aboutRole(a models.RoleAssignment) event.RoleGiven {
	return event.RoleGiven{
		RoleID: a.ID, Role: a.Role, PersonID: a.PersonID, OrganisationID: a.OrganisationID,
		ValidFrom: utc(a.ValidFrom), ValidUntil: utcOrNil(a.ValidUntil),
	}
}

func (d *deed) assignment(in NewRole) (models.RoleAssignment, error) {
	now := d.Seat.Now
	a := models.RoleAssignment{
		ID: models.NewID(models.PrefixRole), ProcurementID: d.procurement(), PersonID: in.Person, Role: in.Role,
		ValidFrom: now, ValidUntil: utcOrNil(in.Until),
	}
	if in.From != nil {
		a.ValidFrom = utc(*in.From)
	}
	switch {
	case a.ValidFrom.Before(now):
		return a, models.Refuse(models.CodeInvalidValue, "/valid_from", "a role cannot begin in the past").
			Accepting("an instant from %s on (procedure time), or none", now.Format(time.RFC3339))
	case a.ValidUntil != nil && !a.ValidUntil.After(a.ValidFrom):
		return a, models.Refuse(models.CodeInvalidValue, "/valid_until", "the role would end before it begins").
			Accepting("an instant after %s", a.ValidFrom.Format(time.RFC3339))
	}
	p, err := d.tx.Person(in.Person)
	if r, refused := models.RefusalOf(err); refused && r.Code == models.CodeNotFound {
		return a, models.Refuse(models.CodeInvalidValue, "/person_id", "there is no such person").
			Accepting("the ID of a person who is registered on the platform")
	}
	a.OrganisationID = p.OrganisationID
	a.CreatedAt = d.Seat.Procurement.RealTime(now)
	return a, err
}

// fits judges a role by the person's organisation and by the person's other roles.
func (d *deed) fits(a models.RoleAssignment) error {
	if err := d.fitsOrganisation(a); err != nil {
		return err
	}
	all, err := d.tx.Roles(a.ProcurementID)
	if err != nil {
		return err
	}
	for _, other := range all {
		if other.PersonID != a.PersonID || !overlap(other, a) {
			continue
		}
		if other.Role == a.Role {
			return models.Refuse(models.CodeAlreadyExists, "/role",
				"the person already holds the role %s in that time", a.Role).
				Accepting("a time in which the person does not hold the role")
		}
		if models.Incompatible(other.Role, a.Role) {
			return models.Refuse(models.CodeRoleIncompatible, "/role",
				"the person holds the role %s in that time; nobody may hold both %s and %s on one procurement",
				other.Role, other.Role, a.Role)
		}
	}
	return nil
}

// forMembers tells whether a role is exercised for a member of the consortium.
func forMembers(r models.Role) bool {
	return slices.Contains([]models.Role{models.RoleLeadProcurer, models.RoleBuyer, models.RoleBoard}, r)
}

func (d *deed) fitsOrganisation(a models.RoleAssignment) error {
	members, _, err := d.tx.Members(a.ProcurementID)
	if err != nil {
		return err
	}
	isMember := slices.ContainsFunc(members, func(m models.Member) bool {
		return m.OrganisationID == a.OrganisationID && m.Active()
	})
	switch {
	case forMembers(a.Role) && !isMember:
		return models.Refuse(models.CodeNotAMember, "/person_id",
			"the person's organisation is not a member of the consortium, so the person cannot hold the role %s for it",
			a.Role).
			Accepting("a person of a member of the consortium")
	case a.Role == models.RoleSupplier && isMember:
		return models.Refuse(models.CodeRoleIncompatible, "/role",
			"the person's organisation buys on this procurement, so the person cannot be a supplier").
			Accepting("a person of an economic operator outside the consortium")
	}
	return nil
}

// overlap tells whether there is an instant at which both roles are in force.
func overlap(a, b models.RoleAssignment) bool {
	return (a.ValidUntil == nil || a.ValidUntil.After(b.ValidFrom)) &&
		(b.ValidUntil == nil || b.ValidUntil.After(a.ValidFrom))
}

// over tells whether a role has ended at the instant now; one that has not begun has not ended.
func over(a models.RoleAssignment, now time.Time) bool {
	return a.ValidUntil != nil && !a.ValidUntil.After(now)
}

// EndRole ends a role now. A role that has not begun never begins; a role that is over stays as it is.
func (a *Acts) EndRole(ctx context.Context, by By, id models.ID) (models.RoleAssignment, error) {
	return change(ctx, a, by, func(d *deed) (models.RoleAssignment, error) {
		if err := d.enterUnended(); err != nil {
			return models.RoleAssignment{}, err
		}
		ending, err := d.tx.Role(d.procurement(), id)
		if err != nil {
			return ending, err
		}
		if err := d.On.check(ending.Version()); err != nil || over(ending, d.Seat.Now) {
			return ending, err
		}
		if err := d.leadRemains(ending); err != nil {
			return ending, err
		}
		end := d.Seat.Now
		if end.Before(ending.ValidFrom) {
			end = ending.ValidFrom
		}
		ending.ValidUntil = &end
		if err := d.tx.EndRole(&ending); err != nil {
			return ending, err
		}
		return ending, d.record(event.RoleEnded(aboutRole(ending)))
	})
}

// leadRemains refuses to leave a procurement without anyone who can give roles.
func (d *deed) leadRemains(ending models.RoleAssignment) error {
	if ending.Role != models.RoleLeadProcurer {
		return nil
	}
	all, err := d.tx.Roles(ending.ProcurementID)
	if err != nil {
		return err
	}
	for _, a := range all {
		if a.ID != ending.ID && a.Role == models.RoleLeadProcurer && a.ValidUntil == nil && a.Holds(d.Seat.Now) {
			return nil
		}
	}
	return models.Refuse(models.CodeLastLeadProcurer, "",
		"no other person holds the role lead_procurer without an end").
		Accepting("this end after another person was given that role without an end")
}
