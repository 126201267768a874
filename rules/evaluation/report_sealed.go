package evaluation

import (
	"slices"
	"strconv"
	"strings"

	"github.com/ppi-engine/ppi/models"
)

// leftSealed names who did not release of a lot that ended because it could not be opened, and what proves it: the
// releases that there are, and who recorded which loss. Why an opener is lost is personal, and not said.
func (r reporting) leftSealed(of LotRecord) []Statement {
	left, ok := r.Tendering.LeftSealed(of.Lot)
	if !ok {
		return nil
	}
	openers := left.Fingerprint
	if openers == "" { // a record of an earlier release
		_, box, _ := r.Tendering.Box(left.BoxID)
		openers = box.Fingerprint
	}
	s := about("left_sealed", of, "because", string(left.Ground), "needed", strconv.Itoa(left.Needed),
		"released", r.openers(openers, left.Released), "withheld", r.openers(openers, left.Withheld),
		"lost", r.openers(openers, left.Lost))
	for _, released := range r.Tendering.Releases {
		if released.BoxID == left.BoxID && released.Kind == left.Kind &&
			slices.Contains(left.Released, released.PersonID) {
			s.Evidence = append(s.Evidence, Evidence{
				What: "release", Digest: released.Digest, By: released.PersonID, For: r.NameOf(released.OrganisationID),
				At: released.ReleasedAt.UTC(),
			})
		}
	}
	for _, person := range left.Lost {
		if e, recorded := r.LossOf(openers, person); recorded {
			s.Evidence = append(s.Evidence, r.of(e))
		}
	}
	return []Statement{s}
}

// openers names openers with a fingerprint by their buyers and IDs; nobody is a word of the report.
func (r reporting) openers(fingerprint string, people []models.ID) string {
	if len(people) == 0 {
		return "nobody"
	}
	names := make([]string, len(people))
	for i, person := range people {
		buyer, _ := r.BuyerOfOpener(fingerprint, person)
		names[i] = r.NameOf(buyer) + " (" + string(person) + ")"
	}
	return strings.Join(names, "; ")
}

// unopened names those whose tender was not opened before the lot ended.
func (r reporting) unopened(of LotRecord) []Statement {
	if of.EndReason == "" {
		return nil
	}
	var all []Statement
	lot, _ := r.Tendering.Lot(of.Lot)
	for _, t := range r.Tendering.In(lot.Box().ID) {
		if unopened(r.Dossier, t) == UnopenedWhole {
			s := about("unopened", of, "name", r.TendererOf(t.ID))
			s.Evidence = r.lettersOn(t.ID, models.LetterNonAward)
			all = append(all, s)
		}
	}
	return all
}
