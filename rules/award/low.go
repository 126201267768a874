package award

import (
	"fmt"
	"slices"

	"github.com/govalues/decimal"

	"github.com/ppi-engine/ppi/models"
)

// A LowReference is what a price is compared with to tell whether it looks abnormally low.
type LowReference string

// The references. The Directive sets no number; the buyer or its country does.
const (
	// LowAgainstMean compares with the mean of the other prices.
	LowAgainstMean LowReference = "mean_of_others"
	// LowAgainstNext compares with the next higher price.
	LowAgainstNext LowReference = "next_price"
	// LowAgainstEstimate compares with the buyer's own estimate.
	LowAgainstEstimate LowReference = "estimate"
)

// LowPrice marks a price that is at least Percent below its reference: the tenderer must be asked to explain it
// (Directive 2014/24/EU, Article 69(1)). A mark excludes nobody.
type LowPrice struct {
	Against LowReference    `json:"against"`
	Percent decimal.Decimal `json:"percent"`
	// Estimate is needed for LowAgainstEstimate.
	Estimate decimal.Decimal `json:"estimate,omitzero"`
}

func (l LowPrice) check() []*models.Refusal {
	var faults []*models.Refusal
	if !slices.Contains([]LowReference{LowAgainstMean, LowAgainstNext, LowAgainstEstimate}, l.Against) {
		faults = append(faults, invalid("/low/against", "%q is not a reference", l.Against).
			Accepting("%s, %s or %s", LowAgainstMean, LowAgainstNext, LowAgainstEstimate))
	}
	if !l.Percent.IsPos() || l.Percent.Cmp(decimal.Hundred) >= 0 {
		faults = append(faults, invalid("/low/percent", "the percentage is %s", l.Percent).
			Accepting("more than 0 and less than 100"))
	}
	if l.Against == LowAgainstEstimate && !l.Estimate.IsPos() {
		faults = append(faults, invalid("/low/estimate", "the estimate is %s", l.Estimate).Accepting("more than 0"))
	}
	return faults
}

// why says why a price looks abnormally low among the others; empty if it does not.
func (l LowPrice) why(price decimal.Decimal, others []decimal.Decimal) string {
	reference, ok := l.reference(price, others)
	if !ok || reference.cmp(whole(0)) <= 0 {
		return "" // nothing is below a price of 0
	}
	limit := reference.times(whole(100).minus(fraction(l.Percent))).over(whole(100))
	if fraction(price).cmp(limit) > 0 {
		return ""
	}
	return fmt.Sprintf("%s is at least %s %% below %s (%s)", price, l.Percent, reference, l.Against)
}

func (l LowPrice) reference(price decimal.Decimal, others []decimal.Decimal) (ratio, bool) {
	switch l.Against {
	case LowAgainstEstimate:
		return fraction(l.Estimate), true
	case LowAgainstNext:
		higher := slices.DeleteFunc(slices.Clone(others), func(o decimal.Decimal) bool { return o.Cmp(price) <= 0 })
		if len(higher) == 0 {
			return ratio{}, false
		}
		return fraction(slices.MinFunc(higher, decimal.Decimal.Cmp)), true
	default:
		sum := whole(0)
		for _, o := range others {
			sum = sum.plus(fraction(o))
		}
		if len(others) == 0 {
			return ratio{}, false
		}
		return sum.over(whole(int64(len(others)))), true
	}
}
