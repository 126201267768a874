package evaluation

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/award"
)

// lineOf is what a criterion adds to a tender.
func lineOf(t *testing.T, e Evaluation, tender models.ID, criterion string) award.Line {
	t.Helper()
	for _, p := range e.Ranking.Places {
		for _, l := range p.Lines {
			if p.Tender == tender && l.Criterion == criterion {
				return l
			}
		}
	}
	require.FailNow(t, "no line", "of %s for %s", tender, criterion)
	return award.Line{}
}

// criteria changes the award criteria of the lot.
func (d *desk) criteria(change func(*models.AwardCriteria)) {
	d.Helper()
	c, _, ok := d.CriteriaFor(d.lot)
	require.True(d, ok)
	change(&c)
	d.rewrite(models.EntryAwardCriteria, string(d.lot), c)
}

// fromTheField is a lot of two tenders, at 100 and 106, which two evaluators scored 4 and 3, and 4 and 4, of 5.
func fromTheField(t *testing.T) *desk {
	t.Helper()
	d := newDesk(t, models.ConsensusMean, offer{"100.00", "4"}, offer{"106.00", "4"})
	d.Tendering.Sheets[1].Scores = scores("3")
	d.criteria(func(c *models.AwardCriteria) { c.Digits, c.Criteria[0].Max = 0, "5" })
	return d
}

func TestAMeanIsRoundedOnceAndNeverBeforeItIsUsed(t *testing.T) {
	t.Parallel()
	d := fromTheField(t)
	e, err := Evaluate(d.Dossier, d.lot)
	require.NoError(t, err)
	winner, ok := e.Ranking.Winner()
	require.True(t, ok)
	require.Equal(t, d.tenders[1].ID, winner.Tender)
	require.Equal(t, "86", winner.Total.String())
	require.Equal(t, "82", e.Ranking.Places[1].Total.String())
}

func TestAnAwardOfAnEarlierReleaseIsCheckedAsItWasComputed(t *testing.T) {
	t.Parallel()
	for _, consensus := range []string{models.ConsensusMean, models.ConsensusChair} {
		d := fromTheField(t)
		d.criteria(func(c *models.AwardCriteria) { c.Consensus = consensus })
		former, err := evaluate(d.Dossier, d.lot, true)
		require.NoError(t, err)
		winner, _ := former.Ranking.Winner()
		require.Equal(t, d.tenders[0].ID, winner.Tender, "the mean of 4 and 3 was 4, and 4 the agreed score is")
		exact, err := Evaluate(d.Dossier, d.lot)
		require.NoError(t, err)
		require.NotEqual(t, former.Digest, exact.Digest)
		requireRefused(t, models.CodeRankingChanged, MayAward(d.Dossier, d.lot, winner.Tender, former.Digest))

		d.change(func(a *models.LotAward) { a.AwardedAt, a.WinnerID, a.Ranking = &now, winner.Tender, former.Digest })
		e, err := Evaluate(d.Dossier, d.lot)
		require.NoError(t, err)
		require.Equal(t, former, e, "what was decided on")

		d.criteria(func(c *models.AwardCriteria) { c.Rounds = award.RoundsLine })
		e, err = Evaluate(d.Dossier, d.lot)
		require.NoError(t, err)
		require.NotEqual(t, former.Digest, e.Digest, "criteria that say what is rounded are of a later release")
	}
}

func TestCriteriaSayWhatTheyLeftToTheEngine(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		method       models.AwardMethod
		rounds, zero string
	}{
		{award.RelativeToLowest, award.RoundsLine, award.ZeroGetsAll},
		{award.MinMax, award.RoundsLine, ""},
		{award.PricePerPoint, award.RoundsTotal, ""},
	} {
		drawn := Criteria{models.AwardCriteria{Method: c.method}}.Drawn(models.Dossier{})
		require.Equal(t, c.rounds, drawn.Rounds, c.method)
		require.Equal(t, c.zero, drawn.ZeroPrice, c.method)
	}
	said := models.AwardCriteria{Method: award.Logarithmic, Rounds: award.RoundsTotal, ZeroPrice: award.ZeroCountsAs}
	require.Equal(t, said, Criteria{said}.Drawn(models.Dossier{}).AwardCriteria)
}

// C-367/19: a tender is not excluded for a price of 0.
func TestAPriceOfZeroThatWasExplainedWins(t *testing.T) {
	t.Parallel()
	d := newDesk(t, models.ConsensusChair, offer{"0.00", "7"}, offer{"80.00", "7"})
	explained := models.PriceInquiry{
		Tender: d.tenders[0].ID, Answer: "a pilot that advertises", Finding: models.FindingAccepted,
	}
	e, err := Evaluate(d.Dossier, d.lot)
	require.NoError(t, err)
	requireRefused(t, models.CodePriceUnexplained, MayAward(d.Dossier, d.lot, d.tenders[0].ID, e.Digest))
	d.write(models.EntryPriceInquiry, string(d.tenders[0].ID), "", explained)
	require.NoError(t, MayAward(d.Dossier, d.lot, d.tenders[0].ID, e.Digest))
	d.criteria(func(c *models.AwardCriteria) { c.ZeroPrice, c.ZeroCountsAs = award.ZeroCountsAs, "1" })
	e, err = Evaluate(d.Dossier, d.lot)
	require.NoError(t, err)
	require.NoError(t, MayAward(d.Dossier, d.lot, d.tenders[0].ID, e.Digest))
}

func TestScoresBelowZeroAreTakenIfTheScaleSaysSo(t *testing.T) {
	t.Parallel()
	k := models.AwardCriterion{ID: "energy", Weight: "60", Max: "10", Lowest: "-10"}
	require.Nil(t, onScale(k, "-5"))
	require.NotNil(t, onScale(k, "-10.5"))
	require.NotNil(t, onScale(models.AwardCriterion{ID: "energy", Max: "10"}, "-1"))

	d := newDesk(t, models.ConsensusChair, offer{"100.00", "-5"}, offer{"100.00", "1"})
	d.criteria(func(c *models.AwardCriteria) { c.Criteria[0].Lowest = "-10" })
	e, err := Evaluate(d.Dossier, d.lot)
	require.NoError(t, err)
	require.Equal(t, "10.00", e.Ranking.Places[1].Total.String(), "40 − 30")
}
