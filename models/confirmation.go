package models

import (
	"fmt"
	"time"
)

// A Confirmation is given to one version of an entry: by entry, digest and version. Whoever writes an earlier text
// again makes another version, which nobody has confirmed.
type Confirmation struct {
	Entry   ID     `json:"entry" doc:"The entry confirmed"`
	Digest  string `json:"digest" doc:"Digest of the version confirmed"`
	Version int64  `json:"version,omitempty" minimum:"1" doc:"The version confirmed; absent: the engine fills it in"`
}

// Check refuses a malformed ID or digest.
func (c Confirmation) Check() error {
	return Refusals(append(checkID("/entry", c.Entry, PrefixEntry), checkDigest("/digest", c.Digest)...))
}

// Confirms tells whether it confirms the entry in the version e. Those from before versions were named were given at
// some instant to the text that stood then.
func (c Confirmation) Confirms(e Entry, given time.Time) bool {
	if c.Entry != e.ID || c.Digest != e.Digest {
		return false
	}
	if c.Version == 0 {
		return !given.Before(e.WrittenAt)
	}
	return c.Version == e.Version
}

// Subject names the version: it is confirmed once.
func (c Confirmation) Subject() string { return fmt.Sprintf("%s#%d@%s", c.Entry, c.Version, c.Digest) }

// Confirmed is the version that is confirmed.
func (c Confirmation) Confirmed() Confirmation { return c }

// of fills in the version that stands, if that is what is confirmed.
func (c Confirmation) of(standing Entry) Confirmation {
	if c.Version == 0 && c.Entry == standing.ID && c.Digest == standing.Digest {
		c.Version = standing.Version
	}
	return c
}

// mustBeLatest refuses anything but the latest entry of a kind as it stands, and returns that.
func (c Confirmation) mustBeLatest(d Dossier, kind EntryKind, what, entryField string) (Entry, error) {
	standing, ok := d.Latest(kind)
	if !ok {
		return standing, Refuse(CodeInvalidValue, entryField, "no %s is written down", what).
			Accepting("the %s, after it was written", what)
	}
	return standing, c.mustBe(standing, "the "+what, entryField)
}

// mustBe refuses anything but the version that stands.
func (c Confirmation) mustBe(standing Entry, what, entryField string) error {
	field := "/version"
	switch {
	case c.Entry != standing.ID:
		field = entryField
	case c.Digest != standing.Digest:
		field = "/digest"
	case c.Version == standing.Version:
		return nil
	}
	return Refuse(CodeInvalidValue, field, "this is not %s as it stands", what).
		Accepting("entry %s, version %d, with digest %s, after reading it",
			standing.ID, standing.Version, standing.Digest)
}

// once refuses to confirm for a buyer what that buyer has confirmed. The record keeps that by itself since versions are
// named.
func (d Dossier) once(e Entry, confirmed func(Entry) bool) error {
	earlier, ok := find(d.Of(e.Kind), func(other Entry) bool {
		return other.ID != e.ID && other.OrganisationID == e.OrganisationID && confirmed(other)
	})
	if !ok {
		return nil
	}
	return Refuse(CodeAlreadyExists, "", "this version was confirmed by the entry %s", earlier.ID).
		Accepting("one confirmation of each version")
}

// A NeedConfirmation is one buyer's confirmation of the common need.
type NeedConfirmation struct {
	Confirmation
}

// Drawn fills in the version of the common need.
func (n NeedConfirmation) Drawn(d Dossier) NeedConfirmation {
	standing, _ := d.Latest(EntryCommonNeed)
	n.Confirmation = n.of(standing)
	return n
}

// CheckAgainst refuses to confirm anything but the common need as it stands.
func (n NeedConfirmation) CheckAgainst(d Dossier, e Entry) error {
	standing, err := n.mustBeLatest(d, EntryCommonNeed, "common need", "/entry")
	if err != nil {
		return err
	}
	return d.once(e, func(other Entry) bool { return d.NeedConfirmed(standing, other) })
}

// NeedConfirmed tells whether an entry confirms the common need in the version need.
func (d Dossier) NeedConfirmed(need, e Entry) bool {
	c, ok := BodyOf[NeedConfirmation](e)
	return ok && c.Confirms(need, e.WrittenAt)
}
