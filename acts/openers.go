package acts

import (
	"slices"

	"github.com/ppi-engine/ppi/internal/seal/envelope"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/evaluation"
)

// An openerKey is announced by the opener itself, and proven.
type openerKey struct{ models.OpenerKey }

// CheckAgainst refuses a key that somebody else announces, or that its author has not proven for this procurement.
func (k openerKey) CheckAgainst(d models.Dossier, e models.Entry) error {
	if e.AuthorID != k.Person {
		return models.Refuse(models.CodeForbidden, "/person", "nobody can announce a key for another person").
			Accepting("%s", e.AuthorID)
	}
	if err := evaluation.SealingFrozen(d); err != nil && d.Opens(k.Person) {
		return err
	}
	_, err := announced(d, models.SetOpener{Buyer: e.OrganisationID, Person: k.Person, Key: k.Key, Proof: k.Proof})
	return err
}

// announced reads a key and its proof, and checks them for this procurement.
func announced(d models.Dossier, o models.SetOpener) (envelope.Announcement, error) {
	return envelope.NewAnnouncement(envelope.Owner{
		Mode: d.Procurement.Mode, Procurement: d.Procurement.ID, Buyer: o.Buyer, Person: o.Person,
	}, o.Key, o.Proof)
}

// An openerSet is made of keys that openers have announced.
type openerSet struct{ models.OpenerSet }

// CheckAgainst refuses a set by which one buyer could open alone or one loss would close the box, one with a key that
// its opener has not announced as its last one, one with another fingerprint, and another set while envelopes for a
// published lot are sealed.
func (s openerSet) CheckAgainst(d models.Dossier, _ models.Entry) error {
	if err := evaluation.SealingFrozen(d); err != nil {
		return err
	}
	for _, o := range s.Openers {
		if refusal := d.MayOpen(o); refusal != nil {
			return refusal
		}
	}
	set, err := envelope.SetOf(d.Procurement.Mode, d.Procurement.ID, s.OpenerSet)
	if err != nil {
		return err
	}
	if !slices.EqualFunc(set.Openers, s.Openers, func(a envelope.ProvenOpener, b models.SetOpener) bool {
		return a.Person == b.Person
	}) {
		return models.Refuse(models.CodeOpenersRefused, "/openers", "the openers are not in the order of their IDs").
			Accepting("ascending order")
	}
	printed, err := set.Fingerprint()
	if err != nil || printed == s.Fingerprint {
		return err
	}
	return models.Refuse(models.CodeFingerprintDiffers, "/fingerprint", "the fingerprint of these openers is %s",
		printed).
		Accepting("%s, letter by letter, as ppi seal set tells it", printed)
}
