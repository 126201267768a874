package award

import (
	"testing"

	"github.com/govalues/decimal"
	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
)

func TestThePriceOfAQualityPoint(t *testing.T) {
	t.Parallel()
	s := scheme(PricePerPoint)
	s.MinimumQuality = at("50")
	r := rank(t, s, tender("A", "100", "45"), tender("B", "80", "30"), tender("C", "10", "29.9"))
	require.Equal(t, "1.333", placeOf(t, r, "A").Total.String(), "100 / 75")
	require.Equal(t, "1.600", placeOf(t, r, "B").Total.String(), "80 / 50")
	require.Equal(t, models.ID("A"), winnerOf(t, r))
	require.Equal(t, Line{PriceLine, dec("1.333"), "100 / 75", "4/3"}, placeOf(t, r, "A").Lines[1])
	require.NotEmpty(t, placeOf(t, r, "C").Excluded)

	s.Rounds = RoundsLine
	requireCodes(t, s.Check(), models.CodeInvalidCriteria)
	s.Rounds, s.MinimumQuality = RoundsTotal, nil
	requireCodes(t, s.Check(), models.CodeInvalidCriteria)
}

func TestAPriceAboveTheCeilingIsOutAndNobodysYardstick(t *testing.T) {
	t.Parallel()
	s := scheme(MinMax)
	s.Ceiling = dec("120")
	r := rank(t, s, tender("A", "100", "0"), tender("B", "120.00", "0"), tender("C", "120.01", "60"))
	require.Equal(t, "0.000", pricePoints(t, r, "B"), "the dearest of those who are in")
	require.Equal(t, "price 120.01 is above the ceiling of 120", placeOf(t, r, "C").Excluded)
	require.Zero(t, placeOf(t, r, "C").Rank)
}

// Usual in Dutch and Belgian practice: a score can take points away, if the scale says so.
func TestMinusPoints(t *testing.T) {
	t.Parallel()
	s := scheme(RelativeToLowest)
	s.Criteria[0].Max, s.Criteria[0].Lowest, s.Criteria[0].Minimum = dec("10"), dec("-10"), dec("-10")
	r := rank(t, s, tender("A", "100", "-5"), tender("B", "100", "0"))
	require.Equal(t, "10.000", placeOf(t, r, "A").Total.String(), "40 − 60 × 5 / 10")
	require.Equal(t, models.ID("B"), winnerOf(t, r))

	money := scheme(QualityInMoney)
	money.Criteria[0].Max, money.Criteria[0].Lowest, money.Criteria[0].Minimum = dec("10"), dec("-10"), dec("-10")
	r = rank(t, money, tender("A", "100", "-5"))
	require.Equal(t, "130.000", placeOf(t, r, "A").Total.String(), "bad quality costs")

	_, err := Rank(s, []Tender{tender("A", "100", "-10.1")})
	refusal := requireCodes(t, err, models.CodeInvalidScore)
	require.Equal(t, "-10 to 10", refusal.Accepted)
	s.Criteria[0].Lowest = dec("10")
	requireCodes(t, s.Check(), models.CodeInvalidCriteria)
}

// tree is quality of 60 in two groups, one of them with a group of its own.
func tree() Scheme {
	s := scheme(RelativeToLowest)
	s.Groups = []Group{
		{ID: "technique", Weight: dec("40"), Minimum: at("20")},
		{ID: "service", Weight: dec("20")},
		{ID: "energy", Group: "technique", Weight: dec("13.33")},
	}
	s.Criteria = []QualityCriterion{
		{ID: "speed", Group: "technique", Weight: dec("26.67"), Max: dec("5")},
		{ID: "idle", Group: "energy", Weight: dec("10"), Max: dec("5")},
		{ID: "load", Group: "energy", Weight: dec("3.33"), Max: dec("5")},
		{ID: "support", Group: "service", Weight: dec("20"), Max: dec("5")},
	}
	return s
}

func TestATreeOfCriteria(t *testing.T) {
	t.Parallel()
	s := tree()
	scored := func(id models.ID, speed, idle string) Tender {
		return Tender{
			ID: id, Price: models.Money{Amount: "100", Currency: "EUR"},
			Scores: map[string]decimal.Decimal{
				"speed": dec(speed), "idle": dec(idle), "load": decimal.Zero, "support": dec("5"),
			},
		}
	}
	r := rank(t, s, scored("A", "2", "4.666"), scored("B", "2", "4.665"))
	require.Equal(t, 1, placeOf(t, r, "A").Rank, "10.668 + 9.332 = 20")
	require.Equal(t, "19.998 points in the group technique are below the minimum of 20", placeOf(t, r, "B").Excluded)
}

func TestWeightsAreCheckedAtEachLevel(t *testing.T) {
	t.Parallel()
	require.NoError(t, tree().Check())
	for name, spoil := range map[string]func(*Scheme){
		"a group inside that weighs more": func(s *Scheme) { s.Groups[2].Weight = dec("13.34") },
		"three of 33.33":                  func(s *Scheme) { s.Criteria[0].Weight = dec("26.66") },
		"an empty group": func(s *Scheme) {
			s.Groups = append(s.Groups, Group{ID: "void", Weight: dec("1")})
		},
		"no such group":                func(s *Scheme) { s.Criteria[3].Group = "charm" },
		"no such group above":          func(s *Scheme) { s.Groups[2].Group = "charm" },
		"a circle":                     func(s *Scheme) { s.Groups[0].Group = "energy" },
		"a group named as a criterion": func(s *Scheme) { s.Groups[1].ID = "speed" },
		"a minimum above the group":    func(s *Scheme) { s.Groups[0].Minimum = at("40.01") },
		"a group named price":          func(s *Scheme) { s.Groups[1].ID = PriceLine },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := tree()
			spoil(&s)
			refusal, refused := models.RefusalOf(s.Check())
			require.True(t, refused)
			require.Equal(t, models.CodeInvalidCriteria, refusal.Code)
		})
	}
	s := scheme(RelativeToLowest)
	s.TotalPoints, s.PriceWeight, s.Criteria[0].Weight = dec("1000"), dec("333.33"), dec("666.67")
	require.NoError(t, s.Check(), "points that add up to a stated total")
	s.TotalPoints = dec("999.99")
	requireCodes(t, s.Check(), models.CodeInvalidCriteria)
}

func TestLotsDecideWhatNothingElseDoes(t *testing.T) {
	t.Parallel()
	s := scheme(RelativeToLowest)
	s.TieBreak = []string{TieByPrice, TieByDraw}
	offers := []Tender{
		tender("A", "100", "30"), tender("B", "100", "30"), tender("C", "100", "30"), tender("D", "200", "1"),
	}
	ranked := func(draws ...Draw) Ranking {
		r, err := Rank(s, offers, draws...)
		require.NoError(t, err)
		return r
	}
	require.Equal(t, [][]models.ID{{"A", "B", "C"}}, ranked().Tied())
	require.Len(t, ranked(Draw{"B", "A"}).Tied(), 1, "a draw between some of them decides nothing")
	r := ranked(Draw{"A", "B", "C"}, Draw{"C", "D", "A", "B"})
	require.Equal(t, models.ID("C"), winnerOf(t, r), "the last one counts")
	require.Equal(t, []int{1, 2, 3, 4}, []int{r.Places[0].Rank, r.Places[1].Rank, r.Places[2].Rank, r.Places[3].Rank})
	require.Equal(t, TieByDraw, r.Places[2].DecidedBy)
	offers[2].Excluded = "late"
	require.Equal(t, models.ID("A"), winnerOf(t, ranked(Draw{"C", "A", "B"})), "who is left keeps the order")

	s.TieBreak = []string{TieByPrice}
	_, ok := ranked(Draw{"A", "B"}).Winner()
	require.False(t, ok, "lots count only if that was announced")
	s.TieBreak = []string{TieByDraw, TieByPrice}
	requireCodes(t, s.Check(), models.CodeInvalidCriteria)

	s.Criteria[0].ID = TieByDraw // what the device draws, say
	require.NoError(t, s.Check())
	require.False(t, s.DrawsLots())
}

func TestOnlyTheBestHaveTheirPriceCompared(t *testing.T) {
	t.Parallel()
	s := scheme(RelativeToLowest)
	s.Best, s.Rounds = 2, RoundsTotal
	sealed := Tender{ID: "D", Scores: map[string]decimal.Decimal{"solution": dec("10")}}
	r := rank(t, s, tender("A", "100", "50"), tender("B", "100", "40"), tender("C", "90", "40"), sealed)
	require.Equal(t, models.ID("C"), r.Places[1].Tender, "equal to the last of the best: 40 + 40")
	require.Equal(t, "quality 10.000 is not among the best 2, of which the last has 40.000",
		placeOf(t, r, "D").Excluded)

	late := tender("A", "100", "50")
	late.Excluded, late.Late = "collusion", true
	r = rank(t, s, late, tender("B", "100", "40"), sealed)
	require.Equal(t, "collusion", placeOf(t, r, "A").Excluded)
	require.False(t, r.In("D"), "its place stays empty")
	r = rank(t, s, Tender{ID: "A", Excluded: "late"}, tender("B", "100", "40"), tender("D", "1", "10"))
	require.True(t, r.In("D"), "who was out before made room")
}

// 100,000 and 1,200 kWh a year at 0.25 for 3 years at 5 percent: 300 / 1.05 + 300 / 1.1025 + 300 / 1.157625; scrapping
// costs 400 at the end.
func TestTheCostOfALifeCycle(t *testing.T) {
	t.Parallel()
	s := scheme(QualityInMoney)
	s.Rounding, s.Rounds = Rounding{2, HalfUp}, RoundsLine
	s.Costs = &Costs{Years: 3, Discount: dec("5"), Items: []CostTerm{
		{ID: "power", Rate: dec("0.25"), Yearly: true},
		{ID: "scrap", Rate: dec("1"), Year: 3},
		{ID: "days", Rate: dec("10"), Highest: at("90")},
	}}
	offer := tender("A", "100000", "0")
	offer.Values = map[string]decimal.Decimal{"power": dec("1200"), "scrap": dec("400"), "days": dec("30")}
	place := rank(t, s, offer).Places[0]
	require.Equal(t, "101462.51", place.Total.String(), "100000 + 816.9744 + 345.5350 + 300")
	require.Equal(t, []CostLine{
		{"power", "816.9744088111…", "1200 × 0.25 × (1 / 1.05 + … + 1 / 1.05^3)"},
		{"scrap", "345.5350394125…", "400 × 1 / 1.05^3"},
		{"days", "300", "30 × 10"},
	}, place.Costs)
	require.Equal(t, "101462.5094482237…", place.Cost)

	s.Costs.Discount = decimal.Zero
	place = rank(t, s, offer).Places[0]
	require.Equal(t, "101600.00", place.Total.String())
	require.Equal(t, "1200 × 0.25 × 3 years", place.Costs[0].How)

	for name, values := range map[string]map[string]decimal.Decimal{
		"a value is missing":    {"power": dec("1"), "scrap": dec("1")},
		"a value is below zero": {"power": dec("-1"), "scrap": dec("1"), "days": dec("1")},
		"a value is too high":   {"power": dec("1"), "scrap": dec("1"), "days": dec("90.1")},
		"a value is for naught": {"power": dec("1"), "scrap": dec("1"), "days": dec("1"), "charm": dec("1")},
	} {
		offer.Values = values
		_, err := Rank(s, []Tender{offer})
		refusal, refused := models.RefusalOf(err)
		require.True(t, refused, name)
		require.Equal(t, models.CodeInvalidValue, refusal.Code, name)
	}
}

func TestCostsThatCannotBeComputedAreRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]Costs{
		"none":                    {},
		"more than a century":     {Years: 101, Items: []CostTerm{{ID: "a", Rate: dec("1")}}},
		"a discount of all":       {Years: 1, Discount: dec("100"), Items: []CostTerm{{ID: "a", Rate: dec("1")}}},
		"twice":                   {Items: []CostTerm{{ID: "a", Rate: dec("1")}, {ID: "a", Rate: dec("1")}}},
		"no rate":                 {Items: []CostTerm{{ID: "a"}}},
		"yearly without years":    {Items: []CostTerm{{ID: "a", Rate: dec("1"), Yearly: true}}},
		"yearly in one year":      {Years: 2, Items: []CostTerm{{ID: "a", Rate: dec("1"), Yearly: true, Year: 1}}},
		"after the end":           {Years: 2, Items: []CostTerm{{ID: "a", Rate: dec("1"), Year: 3}}},
		"a highest below zero":    {Items: []CostTerm{{ID: "a", Rate: dec("1"), Highest: at("-1")}}},
		"named as something else": {Items: []CostTerm{{ID: "price", Rate: dec("1")}}},
	} {
		s := scheme(MinMax)
		s.Costs = &c
		requireCodes(t, s.Check(), models.CodeInvalidCriteria)
		require.NotEmpty(t, name)
	}
}

func TestRulesOnPricesThatSayNothingAreRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		method Method
		spoil  func(*Scheme)
	}{
		"a rule where nothing is divided": {MinMax, func(s *Scheme) { s.ZeroPrice = ZeroGetsAll }},
		"an unknown rule":                 {RelativeToLowest, func(s *Scheme) { s.ZeroPrice = "none" }},
		"no amount":                       {RelativeToLowest, func(s *Scheme) { s.ZeroPrice = ZeroCountsAs }},
		"an amount for nothing":           {Logarithmic, func(s *Scheme) { s.CountsAs = dec("1") }},
		"a negative ceiling":              {MinMax, func(s *Scheme) { s.Ceiling = dec("-1") }},
		"a ceiling of a fixed price":      {FixedPrice, func(s *Scheme) { s.Ceiling = dec("1") }},
		"fewer than none":                 {MinMax, func(s *Scheme) { s.Best = -1 }},
		"points of money":                 {QualityInMoney, func(s *Scheme) { s.TotalPoints = dec("10") }},
		"nothing that is rounded":         {MinMax, func(s *Scheme) { s.Rounds = "all" }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := scheme(c.method)
			c.spoil(&s)
			requireCodes(t, s.Check(), models.CodeInvalidCriteria)
		})
	}
}
