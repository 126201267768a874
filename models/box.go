package models

import (
	"slices"
	"time"
)

// Handed says what is handed in at a stage.
type Handed string

// What can be handed in.
const (
	// HandedTender is a tender: it is evaluated, and one is awarded.
	HandedTender Handed = "tender"
	// HandedRequest is a request to participate: it says whether a candidate is able, and offers nothing.
	HandedRequest Handed = "request"
	// HandedSolution is a solution that is discussed in a competitive dialogue: it offers nothing that could be
	// accepted, and it is judged when the number of solutions is reduced.
	HandedSolution Handed = "solution"
)

// AllHanded lists what can be handed in.
func AllHanded() []Handed { return []Handed{HandedTender, HandedRequest, HandedSolution} }

// Called is the plural that notices use.
func (h Handed) Called() string {
	switch h {
	case HandedRequest:
		return "requests to participate"
	case HandedSolution:
		return "solutions"
	case HandedTender:
	}
	return "tenders"
}

// Evaluated tells whether it is judged by the award criteria; a request to participate is not.
func (h Handed) Evaluated() bool { return h == HandedTender || h == HandedSolution }

// Envelopes lists the kinds of envelopes that it may consist of. A request offers nothing yet, so it has neither an
// offer nor a price; a solution has no price, because nothing of it could be accepted.
func (h Handed) Envelopes() []EnvelopeKind {
	switch h {
	case HandedRequest:
		return []EnvelopeKind{EnvelopeQualification, EnvelopeOther}
	case HandedSolution:
		return []EnvelopeKind{EnvelopeQuality, EnvelopeOther}
	case HandedTender:
	}
	return EnvelopeKinds()
}

// A Box takes what is handed in for a lot at one stage of its procedure, in one round, until a deadline. What
// is in it stays sealed until it is closed, and opened.
type Box struct {
	ID            ID        `gorm:"primaryKey" json:"id"`
	ProcurementID ID        `json:"procurement_id"`
	LotID         ID        `json:"lot_id"`
	Stage         StageCode `json:"stage"`
	// Round counts from 1 where the stage repeats.
	Round   int    `json:"round"`
	HandsIn Handed `json:"hands_in"`
	// Talks are those held on what is in it, with each participant by itself; empty: none.
	Talks Talks `json:"talks"`
	// ByInvitation tells that only the Invited may hand in; otherwise everyone may.
	ByInvitation bool `json:"by_invitation"`
	Invited      []ID `gorm:"-" json:"invited"`
	// OpenedAt is when it began to take what is handed in.
	OpenedAt time.Time `json:"opened_at"`
	// Deadline is an instant of procedure time. It was entered as DeadlineLocal in DeadlineZone, and stays that
	// even if the zone's rules change.
	Deadline      time.Time `json:"deadline"`
	DeadlineLocal string    `json:"deadline_local"`
	DeadlineZone  string    `json:"deadline_zone"`
	// OpenerSet is the entry that says who opens what is handed in from now on, in a version of it, and Fingerprint is
	// that of these openers.
	OpenerSet        ID     `json:"opener_set"`
	OpenerSetVersion int64  `json:"opener_set_version"`
	Fingerprint      string `json:"fingerprint"`
	// Former are the openers for whom earlier envelopes in it may be sealed, if they were changed while it was open.
	Former []SealedFor `gorm:"-" json:"former"`
	// ClosedAt is set when the box was closed; nothing is received afterwards, whatever the clock says.
	ClosedAt *time.Time `json:"closed_at"`
	// UnsealedAt is when the box was opened, after as many openers as are needed had released what is in it.
	UnsealedAt *time.Time `json:"unsealed_at"`
	// QualityLockedAt is when the quality scores of what is in it were locked; its prices are opened afterwards.
	QualityLockedAt *time.Time `json:"quality_locked_at"`
}

// SealedFor names the openers for whom envelopes are sealed: the entry that says who they are, in a version of it, and
// their fingerprint.
type SealedFor struct {
	OpenerSet        ID     `json:"opener_set"`
	OpenerSetVersion int64  `json:"opener_set_version"`
	Fingerprint      string `json:"fingerprint"`
}

// SealedFor lists the openers for whom envelopes in the box are sealed: the former ones, and last those of what is
// handed in from now on.
func (b Box) SealedFor() []SealedFor {
	return append(slices.Clone(b.Former), SealedFor{b.OpenerSet, b.OpenerSetVersion, b.Fingerprint})
}

// SealedForAny tells whether envelopes in the box may be sealed for openers with a fingerprint: present or former ones.
func (b Box) SealedForAny(fingerprint string) bool {
	return slices.ContainsFunc(b.SealedFor(), func(f SealedFor) bool {
		return SameFingerprint(f.Fingerprint, fingerprint)
	})
}

// ActingIn are the openers who act in a turn; see [Turn].
func (b Box) ActingIn(turn int) SealedFor {
	return b.SealedFor()[(turn-1)%(len(b.Former)+1)]
}

// SittingOf is the sitting to which a turn belongs, from 1; see [Turn].
func (b Box) SittingOf(turn int) int { return (turn-1)/(len(b.Former)+1) + 1 }

// TurnIn is the turn of the n-th openers, counted from 0, in a sitting.
func (b Box) TurnIn(sitting, n int) int { return (sitting-1)*(len(b.Former)+1) + n + 1 }

// Open tells whether the box has not been closed; the deadline may have passed all the same.
func (b Box) Open() bool { return b.ClosedAt == nil }

// Over tells whether the deadline has passed at the instant at (procedure time). The deadline itself
// belongs to the time for handing in: what is received at 12:00:00.000000 is in time, a microsecond later
// it is late.
func (b Box) Over(at time.Time) bool { return at.After(b.Deadline) }

// OpenTo tells whether an organisation may hand anything in, were the box open.
func (b Box) OpenTo(organisation ID) bool {
	return !b.ByInvitation || slices.Contains(b.Invited, organisation)
}
