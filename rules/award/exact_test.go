package award

import (
	"encoding/json"
	"testing"

	"github.com/govalues/decimal"
	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
)

// scoredBy is a tender of which several evaluators have scored the one criterion, of at most 10 points.
func scoredBy(id models.ID, price string, given ...string) Tender {
	t := Tender{ID: id, Price: models.Money{Amount: price, Currency: "EUR"}, Individual: map[string][]decimal.Decimal{}}
	for _, s := range given {
		t.Individual["solution"] = append(t.Individual["solution"], dec(s))
	}
	return t
}

// outOf is the scheme of 60 points for a score of at most so much, and 40 for the lowest price.
func outOf(highest string, digits int, rounds string) Scheme {
	s := scheme(RelativeToLowest)
	s.Criteria[0].Max, s.Rounds, s.Rounding = dec(highest), rounds, Rounding{digits, HalfUp}
	s.ZeroPrice = ZeroGetsAll
	return s
}

func winnerOf(t *testing.T, r Ranking) models.ID {
	t.Helper()
	winner, ok := r.Winner()
	require.True(t, ok)
	return winner.Tender
}

func TestAMeanIsNotRoundedBeforeItIsWeighted(t *testing.T) {
	t.Parallel()
	for _, rounds := range []string{RoundsLine, RoundsTotal} {
		r := rank(t, outOf("10", 2, rounds),
			scoredBy("A", "133.38", "7", "7", "6"), scoredBy("B", "100.00", "5", "5", "5"))
		require.Equal(t, models.ID("B"), winnerOf(t, r), "30 + 40 against 60 × 20 / 30 + 40 / 1.3338")
		require.Equal(t, "69.99", placeOf(t, r, "A").Total.String())
		line := placeOf(t, r, "A").Lines[0]
		require.Equal(t, Line{"solution", dec("40.00"), "60 × (6 + 7 + 7) / 3 / 10", "40"}, line)

		r = rank(t, outOf("5", 0, rounds), scoredBy("A", "100", "4", "3"), scoredBy("B", "106", "4", "4"))
		require.Equal(t, models.ID("B"), winnerOf(t, r), "from the field: 60 × 3.5 / 5 = 42, not 48")
		require.Equal(t, "82", placeOf(t, r, "A").Total.String())
		require.Equal(t, "86", placeOf(t, r, "B").Total.String())
	}
}

func TestMinimaAreComparedExactly(t *testing.T) {
	t.Parallel()
	s := outOf("10", 0, RoundsLine)
	s.Criteria[0].Minimum = dec("6")
	r := rank(t, s, scoredBy("A", "100", "6", "6", "5"), scoredBy("B", "100", "6", "7", "5"))
	require.Equal(t, "score (5 + 6 + 6) / 3 of solution is below the minimum of 6", placeOf(t, r, "A").Excluded)
	require.Empty(t, placeOf(t, r, "B").Excluded)

	s = outOf("10", 0, RoundsLine)
	s.MinimumQuality = at("34")
	r = rank(t, s, scoredBy("A", "100", "6", "6", "5"), scoredBy("B", "100", "5.6"))
	require.Equal(t, 1, placeOf(t, r, "A").Rank, "60 × 17 / 30 is 34")
	require.Equal(t, "quality 33.6 is below the minimum of 34", placeOf(t, r, "B").Excluded, "and not the rounded 34")
}

// Two rules, both published: lines of 33.4, 33.4 and 33.2 points are 33 each, or 100 together.
func TestWhatIsRoundedIsSaid(t *testing.T) {
	t.Parallel()
	s := Scheme{
		Method: FixedPrice, Currency: "EUR", Rounding: Rounding{0, HalfUp},
		Criteria: []QualityCriterion{
			{ID: "a", Weight: dec("33.4"), Max: dec("3")},
			{ID: "b", Weight: dec("33.4"), Max: dec("3")},
			{ID: "c", Weight: dec("33.2"), Max: dec("3")},
		},
	}
	offer := Tender{
		ID: "A", Price: models.Money{Amount: "1", Currency: "EUR"},
		Scores: map[string]decimal.Decimal{"a": dec("3"), "b": dec("3"), "c": dec("1")},
	}
	for rounds, want := range map[string]string{RoundsLine: "77", RoundsTotal: "78"} {
		s.Rounds = rounds
		place := rank(t, s, offer).Places[0]
		require.Equal(t, want, place.Total.String(), rounds)
		require.Equal(t, want, place.Quality.String(), rounds)
		require.Equal(t, "11.0666666666…", place.Lines[2].points(t), rounds)
	}
}

// points are what the line came to before it was rounded.
func (l Line) points(t *testing.T) string {
	t.Helper()
	require.Equal(t, "166/15", l.Exact)
	return whole(166).over(whole(15)).String()
}

func TestAPriceOfZeroIsRankedByTheRuleThatWasPublished(t *testing.T) {
	t.Parallel()
	for _, method := range []Method{RelativeToLowest, LinearToBest, Logarithmic} {
		s := scheme(method)
		s.Rounds, s.ZeroPrice = RoundsLine, ZeroGetsAll
		r := rank(t, s, tender("A", "0.00", "0"), tender("B", "100", "0"), tender("C", "120", "0"))
		require.Equal(t, "40.000", pricePoints(t, r, "A"), method)
		require.Equal(t, "40.000", pricePoints(t, r, "B"), "the lowest above 0")
		require.Less(t, pricePoints(t, r, "C"), "40.000", method)
		require.Equal(t, "40, as the price is 0", placeOf(t, r, "A").Lines[1].How)
		require.Equal(t, "40.000", pricePoints(t, rank(t, s, tender("A", "0", "0")), "A"), "alone")

		s.ZeroPrice, s.CountsAs = ZeroCountsAs, dec("60")
		r = rank(t, s, tender("A", "0", "0"), tender("B", "100", "0"), tender("C", "50", "0"))
		require.Equal(t, "40.000", pricePoints(t, r, "A"), method)
		require.Equal(t, "40.000", pricePoints(t, r, "C"), "50 counts as 60 too")
		require.Less(t, pricePoints(t, r, "B"), "40.000", method)
		require.Contains(t, placeOf(t, r, "A").Lines[1].How, "as less than 60 counts as 60")
	}
	s := scheme(RelativeToLowest)
	_, err := Rank(s, []Tender{tender("A", "0", "0")})
	requireCodes(t, err, models.CodeInvalidPrice)
}

// The limit is the program's: it is said of the criteria, before they are published where that can be foreseen, and
// never held against a tender.
func TestWeightsThatCannotBeComputedAreRefusedBeforePublication(t *testing.T) {
	t.Parallel()
	s := Scheme{
		Method: FixedPrice, Currency: "EUR", TotalPoints: dec("100000000000000"), Rounds: RoundsTotal,
		Criteria: []QualityCriterion{{ID: "energy", Weight: dec("100000000000000"), Max: dec("10")}},
		Rounding: Rounding{6, HalfUp},
	}
	refused := func(err error) {
		t.Helper()
		faults := models.Faults(err)
		require.Len(t, faults, 1)
		require.Equal(t, []string{string(models.CodeInvalidCriteria), "/rounding/digits"},
			[]string{string(faults[0].Code), faults[0].Field})
		require.NotContains(t, faults[0].Accepted, "exclusion")
	}
	refused(s.Check())
	s.Rounding.Digits = 2
	require.NoError(t, s.Check())
	s.Criteria[0].Lowest = dec("-100000")
	refused(s.Check())
	s.Rounds = roundsFormerly
	require.NoError(t, s.Check(), "a lot that was decided so stays as it was")

	money := Scheme{
		Method: QualityInMoney, Currency: "HUF", Rounds: RoundsTotal, Rounding: Rounding{6, HalfUp},
		Criteria: []QualityCriterion{{ID: "energy", Weight: dec("100000"), Max: dec("10")}},
	}
	require.NoError(t, money.Check())
	_, err := Rank(money, []Tender{{
		ID: "A", Price: models.Money{Amount: "9300000000000", Currency: "HUF"},
		Scores: map[string]decimal.Decimal{"energy": dec("8")},
	}})
	refused(err)
	require.Contains(t, err.Error(), "the tender is not at fault")
}

func TestATotalThatAloneIsRoundedSaysHowItComesAbout(t *testing.T) {
	t.Parallel()
	s := scheme(RelativeToLowest)
	s.Rounds = RoundsTotal
	places := rank(t, s, tender("A", "100", "54"), tender("B", "120", "50")).Places
	require.Equal(t, "54 + 40 = 94", places[0].TotalHow)
	require.Equal(t, "50 + 100/3 = 250/3", places[1].TotalHow)
	money := scheme(QualityInMoney)
	money.Rounds = RoundsTotal
	require.Regexp(t, `^− [0-9.]+ \+ 100 = [0-9.]+$`, rank(t, money, tender("A", "100", "54")).Places[0].TotalHow)
	s.Rounds = RoundsLine
	require.Empty(t, rank(t, s, tender("A", "100", "54")).Places[0].TotalHow, "it adds what is printed")
}

func TestAScoreIsAgreedOrAMeanAndNotBoth(t *testing.T) {
	t.Parallel()
	both := scoredBy("A", "100", "54", "50")
	both.Scores = map[string]decimal.Decimal{"solution": dec("54")}
	_, err := Rank(scheme(RelativeToLowest), []Tender{both})
	refusal, refused := models.RefusalOf(err)
	require.True(t, refused)
	require.Equal(t, []string{string(models.CodeInvalidScore), "/tenders/A/scores/solution"},
		[]string{string(refusal.Code), refusal.Field})
	require.Contains(t, refusal.Accepted, "one of them")
}

func TestARankingOfNobodyIsAnEmptyList(t *testing.T) {
	t.Parallel()
	text, err := json.Marshal(rank(t, scheme(RelativeToLowest)))
	require.NoError(t, err)
	require.JSONEq(t, `{"standings":[]}`, string(text))
}
