package award

import (
	"slices"

	"github.com/govalues/decimal"

	"github.com/ppi-engine/ppi/models"
)

// A Method turns prices into points, or quality into money.
type Method = models.AwardMethod

// The methods, with W the weight of price, P a price, L the lowest and H the highest price, Q the quality points.
const (
	// RelativeToLowest: W × L / P.
	RelativeToLowest Method = "relative_to_lowest"
	// LinearToBest: W × (k − P/L) / (k − 1), not below 0; nothing is left at k times the lowest price.
	LinearToBest Method = "linear_to_best"
	// MinMax: W × (H − P) / (H − L), W where all prices are equal.
	MinMax Method = "min_max"
	// LinearToCeiling: W × (B − P) / (B − L) with the announced ceiling B; 0 where no price is below it.
	LinearToCeiling Method = "linear_to_ceiling"
	// AbsoluteLinear: W × (to − P) / (to − from) between bounds set beforehand, within 0 and W.
	AbsoluteLinear Method = "absolute_linear"
	// Logarithmic: W × (1 − log(P/L) / log(k)); it can go below 0.
	Logarithmic Method = "logarithmic"
	// QualityInMoney: the price less the money that its quality is worth; the lowest result wins.
	QualityInMoney Method = "quality_in_money"
	// PricePerPoint: P / Q; the lowest result wins.
	PricePerPoint Method = "price_per_point"
	// FixedPrice: the price is set by the buyer, quality alone decides (Article 67(2)).
	FixedPrice Method = "fixed_price"
)

// Methods lists every method.
func Methods() []Method {
	return []Method{
		RelativeToLowest, LinearToBest, MinMax, LinearToCeiling, AbsoluteLinear, Logarithmic, QualityInMoney,
		PricePerPoint, FixedPrice,
	}
}

// Divides tells whether a method divides by a price, which then cannot be 0 without a rule.
func Divides(m Method) bool { return m == RelativeToLowest || m == LinearToBest || m == Logarithmic }

// Relative tells whether, under a method, a third tender can turn the order of two others. Logarithmic compares with
// the lowest price too; it moves all points alike, but what is rounded then can tie or not.
func Relative(m Method) bool {
	return m == RelativeToLowest || m == LinearToBest || m == MinMax || m == LinearToCeiling || m == Logarithmic
}

// What is rounded, by the rule of [Rounding], and only there.
const (
	// RoundsLine: the points of each criterion; a total adds what is printed.
	RoundsLine = "line"
	// RoundsTotal: the total; the points of a criterion are exact, and printed with so many digits.
	RoundsTotal = "total"
	// roundsFormerly is what releases before 0.2 did: lines, by which a minimum of quality was judged too. Rankings of
	// that time are checked by it (docs/decisions/0022).
	roundsFormerly = ""
)

// What a price of 0 gets under a method that divides by prices. It is not excluded for being 0 (C-367/19 Tax-Fin-Lex).
const (
	// ZeroGetsAll: the full points; the other prices are compared with the lowest price above 0.
	ZeroGetsAll = "full_points"
	// ZeroCountsAs: prices below an amount count as that amount.
	ZeroCountsAs = "counts_as"
)

// A Scheme is how tenders are ranked.
type Scheme struct {
	Method Method `json:"method"`
	// Currency is that of all prices, an ISO 4217 code.
	Currency string `json:"currency"`
	// PriceWeight is the points for the best price: 0 for QualityInMoney, PricePerPoint and FixedPrice.
	PriceWeight decimal.Decimal `json:"price_weight"`
	// TotalPoints is what all weights add up to; 0: 100.
	TotalPoints decimal.Decimal `json:"total_points,omitzero"`
	// Criteria are the quality criteria; Groups hold some of them together.
	Criteria []QualityCriterion `json:"criteria"`
	Groups   []Group            `json:"groups,omitempty"`
	// Factor is k of LinearToBest and Logarithmic.
	Factor decimal.Decimal `json:"factor,omitzero"`
	// From and To are the bounds of AbsoluteLinear.
	From decimal.Decimal `json:"from,omitzero"`
	To   decimal.Decimal `json:"to,omitzero"`
	// ZeroPrice is what a price of 0 gets; CountsAs is the amount of ZeroCountsAs.
	ZeroPrice string          `json:"zero_price,omitempty"`
	CountsAs  decimal.Decimal `json:"counts_as,omitzero"`
	// Ceiling excludes a tender with a higher price; 0: there is none. It is B of LinearToCeiling.
	Ceiling decimal.Decimal `json:"ceiling,omitzero"`
	// Best is how many tenders, the best by quality, have their price compared; 0: all.
	Best int `json:"best,omitempty"`
	// Costs are what counts besides the price; nil: nothing.
	Costs *Costs `json:"costs,omitempty"`
	// MinimumQuality excludes a tender with fewer quality points in all; nil: no minimum.
	MinimumQuality *decimal.Decimal `json:"minimum_quality,omitempty"`
	Rounding       Rounding         `json:"rounding"`
	// Rounds says what is rounded: RoundsLine or RoundsTotal.
	Rounds string `json:"rounds,omitempty"`
	// TieBreak decides between equal totals, by the first key first: [TieByPrice], [TieByQuality], a criterion's ID,
	// and as the last [TieByDraw].
	TieBreak []string `json:"tie_break"`
	// Low says which prices look abnormally low; nil: none is marked.
	Low *LowPrice `json:"low,omitempty"`
}

// A QualityCriterion is one quality criterion, scored from Lowest to Max.
type QualityCriterion struct {
	ID string `json:"id"`
	// Group is the ID of the group it belongs to; empty: none.
	Group string `json:"group,omitempty"`
	// Weight is the points for the full score; under QualityInMoney the money the full score is worth.
	Weight decimal.Decimal `json:"weight"`
	Max    decimal.Decimal `json:"max"`
	// Lowest is the lowest score; below 0, a score takes points away.
	Lowest decimal.Decimal `json:"lowest,omitzero"`
	// Minimum excludes a tender with a lower score.
	Minimum decimal.Decimal `json:"minimum,omitzero"`
}

// A Group holds criteria, or groups, whose weights add up to its own.
type Group struct {
	ID string `json:"id"`
	// Group is the ID of the group above; empty: none.
	Group  string          `json:"group,omitempty"`
	Weight decimal.Decimal `json:"weight"`
	// Minimum excludes a tender with fewer points in the group; nil: no minimum.
	Minimum *decimal.Decimal `json:"minimum,omitempty"`
}

// Keys of a tie-break besides criteria.
const (
	// TieByPrice prefers the lower price.
	TieByPrice = "price"
	// TieByQuality prefers more quality points.
	TieByQuality = "quality"
	// TieByDraw prefers the tender whose lot was drawn first; it comes last. Where a criterion has this ID, the key is
	// the criterion's.
	TieByDraw = "draw"
)

// PriceLine names the line of a place that price accounts for; no criterion may have this ID.
const PriceLine = "price"

// leastWins tells whether the lowest result wins.
func (s Scheme) leastWins() bool { return !InPoints(s.Method) }

// InPoints tells whether a method's results are points, of which the most win; the others are sums of money.
func InPoints(m models.AwardMethod) bool { return m != QualityInMoney && m != PricePerPoint }

// priceless tells whether price has no weight of its own.
func (s Scheme) priceless() bool { return s.leastWins() || s.Method == FixedPrice }

// DrawsLots tells whether a draw decides ties that nothing else does.
func (s Scheme) DrawsLots() bool {
	return slices.Contains(s.TieBreak, TieByDraw) && s.criterion(TieByDraw) == nil
}

func (s Scheme) criterion(id string) *QualityCriterion {
	i := slices.IndexFunc(s.Criteria, func(c QualityCriterion) bool { return c.ID == id })
	if i < 0 {
		return nil
	}
	return &s.Criteria[i]
}

func (s Scheme) group(id string) *Group {
	i := slices.IndexFunc(s.Groups, func(g Group) bool { return g.ID == id })
	if i < 0 {
		return nil
	}
	return &s.Groups[i]
}
