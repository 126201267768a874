package envelope

import (
	"encoding/base64"
	"strings"

	"github.com/ppi-engine/ppi/internal/seal/pvss"
	"github.com/ppi-engine/ppi/models"
)

// SecretPrefix begins the secret half of an opener's key wherever it is written. The platform refuses text that
// contains it.
const SecretPrefix = "PPI-OPENER-SECRET-KEY-" //nolint:gosec // what secret keys begin with, to refuse them

// An Owner is whose key it is, and for what: one person of one buyer, in one procurement.
type Owner struct {
	Mode        models.Mode `json:"mode"`
	Procurement models.ID   `json:"procurement"`
	Buyer       models.ID   `json:"buyer"`
	Person      models.ID   `json:"person"`
}

func (o Owner) check() []*models.Refusal {
	var faults []*models.Refusal
	if o.Mode != models.ModeLive && o.Mode != models.ModeRehearsal {
		faults = append(faults, models.Refuse(models.CodeInvalidValue, "/mode", "%q is not a mode", o.Mode).
			Accepting("%s or %s", models.ModeLive, models.ModeRehearsal))
	}
	return append(faults,
		checkID("/procurement", o.Procurement, models.PrefixProcurement),
		checkID("/buyer", o.Buyer, models.PrefixOrganisation),
		checkID("/person", o.Person, models.PrefixPerson))
}

func checkID(field string, id models.ID, prefix models.Prefix) *models.Refusal {
	_, err := models.ParseID(prefix, field, string(id))
	fault, _ := models.RefusalOf(err)
	return fault
}

// An Announcement is the public half of an opener's key, with the proof that its owner has the secret half. The proof
// belongs to person, buyer, procurement and mode: a key cannot be announced by another, nor be made from the keys of
// others.
type Announcement struct {
	Format string `json:"format"`
	Owner

	Key   pvss.Point `json:"key"`
	Proof pvss.Proof `json:"proof"`
}

// A Key is an opener's key with its secret half. It stays on the opener's machine.
type Key struct {
	owner  Owner
	secret pvss.Key
}

// NewKey makes a key for an opener.
func NewKey(owner Owner) (Key, error) {
	if err := models.Refusals(owner.check()); err != nil {
		return Key{}, err
	}
	return Key{owner, pvss.NewKey()}, nil
}

// Owner is whose key it is.
func (k Key) Owner() Owner { return k.owner }

// Announce gives what the opener hands to the others.
func (k Key) Announce() (Announcement, error) {
	a := Announcement{Format: formatOpener, Owner: k.owner, Key: k.secret.Public()}
	tag, err := a.tag()
	if err != nil {
		return a, err
	}
	a.Proof = k.secret.Prove(tag)
	return a, nil
}

// tag covers all but the proof.
func (a Announcement) tag() (pvss.Tag, error) {
	return tagOf(struct {
		Format string `json:"format"`
		Owner

		Key pvss.Point `json:"key"`
	}{formatOpener, a.Owner, a.Key})
}

// Check refuses an announcement that nobody with the secret half of its key made for this owner
// ([models.CodeOpenerUnproven]).
func (a Announcement) Check() error {
	faults := a.check()
	if a.Format != formatOpener {
		faults = append(faults, models.Refuse(models.CodeOpenerUnproven, "/format", "%q is not known", a.Format).
			Accepting("%s", formatOpener))
	}
	if err := models.Refusals(faults); err != nil {
		return err
	}
	unproven := models.Refuse(models.CodeOpenerUnproven, "/proof",
		"nothing proves that %s has the secret half of this key, made for this procurement", a.Person).
		Accepting("the announcement that ppi seal key prints")
	if a.Key.IsZero() {
		return unproven
	}
	tag, err := a.tag()
	if err != nil {
		return err
	}
	if !a.Key.Held(a.Proof, tag) {
		return unproven
	}
	return nil
}

// NewAnnouncement puts an announcement together from its parts, as texts, and checks it.
func NewAnnouncement(owner Owner, key, proof string) (Announcement, error) {
	a := Announcement{Format: formatOpener, Owner: owner}
	if a.Key.UnmarshalText([]byte(key)) != nil || a.Proof.UnmarshalText([]byte(proof)) != nil {
		return a, models.Refuse(models.CodeOpenerUnproven, "/key", "this is no key of an opener, or no proof").
			Accepting("the key and the proof that ppi seal key prints")
	}
	return a, a.Check()
}

// ReadAnnouncement reads and checks an announcement.
func ReadAnnouncement(text []byte) (Announcement, error) {
	var a Announcement
	if err := readOpen(text, &a, models.CodeOpenerUnproven, "the announcement of a key"); err != nil {
		return a, err
	}
	return a, a.Check()
}

// keyFile is how a key is kept.
type keyFile struct {
	Format string `json:"format"`
	Owner

	Public pvss.Point `json:"public"`
	Secret string     `json:"secret"`
}

// Keep renders the key with its secret half, for a file that only the opener can read.
func (k Key) Keep() ([]byte, error) {
	return Render(keyFile{
		Format: formatKey, Owner: k.owner, Public: k.secret.Public(),
		Secret: SecretPrefix + base64.RawURLEncoding.EncodeToString(k.secret.Secret()),
	})
}

// ReadKey reads what [Key.Keep] renders. Its refusals never repeat what was read.
func ReadKey(text []byte) (Key, error) {
	refused := models.Refuse(models.CodeNotAnOpenerKey, "", "this is no opener's secret key, or it was changed").
		Accepting("the file that ppi seal key or the sealing page made")
	var f keyFile
	if readOpen(text, &f, models.CodeNotAnOpenerKey, "the key") != nil || f.Format != formatKey ||
		models.Refusals(f.check()) != nil || !strings.HasPrefix(f.Secret, SecretPrefix) {
		return Key{}, refused
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(strings.TrimPrefix(f.Secret, SecretPrefix))
	if err != nil {
		return Key{}, refused
	}
	secret, err := pvss.ParseKey(b)
	if err != nil || !secret.Public().Equal(f.Public) {
		return Key{}, refused
	}
	return Key{f.Owner, secret}, nil
}
