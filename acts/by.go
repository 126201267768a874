package acts

import (
	"crypto/sha256"
	"slices"

	"github.com/ppi-engine/ppi/internal/seal"
	"github.com/ppi-engine/ppi/models"
)

// By says who asks for an act, and how.
type By struct {
	// Actor is who acts, with the roles held on the procurement when it was looked up.
	Actor models.Actor
	// Key is the API key that the actor came with; empty: none.
	Key models.ID
	// Seat is the procurement that the act is about, as it was looked up; nil: about none.
	Seat *models.Seat
	// Roles are the roles of which the actor must hold one when the act is carried out.
	Roles []models.Role
	// Request identifies an act that makes something, so that a repeat of it is recognised.
	Request Request
	// On says on which versions of a thing the change may have been made.
	On Versions
}

// A Request identifies an act: a repeat of the act has the same Request.
type Request struct {
	// ID names the request for good; see [models.CommandID].
	ID string
	// Fingerprint is the digest of what was asked for: the same ID with another fingerprint is another request.
	Fingerprint [sha256.Size]byte
}

// Versions are the versions of a thing on which a change may have been made. The zero value allows none.
type Versions struct {
	Any bool
	Of  []int64
}

// list returns the versions as a command stores them; nil: any.
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

// Administer refuses everyone but an administrator ([models.CodeForbidden]).
func Administer(actor models.Actor) error {
	if actor.Administrator {
		return nil
	}
	return models.Refuse(models.CodeForbidden, "", "only an administrator may do this").
		Accepting("%s", models.RoleAdministrator)
}

// RefuseSecretKey refuses a request that contains a secret key of age or of an opener anywhere, whatever it asks for:
// the platform never takes one.
func RefuseSecretKey(request []byte) error {
	if refusal := seal.RefuseSecret(request); refusal != nil {
		return refusal
	}
	return nil
}

// Denied is a refusal of an act whose actor holds none of the roles that the act needs when it is carried out. The
// caller records it (Directive 2014/24/EU, Annex IV (g): infringements and attempts must be clearly detectable).
type Denied struct {
	Refusal error
}

// Error describes the refusal.
func (d *Denied) Error() string { return d.Refusal.Error() }

// Unwrap returns the refusal.
func (d *Denied) Unwrap() error { return d.Refusal }
