package envelope

import (
	"cmp"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/ppi-engine/ppi/internal/seal/pvss"
	"github.com/ppi-engine/ppi/models"
)

// An Opener is a person of a buyer with a key.
type Opener struct {
	Buyer  models.ID  `json:"buyer"`
	Person models.ID  `json:"person"`
	Key    pvss.Point `json:"key"`
}

// A ProvenOpener has shown that it has the secret half of its key.
type ProvenOpener struct {
	Opener

	Proof pvss.Proof `json:"proof"`
}

// A Set is who opens: any Threshold of the openers together, and no fewer. Openers stand in the order of their IDs.
type Set struct {
	Format      string         `json:"format"`
	Mode        models.Mode    `json:"mode"`
	Procurement models.ID      `json:"procurement"`
	Threshold   int            `json:"threshold"`
	Openers     []ProvenOpener `json:"openers"`
}

// NewSet makes a set of announced keys, and refuses one by which a buyer could open alone, or no opener may be missing.
func NewSet(threshold int, announced []Announcement) (Set, error) {
	s := Set{Format: formatSet, Threshold: threshold}
	for i, a := range announced {
		if i == 0 {
			s.Mode, s.Procurement = a.Mode, a.Procurement
		}
		if err := a.Check(); err != nil {
			return s, err
		}
		if a.Mode != s.Mode || a.Procurement != s.Procurement {
			return s, models.Refuse(models.CodeOpenerUnproven, "/openers",
				"the key of %s was made for another procurement or mode", a.Person).
				Accepting("keys made for one procurement")
		}
		s.Openers = append(s.Openers, ProvenOpener{Opener{a.Buyer, a.Person, a.Key}, a.Proof})
	}
	slices.SortFunc(s.Openers, func(a, b ProvenOpener) int { return cmp.Compare(a.Person, b.Person) })
	return s, s.Check()
}

// SetOf makes the set that an entry of the record names.
func SetOf(mode models.Mode, procurement models.ID, named models.OpenerSet) (Set, error) {
	all := make([]Announcement, len(named.Openers))
	for i, o := range named.Openers {
		a, err := NewAnnouncement(Owner{mode, procurement, o.Buyer, o.Person}, o.Key, o.Proof)
		if err != nil {
			return Set{}, models.At("/openers", err)
		}
		all[i] = a
	}
	return NewSet(named.Threshold, all)
}

// Check refuses a set that breaks the rules of [CheckOpeners], or in which an opener has not proven its key.
func (s Set) Check() error {
	if s.Format != formatSet {
		return malformed(models.CodeOpenersRefused, "the set of openers", "has an unknown format")
	}
	for _, o := range s.Openers {
		a := Announcement{formatOpener, Owner{s.Mode, s.Procurement, o.Buyer, o.Person}, o.Key, o.Proof}
		if err := a.Check(); err != nil {
			return models.At("/openers", err)
		}
	}
	return CheckOpeners(s.openers(), s.Threshold)
}

// ReadSet reads and checks a set.
func ReadSet(text []byte) (Set, error) {
	var s Set
	if err := readOpen(text, &s, models.CodeOpenersRefused, "the set of openers"); err != nil {
		return s, err
	}
	return s, s.Check()
}

func (s Set) openers() []Opener {
	all := make([]Opener, len(s.Openers))
	for i, o := range s.Openers {
		all[i] = o.Opener
	}
	return all
}

// CheckOpeners refuses openers of whom some are needed without whom nothing opens, or among whom one buyer could open
// alone.
func CheckOpeners(openers []Opener, threshold int) error {
	if err := checkNumbers(len(openers), threshold); err != nil {
		return err
	}
	keys := make(map[models.ID]int)
	for i, o := range openers {
		if o.Key.IsZero() {
			return models.Refuse(models.CodeOpenersRefused, "/openers", "%s has no key", o.Person).
				Accepting("a key for each opener")
		}
		if err := checkOrder(openers[:i], o); err != nil {
			return err
		}
		if keys[o.Buyer]++; keys[o.Buyer] >= threshold {
			return models.Refuse(models.CodeBuyerOpensAlone, "/openers",
				"%s holds %d keys, and %d open the box: it could open alone", o.Buyer, keys[o.Buyer], threshold).
				Accepting("at most %d keys for each buyer, or a higher threshold", threshold-1)
		}
	}
	return nil
}

func checkNumbers(n, threshold int) error {
	if n > MostOpeners {
		return models.Refuse(models.CodeOpenersRefused, "/openers", "there are %d openers", n).
			Accepting("at most %d", MostOpeners)
	}
	if threshold < 2 || threshold >= n {
		return models.Refuse(models.CodeThresholdRefused, "/threshold",
			"%d of %d openers: one person could open alone, or nothing would open when one key is lost", threshold, n).
			Accepting("a threshold of at least 2 and less than the number of openers, such as 2 of 3")
	}
	return nil
}

func checkOrder(before []Opener, o Opener) error {
	for _, other := range before {
		if other.Person == o.Person || other.Key.Equal(o.Key) {
			return models.Refuse(models.CodeOpenerTwice, "/openers", "%s or its key is named twice", o.Person).
				Accepting("each person once, each with a key of its own")
		}
		if other.Person > o.Person {
			return models.Refuse(models.CodeOpenersRefused, "/openers",
				"the openers are not in the order of their IDs").Accepting("ascending order")
		}
	}
	return nil
}

// CanBlock lists the buyers without whose openers a box stays closed. That is no fault, but those who agree on the set
// must know it.
func (s Set) CanBlock() []models.ID {
	keys := make(map[models.ID]int)
	for _, o := range s.Openers {
		keys[o.Buyer]++
	}
	var all []models.ID
	for buyer, n := range keys {
		if len(s.Openers)-n < s.Threshold {
			all = append(all, buyer)
		}
	}
	slices.Sort(all)
	return all
}

// digest is the SHA-256 of who opens: the canonical JSON of the set without the proofs, because a key can be proven in
// many ways.
func (s Set) digest() ([sha256.Size]byte, error) {
	return tagOf(struct {
		Format      string      `json:"format"`
		Mode        models.Mode `json:"mode"`
		Procurement models.ID   `json:"procurement"`
		Threshold   int         `json:"threshold"`
		Openers     []Opener    `json:"openers"`
	}{formatSet, s.Mode, s.Procurement, s.Threshold, s.openers()})
}

// Digest is the SHA-256 that stands for the set in releases, in hexadecimal.
func (s Set) Digest() (string, error) {
	sum, err := s.digest()
	return hex.EncodeToString(sum[:]), err
}

// fingerprintBytes is 160 bits. Somebody inside could try to make two sets with one fingerprint, one for the openers to
// confirm and one for the suppliers to seal for; 160 bits make that 2^80 attempts.
const fingerprintBytes = 20

// letters are those of Crockford, without I, L, O and U.
var letters = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

// Fingerprint is what people compare: eight groups of four letters and digits that stand in the notice.
func (s Set) Fingerprint() (string, error) {
	sum, err := s.digest()
	return fingerprintOf(sum[:]), err
}

func fingerprintOf(digest []byte) string {
	var groups []string
	for group := range slices.Chunk([]byte(letters.EncodeToString(digest[:fingerprintBytes])), 4) {
		groups = append(groups, string(group))
	}
	return strings.Join(groups, "-")
}

// Confirm refuses a fingerprint, as somebody typed it from the published notice, that is not the set's
// ([models.CodeFingerprintDiffers]).
func (s Set) Confirm(typed string) error {
	own, err := s.Fingerprint()
	if err != nil {
		return err
	}
	if !models.SameFingerprint(typed, own) {
		return models.Refuse(models.CodeFingerprintDiffers, "/fingerprint",
			"the fingerprint of these openers is %s, and not %q: these are not the openers of the notice", own, typed).
			Accepting("the fingerprint by which these openers were published: of former ones in an earlier notice, " +
				"and of those who are in none yet as ppi seal set told it")
	}
	return nil
}
