package models

import (
	"encoding/json"
	"time"
)

// A MotionStatus says what became of a motion.
type MotionStatus string

// The statuses of a motion. A motion lapses when it can no longer take effect.
const (
	MotionOpen     MotionStatus = "open"
	MotionCarried  MotionStatus = "carried"
	MotionRejected MotionStatus = "rejected"
	MotionLapsed   MotionStatus = "lapsed"
)

// A Motion asks the board to suspend, resume, return to an earlier phase, cancel, invite the candidates of a lot, award
// a lot or end one. It takes effect as soon as the votes on it fulfil the decision rule.
type Motion struct {
	ID            ID `gorm:"primaryKey"`
	ProcurementID ID
	Verb          Verb
	Payload       json.RawMessage `gorm:"type:jsonb"`
	// Digest is the SHA-256 of verb and payload, in hexadecimal; a vote names it.
	Digest    string
	MoverID   ID
	Status    MotionStatus
	MovedAt   time.Time
	DecidedAt *time.Time
}

// GateSubject is what a vote on the gate of phase is on.
func GateSubject(phase Phase) string { return "gate/" + string(phase) }

// MotionSubject is what a vote on a motion is on.
func MotionSubject(motion ID) string { return "motion/" + string(motion) }
