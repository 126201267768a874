package models

import (
	"encoding/json"
	"strings"
	"time"
)

// An EntryKind says what a dossier entry is: a needs statement, a bulletin, a requirement.
type EntryKind string

// An Entry is one piece of content in the dossier of a procurement, in its latest version. Earlier
// versions are kept; nothing is overwritten.
type Entry struct {
	ID            ID `gorm:"primaryKey"`
	ProcurementID ID
	Kind          EntryKind
	Phase         Phase
	// Round is the round of the phase in which the entry was last written.
	Round int
	// OrganisationID is the organisation it speaks for; empty: for the consortium.
	OrganisationID ID
	// Subject is what it is about, such as a lot; empty: nothing in particular. It never changes.
	Subject string
	// Version counts from 1; it is the entry's ETag.
	Version int64
	// AuthorID wrote this version.
	AuthorID ID
	Body     json.RawMessage `gorm:"type:jsonb"`
	// Digest is the SHA-256 of the body's canonical form (RFC 8785), in hexadecimal.
	Digest      string
	WrittenAt   time.Time
	WithdrawnAt *time.Time
}

// A Dossier is the content of a procurement that its gates are judged on.
type Dossier struct {
	Procurement   Procurement
	Members       []Member
	Organisations map[ID]Organisation
	Roles         []RoleAssignment
	Entries       []Entry
	// Earlier are the earlier versions of agreements, without their clauses, one of which may be in force, and of the
	// set of openers.
	Earlier []Entry
	Rounds  []PhaseRound
	// Authors lists who wrote any version of an entry.
	Authors map[ID][]ID
	// Tendering holds nothing but the lots until the tender phase has begun.
	Tendering Tendering
	// Market is empty until the need is adopted and the market is addressed.
	Market Market
	// Now is the procedure time at which the dossier is read.
	Now time.Time
}

// ActiveMembers returns the members that have not left, the lead buyer first.
func (d Dossier) ActiveMembers() []Member {
	var lead, others []Member
	for _, m := range d.Members {
		switch {
		case !m.Active():
		case m.Lead:
			lead = append(lead, m)
		default:
			others = append(others, m)
		}
	}
	return append(lead, others...)
}

// NameOf is the legal name of an organisation that buys or tenders, or its ID if it does neither: a refusal names
// people and organisations as their readers do.
func (d Dossier) NameOf(organisation ID) string {
	for _, known := range []map[ID]Organisation{d.Organisations, d.Tendering.Tenderers} {
		if name := known[organisation].LegalName; name != "" {
			return name
		}
	}
	return string(organisation)
}

// TendererOf is the legal name of who handed in a tender.
func (d Dossier) TendererOf(tender ID) string {
	t, ok := d.Tendering.Tender(tender)
	if !ok {
		return string(tender)
	}
	return d.NameOf(t.OrganisationID)
}

// PersonOf says for which organisation a person holds a role now. The dossier holds no names of people, so the ID
// says which person it is.
func (d Dossier) PersonOf(person ID) string {
	for _, a := range d.Roles {
		if a.PersonID == person && a.Holds(d.Now) {
			return "a person of " + d.NameOf(a.OrganisationID) + " (" + string(person) + ")"
		}
	}
	return string(person)
}

// namesWithIDs lists organisations by name, each with the ID by which a request names it.
func (d Dossier) namesWithIDs(organisations []ID) string {
	names := make([]string, len(organisations))
	for i, id := range organisations {
		names[i] = d.NameOf(id) + " (" + string(id) + ")"
	}
	return strings.Join(names, ", ")
}

// Of returns the standing entries of a kind, in the order they were first written.
func (d Dossier) Of(kind EntryKind) []Entry {
	var found []Entry
	for _, e := range d.Entries {
		if e.Kind == kind && e.WithdrawnAt == nil {
			found = append(found, e)
		}
	}
	return found
}

// Latest returns the last standing entry of a kind.
func (d Dossier) Latest(kind EntryKind) (Entry, bool) {
	all := d.Of(kind)
	if len(all) == 0 {
		return Entry{}, false
	}
	return all[len(all)-1], true
}

// Round returns the latest round of phase; its number is 0 before the first.
func (d Dossier) Round(phase Phase) PhaseRound {
	latest := PhaseRound{Phase: phase, Status: PhasePending}
	for _, r := range d.Rounds {
		if r.Phase == phase && r.Round > latest.Round {
			latest = r
		}
	}
	return latest
}

// BodyOf decodes an entry that was checked when it was written; false when it no longer fits its type.
func BodyOf[T any](e Entry) (T, bool) {
	var content T
	err := json.Unmarshal(e.Body, &content)
	return content, err == nil
}

// about reads the entry of a kind that stands for a subject, such as a lot or a tender; false: there is none.
func about[T any](d Dossier, kind EntryKind, subject ID) (T, Entry, bool) {
	e, ok := find(d.Of(kind), func(e Entry) bool { return e.Subject == string(subject) })
	if !ok {
		var none T
		return none, e, false
	}
	content, ok := BodyOf[T](e)
	return content, e, ok
}

// A Reference names one version of an entry.
type Reference struct {
	Entry  ID        `json:"entry"`
	Kind   EntryKind `json:"kind"`
	Digest string    `json:"digest"`
}

// References names the standing entries of a phase.
func References(entries []Entry, phase Phase) []Reference {
	refs := []Reference{}
	for _, e := range entries {
		if e.Phase == phase && e.WithdrawnAt == nil {
			refs = append(refs, Reference{e.ID, e.Kind, e.Digest})
		}
	}
	return refs
}
