package envelope

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"

	"filippo.io/age"

	"github.com/ppi-engine/ppi/internal/seal/pvss"
	"github.com/ppi-engine/ppi/models"
)

// An Opening is all envelopes of one kind in a box that were sealed for one set of openers. It opens whole or not at
// all. Whoever has the headers and the releases can carry it out and finds the same.
//
// It is not safe for concurrent use.
type Opening struct {
	box     Box
	kind    Kind
	set     string
	headers []Header
	holders []holder
	// released holds the releases that were accepted, by the index of their holder.
	released map[int]Release
}

// A holder is an opener with its present shares, by the digest of the header.
type holder struct {
	Opener

	shares map[string]pvss.Point
}

// NewOpening begins an opening. It refuses headers that were sealed for another place. A header that is there twice
// counts once: otherwise a supplier who hands in two files under one header would keep the box closed.
func NewOpening(box Box, kind Kind, headers []Header) (*Opening, error) {
	if err := box.Check(); err != nil {
		return nil, err
	}
	set, err := box.Set.Digest()
	if err != nil {
		return nil, err
	}
	if len(headers) == 0 || !knownKind(kind) {
		return nil, models.Refuse(models.CodeReleaseIncomplete, "", "there is no envelope of kind %q to open", kind)
	}
	o := &Opening{box: box, kind: kind, set: set, headers: slices.Clone(headers), released: make(map[int]Release)}
	slices.SortFunc(o.headers, func(a, b Header) int { return cmp.Compare(a.Digest(), b.Digest()) })
	o.headers = slices.CompactFunc(o.headers, func(a, b Header) bool { return a.sum == b.sum })
	for _, h := range o.headers {
		if err := h.Context().Differs(box.For(h.Context().Supplier, kind)); err != nil {
			return nil, err
		}
	}
	for i, opener := range box.Set.openers() {
		o.holders = append(o.holders, holder{opener, o.sharesOf(i)})
	}
	return o, nil
}

func (o *Opening) sharesOf(i int) map[string]pvss.Point {
	all := make(map[string]pvss.Point, len(o.headers))
	for _, h := range o.headers {
		all[h.Digest()] = h.text.Shares[i].Point
	}
	return all
}

// holding finds a holder by its key; -1: there is none.
func (o *Opening) holding(key pvss.Point) int {
	return slices.IndexFunc(o.holders, func(h holder) bool { return h.Key.Equal(key) })
}

// A Place is what a file of an opener is about: the envelopes of one kind in one box, sealed for one set of openers.
type Place struct {
	Mode        models.Mode `json:"mode"`
	Procurement models.ID   `json:"procurement"`
	Box         models.ID   `json:"box"`
	Round       int         `json:"round"`
	Kind        Kind        `json:"kind"`
	// Set is [Set.Digest].
	Set string `json:"set"`
}

// Fingerprint is that of the openers; what is no digest is returned as it is, and is the fingerprint of nobody.
func (p Place) Fingerprint() string {
	digest, err := hex.DecodeString(p.Set)
	if err != nil || len(digest) != sha256.Size {
		return "of " + p.Set
	}
	return fingerprintOf(digest)
}

func (o *Opening) place() Place {
	return Place{o.box.Set.Mode, o.box.Set.Procurement, o.box.Box, o.box.Round, o.kind, o.set}
}

func (o *Opening) digests() []string {
	all := make([]string, len(o.headers))
	for i, h := range o.headers {
		all[i] = h.Digest()
	}
	return all
}

// A Confirmation is what an opener read in the published notice, and its own clock. The opener's program compares them
// with what the platform says before it computes anything.
type Confirmation struct {
	Fingerprint string
	// Deadline is that of the last notice. It and Now matter for live tenders only, not for rehearsals and tests.
	Deadline time.Time
	Now      time.Time
}

// confirm refuses to compute anything for a box that is not the one of the notice, or before its deadline.
func (o *Opening) confirm(key Key, said Confirmation) error {
	owner := key.Owner()
	if owner.Mode != o.box.Set.Mode || owner.Procurement != o.box.Set.Procurement {
		return models.Refuse(models.CodeNotAnOpener, "", "the key was made for another procurement or mode").
			Accepting("the key that was made for this procurement")
	}
	if err := o.box.Set.Confirm(said.Fingerprint); err != nil {
		return err
	}
	if o.box.Set.Mode != models.ModeLive || o.kind == KindTest {
		return nil
	}
	deadline := o.box.Deadline.Time
	if !said.Deadline.Equal(deadline) {
		return models.Refuse(models.CodeDeadlineDiffers, "/deadline",
			"the platform says that the deadline is %s, and you read %s", models.Instant(deadline),
			models.Instant(said.Deadline)).Accepting("the deadline of the last published notice")
	}
	if said.Now.Before(deadline) {
		return models.Refuse(models.CodeDeadlineNotOver, "/deadline",
			"the deadline is %s, and the clock of this machine says %s", models.Instant(deadline),
			models.Instant(said.Now)).Accepting("opening after the deadline")
	}
	return nil
}

// Identities recovers, from the releases that were accepted, the age identity of each envelope, by the digest of its
// header. It refuses with [models.CodeReleasesMissing] before as many openers as are needed have released.
func (o *Opening) Identities() (map[string]*age.X25519Identity, error) {
	if have, need := len(o.released), o.box.Set.Threshold; have < need {
		return nil, models.Refuse(models.CodeReleasesMissing, "", "%d of %d openers have released", have, need).
			Accepting("%d more", need-have)
	}
	all := make(map[string]*age.X25519Identity, len(o.headers))
	for n, h := range o.headers {
		opened := make(map[int]pvss.Point, o.box.Set.Threshold)
		for i, r := range o.released {
			if len(opened) < o.box.Set.Threshold {
				opened[i] = r.Envelopes[n].Point
			}
		}
		secret, err := pvss.Recover(opened)
		if err != nil {
			return nil, err
		}
		if all[h.Digest()], err = identityOf(secret, h.sum); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// Holding is who holds the shares of a key now; empty: nobody.
func (o *Opening) Holding(key pvss.Point) models.ID {
	if i := o.holding(key); i >= 0 {
		return o.holders[i].Person
	}
	return ""
}

// BuyerOf is the buyer of somebody who holds shares now; empty: the person holds none.
func (o *Opening) BuyerOf(person models.ID) models.ID {
	for _, h := range o.holders {
		if h.Person == person {
			return h.Buyer
		}
	}
	return ""
}
