package award

import (
	"fmt"
	"slices"

	"github.com/govalues/decimal"

	"github.com/ppi-engine/ppi/models"
)

// A Method turns prices into points, or quality into money.
type Method = models.AwardMethod

// The methods, with W the weight of price, P a price, L the lowest and H the highest price.
const (
	// RelativeToLowest: W × L / P.
	RelativeToLowest Method = "relative_to_lowest"
	// LinearToBest: W × (k − P/L) / (k − 1), not below 0; nothing is left at k times the lowest price.
	LinearToBest Method = "linear_to_best"
	// MinMax: W × (H − P) / (H − L), W where all prices are equal.
	MinMax Method = "min_max"
	// AbsoluteLinear: W × (to − P) / (to − from) between bounds set beforehand, within 0 and W.
	AbsoluteLinear Method = "absolute_linear"
	// Logarithmic: W × (1 − log(P/L) / log(k)); it can go below 0.
	Logarithmic Method = "logarithmic"
	// QualityInMoney: the price less the money that its quality is worth; the lowest result wins.
	QualityInMoney Method = "quality_in_money"
	// FixedPrice: the price is set by the buyer, quality alone decides (Article 67(2)).
	FixedPrice Method = "fixed_price"
)

// Methods lists every method.
func Methods() []Method {
	return []Method{RelativeToLowest, LinearToBest, MinMax, AbsoluteLinear, Logarithmic, QualityInMoney, FixedPrice}
}

// A Scheme is how tenders are ranked.
type Scheme struct {
	Method Method `json:"method"`
	// Currency is that of all prices, an ISO 4217 code.
	Currency string `json:"currency"`
	// PriceWeight is the points for the best price: 0 for QualityInMoney and FixedPrice.
	PriceWeight decimal.Decimal `json:"price_weight"`
	// Criteria are the quality criteria.
	Criteria []QualityCriterion `json:"criteria"`
	// Factor is k of LinearToBest and Logarithmic.
	Factor decimal.Decimal `json:"factor,omitzero"`
	// From and To are the bounds of AbsoluteLinear.
	From decimal.Decimal `json:"from,omitzero"`
	To   decimal.Decimal `json:"to,omitzero"`
	// MinimumQuality excludes a tender with fewer quality points in all; 0: no minimum.
	MinimumQuality decimal.Decimal `json:"minimum_quality,omitzero"`
	Rounding       Rounding        `json:"rounding"`
	// TieBreak decides between equal totals, by the first key first: [TieByPrice], [TieByQuality] or a criterion's ID.
	TieBreak []string `json:"tie_break"`
	// Low says which prices look abnormally low; nil: none is marked.
	Low *LowPrice `json:"low,omitempty"`
}

// A QualityCriterion is one quality criterion, scored from 0 to Max.
type QualityCriterion struct {
	ID string `json:"id"`
	// Weight is the points for the full score; under QualityInMoney the money the full score is worth.
	Weight decimal.Decimal `json:"weight"`
	Max    decimal.Decimal `json:"max"`
	// Minimum excludes a tender with a lower score; 0: no minimum.
	Minimum decimal.Decimal `json:"minimum,omitzero"`
}

// Keys of a tie-break besides criteria.
const (
	// TieByPrice prefers the lower price.
	TieByPrice = "price"
	// TieByQuality prefers more quality points.
	TieByQuality = "quality"
)

// PriceLine names the line of a place that price accounts for; no criterion may have this ID.
const PriceLine = "price"

// points tells whether weights are points that add up to 100.
func (s Scheme) points() bool { return s.Method != QualityInMoney }

// Check refuses a scheme that cannot rank tenders or does not say how ([models.CodeInvalidCriteria]),
// with all faults at once.
func (s Scheme) Check() error {
	faults := slices.Concat(s.checkMethod(), s.checkCriteria(), s.checkTieBreak())
	if s.Rounding.Digits < 0 || s.Rounding.Digits > maxDigits || !slices.Contains(RoundingModes(), s.Rounding.Mode) {
		faults = append(faults, invalid("/rounding", "the rounding rule cannot be used").
			Accepting("0 to %d digits and one of %v", maxDigits, RoundingModes()))
	}
	if s.Low != nil {
		faults = append(faults, s.Low.check()...)
	}
	return models.Refusals(faults)
}

func (s Scheme) checkMethod() []*models.Refusal {
	var faults []*models.Refusal
	if !slices.Contains(Methods(), s.Method) {
		return append(faults, invalid("/method", "%q is not a method", s.Method).Accepting("one of %v", Methods()))
	}
	if weightless := s.Method == QualityInMoney || s.Method == FixedPrice; weightless != s.PriceWeight.IsZero() ||
		s.PriceWeight.IsNeg() {
		faults = append(faults, invalid("/price_weight", "the weight of price is %s", s.PriceWeight).
			Accepting("0 under %s and %s, more than 0 under all other methods", QualityInMoney, FixedPrice))
	}
	if needs := s.Method == LinearToBest || s.Method == Logarithmic; needs && s.Factor.Cmp(decimal.One) <= 0 {
		faults = append(faults, invalid("/factor", "the factor is %s", s.Factor).Accepting("more than 1"))
	}
	if s.Method == AbsoluteLinear && (s.From.IsNeg() || s.From.Cmp(s.To) >= 0) {
		faults = append(faults, invalid("/from", "the bounds are %s to %s", s.From, s.To).
			Accepting("two prices, the lower first"))
	}
	if !models.ValidCurrency(s.Currency) {
		faults = append(faults, invalid("/currency", "%q is not a currency in use", s.Currency).
			Accepting("an ISO 4217 code such as EUR"))
	}
	return faults
}

func (s Scheme) checkCriteria() []*models.Refusal {
	var faults []*models.Refusal
	if len(s.Criteria) == 0 && s.PriceWeight.IsZero() {
		faults = append(faults, invalid("/criteria", "nothing is scored").Accepting("at least one quality criterion"))
	}
	for i, c := range s.Criteria {
		field := fmt.Sprintf("/criteria/%d", i)
		switch {
		case c.ID == "" || c.ID == TieByPrice || c.ID == TieByQuality:
			faults = append(faults, invalid(field+"/id", "%q cannot name a criterion", c.ID))
		case slices.ContainsFunc(s.Criteria[:i], func(earlier QualityCriterion) bool { return earlier.ID == c.ID }):
			faults = append(faults, invalid(field+"/id", "%q names two criteria", c.ID))
		case !c.Weight.IsPos() || !c.Max.IsPos():
			faults = append(faults, invalid(field, "the weight is %s and the maximum is %s", c.Weight, c.Max).
				Accepting("both more than 0"))
		case c.Minimum.IsNeg() || c.Minimum.Cmp(c.Max) > 0:
			faults = append(faults, invalid(field+"/minimum", "the minimum %s is outside the scale", c.Minimum).
				Accepting("0 to %s", c.Max))
		}
	}
	if s.MinimumQuality.IsNeg() {
		faults = append(faults, invalid("/minimum_quality", "the minimum is %s", s.MinimumQuality).
			Accepting("0 or more"))
	}
	return append(faults, s.checkWeights()...)
}

// checkWeights asks that weights add up to exactly 100 (Directive 2014/24/EU, Article 67(5): the relative
// weighting of each criterion is published).
func (s Scheme) checkWeights() []*models.Refusal {
	if !s.points() {
		return nil
	}
	sum := fraction(s.PriceWeight)
	for _, c := range s.Criteria {
		sum = sum.plus(fraction(c.Weight))
	}
	if sum.cmp(fraction(decimal.Hundred)) == 0 {
		return nil
	}
	return []*models.Refusal{invalid("/criteria", "the weights add up to %s", sum).
		Accepting("weights that add up to exactly 100")}
}

func (s Scheme) checkTieBreak() []*models.Refusal {
	var faults []*models.Refusal
	for i, key := range s.TieBreak {
		known := key == TieByPrice || key == TieByQuality || s.criterion(key) != nil
		if !known || slices.Contains(s.TieBreak[:i], key) {
			faults = append(faults, invalid(fmt.Sprintf("/tie_break/%d", i),
				"%q is not a key, or is listed twice", key).
				Accepting("%s, %s or the ID of a criterion, each once", TieByPrice, TieByQuality))
		}
	}
	return faults
}

func (s Scheme) criterion(id string) *QualityCriterion {
	i := slices.IndexFunc(s.Criteria, func(c QualityCriterion) bool { return c.ID == id })
	if i < 0 {
		return nil
	}
	return &s.Criteria[i]
}

func invalid(field, format string, args ...any) *models.Refusal {
	return models.Refuse(models.CodeInvalidCriteria, field, format, args...)
}
