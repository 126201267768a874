package award

import (
	"math/big"
	"slices"
	"testing"

	"github.com/govalues/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ppi-engine/ppi/models"
)

func anyTenders(rt *rapid.T) []Tender {
	var tenders []Tender
	for i := range rapid.IntRange(1, 6).Draw(rt, "tenders") {
		cents := rapid.Int64Range(0, 10_000_000).Draw(rt, "cents")
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
	s.Rounds = rapid.SampledFrom([]string{RoundsLine, RoundsTotal}).Draw(rt, "rounds")
	if s.Method == PricePerPoint {
		s.Rounds = RoundsTotal
	}
	if Divides(s.Method) {
		s.ZeroPrice = ZeroGetsAll
		if rapid.Bool().Draw(rt, "floor") {
			s.ZeroPrice, s.CountsAs = ZeroCountsAs, dec("500")
		}
	}
	if s.Method != FixedPrice && rapid.Bool().Draw(rt, "ceiling") {
		s.Ceiling = dec("90000")
	}
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
				require.NotEmpty(rt, l.How)
				require.NotEmpty(rt, l.Exact)
			}
			if s.Rounds == RoundsLine {
				require.True(rt, equal(sum, st.Total), "a total is the sum of its lines")
			}
			require.Equal(rt, st.Excluded != "", st.Rank == 0)
			if i > 0 && st.Rank > 0 {
				require.LessOrEqual(rt, r.Places[i-1].Rank, st.Rank)
				require.Positive(rt, r.Places[i-1].Rank, "the excluded come last")
			}
		}
	})
}

func TestALowerPriceNeverRanksWorse(t *testing.T) {
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
					requireNoWorse(rt, placeOf(rt, r, a.ID), placeOf(rt, r, b.ID))
				}
			}
		}
	})
}

func TestAHigherScoreNeverRanksWorse(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		s, tenders := anyScheme(rt), anyTenders(rt)
		for i := range tenders {
			tenders[i].Excluded, tenders[i].Price.Amount = "", "80000.10"
		}
		r := rank(rt, s, tenders...)
		for _, a := range tenders {
			for _, b := range tenders {
				if a.Scores["solution"].Cmp(b.Scores["solution"]) > 0 {
					requireNoWorse(rt, placeOf(rt, r, a.ID), placeOf(rt, r, b.ID))
				}
			}
		}
	})
}

// requireNoWorse is content with two that are excluded.
func requireNoWorse(rt *rapid.T, better, other Place) {
	if other.Rank == 0 {
		return
	}
	require.Positive(rt, better.Rank, "%+v\n%+v", better, other)
	require.LessOrEqual(rt, better.Rank, other.Rank, "%+v\n%+v", better, other)
}

// Who is out has no influence: not by a score, a price, or a ceiling.
func TestTheRankingIsThatOfThoseWhoAreIn(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		s, tenders := anyScheme(rt), anyTenders(rt)
		all := rank(rt, s, tenders...)
		alone := rank(rt, s, slices.DeleteFunc(slices.Clone(tenders), func(t Tender) bool { return !all.In(t.ID) })...)
		for _, p := range alone.Places {
			require.Equal(rt, placeOf(rt, all, p.Tender), p)
		}
	})
}

func TestRelativeMethodsDoNotDependOnTheUnitOfMoney(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		s := scheme(rapid.SampledFrom([]Method{RelativeToLowest, LinearToBest, MinMax, Logarithmic}).Draw(rt, "method"))
		s.Rounds = rapid.SampledFrom([]string{RoundsLine, RoundsTotal}).Draw(rt, "rounds")
		if Divides(s.Method) {
			s.ZeroPrice = ZeroGetsAll
		}
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

// Officers are warned before publication where a third tender can turn the order of two others. Whoever is not warned
// never sees it, whatever is rounded and however ties are broken.
func TestAMethodThatGivesNoWarningKnowsNoParadox(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		s := anyScheme(rt)
		if Relative(s.Method) {
			rt.Skip("it warns")
		}
		tenders := anyTenders(rt)
		before := rank(rt, s, tenders...)
		tenders[0].Excluded = "withdrawn"
		require.Empty(rt, Reversals(before, rank(rt, s, tenders...)))
	})
}

// None of the warnings is idle: under each method that gives one, a third tender turns the order of two.
func TestEveryMethodThatWarnsOfAParadoxKnowsOne(t *testing.T) {
	t.Parallel()
	// The prices and quality of two tenders, and the price of the third.
	cases := map[Method]struct{ a, qualityA, b, qualityB, third string }{
		RelativeToLowest: {"100", "54", "80", "47.5", "50"},
		LinearToBest:     {"100.00", "30", "100.20", "30.09", "90.00"},
		MinMax:           {"100", "30", "80", "10", "1000"},
		LinearToCeiling:  {"100", "54", "80", "46", "40"},
		Logarithmic:      {"100.00", "30", "100.01", "30.01", "90.02"},
	}
	for _, m := range Methods() {
		require.Equal(t, Relative(m), cases[m].a != "", m)
	}
	for m, c := range cases {
		s := scheme(m)
		s.Rounding, s.TieBreak = Rounding{2, HalfUp}, []string{TieByPrice, TieByQuality}
		tenders := []Tender{tender("A", c.a, c.qualityA), tender("B", c.b, c.qualityB), tender("C", c.third, "0")}
		before := rank(t, s, tenders...)
		tenders[2].Excluded = "withdrawn"
		require.Len(t, Reversals(before, rank(t, s, tenders...)), 1, m)
	}
}

// rat reads a decimal number.
func rat(s string) *big.Rat {
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		panic(s)
	}
	return r
}

func product(factors ...*big.Rat) *big.Rat {
	p := big.NewRat(1, 1)
	for _, f := range factors {
		p.Mul(p, f)
	}
	return p
}

func quotient(a, b *big.Rat) *big.Rat   { return new(big.Rat).Quo(a, b) }
func difference(a, b *big.Rat) *big.Rat { return new(big.Rat).Sub(a, b) }

// byTheBook are the points of a price by the formula of a method, with a weight of 40, between 80 and 160, a ceiling of
// 300 and a factor of 2, written down a second time.
func byTheBook(m Method, price, lowest, highest *big.Rat) *big.Rat {
	forty, zero := big.NewRat(40, 1), new(big.Rat)
	var points *big.Rat
	switch m {
	case RelativeToLowest:
		points = quotient(product(forty, lowest), price)
	case LinearToBest:
		points = product(forty, difference(big.NewRat(2, 1), quotient(price, lowest)))
	case MinMax:
		if lowest.Cmp(highest) == 0 {
			return forty
		}
		points = quotient(product(forty, difference(highest, price)), difference(highest, lowest))
	case LinearToCeiling:
		ceiling := big.NewRat(300, 1)
		if lowest.Cmp(ceiling) == 0 {
			return zero
		}
		points = quotient(product(forty, difference(ceiling, price)), difference(ceiling, lowest))
	default: // AbsoluteLinear
		points = quotient(product(forty, difference(big.NewRat(160, 1), price)), big.NewRat(80, 1))
	}
	if points.Cmp(zero) < 0 {
		return zero
	}
	if points.Cmp(forty) > 0 {
		return forty
	}
	return points
}

func TestTotalsAreThoseOfASecondComputation(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		method := rapid.SampledFrom([]Method{
			RelativeToLowest, LinearToBest, MinMax, LinearToCeiling, AbsoluteLinear,
		}).Draw(rt, "method")
		s := scheme(method)
		s.Ceiling = dec("300")       // nobody is above it
		s.Criteria[0].Max = dec("7") // thirds and sevenths have no end
		s.Rounding = Rounding{rapid.IntRange(0, maxDigits).Draw(rt, "digits"), HalfUp}
		s.Rounds = rapid.SampledFrom([]string{RoundsLine, RoundsTotal}).Draw(rt, "rounds")
		var tenders []Tender
		var lowest, highest *big.Rat
		for i := range rapid.IntRange(1, 5).Draw(rt, "tenders") {
			given := rapid.SliceOfN(rapid.Int64Range(0, 70), 1, 4).Draw(rt, "scores")
			t := Tender{ID: models.ID(rune('A' + i)), Individual: map[string][]decimal.Decimal{}}
			for _, g := range given {
				t.Individual["solution"] = append(t.Individual["solution"], decimal.MustNew(g, 1))
			}
			cents := rapid.Int64Range(1, 30000).Draw(rt, "cents")
			t.Price = models.Money{Currency: "EUR", Amount: decimal.MustNew(cents, 2).String()}
			if price := rat(t.Price.Amount); lowest == nil || price.Cmp(lowest) < 0 {
				lowest = price
			}
			if price := rat(t.Price.Amount); highest == nil || price.Cmp(highest) > 0 {
				highest = price
			}
			tenders = append(tenders, t)
		}
		r := rank(rt, s, tenders...)
		for _, tender := range tenders {
			sum := new(big.Rat)
			for _, g := range tender.Individual["solution"] {
				sum.Add(sum, rat(g.String()))
			}
			evaluators := big.NewRat(int64(len(tender.Individual["solution"])), 1)
			quality := quotient(product(big.NewRat(60, 7), sum), evaluators)
			price := byTheBook(method, rat(tender.Price.Amount), lowest, highest)
			total := new(big.Rat).Add(quality, price)
			if s.Rounds == RoundsLine { // FloatString rounds halves away from zero
				total.Add(rat(quality.FloatString(s.Rounding.Digits)), rat(price.FloatString(s.Rounding.Digits)))
			}
			require.Equal(rt, total.FloatString(s.Rounding.Digits), placeOf(rt, r, tender.ID).Total.String())
		}
	})
}
