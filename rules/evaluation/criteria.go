// Package evaluation holds the rules of the tender phase: what may be published, who may open and score what and when,
// how the record becomes a ranking, what letters say, and what is reported. All of it is computed from the dossier
// alone.
package evaluation

import (
	"fmt"
	"slices"

	"github.com/govalues/decimal"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/award"
)

// Criteria are award criteria that can rank tenders.
type Criteria struct {
	models.AwardCriteria
}

// Check refuses criteria that are malformed or by which tenders cannot be ranked, such as weights that do
// not add up to 100.
func (c Criteria) Check() error {
	if err := c.AwardCriteria.Check(); err != nil {
		return err
	}
	scheme, err := SchemeOf(c.AwardCriteria)
	if err != nil {
		return err
	}
	return scheme.Check()
}

// CheckAgainst refuses criteria without a lot of the procurement, and any change after the lot was published.
func (c Criteria) CheckAgainst(d models.Dossier, _ models.Entry) error {
	return unpublished(d, c.Lot)
}

// unpublished refuses criteria without a lot of the procurement, and any change after the lot was published: they bind
// from then on.
func unpublished(d models.Dossier, id models.ID) error {
	lot, ok := d.Tendering.Lot(id)
	if !ok {
		return models.Refuse(models.CodeInvalidValue, "/lot", "the procurement has no lot %s", id).
			Accepting("the ID of a lot of this procurement")
	}
	if lot.Published() {
		return models.Refuse(models.CodeFrozen, "", "the criteria of lot %d were published", lot.Number).
			Accepting("ending the lot, and writing criteria for another lot")
	}
	return nil
}

// OpeningKey holds the public keys to which envelopes are sealed.
type OpeningKey struct {
	models.OpeningKey
}

// CheckAgainst refuses another key while envelopes for a published lot are or were sealed to the present one. Between
// the requests to participate and the invitations a new key is needed: the openers of the requests have used the old
// one.
func (OpeningKey) CheckAgainst(d models.Dossier, _ models.Entry) error { return SealingFrozen(d) }

// SealingFrozen refuses to change for whom envelopes are sealed while those for a published lot are or were sealed so.
func SealingFrozen(d models.Dossier) error {
	if slices.ContainsFunc(d.Tendering.Lots, sealing) {
		return models.Refuse(models.CodeFrozen, "",
			"envelopes are being sealed for those who open according to the publication").
			Accepting("a change after every published lot has ended")
	}
	return nil
}

// sealing tells whether envelopes for a lot that has not ended are or were sealed to the present opening key.
func sealing(l models.Lot) bool {
	return l.Running() && (l.Open() || l.Box().HandsIn == models.HandedTender)
}

// SchemeOf reads award criteria as the scheme by which they rank tenders.
func SchemeOf(c models.AwardCriteria) (award.Scheme, error) {
	var r reader
	s := award.Scheme{
		Method: c.Method, Currency: c.Currency, PriceWeight: r.number(c.PriceWeight),
		Factor: r.number(c.Factor), From: r.number(c.From), To: r.number(c.To),
		MinimumQuality: r.number(c.MinimumQuality),
		Rounding:       award.Rounding{Digits: c.Digits, Mode: award.RoundingMode(c.Rounding)}, TieBreak: c.TieBreak,
	}
	for _, k := range c.Criteria {
		s.Criteria = append(s.Criteria, award.QualityCriterion{
			ID: k.ID, Weight: r.number(k.Weight),
			Max: r.number(k.Max), Minimum: r.number(k.Minimum),
		})
	}
	if c.Low != nil {
		s.Low = &award.LowPrice{
			Against: award.LowReference(c.Low.Against), Percent: r.number(c.Low.Percent),
			Estimate: r.number(c.Low.Estimate),
		}
	}
	return s, r.err
}

// A reader reads numbers and keeps the first fault.
type reader struct{ err error }

func (r *reader) number(s string) decimal.Decimal {
	if s == "" {
		return decimal.Zero
	}
	d, err := decimal.Parse(s)
	if err != nil && r.err == nil {
		r.err = models.Refuse(models.CodeInvalidCriteria, "", "%q is not a decimal number: %s", s, fmt.Sprint(err))
	}
	return d
}
