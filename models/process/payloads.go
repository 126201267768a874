package process

import (
	"time"

	"github.com/ppi-engine/ppi/models"
)

// Start has no content.
type Start struct{}

// Nothing is the result of a command that only says it was done.
type Nothing struct{}

// Vote casts a buyer's vote on the gate of a phase or on a motion.
type Vote struct {
	Phase  models.Phase  `json:"phase,omitempty" enum:"needs,consultation,engagement,capacity,specification,tender"`
	Motion models.ID     `json:"motion,omitempty" doc:"The motion voted on; absent: the gate of the phase is voted on"`
	Digest string        `json:"digest" pattern:"^[0-9a-f]{64}$" doc:"Digest of the gate or motion that the voter saw"`
	Choice models.Choice `json:"choice" enum:"approve,reject,abstain"`
	Reason string        `json:"reason,omitempty" maxLength:"4000" doc:"Required for a rejection"`
}

// VoteResult says what the votes amount to.
type VoteResult struct {
	VoteID   models.ID       `json:"vote_id"`
	Decision models.Decision `json:"decision"`
	// Missing are the buyers whose vote is not in.
	Missing []models.ID `json:"missing,omitempty"`
	// Recused are the buyers that leave the total, because everybody on their boards has a conflict of interest.
	Recused []models.ID `json:"recused,omitempty"`
}

// Count has the votes on the gate of a phase or on a motion counted as things stand now.
type Count struct {
	Phase  models.Phase `json:"phase,omitempty" enum:"needs,consultation,engagement,capacity,specification,tender"`
	Motion models.ID    `json:"motion,omitempty" doc:"The motion; absent: the gate of the phase"`
}

// CountResult says what the votes amount to.
type CountResult struct {
	Decision models.Decision `json:"decision"`
	// Missing are the buyers whose vote is not in.
	Missing []models.ID `json:"missing,omitempty"`
	// Recused are the buyers that leave the total, because everybody on their boards has a conflict of interest.
	Recused []models.ID `json:"recused,omitempty"`
}

// Suspend moves to suspend the procurement: our acts stop, published deadlines stand.
type Suspend struct {
	Reason string `json:"reason" minLength:"1" maxLength:"4000"`
}

// Resume moves to end the suspension.
type Resume struct {
	Reason string `json:"reason" minLength:"1" maxLength:"4000"`
}

// Return moves to go back to an earlier phase, as a new round; nothing is overwritten.
type Return struct {
	To     models.Phase `json:"to" enum:"needs,consultation,specification" doc:"The earlier phase"`
	Reason string       `json:"reason" minLength:"1" maxLength:"4000"`
}

// Cancel moves to end the procurement without award.
type Cancel struct {
	Code   models.NonAwardCode `json:"code"`
	Reason string              `json:"reason" minLength:"1" maxLength:"4000" doc:"Tenderers are informed of it"`
}

// MotionResult says where a motion stands after its mover's vote.
type MotionResult struct {
	MotionID models.ID       `json:"motion_id"`
	Digest   string          `json:"digest"`
	Decision models.Decision `json:"decision"`
	Missing  []models.ID     `json:"missing,omitempty"`
	Recused  []models.ID     `json:"recused,omitempty"`
}

// Leave declares that the actor's buyer leaves the consortium.
type Leave struct {
	Reason string `json:"reason" minLength:"1" maxLength:"4000"`
}

// LeaveResult says whether the consortium is still eligible without the member.
type LeaveResult struct {
	OrganisationID models.ID          `json:"organisation_id"`
	Eligible       bool               `json:"eligible"`
	Criteria       []models.Criterion `json:"criteria"`
}

// Advance moves the clock of a rehearsal forward.
type Advance struct {
	To time.Time `json:"to" doc:"Procedure time to reach"`
}

// AdvanceResult says how far the clock came. When To was not reached, ask again: a phase ended on the way, or very many
// things fell due.
type AdvanceResult struct {
	Now     time.Time `json:"now"`
	Reached bool      `json:"reached"`
}
