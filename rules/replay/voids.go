package replay

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// A Fault is an event that does not follow from the others, and why.
type Fault struct {
	Event  models.ID
	Detail string
}

// A void is a vote that was voided for a vote that replaces it in the same transaction.
type void struct {
	vote, event, buyer models.ID
	subject            string
	transaction        uint64
}

// Finish says what is wrong with events that later ones should have justified: to be asked after the last one.
func (s *State) Finish() []Fault {
	faults := make([]Fault, len(s.voids))
	for i, v := range s.voids {
		faults[i] = Fault{v.event, fmt.Sprintf("vote %s was voided: what it was on had not changed, %s did not vote "+
			"again with it, and nothing kept the voter from voting", v.vote, v.buyer)}
	}
	return faults
}

// judgeVoid asks why a vote was voided: what it was on has changed, or its voter may not vote any more, or the buyer
// votes again in the same transaction. What else has changed no vote outlasts.
func (f fold) judgeVoid(p event.VoteVoided) string {
	row, cast := f.rows[Votes][string(p.VoteID)]
	switch {
	case !cast:
		return fmt.Sprintf("vote %s was voided and never cast", p.VoteID)
	case row["voided_at"].Value != "":
		return fmt.Sprintf("vote %s was voided twice", p.VoteID)
	case row["subject"].Value != p.Subject:
		return fmt.Sprintf("vote %s was voided on what it was not cast on", p.VoteID)
	case f.changed(p, row):
		f.outdate(p)
	case !f.barred(row["person_id"].Value, row["cast_at"].Value):
		f.voids = append(f.voids, void{
			p.VoteID, f.ID, models.ID(row["organisation_id"].Value), p.Subject, f.Transaction,
		})
	}
	return ""
}

// changed tells whether a vote was voided because what it was on had changed. A motion never changes.
func (f fold) changed(p event.VoteVoided, row Row) bool {
	return p.Digest != "" && p.Digest != row["digest"].Value && !strings.HasPrefix(p.Subject, models.MotionSubject(""))
}

// outdate notes which votes are on what the subject was before: they are all voided at once, and never counted.
func (f fold) outdate(p event.VoteVoided) {
	for id, row := range f.rows[Votes] {
		if row["subject"].Value == p.Subject && row["digest"].Value != p.Digest && row["voided_at"].Value == "" {
			f.put(outdated, id, told{"by": string(f.ID)})
		}
	}
}

// replaced takes a vote for what its buyer's earlier vote was voided for.
func (f fold) replaced(p event.VoteCast) {
	f.voids = slices.DeleteFunc(f.voids, func(v void) bool {
		return v.transaction == f.Transaction && v.buyer == p.OrganisationID && v.subject == p.Subject
	})
}

// barred tells whether a person who could vote at an instant can be kept from it by what happened since: a declared
// conflict of interest, something that the person wrote of what is decided on, or a tender of the person's own
// organisation. What a declaration says that was erased is not known.
func (f fold) barred(person, since string) bool {
	if person == "" {
		return true // an earlier release did not tell who voted
	}
	for key, row := range f.rows[EntryVersions] {
		if row["author_id"].Value == person && row["written_at"].Value >= since && f.bars(key, row) {
			return true
		}
	}
	for key, row := range f.rows[Sheets] {
		if strings.Contains(key, " "+person+" ") && row["written_at"].Value >= since {
			return true
		}
	}
	return f.tendered(person)
}

// bars tells whether its author may not vote any more because of a version of an entry.
func (f fold) bars(key string, version Row) bool {
	entry, n := cutLast(key)
	switch models.EntryKind(f.value(Entries, entry, "kind")) { //nolint:exhaustive // of others their authors are asked
	case models.EntryInterestDeclaration, models.EntryConflictDeclaration:
		var declared struct {
			Conflict bool `json:"conflict"`
		}
		body := f.said(models.ID(entry), n, version["body"])
		return body == nil || json.Unmarshal(body, &declared) != nil || declared.Conflict
	case models.EntryAwardCriteria, models.EntryConsensus, models.EntryAdmission, models.EntryCostValues,
		models.EntrySelectionCriteria, models.EntrySelection, models.EntryConformanceResult:
		return true
	}
	return false
}

// tendered tells whether something stands in a closed box of an organisation for which a person holds a role.
func (f fold) tendered(person string) bool {
	for _, t := range f.contents.Received {
		if f.value(Boxes, string(t.BoxID), "closed_at") == "" {
			continue
		}
		for _, row := range f.rows[Roles] {
			if row["person_id"].Value == person && row["organisation_id"].Value == string(t.OrganisationID) {
				return true
			}
		}
	}
	return false
}
