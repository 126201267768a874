package models

import (
	"slices"
	"strings"
	"time"
)

// Kinds of entries about who opens.
const (
	// EntryOpenerKey is the public half of an opener's key.
	EntryOpenerKey EntryKind = "opener_key"
	// EntryOpenerSet is who opens, and how many of them together.
	EntryOpenerSet EntryKind = "opener_set"
)

// An OpenerKey is the public half of an opener's key, with the proof that its author has the secret half. The opener
// makes it on its own machine (docs/sealing.md).
type OpenerKey struct {
	Person ID     `json:"person" doc:"The author: nobody announces a key for another"`
	Key    string `json:"key" minLength:"43" maxLength:"43" doc:"As ppi seal key prints it"`
	Proof  string `json:"proof" minLength:"86" maxLength:"86" doc:"As ppi seal key prints it"`
}

// Check refuses a malformed ID.
func (k OpenerKey) Check() error { return Refusals(checkID("/person", k.Person, PrefixPerson)) }

// Subject is the person.
func (k OpenerKey) Subject() string { return string(k.Person) }

// An OpenerSet is who opens the envelopes of the procurement: any Threshold of the openers together.
type OpenerSet struct {
	Threshold int `json:"threshold" minimum:"2" maximum:"19" doc:"How many openers are needed"`
	// Openers stand in the order of their IDs.
	Openers     []SetOpener `json:"openers" minItems:"3" maxItems:"20" doc:"In ascending order of person"`
	Fingerprint string      `json:"fingerprint" maxLength:"80" doc:"As ppi seal set tells it; people compare it"`
}

// A SetOpener is an opener with its key, as the opener announced it.
type SetOpener struct {
	Buyer  ID     `json:"buyer"`
	Person ID     `json:"person"`
	Key    string `json:"key" minLength:"43" maxLength:"43"`
	Proof  string `json:"proof" minLength:"86" maxLength:"86"`
}

// Check refuses malformed IDs.
func (s OpenerSet) Check() error {
	var faults []*Refusal
	for _, o := range s.Openers {
		faults = append(faults, checkID("/openers", o.Buyer, PrefixOrganisation)...)
		faults = append(faults, checkID("/openers", o.Person, PrefixPerson)...)
	}
	return Refusals(faults)
}

// OpenerKeyOf is the last key that a person announced; false: none.
func (d Dossier) OpenerKeyOf(person ID) (OpenerKey, bool) {
	var last OpenerKey
	for _, e := range d.Of(EntryOpenerKey) {
		if k, ok := BodyOf[OpenerKey](e); ok && k.Person == person {
			last = k
		}
	}
	return last, last.Key != ""
}

// An OpenerTest is a test envelope, sealed for the openers with a fingerprint.
type OpenerTest struct {
	ID          ID
	Fingerprint string
	// Header is the header of the envelope, canonical JSON. A dossier has no headers.
	Header string
	// Due tells that the engine made it, because a deadline came near.
	Due    bool
	MadeAt time.Time
	// Passed are who has released it.
	Passed []ID
}

// Untested lists the openers of a set who have not released a test envelope that was sealed for it.
func (d Dossier) Untested(set OpenerSet) []ID {
	var untested []ID
	for _, o := range set.Openers {
		if !slices.ContainsFunc(d.Tendering.Tests, func(t OpenerTest) bool {
			return t.Fingerprint == set.Fingerprint && slices.Contains(t.Passed, o.Person)
		}) {
			untested = append(untested, o.Person)
		}
	}
	return untested
}

// IsOpener refuses who is no opener of that buyer now.
func (d Dossier) IsOpener(o SetOpener) *Refusal {
	if !slices.ContainsFunc(d.Roles, func(a RoleAssignment) bool {
		return a.PersonID == o.Person && a.OrganisationID == o.Buyer && a.Role == RoleOpener && a.Holds(d.Now)
	}) {
		return Refuse(CodeOpenersRefused, "/openers", "%s is no opener of %s", d.PersonOf(o.Person), d.NameOf(o.Buyer)).
			Accepting("people with the role %s", RoleOpener)
	}
	return nil
}

// MayOpen refuses who is no opener of that buyer now, or has announced another key.
func (d Dossier) MayOpen(o SetOpener) *Refusal {
	if refusal := d.IsOpener(o); refusal != nil {
		return refusal
	}
	if k, ok := d.OpenerKeyOf(o.Person); !ok || k.Key != o.Key {
		return Refuse(CodeOpenersRefused, "/openers", "%s has not announced this key", d.PersonOf(o.Person)).
			Accepting("the key that the opener announced last")
	}
	return nil
}

// Openers is who opens what is sealed from now on; false: nobody was named.
func (d Dossier) Openers() (OpenerSet, bool) {
	entry, ok := d.Latest(EntryOpenerSet)
	set, _ := BodyOf[OpenerSet](entry)
	return set, ok
}

// OpenersOf is who opens what is sealed for some openers; false: the entry that says so is not in the dossier.
func (d Dossier) OpenersOf(f SealedFor) (OpenerSet, bool) {
	for _, all := range [][]Entry{d.Entries, d.Earlier} {
		for _, e := range all {
			if e.ID == f.OpenerSet && e.Version == f.OpenerSetVersion {
				return BodyOf[OpenerSet](e)
			}
		}
	}
	return OpenerSet{}, false
}

// OpenersWith are the openers with a fingerprint, also earlier ones; false: there are none.
func (d Dossier) OpenersWith(fingerprint string) (OpenerSet, bool) {
	return find(d.openerSets(), func(s OpenerSet) bool { return s.Fingerprint == fingerprint })
}

// typed maps what people type of a fingerprint to what was printed.
var typed = strings.NewReplacer("O", "0", "I", "1", "L", "1", "-", "", " ", "")

// SameFingerprint compares fingerprints of openers as people type them: without regard to case, hyphens and spaces, and
// to letters that look like digits (docs/sealing.md).
func SameFingerprint(a, b string) bool {
	bare := func(s string) string { return typed.Replace(strings.ToUpper(strings.TrimSpace(s))) }
	return bare(a) == bare(b)
}

// Acting tells whether the openers with a fingerprint are the present ones, or those for whom envelopes in an open box
// may be sealed.
func (d Dossier) Acting(fingerprint string) bool {
	present, _ := d.Openers()
	return present.Fingerprint == fingerprint || slices.ContainsFunc(d.Tendering.Lots, func(l Lot) bool {
		return l.Open() && l.Box().SealedForAny(fingerprint)
	})
}

// PublishedOpeners say in a notice and in the tender pack who opens what is handed in: so many of them together.
// Suppliers compare the fingerprint before they seal.
type PublishedOpeners struct {
	Threshold   int    `json:"threshold"`
	Openers     int    `json:"openers"`
	Fingerprint string `json:"fingerprint"`
}

// PublishedOpeners are those of the present set.
func (d Dossier) PublishedOpeners() PublishedOpeners {
	set, _ := d.Openers()
	return set.Published()
}

// Published is what is told of a set.
func (s OpenerSet) Published() PublishedOpeners {
	return PublishedOpeners{s.Threshold, len(s.Openers), s.Fingerprint}
}

// Opens tells whether a person is in the present set of openers.
func (d Dossier) Opens(person ID) bool {
	set, _ := d.Openers()
	return slices.ContainsFunc(set.Openers, func(o SetOpener) bool { return o.Person == person })
}
