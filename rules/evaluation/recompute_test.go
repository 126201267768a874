package evaluation

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/govalues/decimal"
	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/award"
)

// sent is a ranking as somebody else reads it.
func sent(t *testing.T, e Evaluation) Evaluation {
	t.Helper()
	text, err := json.Marshal(e)
	require.NoError(t, err)
	var read Evaluation
	require.NoError(t, json.Unmarshal(text, &read))
	return read
}

func TestARankingIsRecomputedFromWhatItSays(t *testing.T) {
	t.Parallel()
	for name, d := range map[string]*desk{
		"a mean": fromTheField(t), "a tie": tied(t, "price", "draw"), "only the best": bestTwo(t),
	} {
		if name == "a tie" {
			d.write(models.EntryTieDraw, string(d.lot), "", d.drawn())
		}
		e, err := Evaluate(d.Dossier, d.lot)
		require.NoError(t, err)
		r, err := Recompute(sent(t, e))
		require.NoError(t, err)
		require.True(t, r.Equal(), "%s: %+v", name, r.Lines)
		require.Equal(t, e.Digest, r.Digest)
	}
	d := fromTheField(t)
	former, err := evaluate(d.Dossier, d.lot, true)
	require.NoError(t, err)
	r, err := Recompute(sent(t, former))
	require.NoError(t, err)
	require.True(t, r.Equal(), "rankings of earlier releases too: %+v", r.Lines)
	require.Equal(t, []string{"the arithmetic of releases before 0.2, which the recorded digest is of"}, r.Applied)
}

// At 49.995 points a tender misses a minimum of 50. Former arithmetic rounds that to 50.00 first, and the tender wins.
func TestAFileThatDoesNotSayWhatIsRoundedIsComputedAsDocumented(t *testing.T) {
	t.Parallel()
	said := Evaluation{Lot: "lot_x", Scheme: award.Scheme{
		Method: award.RelativeToLowest, Currency: "EUR", PriceWeight: decimal.MustParse("40"),
		Criteria: []award.QualityCriterion{
			{ID: "energy", Weight: decimal.MustParse("60"), Max: decimal.MustParse("12000")},
		},
		MinimumQuality: new(decimal.MustParse("50")), Rounding: award.Rounding{Digits: 2, Mode: award.HalfUp},
	}}
	for id, score := range map[models.ID]string{"cheap": "9999", "dear": "11000"} {
		said.Tenders = append(said.Tenders, award.Tender{
			ID: id, Price: models.Money{
				Amount: map[models.ID]string{"cheap": "80", "dear": "120"}[id], Currency: "EUR",
			},
			Scores: map[string]decimal.Decimal{"energy": decimal.MustParse(score)},
		})
	}
	first := func(e Evaluation) (models.ID, []string) {
		r, err := Recompute(e)
		require.NoError(t, err)
		return r.Ranking.Places[0].Tender, r.Applied
	}
	former, _, err := said.ranked(nil)
	require.NoError(t, err)
	winner, applied := first(former)
	require.Equal(t, models.ID("cheap"), winner)
	require.Len(t, applied, 1)

	former.Digest = ""
	winner, applied = first(former)
	require.Equal(t, models.ID("dear"), winner, "no digest shows that a release before 0.2 ranked")
	require.Equal(t, []string{
		"rounds: line, as the scheme does not say what is rounded",
		"zero_price: full_points, as the scheme does not say what a price of 0 gets",
	}, applied)
	said.Scheme.Rounds, said.Scheme.ZeroPrice = award.RoundsLine, award.ZeroGetsAll
	winner, applied = first(said)
	require.Equal(t, models.ID("dear"), winner)
	require.Empty(t, applied)

	said.Scheme.ZeroPrice, said.Tenders[0].Price.Amount = "", "0"
	_, applied = first(said)
	require.Equal(t, []string{"zero_price: full_points, as the scheme does not say what a price of 0 gets"}, applied)
}

func TestWhatDoesNotComeOutIsNamed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		forge func(*Evaluation)
		what  string
	}{
		"points":    {func(e *Evaluation) { e.Ranking.Places[0].Lines[0].Points = decimal.Hundred }, "energy"},
		"a reason":  {func(e *Evaluation) { e.Ranking.Places[0].Lines[0].How = "60" }, "energy"},
		"a total":   {func(e *Evaluation) { e.Ranking.Places[1].Total = decimal.Hundred }, "total"},
		"a quality": {func(e *Evaluation) { e.Ranking.Places[1].Quality = decimal.Hundred }, "quality"},
		"a rank":    {func(e *Evaluation) { e.Ranking.Places[1].Rank = 1 }, "rank"},
		"a line more": {func(e *Evaluation) {
			e.Ranking.Places[0].Lines = append(e.Ranking.Places[0].Lines, award.Line{Criterion: "charm"})
		}, "charm"},
		"a tender more": {func(e *Evaluation) {
			e.Ranking.Places = append(e.Ranking.Places, award.Place{Tender: "tnd_x", Rank: 3})
		}, "rank"},
		"an exclusion": {func(e *Evaluation) { e.Ranking.Places[1].Excluded = "late" }, "exclusion"},
		"a cost":       {func(e *Evaluation) { e.Ranking.Places[1].Cost = "1" }, "cost"},
		"a cost item": {func(e *Evaluation) {
			e.Ranking.Places[0].Costs = []award.CostLine{{Item: "days"}}
		}, "cost of an item"},
		"an inquiry": {func(e *Evaluation) { e.Ranking.Places[1].AskAboutPrice = "cheap" }, "low price"},
		"a digest":   {func(e *Evaluation) { e.Digest = "" }, "digest"},
		"an order":   {func(e *Evaluation) { slices.Reverse(e.Ranking.Places) }, "order"},
		"a place twice": {func(e *Evaluation) {
			e.Ranking.Places = append(e.Ranking.Places, e.Ranking.Places[0])
		}, "order"},
		"a late exclusion": {
			func(e *Evaluation) { e.LateExclusions = []models.ID{e.Tenders[0].ID} }, "late exclusion",
		},
		"a reversal": {func(e *Evaluation) {
			places := e.Ranking.Places
			e.Reversals = []award.Reversal{{Ahead: places[0].Tender, Behind: places[1].Tender}}
		}, "reversal"},
		"an award to nobody ranked": {
			func(e *Evaluation) { e.Award = &AwardAmongLots{Tender: "tnd_x"} }, "award among lots",
		},
		"a score": {func(e *Evaluation) { e.Tenders[0].Individual["energy"][0] = decimal.One }, "digest"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := fromTheField(t)
			e, err := Evaluate(d.Dossier, d.lot)
			require.NoError(t, err)
			forged := sent(t, e)
			c.forge(&forged)
			r, err := Recompute(forged)
			require.NoError(t, err)
			require.False(t, r.Equal())
			var wrong []string
			for _, l := range r.Lines {
				if !l.Equal() {
					wrong = append(wrong, l.What)
				}
			}
			require.Contains(t, wrong, c.what)
		})
	}
	_, err := Recompute(Evaluation{})
	requireRefused(t, models.CodeInvalidCriteria, err)
}

// excludedLate is a ranking of which the last tender was excluded by a decision, and one more by its quality.
func excludedLate(t *testing.T) Evaluation {
	t.Helper()
	d := fromTheField(t)
	e, err := Evaluate(d.Dossier, d.lot)
	require.NoError(t, err)
	e.Tenders[1].Excluded = "late"
	for id := range e.Tenders[0].Individual {
		e.Tenders[0].Individual[id] = []decimal.Decimal{decimal.Zero}
	}
	e.Scheme.MinimumQuality = new(decimal.One)
	e, _, err = e.ranked(nil)
	require.NoError(t, err)
	e.LateExclusions, e.LateConflicts = []models.ID{e.Tenders[1].ID}, []models.ID{"per_x"}
	return e
}

func TestExcludedPlacesAreComparedToo(t *testing.T) {
	t.Parallel()
	r, err := Recompute(sent(t, excludedLate(t)))
	require.NoError(t, err)
	require.True(t, r.Equal(), "%+v", r.Lines)
	require.Len(t, r.NotChecked, 2, "when, and whose conflict")
	for name, forge := range map[string]func(*award.Place){
		"total": func(p *award.Place) { p.Total = decimal.Hundred }, "rank": func(p *award.Place) { p.Rank = 1 },
		"quality": func(p *award.Place) { p.Quality = decimal.Hundred },
	} {
		for i := range 2 {
			forged := excludedLate(t)
			forge(&forged.Ranking.Places[i])
			r, err := Recompute(forged)
			require.NoError(t, err)
			require.False(t, r.Equal(), "%s of place %d", name, i)
		}
	}
	forged := excludedLate(t)
	forged.Draws = []award.Draw{{"tnd_nobody"}}
	r, err = Recompute(forged)
	require.NoError(t, err)
	require.Contains(t, r.NotChecked[0], `draw 1 names "tnd_nobody"`)
}

// A field that criteria and files name differently is named as in what the caller wrote.
func TestARefusalNamesTheFieldOfWhatWasWritten(t *testing.T) {
	t.Parallel()
	d := fromTheField(t)
	e, err := Evaluate(d.Dossier, d.lot)
	require.NoError(t, err)
	e.Scheme.ZeroPrice, e.Scheme.Factor = award.ZeroCountsAs, decimal.Zero
	_, err = Recompute(e)
	require.Equal(t, "/scheme/counts_as", models.Faults(err)[0].Field)
	criteria, _, _ := d.CriteriaFor(d.lot)
	criteria.Lot = models.NewID(models.PrefixLot)
	criteria.ZeroPrice, criteria.Criteria[0].Weight, criteria.PriceWeight = award.ZeroCountsAs, "59999999999999", "1"
	criteria.Digits, criteria.TotalPoints = 6, "60000000000000"
	criteria.Criteria[0].Title, criteria.Criteria[0].Link = models.Text{"en": "Energy"}, models.Text{"en": "Power"}
	err = Criteria{criteria}.Check()
	var fields []string
	for _, fault := range models.Faults(err) {
		fields = append(fields, fault.Field)
	}
	require.Equal(t, []string{"/zero_counts_as", "/digits"}, fields, err)
}

func TestAFileWithoutARankingIsRanked(t *testing.T) {
	t.Parallel()
	d := fromTheField(t)
	e, err := Evaluate(d.Dossier, d.lot)
	require.NoError(t, err)
	_, _, err = RankFile(e)
	requireRefused(t, models.CodeInvalidValue, err)
	asked := Evaluation{Lot: e.Lot, Scheme: e.Scheme, Tenders: e.Tenders}
	asked.Scheme.Rounds = ""
	ranked, applied, err := RankFile(asked)
	require.NoError(t, err)
	require.Equal(t, e.Digest, ranked.Digest)
	require.Equal(t, []string{"rounds: line, as the scheme does not say what is rounded"}, applied)
	_, _, err = RankFile(Evaluation{})
	requireRefused(t, models.CodeInvalidCriteria, err)
}
