package award

import (
	"errors"

	"github.com/govalues/decimal"
)

// Mean is the mean of individual scores, rounded once by the rule. It returns an error when there are no scores.
func Mean(scores []decimal.Decimal, rule Rounding) (decimal.Decimal, error) {
	if len(scores) == 0 {
		return decimal.Zero, errors.New("mean of no scores")
	}
	sum := whole(0)
	for _, s := range scores {
		sum = sum.plus(fraction(s))
	}
	return sum.over(whole(int64(len(scores)))).round(rule)
}
