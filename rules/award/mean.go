package award

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/govalues/decimal"
)

// mean is the exact mean of the scores that evaluators gave. It says them by their size, so that nobody reads who gave
// which.
func mean(scores []decimal.Decimal) score {
	sorted := slices.SortedFunc(slices.Values(scores), decimal.Decimal.CmpTotal)
	sum, said := whole(0), make([]string, len(sorted))
	for i, s := range sorted {
		sum, said[i] = sum.plus(fraction(s)), s.String()
	}
	return score{
		sum.over(whole(int64(len(sorted)))),
		fmt.Sprintf("(%s) / %d", strings.Join(said, " + "), len(sorted)),
	}
}

// FormerMean is the mean of individual scores, rounded by the rule before it is weighted: so rankings were computed
// before exact means, and so they are checked (docs/decisions/0022). It returns an error when there are no scores.
func FormerMean(scores []decimal.Decimal, rule Rounding) (decimal.Decimal, error) {
	if len(scores) == 0 {
		return decimal.Zero, errors.New("mean of no scores")
	}
	return mean(scores).exact.round(rule)
}
