package award

import (
	"testing"

	"github.com/govalues/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ppi-engine/ppi/models"
)

func anyTenders(rt *rapid.T) []Tender {
	var tenders []Tender
	for i := range rapid.IntRange(1, 6).Draw(rt, "tenders") {
		cents := rapid.Int64Range(1, 10_000_000).Draw(rt, "cents")
		score := rapid.Int64Range(0, 6000).Draw(rt, "score")
		t := tender(models.ID(rune('A'+i)), decimal.MustNew(cents, 2).String(), decimal.MustNew(score, 2).String())
		if rapid.IntRange(0, 9).Draw(rt, "out") == 0 {
			t.Excluded = "late"
		}
		tenders = append(tenders, t)
	}
	return tenders
}

func anyScheme(rt *rapid.T) Scheme {
	s := scheme(rapid.SampledFrom(Methods()).Draw(rt, "method"))
	s.Rounding = Rounding{
		rapid.IntRange(0, maxDigits).Draw(rt, "digits"),
		rapid.SampledFrom(RoundingModes()).Draw(rt, "mode"),
	}
	s.TieBreak = rapid.Permutation([]string{TieByPrice, TieByQuality}).Draw(rt, "tie break")
	if rapid.Bool().Draw(rt, "minimum") {
		s.Criteria[0].Minimum = dec("20")
	}
	return s
}

func TestPropertiesOfEveryMethod(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		s, tenders := anyScheme(rt), anyTenders(rt)
		r := rank(rt, s, tenders...)
		require.True(rt, r.Same(rank(rt, s, rapid.Permutation(tenders).Draw(rt, "order")...)),
			"the order of tenders does not matter")
		require.Len(rt, r.Places, len(tenders))

		for i, st := range r.Places {
			sum := decimal.Zero
			for _, l := range st.Lines {
				var err error
				sum, err = sum.Add(l.Points)
				require.NoError(rt, err)
				require.LessOrEqual(rt, l.Points.Scale(), s.Rounding.Digits, "lines are rounded")
			}
			require.True(rt, equal(sum, st.Total), "a total is the sum of its lines")
			require.Equal(rt, st.Excluded != "", st.Rank == 0)
			if i > 0 && st.Rank > 0 {
				require.LessOrEqual(rt, r.Places[i-1].Rank, st.Rank)
				require.Positive(rt, r.Places[i-1].Rank, "the excluded come last")
			}
		}
	})
}

func TestALowerPriceNeverScoresWorse(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		s := anyScheme(rt)
		s.Criteria[0].Minimum = decimal.Zero
		tenders := anyTenders(rt)
		for i := range tenders {
			tenders[i].Excluded = ""
			tenders[i].Scores["solution"] = dec("30")
		}
		r := rank(rt, s, tenders...)
		for _, a := range tenders {
			for _, b := range tenders {
				if dec(a.Price.Amount).Cmp(dec(b.Price.Amount)) < 0 && s.Method != FixedPrice {
					require.LessOrEqual(rt, placeOf(rt, r, a.ID).Rank, placeOf(rt, r, b.ID).Rank, "%s %s",
						a.Price.Amount, b.Price.Amount)
				}
			}
		}
	})
}

func TestRelativeMethodsDoNotDependOnTheUnitOfMoney(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		s := scheme(rapid.SampledFrom([]Method{RelativeToLowest, LinearToBest, MinMax, Logarithmic}).Draw(rt, "method"))
		tenders := anyTenders(rt)
		scaled := make([]Tender, len(tenders))
		factor := decimal.MustNew(rapid.Int64Range(1, 1000).Draw(rt, "factor"), 0)
		for i, original := range tenders {
			product, err := dec(original.Price.Amount).Mul(factor)
			require.NoError(rt, err)
			scaled[i] = original
			scaled[i].Price.Amount = product.String()
		}
		before, after := rank(rt, s, tenders...), rank(rt, s, scaled...)
		for i := range before.Places {
			require.Equal(rt, before.Places[i].Tender, after.Places[i].Tender)
			require.True(rt, equal(before.Places[i].Total, after.Places[i].Total))
		}
	})
}

func TestAbsoluteMethodsKnowNoParadox(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		s := scheme(rapid.SampledFrom([]Method{AbsoluteLinear, QualityInMoney, FixedPrice}).Draw(rt, "method"))
		tenders := anyTenders(rt)
		before := rank(rt, s, tenders...)
		tenders[0].Excluded = "withdrawn"
		require.Empty(rt, Reversals(before, rank(rt, s, tenders...)))
	})
}
