package award

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/govalues/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ppi-engine/ppi/models"
)

func dec(s string) decimal.Decimal { return decimal.MustParse(s) }

func at(s string) *decimal.Decimal { return new(dec(s)) }

// scheme weighs quality 60 and price 40; quality is scored from 0 to 60, so that a score is its points.
func scheme(method Method) Scheme {
	s := Scheme{
		Method: method, Currency: "EUR", PriceWeight: dec("40"),
		Criteria: []QualityCriterion{{ID: "solution", Weight: dec("60"), Max: dec("60")}},
		Rounding: Rounding{3, HalfUp},
	}
	switch method {
	case LinearToBest, Logarithmic:
		s.Factor = dec("2")
	case LinearToCeiling:
		s.Ceiling = dec("160")
	case AbsoluteLinear:
		s.From, s.To = dec("80"), dec("160")
	case FixedPrice:
		s.PriceWeight, s.Criteria[0].Weight = decimal.Zero, decimal.Hundred
	case QualityInMoney:
		s.PriceWeight = decimal.Zero
	case PricePerPoint:
		s.PriceWeight, s.Criteria[0].Weight, s.Rounds = decimal.Zero, decimal.Hundred, RoundsTotal
		s.MinimumQuality = at("0.01")
	default: // RelativeToLowest and MinMax need nothing more
	}
	return s
}

func tender(id models.ID, price, score string) Tender {
	return Tender{
		ID: id, Price: models.Money{Amount: price, Currency: "EUR"},
		Scores: map[string]decimal.Decimal{"solution": dec(score)},
	}
}

func rank(t require.TestingT, s Scheme, tenders ...Tender) Ranking {
	r, err := Rank(s, tenders)
	require.NoError(t, err)
	return r
}

func placeOf(t require.TestingT, r Ranking, id models.ID) Place {
	for _, s := range r.Places {
		if s.Tender == id {
			return s
		}
	}
	require.FailNow(t, "no place", "of %s in %+v", id, r)
	return Place{}
}

func pricePoints(t require.TestingT, r Ranking, id models.ID) string {
	for _, l := range placeOf(t, r, id).Lines {
		if l.Criterion == PriceLine {
			return l.Points.String()
		}
	}
	return ""
}

func requireCodes(t require.TestingT, err error, codes ...models.Code) models.Refusal {
	refusal, ok := models.RefusalOf(err)
	require.True(t, ok, "want a refusal, got %v", err)
	got := []models.Code{refusal.Code}
	for _, o := range refusal.Others {
		got = append(got, o.Code)
	}
	require.Equal(t, codes, got, "%v", err)
	return *refusal
}

func TestMethodsOnPricesOf100And120And150(t *testing.T) {
	t.Parallel()
	for method, want := range map[Method][3]string{
		RelativeToLowest: {"40.000", "33.333", "26.667"},
		LinearToBest:     {"40.000", "32.000", "20.000"},
		Logarithmic:      {"40.000", "29.479", "16.601"},
		LinearToCeiling:  {"40.000", "26.667", "6.667"},
		AbsoluteLinear:   {"30.000", "20.000", "5.000"},
		MinMax:           {"40.000", "24.000", "0.000"},
	} {
		r := rank(t, scheme(method), tender("A", "100", "0"), tender("B", "120", "0"), tender("C", "150", "0"))
		require.Equal(t, want, [3]string{pricePoints(t, r, "A"), pricePoints(t, r, "B"), pricePoints(t, r, "C")},
			method)
	}
}

func TestMethodsAtTheirLimits(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		method Method
		price  string
		points string
	}{
		{LinearToBest, "200", "0.000"},
		{LinearToBest, "201", "0.000"},         // not below nothing
		{Logarithmic, "200", "0.000"},          // exactly, though logarithms are not
		{Logarithmic, "400", "-40.000"},        // below nothing
		{Logarithmic, "800", "-80.000"},        //
		{LinearToCeiling, "160", "0.000"},      //
		{LinearToCeiling, "159.99", "0.007"},   //
		{AbsoluteLinear, "80", "40.000"},       //
		{AbsoluteLinear, "10", "40.000"},       // not above the weight
		{AbsoluteLinear, "160.01", "0.000"},    //
		{RelativeToLowest, "1000000", "0.004"}, //
	} {
		lowest := "100"
		if c.method == AbsoluteLinear {
			lowest = "1" // another tender's price changes nothing here
		}
		r := rank(t, scheme(c.method), tender("A", lowest, "0"), tender("B", c.price, "0"))
		require.Equal(t, c.points, pricePoints(t, r, "B"), "%s %s", c.method, c.price)
	}
	equal := rank(t, scheme(MinMax), tender("A", "100", "0"), tender("B", "100.00", "0"))
	require.Equal(t, "40.000", pricePoints(t, equal, "B"), "equal prices all get the weight")
	single := rank(t, scheme(MinMax), tender("A", "100", "0"))
	require.Equal(t, "40.000", pricePoints(t, single, "A"), "a single tender is ranked")
}

func TestAThirdTenderTurnsTheOrderOfTwoOthers(t *testing.T) {
	t.Parallel()
	s := scheme(RelativeToLowest)
	a, b, c := tender("A", "100", "54"), tender("B", "80", "47.5"), tender("C", "50", "12")

	without := rank(t, s, a, b)
	require.Equal(t, "86.000", placeOf(t, without, "A").Total.String())
	require.Equal(t, "87.500", placeOf(t, without, "B").Total.String())
	winner, ok := without.Winner()
	require.True(t, ok)
	require.Equal(t, models.ID("B"), winner.Tender)

	with := rank(t, s, a, b, c)
	require.Equal(t, "74.000", placeOf(t, with, "A").Total.String())
	require.Equal(t, "72.500", placeOf(t, with, "B").Total.String())
	winner, _ = with.Winner()
	require.Equal(t, models.ID("A"), winner.Tender)
	require.Equal(t, []Reversal{{Ahead: "A", Behind: "B"}}, Reversals(without, with))
	require.Empty(t, Reversals(with, with))

	c.Excluded = "selection criterion not met"
	after := rank(t, s, a, b, c)
	require.Equal(t, "87.500", placeOf(t, after, "B").Total.String(), "an excluded price is nobody's yardstick")
	require.Equal(t, []Reversal{{Ahead: "B", Behind: "A"}}, Reversals(with, after))
}

func TestOnlyAPairThatBothRankingsDecideCanBeTurned(t *testing.T) {
	t.Parallel()
	ranks := func(a, b int) Ranking {
		r := Ranking{[]Place{{Tender: "A", Rank: a}, {Tender: "B", Rank: b}}}
		if 0 < b && b < a { // the best first
			r.Places[0], r.Places[1] = r.Places[1], r.Places[0]
		}
		return r
	}
	for name, c := range map[string]struct {
		before, after Ranking
		turned        bool
	}{
		"behind, then ahead":   {ranks(2, 1), ranks(1, 2), true},
		"behind by far":        {ranks(5, 1), ranks(1, 5), true},
		"ahead both times":     {ranks(1, 2), ranks(1, 2), false},
		"tied, then ahead":     {ranks(1, 1), ranks(1, 2), false},
		"behind, then tied":    {ranks(2, 1), ranks(1, 1), false},
		"A was excluded":       {ranks(0, 1), ranks(1, 2), false},
		"B was excluded":       {ranks(1, 0), ranks(1, 2), false},
		"A is excluded now":    {ranks(2, 1), ranks(0, 1), false},
		"B is excluded now":    {ranks(2, 1), ranks(1, 0), false},
		"A stands there alone": {Ranking{[]Place{{Tender: "A", Rank: 1}}}, ranks(1, 2), false},
	} {
		turned := Reversals(c.before, c.after)
		if c.turned {
			require.Equal(t, []Reversal{{Ahead: "A", Behind: "B"}}, turned, name)
			continue
		}
		require.Empty(t, turned, name)
	}
}

func TestPricesOfExcludedTendersAreNotCompared(t *testing.T) {
	t.Parallel()
	s := scheme(RelativeToLowest)
	s.Criteria[0].Minimum = dec("30")
	r := rank(t, s, tender("A", "100", "30"), tender("B", "50", "29.99"), Tender{ID: "C", Excluded: "late"})
	require.Equal(t, "40.000", pricePoints(t, r, "A"))
	out := placeOf(t, r, "B")
	require.Equal(t, 0, out.Rank)
	require.Equal(t, "score 29.99 of solution is below the minimum of 30", out.Excluded)
	require.Len(t, out.Lines, 1, "the price is not scored")
	require.Equal(t, "late", placeOf(t, r, "C").Excluded)
	require.Equal(t, []models.ID{"A", "B", "C"},
		[]models.ID{r.Places[0].Tender, r.Places[1].Tender, r.Places[2].Tender})
}

func TestAMinimumOfQualityHoldsHoweverFewRemain(t *testing.T) {
	t.Parallel()
	s := scheme(RelativeToLowest)
	s.MinimumQuality = at("50")
	r := rank(t, s, tender("A", "100", "49.9"), tender("B", "120", "10"))
	_, ok := r.Winner()
	require.False(t, ok)
	require.Contains(t, r.Places[0].Excluded, "below the minimum of 50")
}

func TestQualityIsWorthMoney(t *testing.T) {
	t.Parallel()
	s := scheme(QualityInMoney)
	s.Criteria = []QualityCriterion{
		{ID: "solution", Weight: dec("20000"), Max: dec("10")},
		{ID: "service", Weight: dec("5000"), Max: dec("5")},
	}
	s.Rounding = Rounding{2, HalfUp}
	a, b := tender("A", "100000", "9"), tender("B", "90000.50", "3")
	a.Scores["service"], b.Scores["service"] = dec("5"), dec("4")
	r := rank(t, s, a, b)
	require.Equal(t, "77000.00", placeOf(t, r, "A").Total.String(), "100000 − 18000 − 5000")
	require.Equal(t, "80000.50", placeOf(t, r, "B").Total.String(), "90000.50 − 6000 − 4000")
	winner, _ := r.Winner()
	require.Equal(t, models.ID("A"), winner.Tender, "the least wins")
}

func TestAFixedPriceLeavesQualityToDecide(t *testing.T) {
	t.Parallel()
	r := rank(t, scheme(FixedPrice), tender("A", "100", "45"), tender("B", "100", "46"))
	winner, _ := r.Winner()
	require.Equal(t, models.ID("B"), winner.Tender)
	require.Equal(t, "76.667", winner.Total.String())
	require.Len(t, winner.Lines, 1)
}

func TestEveryLineSaysHow(t *testing.T) {
	t.Parallel()
	how := map[Method]string{
		RelativeToLowest: "40 × 100 / 120",
		LinearToBest:     "40 × (2 − 120 / 100) / (2 − 1), at least 0",
		MinMax:           "40 × (120 − 120) / (120 − 100)",
		LinearToCeiling:  "40 × (160 − 120) / (160 − 100)",
		AbsoluteLinear:   "40 × (160 − 120) / (160 − 80), within 0 and 40",
		Logarithmic:      "40 × (1 − log(120 / 100) / log(2))",
		QualityInMoney:   "price",
	}
	for method, want := range how {
		lines := placeOf(t, rank(t, scheme(method), tender("A", "100", "30"), tender("B", "120", "30")), "B").Lines
		require.Equal(t, want, lines[1].How)
	}
	lines := placeOf(t, rank(t, scheme(MinMax), tender("A", "100", "31.5")), "A").Lines
	require.Equal(t, "60 × 31.5 / 60", lines[0].How)
	require.Equal(t, "40, as all prices are equal", lines[1].How)
	places := rank(t, scheme(LinearToCeiling), tender("A", "160", "30"), tender("B", "160.00", "31")).Places
	for _, p := range places {
		require.Equal(t, "0, as no price is below the ceiling", p.Lines[1].How)
		require.Equal(t, "0.000", p.Lines[1].Points.String(), "nobody has offered less")
	}
}

// A price is the same however many zeros it is written with, and so is the ranking whichever tender is read first.
func TestTheOrderOfTendersDoesNotEvenChangeTheWordsOfARanking(t *testing.T) {
	t.Parallel()
	a, b, c := tender("A", "100", "30"), tender("B", "100.00", "40"), tender("C", "150.0", "50")
	for _, method := range Methods() {
		s := scheme(method)
		require.Equal(t, rank(t, s, a, b, c), rank(t, s, c, b, a), method)
		require.Equal(t, rank(t, s, a, b, c), rank(t, s, b, c, a), method)
	}
}

func TestTiesAreBrokenInTheOrderOfTheScheme(t *testing.T) {
	t.Parallel()
	s := scheme(AbsoluteLinear) // 2 points a euro
	s.From, s.To = dec("100"), dec("120")
	a, b := tender("A", "110", "40"), tender("B", "105", "30") // 20 + 40 and 30 + 30

	s.TieBreak = []string{TieByPrice}
	r := rank(t, s, a, b)
	require.Equal(t, models.ID("B"), r.Places[0].Tender)
	require.Equal(t, TieByPrice, r.Places[1].DecidedBy)

	s.TieBreak = []string{TieByQuality, TieByPrice}
	r = rank(t, s, a, b)
	require.Equal(t, models.ID("A"), r.Places[0].Tender)
	require.Equal(t, TieByQuality, r.Places[1].DecidedBy)

	s.TieBreak = []string{"solution"}
	require.Equal(t, models.ID("A"), rank(t, s, a, b).Places[0].Tender)
}

func TestATieThatNothingDecidesIsSaid(t *testing.T) {
	t.Parallel()
	s := scheme(RelativeToLowest)
	s.TieBreak = []string{TieByPrice, TieByQuality}
	r := rank(t, s, tender("B", "100", "30"), tender("A", "100.00", "30"), tender("C", "120", "20"))
	require.Equal(t, []int{1, 1, 3}, []int{r.Places[0].Rank, r.Places[1].Rank, r.Places[2].Rank})
	require.True(t, r.Places[0].Tied && r.Places[1].Tied)
	require.False(t, r.Places[2].Tied)
	_, ok := r.Winner()
	require.False(t, ok)
}

func TestAPriceThatLooksAbnormallyLowIsAskedAbout(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		low    LowPrice
		prices [3]string
		asked  bool
	}{
		{
			LowPrice{Against: LowAgainstMean, Percent: dec("20")},
			[3]string{"80", "90", "110"},
			true,
		}, // mean of the others 100
		{LowPrice{Against: LowAgainstMean, Percent: dec("20")}, [3]string{"80.01", "90", "110"}, false},
		{LowPrice{Against: LowAgainstNext, Percent: dec("10")}, [3]string{"81", "90", "95"}, true},
		{LowPrice{Against: LowAgainstNext, Percent: dec("10")}, [3]string{"81.01", "90", "95"}, false},
		{
			LowPrice{Against: LowAgainstEstimate, Percent: dec("30"), Estimate: dec("100")},
			[3]string{"70", "71", "72"},
			true,
		},
		{
			LowPrice{Against: LowAgainstEstimate, Percent: dec("30"), Estimate: dec("100")},
			[3]string{"70.01", "71", "72"},
			false,
		},
	} {
		s := scheme(RelativeToLowest)
		s.Low = &c.low
		r := rank(t, s, tender("A", c.prices[0], "30"), tender("B", c.prices[1], "30"), tender("C", c.prices[2], "30"))
		a := placeOf(t, r, "A")
		require.Equal(t, c.asked, a.AskAboutPrice != "", "%+v: %s", c, a.AskAboutPrice)
		require.Equal(t, 1, a.Rank, "a mark excludes nobody")
		require.Empty(t, placeOf(t, r, "B").AskAboutPrice)
	}
	s := scheme(RelativeToLowest)
	s.Low = &LowPrice{Against: LowAgainstMean, Percent: dec("20")}
	require.Empty(t, rank(t, s, tender("A", "1", "30")).Places[0].AskAboutPrice,
		"a single tender has nothing to be compared with")
}

// The next higher price is what two equal low prices are compared with, not each other.
func TestTwoPricesThatAreAbnormallyLowDoNotExcuseEachOther(t *testing.T) {
	t.Parallel()
	s := scheme(RelativeToLowest)
	s.Low = &LowPrice{Against: LowAgainstNext, Percent: dec("40")}
	r := rank(t, s, tender("A", "50", "30"), tender("B", "50.00", "30"), tender("C", "100", "30"))
	require.Equal(t, "50 is at least 40 % below 100 (next_price)", placeOf(t, r, "A").AskAboutPrice)
	require.Equal(t, "50.00 is at least 40 % below 100 (next_price)", placeOf(t, r, "B").AskAboutPrice)
	require.Empty(t, placeOf(t, r, "C").AskAboutPrice, "nobody is dearer")
}

func TestTheMeanOfScoresIsRoundedByTheRule(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		scores []decimal.Decimal
		rule   Rounding
		want   string
	}{
		{[]decimal.Decimal{dec("7")}, Rounding{1, HalfUp}, "7.0"},
		{[]decimal.Decimal{dec("7"), dec("8")}, Rounding{0, HalfUp}, "8"},
		{[]decimal.Decimal{dec("6"), dec("7")}, Rounding{0, HalfEven}, "6"},
		{[]decimal.Decimal{dec("7"), dec("8"), dec("8")}, Rounding{2, HalfUp}, "7.67"},
		{[]decimal.Decimal{dec("7"), dec("8"), dec("8")}, Rounding{2, Down}, "7.66"},
	} {
		mean, err := FormerMean(c.scores, c.rule)
		require.NoError(t, err)
		require.Equal(t, c.want, mean.String(), "%v %+v", c.scores, c.rule)
	}
	_, err := FormerMean(nil, Rounding{2, HalfUp})
	require.Error(t, err, "nobody has scored: that is not a score of 0")
}

func TestRoundingHappensOnceFromTheExactValue(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		value string
		rule  Rounding
		want  string
	}{
		{"2.345", Rounding{2, HalfUp}, "2.35"},
		{"-2.345", Rounding{2, HalfUp}, "-2.35"},
		{"2.345", Rounding{2, HalfEven}, "2.34"},
		{"2.355", Rounding{2, HalfEven}, "2.36"},
		{"-2.345", Rounding{2, HalfEven}, "-2.34"},
		{"2.349", Rounding{2, Down}, "2.34"},
		{"-2.349", Rounding{2, Down}, "-2.34"},
		{"2.5", Rounding{0, HalfUp}, "3"},
		{"2.4449", Rounding{2, HalfUp}, "2.44"}, // not first to 2.445, then to 2.45
		{"-0.004", Rounding{2, HalfUp}, "0.00"},
	} {
		got, err := fraction(dec(c.value)).round(c.rule)
		require.NoError(t, err)
		require.Equal(t, c.want, got.String(), "%s %+v", c.value, c.rule)
	}
	for _, c := range []struct {
		over int64
		want string
	}{
		{3, "0.6666666666…"}, // cut, not rounded
		{2048, "0.0009765625"},
		{4096, "0.0004882812…"}, // …5
		{1, "2"},
	} {
		require.Equal(t, c.want, whole(2).over(whole(c.over)).String())
	}
	_, err := whole(math.MaxInt64).round(Rounding{2, HalfUp})
	require.ErrorContains(t, err, "too large")
}

func TestLogarithmsAreExactToFortyDecimals(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ x, base, want string }{
		// Digits of log2(3), log2(1.2), log10(2) and ln… from tables.
		{"3", "2", "1.5849625007211561814537389439478165087598"},
		{"2", "10", "0.3010299956639811952137388947244930267682"},
		{"0.5", "2", "-1.0000000000000000000000000000000000000000"},
		{"1", "2", "0.0000000000000000000000000000000000000000"},
		{"1024", "2", "10.0000000000000000000000000000000000000000"},
		{"3.375", "1.5", "3.0000000000000000000000000000000000000000"},
	} {
		got := logRatio(fraction(dec(c.x)), fraction(dec(c.base)))
		require.Equal(t, c.want, got.r.FloatString(40), "log of %s to %s", c.x, c.base)
	}
	rapid.Check(t, func(rt *rapid.T) {
		x := rapid.Int64Range(1, 1_000_000_000).Draw(rt, "x")
		got, _ := logRatio(whole(x).over(whole(1000)), whole(3)).r.Float64()
		require.InDelta(rt, math.Log(float64(x)/1000)/math.Log(3), got, 1e-12)
	})
}

func TestASchemeThatCannotRankIsRefusedWithAllFaults(t *testing.T) {
	t.Parallel()
	require.NoError(t, scheme(RelativeToLowest).Check())
	strict := scheme(RelativeToLowest)
	strict.Criteria[0].Minimum = strict.Criteria[0].Max
	require.NoError(t, strict.Check(), "only the highest score will do")
	for name, spoil := range map[string]func(*Scheme){
		"unknown method":    func(s *Scheme) { s.Method = "guess" },
		"weights under 100": func(s *Scheme) { s.PriceWeight = dec("39.99") },
		"weights over 100":  func(s *Scheme) { s.PriceWeight = dec("40.01") },
		"price without weight": func(s *Scheme) {
			s.PriceWeight, s.Criteria[0].Weight = decimal.Zero,
				decimal.Hundred
		},
		"no factor":           func(s *Scheme) { s.Method = LinearToBest },
		"factor of one":       func(s *Scheme) { s.Method, s.Factor = Logarithmic, decimal.One },
		"bounds turned round": func(s *Scheme) { s.Method, s.From, s.To = AbsoluteLinear, dec("160"), dec("80") },
		"bounds that are one": func(s *Scheme) { s.Method, s.From, s.To = AbsoluteLinear, dec("80"), dec("80.00") },
		"no ceiling":          func(s *Scheme) { s.Method = LinearToCeiling },
		"costs to a ceiling": func(s *Scheme) {
			s.Method, s.Ceiling = LinearToCeiling, dec("160")
			s.Costs = &Costs{Items: []CostTerm{{ID: "days", Rate: decimal.One}}}
		},
		"no currency":           func(s *Scheme) { s.Currency = "euro" },
		"no scale":              func(s *Scheme) { s.Criteria[0].Max = decimal.Zero },
		"minimum over the top":  func(s *Scheme) { s.Criteria[0].Minimum = dec("61") },
		"criterion named price": func(s *Scheme) { s.Criteria[0].ID = PriceLine },
		"negative minimum":      func(s *Scheme) { s.MinimumQuality = at("-1") },
		"no rounding":           func(s *Scheme) { s.Rounding = Rounding{} },
		"seven digits":          func(s *Scheme) { s.Rounding.Digits = 7 },
		"unknown tie-break":     func(s *Scheme) { s.TieBreak = []string{"lots"} },
		"tie-break twice":       func(s *Scheme) { s.TieBreak = []string{TieByPrice, TieByPrice} },
		"low against nothing":   func(s *Scheme) { s.Low = &LowPrice{Against: "feeling", Percent: dec("20")} },
		"low by everything": func(s *Scheme) {
			s.Low = &LowPrice{
				Against: LowAgainstMean,
				Percent: decimal.Hundred,
			}
		},
		"low without estimate": func(s *Scheme) { s.Low = &LowPrice{Against: LowAgainstEstimate, Percent: dec("20")} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := scheme(RelativeToLowest)
			spoil(&s)
			_, err := Rank(s, nil)
			requireCodes(t, err, models.CodeInvalidCriteria)
		})
	}
	s := scheme(RelativeToLowest)
	s.Criteria = append(s.Criteria, s.Criteria[0])
	s.Rounding = Rounding{}
	requireCodes(t, s.Check(), models.CodeInvalidCriteria, models.CodeInvalidCriteria, models.CodeInvalidCriteria)
	money := Scheme{Method: FixedPrice, Currency: "EUR", Rounding: Rounding{2, HalfUp}}
	refusal := requireCodes(t, money.Check(), models.CodeInvalidCriteria, models.CodeInvalidCriteria)
	require.Equal(t, "nothing is scored", refusal.Detail)
}

func TestTendersThatCannotBeScoredAreRefusedWithAllFaults(t *testing.T) {
	t.Parallel()
	s := scheme(RelativeToLowest)
	dollars, free, exponent := tender("A", "100", "30"), tender("B", "0", "30"), tender("C", "1e3", "30")
	dollars.Price.Currency = "USD"
	_, err := Rank(s, []Tender{dollars, free, exponent})
	requireCodes(t, err, models.CodeInvalidPrice, models.CodeInvalidPrice, models.CodeInvalidPrice)

	high, low, without, stray := tender("A", "100", "60.01"), tender("B", "100", "-0.1"), tender("C", "100", "1"),
		tender("D", "100", "1")
	without.Scores = nil
	stray.Scores["charm"] = decimal.One
	_, err = Rank(s, []Tender{high, low, without, stray})
	refusal := requireCodes(t, err, models.CodeInvalidScore, models.CodeInvalidScore, models.CodeInvalidScore,
		models.CodeInvalidScore)
	require.Equal(t, "/tenders/A/scores/solution", refusal.Field)

	_, err = Rank(s, []Tender{tender("A", "100", "1"), tender("A", "90", "1")})
	requireCodes(t, err, models.CodeInvalidValue)
	require.NotPanics(t, func() { rank(t, scheme(MinMax), tender("A", "0", "1"), tender("B", "5", "1")) },
		"free is a price where nothing is divided by it")
	require.Empty(t, rank(t, s).Places)
}

func TestARankingCanBeComputedAnewFromItsRecord(t *testing.T) {
	t.Parallel()
	type record struct {
		Scheme  Scheme   `json:"scheme"`
		Tenders []Tender `json:"tenders"`
		Ranking Ranking  `json:"ranking"`
	}
	for _, method := range Methods() {
		s := scheme(method)
		s.TieBreak, s.Low = []string{TieByPrice, "solution"}, &LowPrice{Against: LowAgainstMean, Percent: dec("20")}
		tenders := []Tender{tender("A", "100.10", "54"), tender("B", "70", "47.5"), {ID: "C", Excluded: "late"}}
		written, err := json.Marshal(record{s, tenders, rank(t, s, tenders...)})
		require.NoError(t, err)
		require.NotContains(t, string(written), `"points":4`, "numbers travel as text")
		var read record
		require.NoError(t, json.Unmarshal(written, &read))
		require.True(t, rank(t, read.Scheme, read.Tenders...).Same(read.Ranking))
		read.Ranking.Places[0].Lines[0].Points = dec("1.234")
		require.False(t, rank(t, read.Scheme, read.Tenders...).Same(read.Ranking), "one changed line is found")
	}
}

func TestAPriceBeyondAllMeasureIsRefusedAndNoFault(t *testing.T) {
	t.Parallel()
	s := scheme(QualityInMoney)
	s.Rounding.Digits = 6
	_, err := Rank(s, []Tender{tender("tnd_a", "9999999999999.99", "30")})
	refusal, refused := models.RefusalOf(err)
	require.True(t, refused, "%v", err)
	require.Equal(t, models.CodeInvalidCriteria, refusal.Code, "the tender is not at fault")
	require.Equal(t, "/rounding/digits", refusal.Field)
}
