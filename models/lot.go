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
