package acts

import (
	"context"
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

// A GivenRole is a role that was given, with what the person ought to know of it.
type GivenRole struct {
	models.RoleAssignment

	// Warning says, in words, what the person cannot do because of another role; empty: nothing.
	Warning string
}

// GiveRole gives a role to a person of the organisation that the actor represents. It refuses everybody else with
// [models.CodeOtherOrganisation]: no organisation gives or ends the roles of another's people.
func (a *Acts) GiveRole(ctx context.Context, by By, in NewRole) (Done[GivenRole], error) {
	if err := in.check(); err != nil {
		return Done[GivenRole]{}, err
	}
	return once(ctx, a, by, func(d *deed) (GivenRole, error) {
		if err := d.enterUnended(); err != nil {
			return GivenRole{}, err
		}
		given, p, err := d.assignment(in)
		if err != nil {
			return GivenRole{}, err
		}
		if err := d.mayStaff(p, given.Role); err != nil {
			return GivenRole{}, err
		}
		if err := d.fits(given); err != nil {
			return GivenRole{}, err
		}
		warning, err := d.warning(given)
		if err != nil {
			return GivenRole{}, err
		}
		if err := d.tx.GiveRole(&given); err != nil {
			return GivenRole{}, err
		}
		return GivenRole{given, warning}, d.recordGiven(given)
	})
}

// mayStaff refuses to give roles to the people of another organisation, and to those who run the platform.
func (d *deed) mayStaff(p models.Person, role models.Role) error {
	switch {
	case d.Actor.Represents(p.OrganisationID) && !p.Administrator:
		return nil
	case p.Administrator:
		return runsPlatform()
	case d.Actor.OrganisationID == p.OrganisationID:
		return models.Refuse(models.CodeOtherOrganisation, "/person_id",
			"only a representative of your organisation gives the role %s", role).
			Accepting("a representative of the organisation")
	}
	return models.Refuse(models.CodeOtherOrganisation, "/person_id",
		"the person belongs to another organisation, whose representatives give the roles of its people").
		Accepting("a person of your own organisation; to a person of an organisation that is no member, offer the role")
}

const authorOnBoard = "The person is on the board and may write, too. Who wrote what is voted on does not cast the " +
	"vote of the buyer: it needs another person on the board for that."

// warning tells whoever gives one person the board and something to write that nobody approves their own work.
func (d *deed) warning(given models.RoleAssignment) (string, error) {
	writes := func(r models.Role) bool {
		return r == models.RoleDrafter || r == models.RoleBuyer || r == models.RoleLeadProcurer
	}
	all, err := d.tx.Roles(given.ProcurementID)
	if err != nil {
		return "", err
	}
	for _, other := range all {
		if other.PersonID != given.PersonID || !overlap(other, given) {
			continue
		}
		a, b := other.Role, given.Role
		if a == models.RoleBoard && writes(b) || b == models.RoleBoard && writes(a) {
			return authorOnBoard, nil
		}
	}
	return "", nil
}

func aboutRole(a models.RoleAssignment) event.RoleGiven {
	what := event.RoleGiven{
		RoleID: a.ID, Role: a.Role, PersonID: a.PersonID, OrganisationID: a.OrganisationID,
		ValidFrom: utc(a.ValidFrom), ValidUntil: utcOrNil(a.ValidUntil),
	}
	if a.EngagedBy != nil {
		what.EngagedBy = *a.EngagedBy
	}
	return what
}

// recordGiven appends that a role was given. What tells of a supplier stands on no procurement, so that not even the
// numbers of its events tell how many register.
func (d *deed) recordGiven(a models.RoleAssignment) error {
	if a.Role.OfSupplier() {
		return d.recordApart(aboutSupplier(a))
	}
	return d.record(aboutRole(a))
}

// recordEnded appends that a role has ended.
func (d *deed) recordEnded(a models.RoleAssignment) error {
	if a.Role.OfSupplier() {
		return d.recordApart(event.SupplierRoleEnded(aboutSupplier(a)))
	}
	return d.record(event.RoleEnded(aboutRole(a)))
}

func aboutSupplier(a models.RoleAssignment) event.SupplierRoleGiven {
	return event.SupplierRoleGiven{
		ProcurementID: a.ProcurementID, RoleID: a.ID, Role: a.Role, PersonID: a.PersonID,
		OrganisationID: a.OrganisationID, ValidFrom: utc(a.ValidFrom), ValidUntil: utcOrNil(a.ValidUntil),
		Language: a.Language,
	}
}

// recordApart appends an event that stands on no procurement, at the instant at which the deed read its own.
func (d *deed) recordApart(what event.Payload) error {
	now := d.Seat.Procurement.RealTime(d.Seat.Now)
	_, err := d.tx.Append(event.Event{ActorID: d.Actor.PersonID, At: now, RecordedAt: now, Payload: what})
	return err
}

// assignment makes the role that is asked for, and reads whose it is to be.
func (d *deed) assignment(in NewRole) (models.RoleAssignment, models.Person, error) {
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
		return a, models.Person{}, models.Refuse(models.CodeInvalidValue, "/valid_from",
			"a role cannot begin in the past").
			Accepting("an instant from %s on (procedure time), or none", now.Format(time.RFC3339))
	case a.ValidUntil != nil && !a.ValidUntil.After(a.ValidFrom):
		return a, models.Person{}, models.Refuse(models.CodeInvalidValue, "/valid_until",
			"the role would end before it begins").
			Accepting("an instant after %s", a.ValidFrom.Format(time.RFC3339))
	}
	p, err := d.tx.Person(in.Person)
	if r, refused := models.RefusalOf(err); refused && r.Code == models.CodeNotFound {
		return a, p, models.Refuse(models.CodeInvalidValue, "/person_id", "there is no such person").
			Accepting("the ID of a person who is registered on the platform")
	}
	a.OrganisationID = p.OrganisationID
	a.CreatedAt = d.Seat.Procurement.RealTime(now)
	return a, p, err
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
	supplies := false
	for _, other := range all {
		if other.PersonID != a.PersonID || !overlap(other, a) {
			continue
		}
		supplies = supplies || other.Role == models.RoleSupplier
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
	if a.Role == models.RoleSignatory && !supplies {
		return models.Refuse(models.CodeDraftIncomplete, "/role", "the person is not a supplier's person here").
			Accepting("the role %s first", models.RoleSupplier)
	}
	return nil
}

func (d *deed) fitsOrganisation(a models.RoleAssignment) error {
	members, named, err := d.tx.Members(a.ProcurementID)
	if err != nil {
		return err
	}
	member := activeMember(members, a.OrganisationID)
	switch {
	case a.Role.OfSupplier() && member != nil:
		return models.Refuse(models.CodeRoleIncompatible, "/role",
			"%s is a member of the consortium, so its people cannot be suppliers", named[a.OrganisationID].LegalName).
			Accepting("a person of an economic operator outside the consortium")
	case a.Role.OfSupplier():
		return d.fitsSupplier(a)
	case a.EngagedBy != nil && buys(members, *a.EngagedBy) && member == nil:
		return nil
	case a.EngagedBy != nil:
		return models.Refuse(models.CodeOfferOver, "",
			"who offered the role is no buyer any more, or your organisation is a member now").
			Accepting("an offer by a buyer to somebody outside the consortium")
	case member == nil:
		return models.Refuse(models.CodeNotAMember, "/person_id",
			"your organisation is not a member of the consortium, so it gives nobody the role %s", a.Role).
			Accepting("a person of a member of the consortium")
	case !member.MayHold(a.Role):
		return models.Refuse(models.CodePartnerDoesNotBuy, "/role",
			"%s is a partner of the consortium, and the role %s is held for a buyer", named[a.OrganisationID].LegalName,
			a.Role).
			Accepting("one of the roles %s", models.PartnerRoles())
	case a.Role == models.RoleLeadProcurer && !member.Lead:
		return models.Refuse(models.CodeNotAMember, "/role",
			"%s is not the lead buyer, in whose name the role %s is held", named[a.OrganisationID].LegalName, a.Role).
			Accepting("a person of the lead buyer")
	}
	return nil
}

// fitsSupplier refuses suppliers whose organisation has said that it will not tender.
func (d *deed) fitsSupplier(a models.RoleAssignment) error {
	declared, err := d.tx.DeclaredNotToTender(a.ProcurementID, a.OrganisationID)
	if err == nil && declared {
		return models.Refuse(models.CodeDeclaredNotToTender, "",
			"your organisation took a role on the buyers' side here and declared that it will not tender").
			Accepting("another procurement")
	}
	return err
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

// EndRole ends a role now, for a representative of the person's organisation, for one of the member that engaged the
// person, or for the person.
func (a *Acts) EndRole(ctx context.Context, by By, id models.ID) (models.RoleAssignment, error) {
	return change(ctx, a, by, func(d *deed) (models.RoleAssignment, error) {
		if err := d.enterUnended(); err != nil {
			return models.RoleAssignment{}, err
		}
		ending, err := d.tx.Role(d.procurement(), id)
		if err != nil {
			return ending, err
		}
		if err := d.mayEnd(ending); err != nil {
			return ending, err
		}
		if err := d.On.check(ending.Version()); err != nil || over(ending, d.Seat.Now) {
			return ending, err
		}
		if err := d.leadRemains(ending); err != nil {
			return ending, err
		}
		if ending.Role == models.RoleSupplier {
			if err := d.endSigning(ending.PersonID); err != nil {
				return ending, err
			}
		}
		return d.endNow(ending)
	})
}

// endSigning ends the role of a signatory together with that of the supplier's person, who alone can be one.
func (d *deed) endSigning(person models.ID) error {
	all, err := d.tx.Roles(d.procurement())
	if err != nil {
		return err
	}
	for _, r := range all {
		if r.PersonID == person && r.Role == models.RoleSignatory {
			if _, err := d.endNow(r); err != nil {
				return err
			}
		}
	}
	return nil
}

// endNow ends a role. One that has not begun never begins; one that is over stays as it is.
func (d *deed) endNow(r models.RoleAssignment) (models.RoleAssignment, error) {
	if over(r, d.Seat.Now) {
		return r, nil
	}
	end := d.Seat.Now
	if end.Before(r.ValidFrom) {
		end = r.ValidFrom
	}
	r.ValidUntil = &end
	if err := d.tx.EndRole(&r); err != nil {
		return r, err
	}
	return r, d.recordEnded(r)
}

// mayEnd refuses to end the roles of another organisation's people. Whose side may not see the role is told that there
// is none.
func (d *deed) mayEnd(r models.RoleAssignment) error {
	switch {
	case d.Actor.PersonID == r.PersonID, d.Actor.Represents(r.OrganisationID),
		r.EngagedBy != nil && d.Actor.Represents(*r.EngagedBy):
		return nil
	case r.Role.OfSupplier() && r.OrganisationID != d.Actor.OrganisationID,
		!r.Role.OfSupplier() && d.Actor.Supplies():
		return models.NoSuchResource()
	}
	return models.Refuse(models.CodeOtherOrganisation, "", "only a representative of the person's organisation, "+
		"or the person, ends this role").
		Accepting("a representative of the organisation for which the role is held, or the person")
}

// leadRemains refuses to leave a procurement without anyone who runs it.
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
