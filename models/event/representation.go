package event

import (
	"time"

	"github.com/ppi-engine/ppi/models"
)

// EnrolmentIssued is the payload of person.enrolment_issued.
type EnrolmentIssued struct {
	PersonID    models.ID `json:"person_id" doc:"The person for whom the code is"`
	EnrolmentID models.ID `json:"enrolment_id" doc:"The code's public part"`
	ExpiresAt   time.Time `json:"expires_at" doc:"Until when it can be redeemed, in real time"`
}

// PersonEnrolled is the payload of person.enrolled.
type PersonEnrolled struct {
	PersonID    models.ID `json:"person_id" doc:"The person"`
	EnrolmentID models.ID `json:"enrolment_id" doc:"The code that the person redeemed"`
	APIKeyID    models.ID `json:"api_key_id" doc:"The key that the person got for it; earlier ones were revoked"`
}

// RepresentativeAppointed is the payload of representative.appointed.
type RepresentativeAppointed struct {
	PersonID       models.ID `json:"person_id" doc:"The person"`
	OrganisationID models.ID `json:"organisation_id" doc:"The organisation for which the person speaks from now on"`
	RecoveryID     models.ID `json:"recovery_id,omitempty" doc:"The recovery by which that came; absent: by none"`
}

// RepresentativeRecalled is the payload of representative.recalled.
type RepresentativeRecalled RepresentativeAppointed

// RecoveryRequested is the payload of recovery.requested.
type RecoveryRequested struct {
	RecoveryID     models.ID `json:"recovery_id" doc:"The recovery"`
	OrganisationID models.ID `json:"organisation_id" doc:"The organisation that has no representative left"`
	PersonID       models.ID `json:"person_id" doc:"Who shall represent it"`
	RequestDigest  string    `json:"request_digest" doc:"SHA-256 of its written request"`
	ReadyAt        time.Time `json:"ready_at" doc:"From when on it can be completed, in real time"`
}

// The other events of a recovery, on the platform and on each procurement of the organisation, have the same payload.
type (
	// RecoveryStopped is the payload of recovery.stopped.
	RecoveryStopped RecoveryRequested
	// RecoveryCompleted is the payload of recovery.completed.
	RecoveryCompleted RecoveryRequested
	// MemberRecoveryRequested is the payload of member.recovery_requested.
	MemberRecoveryRequested RecoveryRequested
	// MemberRecoveryStopped is the payload of member.recovery_stopped.
	MemberRecoveryStopped RecoveryRequested
	// MemberRecoveryCompleted is the payload of member.recovery_completed.
	MemberRecoveryCompleted RecoveryRequested
)

// MemberInvited is the payload of member.invited.
type MemberInvited MemberJoined

// MemberDeclined is the payload of member.declined.
type MemberDeclined MemberRemoved

// RoleOffered is the payload of role.offered.
type RoleOffered struct {
	OfferID        models.ID   `json:"offer_id" doc:"The offer"`
	Role           models.Role `json:"role" doc:"The role's name"`
	PersonID       models.ID   `json:"person_id" doc:"The person to whom it is offered"`
	OrganisationID models.ID   `json:"organisation_id" doc:"The person's organisation, which is no member"`
	OfferedFor     models.ID   `json:"offered_for" doc:"The member in whose name it is offered"`
	ValidUntil     *time.Time  `json:"valid_until,omitempty" doc:"Until when it would be held, in procedure time"`
}

// RoleOfferWithdrawn is the payload of role.offer_withdrawn.
type RoleOfferWithdrawn RoleOffered

// RoleOfferDeclined is the payload of role.offer_declined. It stands on no procurement: the buyers' side is not told.
type RoleOfferDeclined struct {
	OfferID        models.ID `json:"offer_id" doc:"The offer"`
	OrganisationID models.ID `json:"organisation_id" doc:"The organisation that declined"`
}

// SupplierRoleGiven is the payload of supplier.role_given. It stands on no procurement: the numbers of a procurement's
// events would tell how many register.
type SupplierRoleGiven struct {
	ProcurementID  models.ID   `json:"procurement_id" doc:"The procurement"`
	RoleID         models.ID   `json:"role_id" doc:"The role as it was given to this person"`
	Role           models.Role `json:"role" doc:"The role's name"`
	PersonID       models.ID   `json:"person_id" doc:"The person"`
	OrganisationID models.ID   `json:"organisation_id" doc:"The supplier for which the person holds it"`
	ValidFrom      time.Time   `json:"valid_from" doc:"From when on it is held, in procedure time"`
	ValidUntil     *time.Time  `json:"valid_until,omitempty" doc:"Until when it is held, by that clock; absent: no end"`
	Language       string      `json:"language,omitempty" doc:"In which it wants its letters; absent: it did not say"`
}

// SupplierRoleEnded is the payload of supplier.role_ended.
type SupplierRoleEnded SupplierRoleGiven

func (EnrolmentIssued) event()         {}
func (PersonEnrolled) event()          {}
func (RepresentativeAppointed) event() {}
func (RepresentativeRecalled) event()  {}
func (RecoveryRequested) event()       {}
func (RecoveryStopped) event()         {}
func (RecoveryCompleted) event()       {}
func (MemberRecoveryRequested) event() {}
func (MemberRecoveryStopped) event()   {}
func (MemberRecoveryCompleted) event() {}
func (MemberInvited) event()           {}
func (MemberDeclined) event()          {}
func (RoleOffered) event()             {}
func (RoleOfferWithdrawn) event()      {}
func (RoleOfferDeclined) event()       {}
func (SupplierRoleGiven) event()       {}
func (SupplierRoleEnded) event()       {}
