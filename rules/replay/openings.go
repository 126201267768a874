package replay

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// judgeOpeners asks for an open box, for those who were its openers, and for others who had each released a test.
func (f fold) judgeOpeners(p event.OpenersChanged) string {
	row, b := f.rows[Boxes][string(p.BoxID)], f.box(p.BoxID)
	switch {
	case row == nil || row["closed_at"].Value != "" || row["deadline"].Value < models.Instant(f.At):
		return "the openers of a box were changed that was not open"
	case b.ActingIn(len(b.Former)+1) != models.SealedFor{
		OpenerSet: p.Former.Entry, OpenerSetVersion: p.Former.Version, Fingerprint: p.Former.Fingerprint,
	}:
		return "the openers of a box were changed, and they had not been those of whom it says so"
	case b.setWith(p.SealedFor.Fingerprint) >= 0:
		return "the openers of a box were changed for some that it had before"
	}
	var set models.OpenerSet
	body := f.contents.Bodies[Key(p.SealedFor.Entry, p.SealedFor.Version)]
	if json.Unmarshal(body, &set) != nil || set.Fingerprint != p.SealedFor.Fingerprint {
		return "the openers of a box were changed for some whom no entry names"
	}
	for _, o := range set.Openers {
		if !f.tested(set.Fingerprint, o.Person) {
			return fmt.Sprintf("the openers of a box were changed for some of whom %s had released no test", o.Person)
		}
	}
	return ""
}

// tested tells whether an opener has released a test envelope that was sealed for openers with a fingerprint.
func (f fold) tested(fingerprint string, person models.ID) bool {
	for test, row := range f.rows[OpenerTests] {
		if row["fingerprint"].Value == fingerprint && f.rows[OpenerTestReleases][Key(test, person)] != nil {
			return true
		}
	}
	return false
}

// judgeReleased asks for an opener of the buyer, for a closed box and, for prices, for quality that is locked.
func (f fold) judgeReleased(p event.BoxReleased) string {
	b := f.box(p.BoxID)
	sitting := b.SittingOf(max(p.Turn, 1))
	switch {
	case !f.holds(f.ActorID, p.Buyer, models.RoleOpener):
		return fmt.Sprintf("%s was no opener for %s", f.ActorID, p.Buyer)
	case f.value(Boxes, string(b.ID), "closed_at") == "":
		return "envelopes were released of a box that was not closed"
	case p.Kind == models.EnvelopePrice && f.value(Boxes, string(b.ID), "quality_locked_at") == "":
		return "prices were released before quality was locked"
	case sitting > 1 && p.Kind != models.EnvelopePrice:
		return "envelopes that hold no price were released in a further turn"
	case sitting > b.SittingOf(b.acts.LastTurn(b.ID, p.Kind))+1:
		return "envelopes were released in a turn before the one before it had begun"
	}
	return ""
}

// judgeLeftSealed asks whether the envelopes of a lot that ended because it could not be opened were in fact released
// by fewer openers than are needed, and by nobody else than it says, and whether the board decided to end it.
func (f fold) judgeLeftSealed(p event.LotLeftSealed) string {
	b := f.box(p.BoxID)
	n := b.setWith(p.Openers)
	if n < 0 {
		return "a lot was left sealed for openers for whom nothing in its box is sealed"
	}
	sitting := b.SittingOf(b.acts.LastTurn(b.ID, p.Kind))
	turn, named := b.TurnIn(sitting, n), byID(p.Released)
	people, holders := byID(b.acts.ReleasedBy(b.ID, p.Kind, turn)), b.holders(p.Kind, turn)
	all := byID(slices.Concat(p.Released, p.Withheld, p.Lost))
	// After a sitting that is over or void, nobody may have released in the next one.
	if b.enough(p.Kind, turn) || p.Kind == models.EnvelopePrice && len(named) == 0 {
		people = nil
		if next := b.holders(p.Kind, b.TurnIn(sitting+1, n)); slices.Equal(next, all) {
			holders = next
		}
	}
	switch {
	case f.value(Boxes, string(b.ID), "closed_at") == "":
		return "a lot was left sealed whose box was not closed"
	case p.Needed != b.openers(turn).Threshold || len(people) >= p.Needed:
		return "a lot was left sealed that as many openers as are needed had released"
	case !slices.Equal(holders, all):
		return "a lot was left sealed, and its openers were others than it says"
	case !slices.Equal(people, named):
		return "a lot was left sealed, and others had released than it says"
	}
	return f.judgeCarried(models.VerbEndLot)
}

func byID(people []models.ID) []models.ID { return slices.Sorted(slices.Values(people)) }

// A toldBox is a box as events tell of it: for whom it is sealed, and what openers did.
type toldBox struct {
	models.Box

	fold fold
	// acts has the releases and handovers in the box.
	acts models.Tendering
}

func (f fold) box(id models.ID) toldBox {
	b := toldBox{Box: models.Box{ID: id}, fold: f}
	for n := 1; f.rows[FormerOpeners][Key(id, n)] != nil; n++ {
		b.Former = append(b.Former, sealedForIn(f.rows[FormerOpeners][Key(id, n)]))
	}
	present := sealedForIn(f.rows[Boxes][string(id)])
	b.OpenerSet, b.OpenerSetVersion, b.Fingerprint = present.OpenerSet, present.OpenerSetVersion, present.Fingerprint
	for key, row := range f.rows[BoxReleases] {
		// The box, the kind, who released, and the turn.
		if of := strings.Fields(key); of[0] == string(id) {
			b.acts.Releases = append(b.acts.Releases, models.BoxRelease{
				BoxID: id, Kind: models.EnvelopeKind(of[1]), PersonID: models.ID(of[2]), Turn: number(of[3]),
				OrganisationID: models.ID(row["organisation_id"].Value),
			})
		}
	}
	b.acts.Handovers = f.handovers(id)
	return b
}

// handovers are those in a box, in their order.
func (f fold) handovers(box models.ID) []models.BoxHandover {
	at := map[string]string{}
	var all []models.BoxHandover
	for key, row := range f.rows[BoxHandovers] {
		// The box, the kind, who handed over, to whom, and the digest.
		if of := strings.Fields(key); of[0] == string(box) {
			at[of[4]] = row["handed_at"].Value
			all = append(all, models.BoxHandover{
				BoxID: box, Kind: models.EnvelopeKind(of[1]), PersonID: models.ID(of[2]), ToPersonID: models.ID(of[3]),
				Turn: number(row["turn"].Value), Digest: of[4],
			})
		}
	}
	slices.SortFunc(all, func(a, b models.BoxHandover) int { return strings.Compare(at[a.Digest], at[b.Digest]) })
	return all
}

// sealedForIn reads for whom envelopes are sealed from a row of a box or of its former openers.
func sealedForIn(row Row) models.SealedFor {
	return models.SealedFor{
		OpenerSet: models.ID(row["opener_set"].Value), OpenerSetVersion: int64(number(row["opener_set_version"].Value)),
		Fingerprint: row["fingerprint"].Value,
	}
}

// number reads what an event said as a number; 0: it said none.
func number(text string) int {
	n, _ := strconv.Atoi(text)
	return n
}

// setWith is which of the sets of the box has a fingerprint, from 0; -1: none has. Empty is the last one, as events of
// earlier releases say it.
func (b toldBox) setWith(fingerprint string) int {
	if fingerprint == "" {
		return len(b.Former)
	}
	return slices.IndexFunc(b.SealedFor(), func(s models.SealedFor) bool { return s.Fingerprint == fingerprint })
}

// openers act together in a turn; none: the entry that says who they are is not known.
func (b toldBox) openers(turn int) models.OpenerSet {
	of := b.ActingIn(turn)
	var set models.OpenerSet
	if json.Unmarshal(b.fold.contents.Bodies[Key(of.OpenerSet, of.OpenerSetVersion)], &set) != nil {
		return models.OpenerSet{}
	}
	return set
}

// holders are who holds shares in a turn.
func (b toldBox) holders(kind models.EnvelopeKind, turn int) []models.ID {
	return byID(b.acts.Holders(b.ID, kind, turn, b.openers(turn).Openers))
}

// enough tells whether as many openers as are needed, of two buyers at least, have released envelopes of a kind in a
// turn.
func (b toldBox) enough(kind models.EnvelopeKind, turn int) bool {
	people, buyers := 0, map[models.ID]bool{}
	for _, r := range b.acts.Releases {
		if r.Kind == kind && r.Turn == turn {
			people, buyers[r.OrganisationID] = people+1, true
		}
	}
	return len(buyers) >= 2 && people >= b.openers(turn).Threshold
}

// released tells whether enough openers have released envelopes of a kind that are sealed for the openers with a
// fingerprint, and all others who had to in the same sitting: a box opens whole.
func (b toldBox) released(kind models.EnvelopeKind, openers string) bool {
	n := b.setWith(openers)
	for sitting := b.SittingOf(b.acts.LastTurn(b.ID, kind)); n >= 0 && sitting > 0; sitting-- {
		if b.enough(kind, b.TurnIn(sitting, n)) && b.complete(kind, sitting) {
			return true
		}
	}
	return false
}

// complete tells that no set of the box has released too little in a sitting. Of prices a set that has not acted may
// have had none that is opened.
func (b toldBox) complete(kind models.EnvelopeKind, sitting int) bool {
	for n := range b.SealedFor() {
		turn := b.TurnIn(sitting, n)
		if !b.enough(kind, turn) && (len(b.acts.ReleasedBy(b.ID, kind, turn)) > 0 ||
			kind != models.EnvelopePrice && b.holdsFor(n, kind)) {
			return false
		}
	}
	return true
}

// holdsFor tells whether an envelope of a kind that stands in the box is sealed for the n-th of its sets.
func (b toldBox) holdsFor(n int, kind models.EnvelopeKind) bool {
	return slices.ContainsFunc(b.fold.contents.Received, func(t models.Tender) bool {
		return t.BoxID == b.ID && slices.ContainsFunc(t.Envelopes, func(e models.Envelope) bool {
			return e.Kind == kind && b.setWith(e.Fingerprint) == n
		})
	})
}

// judgeFound asks that enough openers had released the envelope. Before release 0.2 an opener recorded what it had
// found.
func (f fold) judgeFound(p event.EnvelopeOpened) string {
	if f.ActorID != "" {
		if !f.joined(f.ActorID) {
			return fmt.Sprintf("%s had not joined an opening", f.ActorID)
		}
		return ""
	}
	for _, t := range f.contents.Received {
		e, ok := t.Envelope(p.Envelope)
		if t.ID == p.TenderID && ok && f.box(t.BoxID).released(e.Kind, e.Fingerprint) {
			return ""
		}
	}
	return fmt.Sprintf("envelope %d of tender %s was opened before enough openers had released it", p.Envelope,
		p.TenderID)
}

// judgeUnsealed asks for a closed box and for enough releases of what holds no price; before release 0.2, for openers
// of two buyers, or of the one that bought alone.
func (f fold) judgeUnsealed(p event.LotUnsealed) string {
	if f.value(Boxes, string(p.BoxID), "closed_at") == "" {
		return "a box was opened that was not closed"
	}
	if b := f.box(p.BoxID); b.Fingerprint != "" {
		for _, t := range f.contents.Received {
			for _, e := range t.Envelopes {
				if t.BoxID == b.ID && e.Kind != models.EnvelopePrice && !b.released(e.Kind, e.Fingerprint) {
					return fmt.Sprintf("a box was opened before enough openers had released the kind %s", e.Kind)
				}
			}
		}
		return ""
	}
	buyers := map[string]bool{}
	for key, row := range f.rows[BoxOpeners] {
		if box, _, _ := strings.Cut(key, " "); models.ID(box) == p.BoxID {
			buyers[row["organisation_id"].Value] = true
		}
	}
	if len(buyers) < min(2, len(f.members())) {
		return fmt.Sprintf("a box was opened by openers of %d buyers", len(buyers))
	}
	return ""
}
