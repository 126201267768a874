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

// judgeOpeners asks for an open box, and for those who were its openers.
func (f fold) judgeOpeners(p event.OpenersChanged) string {
	row := f.rows[Boxes][string(p.BoxID)]
	switch {
	case row == nil || row["closed_at"].Value != "" || row["deadline"].Value < models.Instant(f.At):
		return "the openers of a box were changed that was not open"
	case Key(row["opener_set"].Value, row["opener_set_version"].Value, row["fingerprint"].Value) !=
		Key(p.Former.Entry, p.Former.Version, p.Former.Fingerprint):
		return "the openers of a box were changed, and they had not been those of whom it says so"
	}
	if _, before := f.setWith(p.BoxID, p.SealedFor.Fingerprint); before {
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
	box := string(p.BoxID)
	switch {
	case !f.holds(f.ActorID, p.Buyer, models.RoleOpener):
		return fmt.Sprintf("%s was no opener for %s", f.ActorID, p.Buyer)
	case f.value(Boxes, box, "closed_at") == "":
		return "envelopes were released of a box that was not closed"
	case p.Kind == models.EnvelopePrice && f.value(Boxes, box, "quality_locked_at") == "":
		return "prices were released before quality was locked"
	case f.sitting(p.BoxID, p.Turn) > 1 && p.Kind != models.EnvelopePrice:
		return "envelopes that hold no price were released in a further turn"
	case f.sitting(p.BoxID, p.Turn) > f.lastSitting(p.BoxID, p.Kind)+1:
		return "envelopes were released in a turn before the one before it had begun"
	}
	return ""
}

// judgeLeftSealed asks whether the envelopes of a lot that ended because it could not be opened were in fact released
// by fewer openers than are needed, and by nobody else than it says, and whether the board decided on this ground.
func (f fold) judgeLeftSealed(p event.LotLeftSealed) string {
	n, known := f.setWith(p.BoxID, p.Openers)
	sitting := f.lastSitting(p.BoxID, p.Kind)
	turn, named := f.turnOf(p.BoxID, sitting, n), slices.Sorted(slices.Values(p.Released))
	people, _ := f.releasers(p.BoxID, p.Kind, turn)
	holders := f.holders(p.BoxID, p.Kind, turn)
	all := slices.Sorted(slices.Values(slices.Concat(p.Released, p.Withheld, p.Lost)))
	// After a sitting that is over or void, nobody may have released in the next one.
	if f.releasedIn(p.BoxID, p.Kind, turn) || p.Kind == models.EnvelopePrice && len(named) == 0 {
		people = nil
		if next := f.holders(p.BoxID, p.Kind, f.turnOf(p.BoxID, sitting+1, n)); slices.Equal(next, all) {
			holders = next
		}
	}
	switch {
	case f.value(Boxes, string(p.BoxID), "closed_at") == "":
		return "a lot was left sealed whose box was not closed"
	case !known:
		return "a lot was left sealed for openers for whom nothing in its box is sealed"
	case p.Needed != f.openers(p.BoxID, turn).Threshold || len(people) >= p.Needed:
		return "a lot was left sealed that as many openers as are needed had released"
	case !slices.Equal(holders, all):
		return "a lot was left sealed, and its openers were others than it says"
	case !slices.Equal(slices.Sorted(slices.Values(people)), named):
		return "a lot was left sealed, and others had released than it says"
	}
	return f.judgeCarried(models.VerbEndLot)
}

// released tells whether as many openers as are needed, of two buyers at least, have released envelopes of a kind in a
// box that are sealed for the openers with a fingerprint, in a turn, and all others who had to in the same sitting: a
// box opens whole.
func (f fold) released(box models.ID, kind models.EnvelopeKind, openers string) bool {
	n, known := f.setWith(box, openers)
	for sitting := f.lastSitting(box, kind); known && sitting > 0; sitting-- {
		if f.releasedIn(box, kind, f.turnOf(box, sitting, n)) && f.complete(box, kind, sitting) {
			return true
		}
	}
	return false
}

// complete tells that no set of a box has released too little in a sitting. Of prices a set that has not acted may have
// had none that is opened.
func (f fold) complete(box models.ID, kind models.EnvelopeKind, sitting int) bool {
	for n := range f.sets(box) {
		turn := f.turnOf(box, sitting, n)
		if f.releasedIn(box, kind, turn) {
			continue
		}
		people, _ := f.releasers(box, kind, turn)
		if len(people) > 0 || kind != models.EnvelopePrice && f.seals(box, kind, n) {
			return false
		}
	}
	return true
}

// seals tells whether an envelope of a kind that stands in a box is sealed for the n-th of its sets.
func (f fold) seals(box models.ID, kind models.EnvelopeKind, n int) bool {
	for _, t := range f.contents.Received {
		for _, e := range t.Envelopes {
			if set, known := f.setWith(box, e.Fingerprint); t.BoxID == box && e.Kind == kind && known && set == n {
				return true
			}
		}
	}
	return false
}

// releasedIn asks the same of one turn.
func (f fold) releasedIn(box models.ID, kind models.EnvelopeKind, turn int) bool {
	people, buyers := f.releasers(box, kind, turn)
	return len(buyers) >= 2 && len(people) >= f.openers(box, turn).Threshold
}

// lastSitting is the last sitting in which somebody has released or handed over envelopes of a kind in a box; 1 before.
// A sitting of prices that too few had released can be void, which needs the releases themselves to be judged.
func (f fold) lastSitting(box models.ID, kind models.EnvelopeKind) int {
	last := 1
	for key := range f.rows[BoxReleases] {
		if who, found := strings.CutPrefix(key, Key(box, kind)+" "); found {
			_, in, _ := strings.Cut(who, " ")
			turn, _ := strconv.Atoi(in)
			last = max(last, f.sitting(box, turn))
		}
	}
	for key, row := range f.rows[BoxHandovers] {
		if strings.HasPrefix(key, Key(box, kind)+" ") {
			turn, _ := strconv.Atoi(row["turn"].Value)
			last = max(last, f.sitting(box, turn))
		}
	}
	return last
}

// sets is how many sets of openers envelopes in a box are sealed for; see [models.Turn].
func (f fold) sets(box models.ID) int {
	n := 1
	for f.rows[FormerOpeners][Key(box, n)] != nil {
		n++
	}
	return n
}

// setWith is which of the sets of a box has a fingerprint, from 0; empty is the last one, as events of earlier releases
// say it.
func (f fold) setWith(box models.ID, fingerprint string) (int, bool) {
	last := f.sets(box) - 1
	if fingerprint == "" || fingerprint == f.value(Boxes, string(box), "fingerprint") {
		return last, true
	}
	for n := range last {
		if f.value(FormerOpeners, Key(box, n+1), "fingerprint") == fingerprint {
			return n, true
		}
	}
	return 0, false
}

// sitting is that of a turn, and turnOf the turn of a set in a sitting; see [models.Turn].
func (f fold) sitting(box models.ID, turn int) int { return (max(turn, 1)-1)/f.sets(box) + 1 }

func (f fold) turnOf(box models.ID, sitting, set int) int { return (sitting-1)*f.sets(box) + set + 1 }

// releasers are who has released envelopes of a kind in a box in a turn, and their buyers.
func (f fold) releasers(box models.ID, kind models.EnvelopeKind, turn int) ([]models.ID, map[string]bool) {
	var people []models.ID
	buyers := map[string]bool{}
	for key, row := range f.rows[BoxReleases] {
		who, found := strings.CutPrefix(key, Key(box, kind)+" ")
		person, in, _ := strings.Cut(who, " ")
		if found && in == strconv.Itoa(turn) {
			people = append(people, models.ID(person))
			buyers[row["organisation_id"].Value] = true
		}
	}
	return people, buyers
}

// holders are who holds shares in a turn: its openers, or those to whom they handed over.
func (f fold) holders(box models.ID, kind models.EnvelopeKind, turn int) []models.ID {
	var people []models.ID
	for _, o := range f.openers(box, turn).Openers {
		people = append(people, o.Person)
	}
	type handover struct{ at, from, to string }
	var handed []handover
	for key, row := range f.rows[BoxHandovers] {
		if who, found := strings.CutPrefix(key, Key(box, kind)+" "); found && row["turn"].Value == strconv.Itoa(turn) {
			parts := strings.Fields(who)
			handed = append(handed, handover{row["handed_at"].Value, parts[0], parts[1]})
		}
	}
	slices.SortFunc(handed, func(a, b handover) int { return strings.Compare(a.at, b.at) })
	for _, h := range handed {
		if i := slices.Index(people, models.ID(h.from)); i >= 0 {
			people[i] = models.ID(h.to)
		}
	}
	slices.Sort(people)
	return people
}

// openers act together in a turn; none: the entry that says who they are is not known.
func (f fold) openers(box models.ID, turn int) models.OpenerSet {
	row := f.rows[Boxes][string(box)]
	if n := (turn-1)%f.sets(box) + 1; n < f.sets(box) {
		row = f.rows[FormerOpeners][Key(box, n)]
	}
	var set models.OpenerSet
	body := f.contents.Bodies[Key(row["opener_set"].Value, row["opener_set_version"].Value)]
	if json.Unmarshal(body, &set) != nil {
		return models.OpenerSet{}
	}
	return set
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
		if t.ID == p.TenderID && ok && f.released(t.BoxID, e.Kind, e.Fingerprint) {
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
	if f.value(Boxes, string(p.BoxID), "fingerprint") != "" {
		for _, t := range f.contents.Received {
			for _, e := range t.Envelopes {
				if t.BoxID == p.BoxID && e.Kind != models.EnvelopePrice && !f.released(t.BoxID, e.Kind, e.Fingerprint) {
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
