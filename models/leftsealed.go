package models

import (
	"slices"
	"time"
)

// EntryOpenerLoss says that an opener cannot release any more what is sealed for it.
const EntryOpenerLoss EntryKind = "opener_loss"

// An OpenerLoss says that an opener has lost its key, or cannot act any more for another reason: what is sealed for the
// openers with this fingerprint will not be released by it.
type OpenerLoss struct {
	Person      ID     `json:"person" doc:"The opener, or who has got its shares"`
	Fingerprint string `json:"fingerprint" maxLength:"80" doc:"Of the openers for whom it is sealed"`
	Reason      string `json:"reason" minLength:"1" maxLength:"4000" doc:"What happened; it stays with the buyers"`
}

// Check refuses a malformed ID and a loss without a reason.
func (l OpenerLoss) Check() error {
	return Refusals(append(checkID("/person", l.Person, PrefixPerson),
		compact(checkWord("/reason", l.Reason, 4000))...))
}

// Subject is the opener among its openers: each can lose its part once.
func (l OpenerLoss) Subject() string { return l.Fingerprint + " " + string(l.Person) }

// CheckAgainst refuses a loss of somebody who opens nothing with these openers, and one that another buyer records than
// that of the opener: nobody says of another's opener that it is lost.
func (l OpenerLoss) CheckAgainst(d Dossier, e Entry) error {
	buyer, ok := d.BuyerOfOpener(l.Fingerprint, l.Person)
	if !ok {
		return Refuse(CodeNotAnOpener, "/person", "%s opens nothing that is sealed for %s", d.PersonOf(l.Person),
			l.Fingerprint).Accepting("one of these openers, or somebody to whom one has handed over")
	}
	if e.OrganisationID != buyer {
		return Refuse(CodeForbidden, "/person", "the opener is one of %s", d.NameOf(buyer)).
			Accepting("the same by the opener, or by another person of %s", d.NameOf(buyer))
	}
	return nil
}

// LossOf is the entry that says that an opener cannot release any more what is sealed for the openers with a
// fingerprint; false: nobody said so.
func (d Dossier) LossOf(fingerprint string, person ID) (Entry, bool) {
	subject := OpenerLoss{Person: person, Fingerprint: fingerprint}.Subject()
	_, e, ok := about[OpenerLoss](d, EntryOpenerLoss, ID(subject))
	return e, ok
}

// BuyerOfOpener is the buyer of an opener, or of a person to whom one has handed over; false: the person is neither.
func (d Dossier) BuyerOfOpener(fingerprint string, person ID) (ID, bool) {
	for _, set := range d.openerSets() {
		at := slices.IndexFunc(set.Openers, func(o SetOpener) bool { return o.Person == person })
		if set.Fingerprint == fingerprint && at >= 0 {
			return set.Openers[at].Buyer, true
		}
	}
	h, ok := find(d.Tendering.Handovers, func(h BoxHandover) bool {
		_, box, _ := d.Tendering.Box(h.BoxID)
		return h.ToPersonID == person && box.ActingIn(h.Turn).Fingerprint == fingerprint
	})
	return h.OrganisationID, ok
}

// openerSets are all that were named, the earlier ones too.
func (d Dossier) openerSets() []OpenerSet {
	var sets []OpenerSet
	for _, e := range slices.Concat(d.Entries, d.Earlier) {
		if e.Kind != EntryOpenerSet {
			continue
		}
		if set, ok := BodyOf[OpenerSet](e); ok {
			sets = append(sets, set)
		}
	}
	return sets
}

// A SealedGround says why what was handed in for a lot cannot be opened.
type SealedGround string

// The grounds.
const (
	// OpenersWithhold: enough openers could still release, and do not.
	OpenersWithhold SealedGround = "openers_withhold"
	// OpenersLost: too few openers are left who can release.
	OpenersLost SealedGround = "openers_lost"
)

// SealedGrounds lists the grounds.
func SealedGrounds() []SealedGround { return []SealedGround{OpenersWithhold, OpenersLost} }

// A LeftSealed says of a lot that ended because its box could not be opened how far the opening had come, and who did
// not release. It is kept as it was at that instant.
type LeftSealed struct {
	LotID ID `gorm:"primaryKey"`
	BoxID ID
	// Kind is that of the envelopes that were to be opened next.
	Kind   EnvelopeKind
	Ground SealedGround
	// Fingerprint is that of the openers for whom these are sealed.
	Fingerprint string
	// Needed is how many openers open together.
	Needed int
	// Released are the openers who have released, Withheld those who could and have not, Lost those who could not any
	// more.
	Released []ID
	Withheld []ID
	Lost     []ID
	EndedAt  time.Time
}

// LeftSealed says how a lot ended that could not be opened; false: it did not end so.
func (t Tendering) LeftSealed(lot ID) (LeftSealed, bool) {
	return find(t.SealedEnds, func(s LeftSealed) bool { return s.LotID == lot })
}
