package models

import (
	"encoding/json"
	"slices"
	"time"
)

// A LotAward is how far a lot has come since something that is evaluated was opened: from there to the end of the
// standstill.
//
// A decision that was set aside keeps its row; the lot then has a further one.
type LotAward struct {
	LotID ID `gorm:"primaryKey"`
	// N counts the decisions on the lot, from 1.
	N         int `gorm:"primaryKey"`
	AwardedAt *time.Time
	// WinnerID is the tender the lot was awarded to; empty before.
	WinnerID ID
	// Partners are the tenders of the further partners of an innovation partnership, separated by blanks.
	Partners string
	// Ranking is the digest of the ranking that the decision rests on.
	Ranking string
	// LettersAt is when the last letter about the decision was sent; StandstillUntil the instant before which
	// no contract may be concluded, and Standstill how it was counted.
	LettersAt        *time.Time
	StandstillUntil  *time.Time
	Standstill       string
	StandstillOverAt *time.Time
}

// Awarded tells whether the award was decided.
func (s LotAward) Awarded() bool { return s.AwardedAt != nil }

// Winners lists the tenders to which the lot was awarded: one, or those of all partners of an innovation partnership.
func (s LotAward) Winners() []ID {
	if s.WinnerID == "" {
		return nil
	}
	return append([]ID{s.WinnerID}, splitIDs(s.Partners)...)
}

// Won tells whether the lot was awarded to a tender.
func (s LotAward) Won(tender ID) bool { return slices.Contains(s.Winners(), tender) }

// StandstillOver tells whether contracts may be concluded at the instant now (procedure time), reviews aside.
func (s LotAward) StandstillOver(now time.Time) bool {
	return s.StandstillUntil != nil && !now.Before(*s.StandstillUntil)
}

// LastAwards tells the last decision on each lot from those that were set aside. It takes them in the order of N.
func LastAwards(all []LotAward) (last map[ID]LotAward, former []LotAward) {
	last = make(map[ID]LotAward, len(all))
	for _, a := range all {
		if before, ok := last[a.LotID]; ok {
			former = append(former, before)
		}
		last[a.LotID] = a
	}
	return last, former
}

// An Opening is what was in an envelope: anybody who has the envelopes of the box and the releases finds the same.
type Opening struct {
	// TenderID and N name the envelope.
	TenderID ID
	N        int
	// Readable is false when the secret that was recovered does not open the envelope.
	Readable bool
	// PlaintextDigest is the SHA-256 of what was in it, in hexadecimal; Size is how many bytes that was.
	PlaintextDigest string
	Size            int64
	// Price is what a price envelope says; nil: it does not begin with a price.
	Price      *Money `gorm:"serializer:json"`
	RecordedAt time.Time
}

// A Score is what somebody gives a tender under one criterion, and why.
type Score struct {
	Criterion string `json:"criterion" maxLength:"60" doc:"ID of the criterion"`
	Score     string `json:"score" maxLength:"23" doc:"A decimal as text, within the criterion's scale" example:"7.5"`
	Reason    string `json:"reason" minLength:"1" maxLength:"8000" doc:"So that a reader understands the score"`

	Confidential bool `json:"confidential,omitempty" doc:"The reason is told to the tenderer only (Article 55(3))"`
}

// A ScoreSheet holds one evaluator's own scores of one tender.
type ScoreSheet struct {
	TenderID ID
	PersonID ID
	// Version counts from 1; the last one counts.
	Version   int
	Scores    []Score `gorm:"serializer:json"`
	WrittenAt time.Time
}

// A LetterKind says of which decision a letter informs.
type LetterKind string

// The kinds of letters.
const (
	LetterAward    LetterKind = "award"
	LetterNonAward LetterKind = "non_award"
	// LetterSelection invites a candidate, or says why it is not invited.
	LetterSelection LetterKind = "selection"
	// LetterDeadline informs those who were invited that the deadline was moved.
	LetterDeadline LetterKind = "deadline"
	// LetterPartnership informs a partner how a phase of an innovation partnership ended.
	LetterPartnership LetterKind = "partnership"
	// LetterSetAside informs a tenderer that the decision it was told of was set aside.
	LetterSetAside LetterKind = "set_aside"
	// LetterInformation tells a participant of talks what all are told.
	LetterInformation LetterKind = "information"
)

// A Letter informs one tenderer or candidate of a decision on a lot.
type Letter struct {
	TenderID ID
	LotID    ID
	Kind     LetterKind
	// Content is canonical JSON (RFC 8785) of a letter; Digest its SHA-256, in hexadecimal.
	Content json.RawMessage
	Digest  string
	// Electronic letters make the standstill shorter (Directive 89/665/EEC, Article 2a(2)).
	Electronic bool
	SentAt     time.Time
	PersonID   ID
}

// A NoticeKind says what a notice tells the public.
type NoticeKind string

// The kinds of notices.
const (
	NoticeContract NoticeKind = "contract"
	NoticeAward    NoticeKind = "award"
	// NoticeChange changes what a contract notice said.
	NoticeChange NoticeKind = "change"
	// NoticeModification tells of the modification of a contract.
	NoticeModification NoticeKind = "modification"
)

// A Notice is what was published, as it was sent.
type Notice struct {
	ID            ID
	ProcurementID ID
	Kind          NoticeKind
	// Content is canonical JSON (RFC 8785); Digest its SHA-256, in hexadecimal.
	Content      json.RawMessage
	Digest       string
	DispatchedAt time.Time
	PersonID     ID
}

// Tendering is what a dossier holds of lots and tenders.
type Tendering struct {
	Lots   []Lot
	Awards map[ID]LotAward
	// FormerAwards are decisions that were set aside, and SetAsides why, both in their order.
	FormerAwards []LotAward
	SetAsides    []SetAside
	// Received is what stands in boxes that are closed, of all stages, with the envelopes.
	Received []Tender
	// Tenderers are the organisations that handed it in.
	Tenderers map[ID]Organisation
	// Languages are those in which tenderers asked for their letters when they registered, by organisation.
	Languages map[ID]string
	// Tests are the test envelopes of openers.
	Tests []OpenerTest
	// Releases and Handovers are what openers did for the opening of boxes, in the order in which they did it.
	Releases  []BoxRelease
	Handovers []BoxHandover
	// Unread are what enough openers have released, and what is still to be read.
	Unread []UnreadBox
	// Resumed are the motions by which suspensions ended.
	Resumed []Motion
	// SealedEnds are the lots that ended because they could not be opened.
	SealedEnds []LeftSealed
	// Phases are those of innovation partnerships that have ended.
	Phases []EndedPhase
	// Openings are what was found in envelopes.
	Openings []Opening
	// Sheets are the last version of each.
	Sheets  []ScoreSheet
	Letters []Letter
	Notices []Notice
}

// Lot finds a lot.
func (t Tendering) Lot(id ID) (Lot, bool) {
	return find(t.Lots, func(l Lot) bool { return l.ID == id })
}

// Tender finds what stands in a closed box, whatever its stage.
func (t Tendering) Tender(id ID) (Tender, bool) {
	return find(t.Received, func(x Tender) bool { return x.ID == id })
}

// TendersFor lists the tenders, or solutions, for a lot that are judged by the award criteria: those in the last box
// for any. What came in earlier rounds no longer counts.
func (t Tendering) TendersFor(id ID) []Tender {
	lot, _ := t.Lot(id)
	b, ok := lot.Evaluated()
	if !ok {
		return nil
	}
	return t.In(b.ID)
}

// RequestsFor lists the requests to participate for a lot.
func (t Tendering) RequestsFor(id ID) []Tender {
	lot, _ := t.Lot(id)
	b, ok := lot.BoxFor(HandedRequest)
	if !ok {
		return nil
	}
	return t.In(b.ID)
}

// In lists what stands in a box that is closed.
func (t Tendering) In(box ID) []Tender {
	return slices.DeleteFunc(slices.Clone(t.Received), func(x Tender) bool { return x.BoxID != box })
}

// BoxOf finds the box in which something was handed in.
func (t Tendering) BoxOf(x Tender) Box {
	lot, _ := t.Lot(x.LotID)
	b, _ := find(lot.Boxes, func(b Box) bool { return b.ID == x.BoxID })
	return b
}

// AwardOf returns how far a lot has come; false before what it received in its last box that is evaluated was opened.
func (t Tendering) AwardOf(id ID) (LotAward, bool) {
	a, ok := t.Awards[id]
	lot, _ := t.Lot(id)
	b, evaluated := lot.Evaluated()
	return a, ok && evaluated && b.UnsealedAt != nil
}

// QualityLockedAt is when the quality scores of what a lot received last were locked; nil: they are not.
func (t Tendering) QualityLockedAt(id ID) *time.Time {
	lot, _ := t.Lot(id)
	return lot.QualityLockedAt()
}

// Envelope finds an envelope of the tender.
func (t Tender) Envelope(n int) (Envelope, bool) {
	return find(t.Envelopes, func(e Envelope) bool { return e.N == n })
}

func find[T any](all []T, fits func(T) bool) (T, bool) {
	if i := slices.IndexFunc(all, fits); i >= 0 {
		return all[i], true
	}
	var none T
	return none, false
}
