package models

import (
	"slices"
	"time"
)

// A Role is what a person may do on one procurement, between two dates of procedure time.
type Role string

// The roles.
const (
	RoleLeadProcurer Role = "lead_procurer"
	RoleBuyer        Role = "buyer"
	RoleBoard        Role = "board"
	RoleDrafter      Role = "drafter"
	RoleOpener       Role = "opener"
	RoleEvaluator    Role = "evaluator"
	RoleChair        Role = "chair"
	RoleAwarder      Role = "awarder"
	RoleLegal        Role = "legal"
	RoleObserver     Role = "observer"
	RoleSupplier     Role = "supplier"
	// RoleSignatory hands in, replaces and withdraws tenders in the name of the supplier.
	RoleSignatory Role = "signatory"
	// RoleRepresentative is never given on a procurement: the representatives of a member of the consortium hold it
	// as long as it is a member, an invited one too.
	RoleRepresentative Role = "representative"
	// RoleAdministrator is the platform's.
	RoleAdministrator Role = "administrator"
)

// Roles lists the roles that are given per procurement.
func Roles() []Role { return append(BuyerSide(), RoleSupplier, RoleSignatory) }

// Besides lists the roles of the buyers' side but one.
func Besides(role Role) []Role {
	return slices.DeleteFunc(BuyerSide(), func(r Role) bool { return r == role })
}

// BuyerSide lists the roles that are given on the contracting authorities' side.
func BuyerSide() []Role {
	return []Role{
		RoleLeadProcurer, RoleBuyer, RoleBoard, RoleDrafter, RoleOpener, RoleEvaluator,
		RoleChair, RoleAwarder, RoleLegal, RoleObserver,
	}
}

// OfSupplier tells whether the role is held for a supplier.
func (r Role) OfSupplier() bool { return r == RoleSupplier || r == RoleSignatory }

// OfMember tells whether the role is exercised for a member of the consortium, and so by its own people only.
func (r Role) OfMember() bool { return r == RoleLeadProcurer || r == RoleBuyer || r == RoleBoard }

// DocumentWriters lists the roles that write documents for the buyers.
func DocumentWriters() []Role {
	return slices.DeleteFunc(BuyerSide(), func(r Role) bool { return r == RoleObserver })
}

// incompatible holds the pairs one person may not combine on one procurement: those who draft or award do not score
// (Directive 2014/24/EU, Article 24; stricter national rules in the fact sheet, §6), and a supplier holds no role on
// the buyers' side.
var incompatible = [][2]Role{
	{RoleDrafter, RoleEvaluator},
	{RoleAwarder, RoleEvaluator},
	{RoleAwarder, RoleChair},
	{RoleLeadProcurer, RoleEvaluator},
	{RoleObserver, RoleBoard},
	{RoleObserver, RoleEvaluator},
	{RoleObserver, RoleAwarder},
}

// Incompatible tells whether one person may not hold both roles on one procurement.
func Incompatible(a, b Role) bool {
	if a == b {
		return false
	}
	if a.OfSupplier() != b.OfSupplier() {
		return true
	}
	for _, pair := range incompatible {
		if pair == [2]Role{a, b} || pair == [2]Role{b, a} {
			return true
		}
	}
	return false
}

// A RoleAssignment gives a person a role on a procurement from one instant until another.
type RoleAssignment struct {
	ID            ID `gorm:"primaryKey"`
	ProcurementID ID
	PersonID      ID
	// OrganisationID is the organisation the person acts for in this role.
	OrganisationID ID
	// EngagedBy is the member of the consortium that offered the role to somebody of an organisation outside it; nil:
	// the role was given by the person's own organisation.
	EngagedBy *ID
	Role      Role
	// ValidFrom and ValidUntil are procedure time; an empty ValidUntil means until further notice.
	ValidFrom  time.Time
	ValidUntil *time.Time
	CreatedAt  time.Time
	// Language is that in which the supplier asked for its letters when it registered; empty: it did not say.
	Language string
}

// Holds tells whether the assignment is in force at the instant at (procedure time).
func (a RoleAssignment) Holds(at time.Time) bool {
	return !at.Before(a.ValidFrom) && (a.ValidUntil == nil || at.Before(*a.ValidUntil))
}

// Version is the instant of the end, in microseconds: nothing else of an assignment changes.
func (a RoleAssignment) Version() int64 {
	if a.ValidUntil == nil {
		return 1
	}
	return a.ValidUntil.UnixMicro()
}

// An Actor is the person who acts, with the roles held on the procurement at that moment.
type Actor struct {
	PersonID       ID
	OrganisationID ID
	// Administrator runs the platform; Representative speaks for the organisation on it.
	Administrator, Representative bool
	Roles                         []Role
}

// Represents tells whether the actor speaks for an organisation.
func (a Actor) Represents(organisation ID) bool {
	return a.Representative && a.OrganisationID == organisation
}

// Supplies tells whether the actor is on the suppliers' side of the procurement.
func (a Actor) Supplies() bool { return slices.ContainsFunc(a.Roles, Role.OfSupplier) }

// HasAny tells whether the actor holds one of the roles.
func (a Actor) HasAny(roles ...Role) bool {
	for _, r := range roles {
		if slices.Contains(a.Roles, r) || (r == RoleAdministrator && a.Administrator) {
			return true
		}
	}
	return false
}

// MustHoldAny refuses an actor who holds none of the roles on the procurement. To an actor without any role, the
// procurement does not exist ([CodeNotFound]).
func (a Actor) MustHoldAny(roles ...Role) error {
	if len(a.Roles) == 0 {
		return NoSuchResource()
	}
	if a.HasAny(roles...) {
		return nil
	}
	return Refuse(CodeForbidden, "", "your roles on this procurement do not allow this: %s", a.Roles).
		Accepting("one of the roles %s", roles)
}
