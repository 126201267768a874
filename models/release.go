package models

import (
	"slices"
	"time"
)

// A BoxRelease is what one opener did for the opening of all envelopes of a kind in a box (docs/sealing.md).
type BoxRelease struct {
	BoxID ID
	Kind  EnvelopeKind
	// Turn counts from 1; see [Turn].
	Turn int
	// PersonID is the opener, OrganisationID the buyer whose opener it is.
	PersonID       ID
	OrganisationID ID
	// Content is the release, canonical JSON; Digest is its SHA-256, in hexadecimal. A dossier has no contents.
	Digest     string
	Content    string
	ReleasedAt time.Time
	// Tenders are those whose prices it is for; read where only the prices of the best are opened, and there only.
	Tenders []ID `gorm:"-"`
}

// A Turn is the envelopes of a kind in a box, sealed for the same openers, that these release together.
//
// Where the openers of a box were changed while it was open, those of each set have a turn of their own. The turns of a
// sitting run side by side, and nothing is opened before each of them is complete: a box opens whole. So turn 1 is of
// the first set, turn 2 of the second, and so on, until the sitting has a turn for each.
//
// All envelopes of a kind are released in the first sitting. Only where the prices of the best are opened there can be
// further ones: when, after a sitting, other tenders are among the best, their prices are released in the next one. A
// sitting in which too few have released is void once a tender that it is for is out: its price stays sealed.
type Turn struct {
	// N counts from 1.
	N       int
	Openers SealedFor
	// Envelopes are what is to be released; none where the best have none that is sealed for these openers.
	Envelopes []Envelope
}

// A BoxHandover gives the shares of one opener to another one of the same buyer, for all envelopes of a kind in a box.
type BoxHandover struct {
	BoxID ID
	Kind  EnvelopeKind
	// Turn counts from 1; see [Turn].
	Turn int
	// PersonID handed over to ToPersonID.
	PersonID       ID
	ToPersonID     ID
	OrganisationID ID
	// Content is the handover, canonical JSON; Digest is its SHA-256, in hexadecimal. A dossier has no contents.
	Digest   string
	Content  string
	HandedAt time.Time
	// Tenders are as in [BoxRelease].
	Tenders []ID `gorm:"-"`
}

// An UnreadBox names the envelopes of a kind in a box that are released, and still to be read.
type UnreadBox struct {
	BoxID ID
	Kind  EnvelopeKind
}

// LastTurn is the last turn in which somebody has released or handed over envelopes of a kind in a box; 1 before.
func (t Tendering) LastTurn(box ID, kind EnvelopeKind) int {
	last := 1
	for _, r := range t.Releases {
		if r.BoxID == box && r.Kind == kind {
			last = max(last, r.Turn)
		}
	}
	for _, h := range t.Handovers {
		if h.BoxID == box && h.Kind == kind {
			last = max(last, h.Turn)
		}
	}
	return last
}

// PricedIn lists the tenders whose prices the releases and handovers of a turn are for, where only the prices of the
// best are opened. All acts of a turn are for the same ones.
func (t Tendering) PricedIn(box ID, turn int) []ID {
	for _, r := range t.Releases {
		if r.BoxID == box && r.Kind == EnvelopePrice && r.Turn == turn {
			return r.Tenders
		}
	}
	for _, h := range t.HandedOver(box, EnvelopePrice, turn) {
		return h.Tenders
	}
	return nil
}

// ReleasedBy lists who has released the envelopes of a kind in a box in a turn.
func (t Tendering) ReleasedBy(box ID, kind EnvelopeKind, turn int) []ID {
	var people []ID
	for _, r := range t.Releases {
		if r.BoxID == box && r.Kind == kind && r.Turn == turn {
			people = append(people, r.PersonID)
		}
	}
	return people
}

// HandedOver lists the handovers of shares of the envelopes of a kind in a box in a turn.
func (t Tendering) HandedOver(box ID, kind EnvelopeKind, turn int) []BoxHandover {
	return slices.DeleteFunc(slices.Clone(t.Handovers), func(h BoxHandover) bool {
		return h.BoxID != box || h.Kind != kind || h.Turn != turn
	})
}

// Holders lists who holds shares of the envelopes of a kind in a box in a turn: its openers, or those to whom they
// handed over.
func (t Tendering) Holders(box ID, kind EnvelopeKind, turn int, openers []SetOpener) []ID {
	people := make([]ID, len(openers))
	for i, o := range openers {
		people[i] = o.Person
	}
	for _, h := range t.HandedOver(box, kind, turn) {
		if i := slices.Index(people, h.PersonID); i >= 0 {
			people[i] = h.ToPersonID
		}
	}
	return people
}

// KindsIn lists the kinds of the envelopes in a box that is closed, in the order of [EnvelopeKinds].
func (t Tendering) KindsIn(box ID) []EnvelopeKind {
	return slices.DeleteFunc(EnvelopeKinds(), func(kind EnvelopeKind) bool {
		return !slices.ContainsFunc(t.In(box), func(x Tender) bool {
			return slices.ContainsFunc(x.Envelopes, func(e Envelope) bool { return e.Kind == kind })
		})
	})
}

// Box finds a box with its lot.
func (t Tendering) Box(id ID) (Lot, Box, bool) {
	for _, lot := range t.Lots {
		if box, ok := find(lot.Boxes, func(b Box) bool { return b.ID == id }); ok {
			return lot, box, true
		}
	}
	return Lot{}, Box{}, false
}
