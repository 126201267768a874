package audit

import (
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/ppi-engine/ppi/models"
)

const (
	// recentKept is how many forged entries in a row can be told from the good ones after them.
	recentKept = 1024
	// gapTried is how many removed entries in a row can be detected when the numbers after them were closed up.
	gapTried = 64
)

// diagnose tells what happened to the log at the first entry that does not fit. The entries before it are good, so it
// is known which hash any other entry would have here; the hash of an entry shows for which place it was made. diagnose
// reads the rest of the log, because the entry that belongs here may be anywhere.
func (v *verifier) diagnose(e Entry, next func() (Entry, error, bool)) (*Fault, error) {
	fault := func(kind FaultKind, e Entry, format string, args ...any) *Fault {
		return &Fault{
			Kind: kind, Position: e.Position, Seq: e.Seq, EventID: e.EventID,
			Detail: fmt.Sprintf(format, args...),
		}
	}
	switch {
	case e.Damage != "":
		return fault(FaultAltered, v.named(e), "%s", e.Damage), nil
	case e.Canonical == nil:
		return fault(FaultRemoved, e, "the event is gone; its entry in the log is still there"), nil
	case v.fits(e, v.place(e)):
		return fault(FaultAltered, v.named(e), "the event is as recorded, but its entry was altered: position, seq, "+
			"prev_hash or link"), nil
	}
	if forged, ok := v.overtook(e); ok {
		if forged.Hash == e.Hash {
			return fault(FaultInserted, e, "this entry repeats number %d of its chain", forged.Seq), nil
		}
		return fault(FaultInserted, forged, "the log continues without this event: it was put in later"), nil
	}
	rest, err := v.searchRest(e, next)
	if err != nil {
		return nil, err
	}
	asMade := v.hash(e, e.Position, e.Seq, e.Prev) == e.Hash
	end := v.chains[e.ProcurementID]
	switch {
	case rest.fitting && rest.repeated:
		return fault(FaultInserted, e, "a copy of this entry was put in before its place"), nil
	case rest.fitting && (asMade || rest.swapped):
		return fault(FaultReordered, e, "this entry was made for another place; the one that belongs here is %s",
			rest.belonging), nil
	case rest.fitting:
		return fault(FaultInserted, e, "this event was put in; the one that belongs here, %s, comes later",
			rest.belonging), nil
	case asMade && (e.Seq <= end.Seq || v.comesTooLate(e)):
		return fault(FaultInserted, e, "an entry from an earlier place was put in again"), nil
	case asMade && e.Position == v.place(e) && e.Seq == end.Seq+1:
		before := Entry{Position: end.position, Seq: end.Seq, EventID: end.event}
		return fault(FaultAltered, before, "this entry was altered and hashed again: the next one of its chain, %s, "+
			"continues another", e.EventID), nil
	case asMade || v.closedGap(e):
		return v.removed(e), nil
	}
	return fault(FaultAltered, v.named(e), "the event or its hash is not what was recorded"), nil
}

// named sets the place of an altered entry to the place where it is, because its own numbers may be altered.
func (v *verifier) named(e Entry) Entry {
	e.Position = v.place(e)
	if e.Damage == "" {
		e.Seq = v.chains[e.ProcurementID].Seq + 1
	}
	return e
}

func (v *verifier) removed(follower Entry) *Fault {
	link := v.chains[follower.ProcurementID]
	f := &Fault{Kind: FaultRemoved, Detail: fmt.Sprintf("the entry before %s is missing", follower.EventID)}
	if v.whole {
		f.Position = v.place(follower)
	}
	if !v.whole || follower.Prev != link.Hash {
		f.Seq = link.Seq + 1
	}
	return f
}

// fits tells whether the entry's stored hash is that of its event at the next place of the good log.
func (v *verifier) fits(e Entry, position int64) bool {
	return v.hashHere(e, position) == e.Hash
}

func (v *verifier) hashHere(e Entry, position int64) tlog.Hash {
	link := v.chains[e.ProcurementID]
	return v.hash(e, position, link.Seq+1, link.Hash)
}

// hash is what the hash of the entry's event would be at another place.
func (v *verifier) hash(e Entry, position, seq int64, prev tlog.Hash) tlog.Hash {
	link, hash := Hashes(e.Form, position, seq, prev, e.Canonical)
	return v.hashOf(Entry{Link: link, Hash: hash})
}

// overtook finds an accepted entry for whose place e was made: a forged entry whose hash fits, so that only the entries
// after it reveal it.
func (v *verifier) overtook(e Entry) (Entry, bool) {
	link := v.chains[e.ProcurementID].Link
	for a := range v.recent.backwards() {
		if a.entry.ProcurementID == e.ProcurementID {
			link = a.before
		}
		if v.hash(e, a.entry.Position, link.Seq+1, link.Hash) == e.Hash ||
			!v.whole && v.hash(e, e.Position, link.Seq+1, link.Hash) == e.Hash {
			return a.entry, true
		}
	}
	return Entry{}, false
}

// found is what the rest of the log tells about an entry that does not fit.
type found struct {
	// fitting: an entry follows that belongs where e is; belonging is the ID of its event.
	fitting   bool
	belonging models.ID
	// swapped: an entry follows that is in the place of e.
	swapped bool
	// repeated: the event of e follows again.
	repeated bool
}

func (v *verifier) searchRest(e Entry, next func() (Entry, error, bool)) (found, error) {
	var result found
	for {
		f, err, ok := next()
		if err != nil {
			return found{}, err
		}
		if !ok {
			return result, nil
		}
		if f.Canonical == nil {
			continue
		}
		if !result.fitting && v.belongsInPlaceOf(f, e) {
			result.fitting, result.belonging = true, f.EventID
		}
		if f.EventID == e.EventID {
			result.repeated = true
		} else if !result.swapped {
			result.swapped = v.madeForPlaceOf(e, f)
		}
	}
}

// belongsInPlaceOf tells whether f is what was recorded where e is. A person who exchanges two entries may have moved
// their hashes with them or not.
func (v *verifier) belongsInPlaceOf(f, e Entry) bool {
	for _, position := range [...]int64{v.place(e), v.place(f)} {
		if hash := v.hashHere(f, position); hash == f.Hash || hash == e.Hash {
			return true
		}
	}
	return false
}

// madeForPlaceOf tells whether e was recorded where f is, whichever of their numbers were exchanged.
func (v *verifier) madeForPlaceOf(e, f Entry) bool {
	for _, from := range [...]struct{ seq, prev Entry }{{e, e}, {f, f}, {f, e}} {
		hash := v.hash(e, f.Position, from.seq.Seq, from.prev.Prev)
		if hash == e.Hash || hash == f.Hash {
			return true
		}
	}
	return false
}

// closedGap tells whether e was made for a place a little further on: then entries before it were removed and the
// numbers after them closed up.
func (v *verifier) closedGap(e Entry) bool {
	for gap := int64(1); gap <= gapTried; gap++ {
		for shift := int64(0); shift <= gap; shift++ {
			if v.hash(e, e.Position+gap, e.Seq+shift, e.Prev) == e.Hash ||
				v.hash(e, e.Position, e.Seq+gap, e.Prev) == e.Hash {
				return true
			}
		}
	}
	return false
}

// recent remembers the entries that were accepted last, and the end of the chain that each continued.
type recent struct {
	ring []accepted
	next int
}

type accepted struct {
	entry  Entry
	before Link
}

func (r *recent) add(e Entry, before Link) {
	e.Canonical = nil
	if len(r.ring) < recentKept {
		r.ring = append(r.ring, accepted{e, before})
		return
	}
	r.ring[r.next] = accepted{e, before}
	r.next = (r.next + 1) % recentKept
}

// backwards yields the entries, the last one first.
func (r *recent) backwards() func(yield func(accepted) bool) {
	return func(yield func(accepted) bool) {
		for i := range r.ring {
			if !yield(r.ring[(r.next-1-i+2*len(r.ring))%len(r.ring)]) {
				return
			}
		}
	}
}
