package models

import (
	"slices"
	"time"
)

// A MemberKind says what a member of the consortium is in it for.
type MemberKind string

// The kinds of member. A member's kind is part of what its representative accepts.
const (
	// MemberBuyer is a contracting authority that buys: it votes, signs the agreement and bears a share of the budget.
	MemberBuyer MemberKind = "buyer"
	// MemberPartner takes part and buys nothing, such as a university, a knowledge partner or a cluster organisation.
	// It has no vote and no share, is no party to the agreement on joint procurement (which is between contracting
	// authorities: Directive 2014/24/EU, Article 39(4)) and stands in no notice. By accepting its part it declares that
	// it will not tender.
	MemberPartner MemberKind = "partner"
)

// MemberKinds lists the kinds.
func MemberKinds() []MemberKind { return []MemberKind{MemberBuyer, MemberPartner} }

// A Member is one organisation of the consortium: a contracting authority that buys, or a partner.
type Member struct {
	ProcurementID  ID `gorm:"primaryKey"`
	OrganisationID ID `gorm:"primaryKey"`
	// Kind is empty in what was recorded before there were partners: then the member buys.
	Kind MemberKind
	// Lead marks the lead buyer, who acts in the name and on behalf of the others.
	Lead bool
	// BudgetShare is the member's part of the common budget in percent, a decimal as text; empty: not yet agreed, or
	// the member is a partner.
	BudgetShare string
	// JoinedAt is when the member was put into the draft, in procedure time.
	JoinedAt time.Time
	// AcceptedAt is when a representative of the member, AcceptedBy, accepted its part as it is (procedure time); nil:
	// it is invited, and speaks with no voice yet.
	AcceptedAt *time.Time
	AcceptedBy *ID
	// LeftAt is set once the member has left; it is kept for the record.
	LeftAt *time.Time
}

// TableName says what the members are members of.
func (Member) TableName() string { return "consortium_members" }

// Active tells whether the member still belongs to the consortium.
func (m Member) Active() bool { return m.LeftAt == nil }

// Buys tells whether the member is a buyer.
func (m Member) Buys() bool { return m.Kind != MemberPartner }

// PartnerRoles lists the roles that people of a partner may hold: they write, study tenders as experts, or watch. Who
// decides, opens, awards or certifies does so for a buyer.
func PartnerRoles() []Role { return []Role{RoleDrafter, RoleEvaluator, RoleObserver} }

// MayHold tells whether a person of the member may hold a role for it.
func (m Member) MayHold(r Role) bool { return m.Buys() || slices.Contains(PartnerRoles(), r) }

// Buyers returns the members that buy and have not left, the lead buyer first.
func (d Dossier) Buyers() []Member {
	return slices.DeleteFunc(d.ActiveMembers(), func(m Member) bool { return !m.Buys() })
}

// IsBuyer tells whether an organisation is a member that buys and has not left.
func (d Dossier) IsBuyer(organisation ID) bool {
	return slices.ContainsFunc(d.Buyers(), func(m Member) bool { return m.OrganisationID == organisation })
}
