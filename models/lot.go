package models

import (
	"slices"
	"time"
)

// A Lot is a part of the procurement that is tendered and awarded by itself (Directive 2014/24/EU,
// Article 46). Each has boxes of its own, one for each stage of its procedure; before the first it is not
// published.
type Lot struct {
	ID            ID `gorm:"primaryKey"`
	ProcurementID ID
	// Number counts the lots of a procurement from 1.
	Number      int
	Title       Text `gorm:"serializer:json"`
	Description Text `gorm:"serializer:json"`
	// DeadlineLocal, in DeadlineZone, is the deadline that its first box is to have, as it was entered; empty
	// while it is not known.
	DeadlineLocal string
	DeadlineZone  string
	// Boxes are in the order in which they were opened.
	Boxes []Box `gorm:"->;serializer:json"`
	// EndedAt and EndReason say when and why the lot ended without award (eForms code list non-award-justification).
	EndedAt   *time.Time
	EndReason string
	Version   int64
	CreatedAt time.Time
}

// Published tells whether the lot was ever published.
func (l Lot) Published() bool { return len(l.Boxes) > 0 }

// Box is the box that was opened last: no other box is open at the same time. It is the zero value while the lot is not
// published.
func (l Lot) Box() Box {
	if !l.Published() {
		return Box{}
	}
	return l.Boxes[len(l.Boxes)-1]
}

// BoxFor returns the last box for tenders, solutions or requests to participate; false while there is none.
func (l Lot) BoxFor(what Handed) (Box, bool) {
	return l.lastBox(func(b Box) bool { return b.HandsIn == what })
}

// Evaluated returns the last box whose content is judged by the award criteria; false while there is none. What is in
// earlier ones no longer counts.
func (l Lot) Evaluated() (Box, bool) {
	return l.lastBox(func(b Box) bool { return b.HandsIn.Evaluated() })
}

// QualityLockedAt is when the quality scores of the last box that is judged were locked; nil: they are not.
func (l Lot) QualityLockedAt() *time.Time {
	b, _ := l.Evaluated()
	return b.QualityLockedAt
}

// Unsealed is the last box whose envelopes were opened; false while there is none.
func (l Lot) Unsealed() (Box, bool) {
	return l.lastBox(func(b Box) bool { return b.UnsealedAt != nil })
}

// NextRound is which round of a stage a further box of the lot would be, counted from 1.
func (l Lot) NextRound(stage StageCode) int {
	round := 1
	for _, earlier := range l.Boxes {
		if earlier.Stage == stage {
			round++
		}
	}
	return round
}

func (l Lot) lastBox(fits func(Box) bool) (Box, bool) {
	for _, b := range slices.Backward(l.Boxes) {
		if fits(b) {
			return b, true
		}
	}
	return Box{}, false
}

// Open tells whether the lot has not ended and its box is not closed; the deadline may have passed all the same.
func (l Lot) Open() bool { return l.Published() && l.Box().Open() && l.EndedAt == nil }

// Running tells whether the lot is published and has not ended.
func (l Lot) Running() bool { return l.Published() && l.EndedAt == nil }

// Running are the lots of a procedure: those that were published and have not ended.
func Running(lots []Lot) []Lot {
	return slices.DeleteFunc(slices.Clone(lots), func(l Lot) bool { return !l.Running() })
}

// RefuseEnded refuses what comes after the lot has ended. The field is the one by which the request names the lot.
func (l Lot) RefuseEnded(field string) *Refusal {
	return Refuse(CodeLotEnded, field, "lot %d ended without award: %s", l.Number, NonAwardCode(l.EndReason).Called())
}

// Receives refuses unless the lot's box takes what the organisation hands in at the instant at (procedure time). It
// returns nil, or a refusal with [CodeNotInvited], [CodeLotNotOpen], [CodeDeadlinePassed] or [CodeLotClosed], the last
// also when the clock was set back after the box was closed.
func (l Lot) Receives(organisation ID, at time.Time) *Refusal {
	if b := l.Box(); l.Published() && !b.OpenTo(organisation) {
		return Refuse(CodeNotInvited, "",
			"your organisation was not invited to hand in %s for lot %d", b.HandsIn.Called(), l.Number).
			Accepting("%s of those who were invited", b.HandsIn.Called())
	}
	return l.Takes(at)
}

// Takes refuses as [Lot.Receives] does, but without asking who hands in.
func (l Lot) Takes(at time.Time) *Refusal {
	b := l.Box()
	switch {
	case !l.Published():
		return Refuse(CodeLotNotOpen, "", "lot %d has not been published", l.Number).
			Accepting("tenders from its publication until its deadline")
	case b.Over(at):
		return Refuse(CodeDeadlinePassed, "", "the deadline of lot %d was %s (%s %s); this was received at %s",
			l.Number,
			Instant(b.Deadline), b.DeadlineLocal, b.DeadlineZone, Instant(at)).
			Accepting("what arrives at that instant or before")
	case b.ClosedAt != nil:
		return Refuse(CodeLotClosed, "",
			"the box of lot %d was closed at %s", l.Number, Instant(*b.ClosedAt))
	}
	return nil
}

// ContentDigest is the SHA-256 of what the lot says of itself, with the deadline that is planned, in hexadecimal.
func (l Lot) ContentDigest() (string, error) {
	_, digest, err := Canonical(struct {
		Title         Text   `json:"title"`
		Description   Text   `json:"description"`
		DeadlineLocal string `json:"deadline_local"`
		DeadlineZone  string `json:"deadline_zone"`
	}{l.Title, l.Description, l.DeadlineLocal, l.DeadlineZone})
	return digest, err
}
