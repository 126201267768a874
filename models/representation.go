package models

import "time"

// An Enrolment is a code by which one person gets a first API key, or a new one for keys that are lost. Only the digest
// of its secret is kept. The person redeems it; whoever issued it never holds the key.
type Enrolment struct {
	ID       ID `gorm:"primaryKey"`
	PersonID ID
	Digest   []byte
	// CreatedBy is the representative or administrator who issued it.
	CreatedBy ID
	// All instants are real time.
	CreatedAt, ExpiresAt time.Time
	RedeemedAt           *time.Time
	// CancelledAt is set when another code for the same person took its place, when the representative for whom it was
	// is recalled, and when the representation of the organisation is recovered.
	CancelledAt *time.Time
}

// Usable tells whether the code can be redeemed at the instant now.
func (e Enrolment) Usable(now time.Time) bool {
	return e.RedeemedAt == nil && e.CancelledAt == nil && now.Before(e.ExpiresAt)
}

// A Recovery gives an organisation that has no representative left a new one, at its written request. It waits, is
// shown to all with whom the organisation buys, and ends with any objection.
type Recovery struct {
	ID             ID `gorm:"primaryKey"`
	OrganisationID ID
	// PersonID is who shall represent the organisation.
	PersonID ID
	// RequestDigest is the SHA-256, in hexadecimal digits, of the organisation's written request.
	RequestDigest string
	RequestedBy   ID
	// All instants are real time. The recovery can be completed from ReadyAt on.
	RequestedAt, ReadyAt    time.Time
	ObjectedAt, CompletedAt *time.Time
	ObjectedBy              *ID
	Objection               string
}

const (
	// RecoveryWait is how long the recovery of an organisation's representation stays open to objections, in real time.
	RecoveryWait = 72 * time.Hour
	// recoveryLasts is how long a recovery can be completed once it is ready: who asked for it and let it lie asks
	// anew, so that those who have come to deal with the organisation meanwhile are told.
	recoveryLasts = 14 * 24 * time.Hour
)

// Expired tells whether nobody has completed the recovery in time.
func (r Recovery) Expired(now time.Time) bool {
	return r.Open() && !now.Before(r.ReadyAt.Add(recoveryLasts))
}

// Waited tells whether the recovery was open to objections for the whole time.
func (r Recovery) Waited() bool { return r.ReadyAt.Sub(r.RequestedAt) >= RecoveryWait }

// Open tells whether the recovery is neither completed nor stopped.
func (r Recovery) Open() bool { return r.ObjectedAt == nil && r.CompletedAt == nil }

// Version counts what became of the recovery: it is stopped or completed once.
func (r Recovery) Version() int64 {
	if r.Open() {
		return 1
	}
	return 2
}

// A RoleOffer offers a role on the buyers' side to a person of an organisation outside the consortium. The role begins
// when a representative of that organisation accepts and declares that the organisation will not tender.
type RoleOffer struct {
	ID            ID `gorm:"primaryKey"`
	ProcurementID ID
	PersonID      ID
	// OrganisationID is the person's; OfferedFor is the member in whose name OfferedBy offers the role.
	OrganisationID, OfferedFor, OfferedBy ID
	Role                                  Role
	// ValidUntil is procedure time, as is WithdrawnAt; nil: until further notice.
	ValidUntil *time.Time
	OfferedAt  time.Time
	// AnsweredAt and WithdrawnAt are procedure time.
	AnsweredAt, WithdrawnAt *time.Time
	AnsweredBy              *ID
	Accepted                bool
	// RoleID is the role that the acceptance gave.
	RoleID *ID
}

// Open tells whether the offer can still be accepted.
func (o RoleOffer) Open() bool { return o.AnsweredAt == nil && o.WithdrawnAt == nil }

// Unanswered is the offer as the buyers' side sees it: whether it was refused is told to the other side only, because a
// refusal might tell that the organisation tenders.
func (o RoleOffer) Unanswered() RoleOffer {
	if !o.Accepted {
		o.AnsweredAt, o.AnsweredBy = nil, nil
	}
	return o
}

// Version is raised by the answer and by the withdrawal of the offer.
func (o RoleOffer) Version() int64 {
	if o.Open() {
		return 1
	}
	return 2
}
