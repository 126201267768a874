package models

import (
	"time"
)

// A Mode says whether a procurement is real. It is chosen at creation for good.
type Mode string

// The modes.
const (
	// ModeLive runs on real time and publishes.
	ModeLive Mode = "live"
	// ModeRehearsal runs on a clock of its own that can be moved forward; it never publishes.
	ModeRehearsal Mode = "rehearsal"
)

// Other is the mode that is not this one.
func (m Mode) Other() Mode {
	if m == ModeLive {
		return ModeRehearsal
	}
	return ModeLive
}

// A Status is where a procurement stands as a whole.
type Status string

// The statuses.
const (
	StatusDraft     Status = "draft"
	StatusRunning   Status = "running"
	StatusSuspended Status = "suspended"
	StatusCancelled Status = "cancelled"
	StatusCompleted Status = "completed"
)

// Ended tells whether nothing more can happen.
func (s Status) Ended() bool { return s == StatusCancelled || s == StatusCompleted }

// A Phase is one of the six mandatory activities of a co-financed procurement of innovation.
type Phase string

// The phases (call COS-PPI-2020-2-04, activities I to VI).
const (
	PhaseNeeds         Phase = "needs"
	PhaseConsultation  Phase = "consultation"
	PhaseEngagement    Phase = "engagement"
	PhaseCapacity      Phase = "capacity"
	PhaseSpecification Phase = "specification"
	PhaseTender        Phase = "tender"
)

// Phases lists all six in the order of the call.
func Phases() []Phase {
	return []Phase{PhaseNeeds, PhaseConsultation, PhaseEngagement, PhaseCapacity, PhaseSpecification, PhaseTender}
}

// MainPhases lists the four that follow each other; capacity runs beside them from kick-off and
// engagement from the adopted need.
func MainPhases() []Phase {
	return []Phase{PhaseNeeds, PhaseConsultation, PhaseSpecification, PhaseTender}
}

// Next returns the main phase after p, and false after the last or for a phase beside them.
func (p Phase) Next() (Phase, bool) {
	main := MainPhases()
	for i, m := range main[:len(main)-1] {
		if m == p {
			return main[i+1], true
		}
	}
	return "", false
}

// Main tells whether p is one of the four that follow each other.
func (p Phase) Main() bool { return p != PhaseEngagement && p != PhaseCapacity }

// A PhaseStatus is where one round of a phase stands.
type PhaseStatus string

// The statuses of a phase.
const (
	PhasePending PhaseStatus = "pending"
	PhaseOpen    PhaseStatus = "open"
	PhaseClosed  PhaseStatus = "closed"
	// PhaseSuperseded is a round that a return to an earlier phase replaced; it is kept.
	PhaseSuperseded PhaseStatus = "superseded"
)

// A PhaseRound is one pass through a phase. A return to an earlier phase opens a new round;
// nothing of the old one is overwritten.
type PhaseRound struct {
	ProcurementID ID    `gorm:"primaryKey"`
	Phase         Phase `gorm:"primaryKey"`
	Round         int   `gorm:"primaryKey"`
	Status        PhaseStatus
	OpenedAt      time.Time
	ClosedAt      *time.Time
}

// A Procurement is one public procurement of innovation by a consortium of contracting authorities.
type Procurement struct {
	ID          ID   `gorm:"primaryKey"`
	Title       Text `gorm:"serializer:json"`
	Description Text `gorm:"serializer:json"`
	// Languages are those in which published text must be complete; the first is the default.
	Languages []string `gorm:"serializer:json"`
	Mode      Mode
	// ClockOffset is procedure time minus database time, in microseconds: 0 when live.
	ClockOffset int64
	// Profile is the call profile that eligibility is judged by; empty: none.
	Profile string
	// Edition is that of what its gates ask for.
	Edition Edition
	// Zone is the IANA zone of the lead buyer, in which days are counted.
	Zone    string
	Status  Status
	Version int64
	// EndReason says why a cancelled procurement was cancelled (eForms code list non-award-justification).
	EndReason string
	CreatedBy ID
	CreatedAt time.Time
	StartedAt *time.Time
	EndedAt   *time.Time
}

// Now turns an instant of the database's clock into procedure time.
func (p Procurement) Now(database time.Time) time.Time {
	return database.Add(time.Duration(p.ClockOffset) * time.Microsecond)
}

// RealTime turns procedure time into an instant of the database's clock.
func (p Procurement) RealTime(procedure time.Time) time.Time {
	return procedure.Add(-time.Duration(p.ClockOffset) * time.Microsecond)
}

// TextDigest is the SHA-256 of what the procurement says of itself, in hexadecimal.
func (p Procurement) TextDigest() (string, error) {
	_, digest, err := Canonical(struct {
		Title       Text     `json:"title"`
		Description Text     `json:"description"`
		Languages   []string `json:"languages"`
	}{p.Title, p.Description, p.Languages})
	return digest, err
}
