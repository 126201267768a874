// Package evaluation holds the rules of the tender phase: what may be published, who may open and score what and when,
// how the record becomes a ranking, what letters say, and what is reported. All of it is computed from the dossier
// alone.
package evaluation

import (
	"cmp"
	"fmt"
	"strings"

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
	return renamed(scheme.Check(), map[string]string{
		"/counts_as": "/zero_counts_as", "/rounding/digits": "/digits", // as criteria name them
	})
}

// renamed names the fields of a refusal as those who are refused know them.
func renamed(err error, names map[string]string) error {
	faults := models.Faults(err)
	if len(faults) == 0 {
		return err
	}
	for _, fault := range faults {
		fault.Field = cmp.Or(names[fault.Field], fault.Field)
	}
	return models.Refusals(faults)
}

// Drawn says in the criteria what they left to the engine, so that it is published with them: what is rounded, and what
// a price of 0 gets.
func (c Criteria) Drawn(models.Dossier) Criteria {
	if c.Rounds == "" {
		c.Rounds = rounds(c.AwardCriteria)
	}
	if c.ZeroPrice == "" {
		c.ZeroPrice = zeroPrice(c.AwardCriteria)
	}
	return c
}

// rounds is what is rounded: what the criteria say, else the points of each criterion.
func rounds(c models.AwardCriteria) string { return roundsUnder(c.Method, c.Rounds) }

func roundsUnder(method models.AwardMethod, said string) string {
	if said == "" && method == award.PricePerPoint {
		return award.RoundsTotal
	}
	return cmp.Or(said, award.RoundsLine)
}

// zeroPrice is what a price of 0 gets where that needs a rule: what the criteria say, else all points.
func zeroPrice(c models.AwardCriteria) string { return zeroPriceUnder(c.Method, c.ZeroPrice) }

func zeroPriceUnder(method models.AwardMethod, said string) string {
	if said == "" && award.Divides(method) {
		return award.ZeroGetsAll
	}
	return said
}

// CheckAgainst refuses criteria without a lot of the procurement, criteria that name requirements which are not scored
// in it, and any change after the lot was published.
func (c Criteria) CheckAgainst(d models.Dossier, e models.Entry) error {
	if err := unpublished(d, c.Lot); err != nil || e.WithdrawnAt != nil {
		return err
	}
	if refusal := c.Unfounded(d); refusal != nil {
		return refusal
	}
	return nil
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

// sealing tells whether envelopes for a lot that has not ended are or were sealed for the present openers.
func sealing(l models.Lot) bool {
	box := l.Box()
	return l.Running() && (l.Open() || box.HandsIn == models.HandedTender && box.Talks == "")
}

// SchemeOf reads award criteria as the scheme by which they rank tenders.
func SchemeOf(c models.AwardCriteria) (award.Scheme, error) {
	var r reader
	s := award.Scheme{
		Method: c.Method, Currency: c.Currency, PriceWeight: r.number(c.PriceWeight),
		TotalPoints: r.number(c.TotalPoints), Factor: r.number(c.Factor), From: r.number(c.From), To: r.number(c.To),
		ZeroPrice: zeroPrice(c), CountsAs: r.number(c.ZeroCountsAs), Ceiling: r.number(c.Ceiling), Best: c.Best,
		MinimumQuality: r.optional(c.MinimumQuality),
		Rounding:       award.Rounding{Digits: c.Digits, Mode: award.RoundingMode(c.Rounding)}, Rounds: rounds(c),
		TieBreak: c.TieBreak,
	}
	for _, k := range c.Criteria {
		lowest := r.number(k.Lowest)
		minimum := lowest
		if k.Minimum != "" {
			minimum = r.number(k.Minimum)
		}
		s.Criteria = append(s.Criteria, award.QualityCriterion{
			ID: k.ID, Group: k.Group, Weight: r.number(k.Weight), Max: r.number(k.Max),
			Lowest: lowest, Minimum: minimum,
		})
	}
	for _, g := range c.Groups {
		s.Groups = append(s.Groups, award.Group{
			ID: g.ID, Group: g.Group, Weight: r.number(g.Weight), Minimum: r.optional(g.Minimum),
		})
	}
	if c.Costs != nil {
		s.Costs = r.costs(*c.Costs)
	}
	if c.Low != nil {
		s.Low = &award.LowPrice{
			Against: award.LowReference(c.Low.Against), Percent: r.number(c.Low.Percent),
			Estimate: r.number(c.Low.Estimate),
		}
	}
	return s, r.err
}

// formerly is the scheme as it was before criteria said what is rounded (docs/decisions/0022).
func formerly(s award.Scheme) award.Scheme {
	s.Rounds, s.ZeroPrice = "", ""
	if s.MinimumQuality != nil && s.MinimumQuality.IsZero() {
		s.MinimumQuality = nil
	}
	return s
}

func (r *reader) costs(m models.CostModel) *award.Costs {
	c := &award.Costs{Years: m.Years, Discount: r.number(m.Discount)}
	for _, i := range m.Items {
		c.Items = append(c.Items, award.CostTerm{
			ID: i.ID, Rate: r.number(i.Rate), Yearly: i.Yearly, Year: i.Year, Highest: r.optional(i.Highest),
		})
	}
	return c
}

// optional reads a number that may be absent.
func (r *reader) optional(s string) *decimal.Decimal {
	if s == "" {
		return nil
	}
	return new(r.number(s))
}

// A reader reads numbers and keeps the first fault.
type reader struct{ err error }

func (r *reader) number(s string) decimal.Decimal {
	if s == "" {
		return decimal.Zero
	}
	_, decimals, _ := strings.Cut(s, ".")
	d, err := decimal.ParseExact(s, len(decimals)) // no digit is lost
	if err != nil && r.err == nil {
		r.err = models.Refuse(models.CodeInvalidCriteria, "", "%q is not a decimal number: %s", s, fmt.Sprint(err))
	}
	return d
}
