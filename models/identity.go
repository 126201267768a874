package models

import (
	"cmp"
	"time"
)

// An OrganisationKind says on which side of a procurement an organisation can be.
type OrganisationKind string

// The kinds of organisation.
const (
	// OrganisationContractingAuthority buys (Directive 2014/24/EU, Article 2(1)(1)).
	OrganisationContractingAuthority OrganisationKind = "contracting_authority"
	// OrganisationEconomicOperator offers (Directive 2014/24/EU, Article 2(1)(10)).
	OrganisationEconomicOperator OrganisationKind = "economic_operator"
	// OrganisationOther is neither: an adviser, an auditor, a funding agency.
	OrganisationOther OrganisationKind = "other"
)

// OrganisationKinds lists every kind.
func OrganisationKinds() []OrganisationKind {
	return []OrganisationKind{OrganisationContractingAuthority, OrganisationEconomicOperator, OrganisationOther}
}

// An Organisation takes part in procurements: a contracting authority, an economic operator or another.
type Organisation struct {
	ID        ID `gorm:"primaryKey"`
	LegalName string
	// Country is the ISO 3166-1 alpha-2 code of its seat; Greece is GR. It may be empty for the organisation that runs
	// the platform.
	Country string
	// Region is the ISO 3166-2 code of the part of the country, such as DE-NW; empty: not said. Its holidays count.
	Region string
	// Address is nil when it is not said.
	Address *Address `gorm:"serializer:json"`
	Kind    OrganisationKind
	// SME tells whether it is a small or medium-sized enterprise (Recommendation 2003/361/EC); nil: not said.
	SME *bool
	// LessDevelopedRegion tells whether its seat lies in a less developed or transition region; nil: not said.
	LessDevelopedRegion *bool
	Version             int64
	CreatedAt           time.Time
}

// An OrganisationIdentity is what an organisation is registered as. An event tells it by a part, because the name of a
// sole trader is personal data.
type OrganisationIdentity struct {
	LegalName           string           `json:"legal_name"`
	Country             string           `json:"country"`
	Region              string           `json:"region,omitempty"`
	Address             *Address         `json:"address,omitempty"`
	Kind                OrganisationKind `json:"kind"`
	SME                 *bool            `json:"sme"`
	LessDevelopedRegion *bool            `json:"less_developed_region"`
}

// Place is where the acts of the organisation are due: its region, or else its country.
func (o Organisation) Place() string { return cmp.Or(o.Region, o.Country) }

// Identity is what the organisation is registered as.
func (o Organisation) Identity() OrganisationIdentity {
	return OrganisationIdentity{
		o.LegalName, o.Country, o.Region, o.Address, o.Kind, o.SME, o.LessDevelopedRegion,
	}
}

// A Person acts for one organisation. Roles say what the person may do on a procurement.
type Person struct {
	ID             ID `gorm:"primaryKey"`
	OrganisationID ID
	Name           string
	Email          string
	// Administrator runs the platform: registers organisations and enrols their first representatives. An
	// administrator holds no role on any procurement.
	Administrator bool
	// Representative speaks for the organisation: accepts its memberships, gives and ends the roles of its people, and
	// enrols them.
	Representative bool
	Version        int64
	CreatedAt      time.Time
}

// TableName is the plural that people use.
func (Person) TableName() string { return "people" }

// An APIKey lets a person's program call the API. Only the digest of its secret is kept.
type APIKey struct {
	ID        ID `gorm:"primaryKey"`
	PersonID  ID
	Label     string
	Digest    []byte
	CreatedAt time.Time
	ExpiresAt *time.Time
	RevokedAt *time.Time
}

// TableName keeps GORM from guessing at the abbreviation.
func (APIKey) TableName() string { return "api_keys" }

// Usable tells whether the key is accepted at the instant now (real time).
func (k APIKey) Usable(now time.Time) bool {
	return k.RevokedAt == nil && (k.ExpiresAt == nil || now.Before(*k.ExpiresAt))
}

// Version is the instant of the revocation: that is all that changes of a key.
func (k APIKey) Version() int64 {
	if k.RevokedAt == nil {
		return 1
	}
	return k.RevokedAt.UnixMicro()
}

// A Seat is a procurement as one person finds it at one instant, with the roles that the person holds on it then.
type Seat struct {
	Procurement Procurement
	// Now is procedure time.
	Now time.Time
	// Roles are those the person holds now.
	Roles []Role
}
