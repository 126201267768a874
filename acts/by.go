package acts

import (
	"crypto/sha256"
	"slices"

	"github.com/ppi-engine/ppi/internal/seal"
	"github.com/ppi-engine/ppi/models"
)

// By says by whom an act is asked for, and how.
type By struct {
	// Actor is who acts, with the roles held on the procurement when it was looked up.
	Actor models.Actor
	// Seat is the procurement that the act is about, as it was looked up; nil: about none.
	Seat *models.Seat
	// Roles are those of which the actor must hold one when the act is carried out.
	Roles []models.Role
	// Request recognises a repeat of an act that makes something.
	Request Request
	// On says on which versions of a thing it may be changed.
	On Versions
}

// A Request is what a repeat of an act has in common with the first time.
type Request struct {
	// ID names the request for good; see [models.CommandID].
	ID string
	// Fingerprint is the digest of what was asked for: the same ID with another is another request.
	Fingerprint [sha256.Size]byte
}

// Versions are those of a thing on which a change may have been made. The zero value is none of them.
type Versions struct {
	Any bool
	Of  []int64
}

// list is how a command keeps them; nil: any.
func (v Versions) list() []int64 {
	if v.Any {
		return nil
	}
	return append([]int64{}, v.Of...)
}

// check refuses a change that was not made on the present version.
func (v Versions) check(present int64) error {
	if v.Any || slices.Contains(v.Of, present) {
		return nil
	}
	return models.Refuse(models.CodeStale, models.FieldVersion,
		"the present version is %d, and the change was made on another one", present).
		Accepting(`"%d", once you have read what has changed`, present)
}

// Administer refuses what only those may do who run the platform to anyone else.
func Administer(actor models.Actor) error {
	if actor.Administrator {
		return nil
	}
	return models.Refuse(models.CodeForbidden, "", "only an administrator may do this").
		Accepting("%s", models.RoleAdministrator)
}

// administerOwn lets a person, too, do what is about that person.
func administerOwn(actor models.Actor, person models.ID) error {
	if actor.PersonID == person {
		return nil
	}
	return Administer(actor)
}

// RefuseSecretKey refuses a request that holds a secret key of age, whatever it asks for: the platform never takes
// one, wherever it is put.
func RefuseSecretKey(request []byte) error {
	if refusal := seal.RefuseSecret(request); refusal != nil {
		return refusal
	}
	return nil
}

// Denied is a refusal by the rules of access, of an act whose actor held a role when it was asked for and none
// when it was carried out. Whoever carries requests leaves a trace of it (Directive 2014/24/EU, Annex IV (g):
// infringements and attempts must be clearly detectable).
type Denied struct {
	Refusal error
}

// Error describes the refusal.
func (d *Denied) Error() string { return d.Refusal.Error() }

// Unwrap returns the refusal.
func (d *Denied) Unwrap() error { return d.Refusal }
