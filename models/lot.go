package models

import "time"

// A Lot is a part of the procurement that is tendered and awarded by itself (Directive 2014/24/EU,
// Article 46). Each has a box of its own for tenders.
type Lot struct {
	ID            ID `gorm:"primaryKey"`
	ProcurementID ID
	// Number counts the lots of a procurement from 1.
	Number      int
	Title       Text `gorm:"serializer:json"`
	Description Text `gorm:"serializer:json"`
	// Deadline for receipt of tenders, an instant of procedure time; nil until published. It was
	// entered as DeadlineLocal in DeadlineZone, and stays that even if the zone's rules change.
	Deadline      *time.Time
	DeadlineLocal string
	DeadlineZone  string
	// OpenedAt is set when the lot is published: its box takes tenders.
	OpenedAt *time.Time
	// ClosedAt is set when the box was closed; nothing is received afterwards, whatever the clock says.
	ClosedAt *time.Time
	// EndedAt and EndReason say when and why the lot ended without or with award.
	EndedAt   *time.Time
	EndReason string
	Version   int64
	CreatedAt time.Time
}

// Open tells whether the box takes tenders, but for the deadline.
func (l Lot) Open() bool { return l.OpenedAt != nil && l.ClosedAt == nil && l.EndedAt == nil }

// Over tells whether the deadline has passed at the instant at (procedure time). The deadline itself
// belongs to the time for tenders: what is received at 12:00:00.000000 is in time, a microsecond later
// it is late.
func (l Lot) Over(at time.Time) bool { return l.Deadline != nil && at.After(*l.Deadline) }

// Receives refuses what reaches the box at the instant at (procedure time) unless the box takes it. It
// returns nil, or a refusal with [CodeLotNotOpen], [CodeDeadlinePassed] or [CodeLotClosed]; the last
// also when the clock was set back since the box was closed.
func (l Lot) Receives(at time.Time) *Refusal {
	switch {
	case l.OpenedAt == nil:
		return Refuse(CodeLotNotOpen, "", "lot %d has not been published", l.Number).Accepting("tenders from its publication until its deadline")
	case l.Over(at):
		return Refuse(CodeDeadlinePassed, "", "the deadline of lot %d was %s (%s %s); this was received at %s", l.Number,
			l.Deadline.UTC().Format(instantLayout), l.DeadlineLocal, l.DeadlineZone, at.UTC().Format(instantLayout)).
			Accepting("what arrives at that very instant or before; nothing afterwards")
	case l.ClosedAt != nil:
		return Refuse(CodeLotClosed, "", "the box of lot %d was closed at %s", l.Number, l.ClosedAt.UTC().Format(instantLayout))
	}
	return nil
}

// instantLayout shows instants that are compared to the microsecond.
const instantLayout = "2006-01-02T15:04:05.000000Z"
