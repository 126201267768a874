package event

import (
	"time"

	"github.com/ppi-engine/ppi/models"
)

// ProcurementCreated is the payload of procurement.created.
type ProcurementCreated struct {
	Mode    models.Mode `json:"mode" enum:"live,rehearsal" doc:"Live, or a rehearsal for good"`
	Zone    string      `json:"zone" doc:"IANA zone of the lead buyer, in which days are counted"`
	Profile string      `json:"profile" doc:"Profile of the call; empty: none yet"`
	Digest  string      `json:"digest,omitempty" doc:"SHA-256 of title, description and languages"`
	// Edition is absent in what was recorded before editions were counted.
	Edition models.Edition `json:"edition,omitempty" minimum:"0" doc:"Edition of what gates ask for; absent: the first"`
}

// ProcurementChanged is the payload of procurement.changed.
type ProcurementChanged struct {
	Version int64  `json:"version" doc:"The procurement's version from now on"`
	Zone    string `json:"zone,omitempty" doc:"IANA zone of the lead buyer, in which days are counted"`
	Profile string `json:"profile,omitempty" doc:"Profile of the call; empty: none yet"`
	Digest  string `json:"digest,omitempty" doc:"SHA-256 of title, description and languages"`
}

// MemberJoined is the payload of member.joined.
type MemberJoined struct {
	OrganisationID models.ID         `json:"organisation_id" doc:"The member"`
	Kind           models.MemberKind `json:"kind,omitempty" doc:"Whether it buys or is a partner; absent: it buys"`
	Lead           bool              `json:"lead" doc:"Whether it is the lead buyer"`
	BudgetShare    string            `json:"budget_share" doc:"Percent of the budget, a decimal; empty: none agreed"`
}

// MemberChanged is the payload of member.changed.
type MemberChanged MemberJoined

// MemberRemoved is the payload of member.removed.
type MemberRemoved struct {
	OrganisationID models.ID `json:"organisation_id" doc:"The member"`
}

// MemberLeft is the payload of member.left.
type MemberLeft MemberRemoved

// RoleGiven is the payload of role.given.
type RoleGiven struct {
	RoleID         models.ID   `json:"role_id" doc:"The role as it was given to this person"`
	Role           models.Role `json:"role" doc:"The role's name"`
	PersonID       models.ID   `json:"person_id" doc:"The person"`
	OrganisationID models.ID   `json:"organisation_id" doc:"The organisation for which the person holds it"`
	EngagedBy      models.ID   `json:"engaged_by,omitempty" doc:"The member that engaged the person; absent: its own"`
	OfferID        models.ID   `json:"offer_id,omitempty" doc:"The offer that was accepted; absent: none was needed"`
	ValidFrom      time.Time   `json:"valid_from" doc:"From when on it is held, in procedure time"`
	ValidUntil     *time.Time  `json:"valid_until,omitempty" doc:"Until when it is held, by that clock; absent: no end"`
}

// RoleEnded is the payload of role.ended.
type RoleEnded RoleGiven

// ProcurementStarted is the payload of procurement.started.
type ProcurementStarted struct {
	Mode    models.Mode `json:"mode" enum:"live,rehearsal" doc:"Live, or a rehearsal for good"`
	Profile string      `json:"profile" doc:"Profile of the call"`
}

// ProcurementRestored is the payload of procurement.restored.
type ProcurementRestored struct {
	RecordVersion int64 `json:"record_version" doc:"The procurement's version in the backup"`
	LostVersion   int64 `json:"lost_version" doc:"The version that it had reached before; what led there is missing"`
}

// Events whose type says it all.
type (
	// ProcurementSuspended is the payload of procurement.suspended.
	ProcurementSuspended struct{}
	// ProcurementResumed is the payload of procurement.resumed.
	ProcurementResumed struct{}
	// ProcurementCompleted is the payload of procurement.completed.
	ProcurementCompleted struct{}
)

// ProcurementReturned is the payload of procurement.returned.
type ProcurementReturned struct {
	To models.Phase `json:"to" doc:"The phase that is open again"`
}

// ProcurementCancelled is the payload of procurement.cancelled.
type ProcurementCancelled struct {
	Code string `json:"code" doc:"Why, from the eForms code list non-award-justification"`
}

// ClockAdvanced is the payload of clock.advanced.
type ClockAdvanced struct {
	To time.Time `json:"to" doc:"Procedure time from now on"`
}

// EligibilityLost is the payload of consortium.eligibility_lost.
type EligibilityLost struct {
	Profile  string   `json:"profile" doc:"Profile of the call"`
	Criteria []string `json:"criteria" doc:"Codes of the criteria that are not met"`
}

func (ProcurementCreated) event()   {}
func (ProcurementChanged) event()   {}
func (MemberJoined) event()         {}
func (MemberChanged) event()        {}
func (MemberRemoved) event()        {}
func (MemberLeft) event()           {}
func (RoleGiven) event()            {}
func (RoleEnded) event()            {}
func (ProcurementStarted) event()   {}
func (ProcurementRestored) event()  {}
func (ProcurementSuspended) event() {}
func (ProcurementResumed) event()   {}
func (ProcurementCompleted) event() {}
func (ProcurementReturned) event()  {}
func (ProcurementCancelled) event() {}
func (ClockAdvanced) event()        {}
func (EligibilityLost) event()      {}
