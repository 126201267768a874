package evaluation

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/timelimit"
)

// told is a lot awarded to the first of three tenders, whose tenderers have their letters.
func told(t *testing.T) *desk {
	t.Helper()
	d := newDesk(t, models.ConsensusChair, offer{"100", "9"}, offer{"90", "6"}, offer{"60", "2"})
	d.change(func(a *models.LotAward) { a.N = 1 })
	d.award(d.tenders[0].ID)
	d.change(func(a *models.LotAward) { a.LettersAt, a.StandstillUntil = &now, &now })
	for _, tender := range d.tenders {
		d.Tendering.Letters = append(d.Tendering.Letters, models.Letter{
			TenderID: tender.ID, LotID: d.lot, Kind: models.LetterAward, Digest: "of " + string(tender.ID), SentAt: now,
		})
	}
	return d
}

func (d *desk) reviewed(lot models.ID, outcome string, flaw models.Flaw) models.ID {
	return d.write(models.EntryReview, string(lot), "", models.Review{
		Lot: lot, Body: "Tribunal", LodgedOn: "2026-03-01", Outcome: outcome, Decided: "2026-03-02", Flaw: flaw,
	})
}

// setAside sets the award aside, as the act does.
func (d *desk) setAside(in Setting) models.SetAside {
	d.Helper()
	in.Lot = d.lot
	s, err := MaySetAside(d.Dossier, in)
	require.NoError(d, err)
	d.Tendering.FormerAwards = append(d.Tendering.FormerAwards, d.Tendering.Awards[d.lot])
	d.Tendering.SetAsides = append(d.Tendering.SetAsides, s)
	d.Tendering.Awards[d.lot] = models.LotAward{LotID: d.lot, N: s.N + 1}
	return s
}

func TestAnAwardIsSetAsideOnlyForAGroundThatIsOnRecord(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		ready func(*desk) Setting
		code  models.Code
		field string
	}{
		"it is not decided": {func(d *desk) Setting {
			d.Tendering.Awards[d.lot] = models.LotAward{LotID: d.lot, N: 1}
			return Setting{Ground: models.SetAsideRefused, Tender: d.tenders[0].ID}
		}, models.CodeNotAwarded, "/lot"},
		"the lot has ended": {func(d *desk) Setting {
			d.Tendering.Lots[0].EndedAt = &now
			return Setting{Ground: models.SetAsideRefused, Tender: d.tenders[0].ID}
		}, models.CodeLotEnded, "/lot"},
		"a contract was signed": {func(d *desk) Setting {
			d.write(models.EntryContract, string(d.lot), "", models.Contract{Lot: d.lot, SignedOn: "2026-03-01"})
			return Setting{Ground: models.SetAsideRefused, Tender: d.tenders[0].ID}
		}, models.CodeContractSigned, "/lot"},
		"a ground that there is not": {func(d *desk) Setting {
			return Setting{Ground: "dislike", Tender: d.tenders[0].ID}
		}, models.CodeInvalidValue, "/ground"},
		"another tenderer refuses": {func(d *desk) Setting {
			return Setting{Ground: models.SetAsideRefused, Tender: d.tenders[1].ID}
		}, models.CodeInvalidValue, "/tender"},
		"a winner falls away by a review": {func(d *desk) Setting {
			return Setting{
				Ground: models.SetAsideInsolvent, Tender: d.tenders[0].ID,
				Review: d.reviewed(d.lot, models.ReviewUpheld, models.FlawDecision),
			}
		}, models.CodeInvalidValue, "/review"},
		"no review": {func(*desk) Setting {
			return Setting{Ground: models.SetAsideReview}
		}, models.CodeInvalidValue, "/review"},
		"a review and a tender": {func(d *desk) Setting {
			return Setting{
				Ground: models.SetAsideReview, Tender: d.tenders[0].ID,
				Review: d.reviewed(d.lot, models.ReviewUpheld, models.FlawDecision),
			}
		}, models.CodeInvalidValue, "/tender"},
		"a review that is pending": {func(d *desk) Setting {
			return Setting{Ground: models.SetAsideReview, Review: d.reviewed(d.lot, "", "")}
		}, models.CodeReviewNotUpheld, "/review"},
		"a review that was dismissed": {func(d *desk) Setting {
			return Setting{Ground: models.SetAsideReview, Review: d.reviewed(d.lot, "dismissed", "")}
		}, models.CodeReviewNotUpheld, "/review"},
		"a review of another lot": {func(d *desk) Setting {
			return Setting{
				Ground: models.SetAsideReview, Review: d.reviewed("lot_x", models.ReviewUpheld, models.FlawDecision),
			}
		}, models.CodeReviewNotUpheld, "/review"},
		"a review of before reviews named the flaw": {func(d *desk) Setting {
			return Setting{Ground: models.SetAsideReview, Review: d.reviewed(d.lot, models.ReviewUpheld, "")}
		}, models.CodeReviewNotUpheld, "/review"},
		"a flaw in the specification": {func(d *desk) Setting {
			return Setting{
				Ground: models.SetAsideReview,
				Review: d.reviewed(d.lot, models.ReviewUpheld, models.FlawSpecification),
			}
		}, models.CodeFlawBeforeTenders, "/review"},
	} {
		d := told(t)
		in := c.ready(d)
		in.Lot = d.lot
		_, err := MaySetAside(d.Dossier, in)
		requireRefused(t, c.code, err)
		refusal, _ := models.RefusalOf(err)
		require.Equal(t, c.field, refusal.Field, name)
	}
}

func TestAReviewSetsOneAwardAside(t *testing.T) {
	t.Parallel()
	d := told(t)
	review := d.reviewed(d.lot, models.ReviewUpheld, models.FlawDecision)
	s := d.setAside(Setting{Ground: models.SetAsideReview, Review: review})
	require.Equal(t, models.FlawDecision, s.Flaw)
	require.False(t, s.Flaw.Unlocks(), "quality stays locked where it is not flawed")
	d.award(d.tenders[0].ID)
	_, err := MaySetAside(d.Dossier, Setting{Lot: d.lot, Ground: models.SetAsideReview, Review: review})
	requireRefused(t, models.CodeReviewNotUpheld, err)
	d.change(func(a *models.LotAward) { a.LettersAt, a.StandstillUntil = &now, &now })
	require.NoError(t, d.MayConclude(d.lot), "the review is resolved")
	d.reviewed(d.lot, models.ReviewUpheld, models.FlawDecision)
	requireRefused(t, models.CodeReviewPending, d.MayConclude(d.lot))
}

func TestOnlyAFlawInQualityUnlocksIt(t *testing.T) {
	t.Parallel()
	var unlocking, beyond []models.Flaw
	for _, flaw := range models.Flaws() {
		if flaw.Unlocks() {
			unlocking = append(unlocking, flaw)
		}
		if flaw.BeforeTenders() {
			beyond = append(beyond, flaw)
		}
	}
	require.Equal(t, []models.Flaw{models.FlawQuality, models.FlawAdmission}, unlocking)
	require.Equal(t, []models.Flaw{models.FlawSpecification, models.FlawProcedure}, beyond)
}

// The winner refuses to sign: it keeps its place and its points, and the next one is awarded.
func TestAWinnerThatFellAwayIsPassedOverAndTheRankingRemains(t *testing.T) {
	t.Parallel()
	d := told(t)
	before, err := Evaluate(d.Dossier, d.lot)
	require.NoError(t, err)
	d.setAside(Setting{Ground: models.SetAsideRefused, Tender: d.tenders[0].ID})
	after, err := Evaluate(d.Dossier, d.lot)
	require.NoError(t, err)
	require.Equal(t, before.Digest, after.Digest)

	requireRefused(t, models.CodeNoWinner, MayAward(d.Dossier, d.lot, d.tenders[0].ID, after.Digest))
	next := after.Ranking.Places[1].Tender
	require.NoError(t, MayAward(d.Dossier, d.lot, next, after.Digest))
	shown, err := after.Among(d.Dossier)
	require.NoError(t, err)
	require.Equal(t, next, shown.Award.Tender)
	require.Contains(t, shown.Award.Because, "refused to sign")

	d.award(next)
	letters, err := ComposeLetters(d.Dossier, d.Tendering.Lots[0], now, timelimit.Standstill{})
	require.NoError(t, err)
	for _, l := range letters {
		require.Equal(t, l.Tender == next, l.Won)
		require.Equal(t, l.Tender == d.tenders[0].ID, l.LimitedFor != "", l.LimitedFor)
	}
	last := after.Ranking.Places[2].Tender
	d.setAside(Setting{Ground: models.SetAsideInsolvent, Tender: next})
	require.NoError(t, MayAward(d.Dossier, d.lot, last, after.Digest))
	d.award(last)
	d.setAside(Setting{Ground: models.SetAsideEvidence, Tender: last})
	requireRefused(t, models.CodeNoWinner, MayAward(d.Dossier, d.lot, last, after.Digest))
}

// A winner that is to be excluded has no influence any more: its price is nobody's yardstick.
func TestAWinnerThatIsExcludedIsOutOfTheRanking(t *testing.T) {
	t.Parallel()
	d := told(t)
	before, err := Evaluate(d.Dossier, d.lot)
	require.NoError(t, err)
	d.setAside(Setting{Ground: models.SetAsideExcluded, Tender: d.tenders[0].ID})
	next := before.Ranking.Places[1].Tender
	requireRefused(t, models.CodeAdmissionMissing, MayAward(d.Dossier, d.lot, next, before.Digest))
	d.exclude(0, 1)
	after, err := Evaluate(d.Dossier, d.lot)
	require.NoError(t, err)
	require.NotEqual(t, before.Digest, after.Digest)
	first, ok := after.Ranking.Winner()
	require.True(t, ok)
	require.NoError(t, MayAward(d.Dossier, d.lot, first.Tender, after.Digest))
}

func TestAllWhoWereToldOfAnAwardAreToldThatItIsSetAside(t *testing.T) {
	t.Parallel()
	d := told(t)
	earlier := now.AddDate(0, 0, -20)
	d.Tendering.Letters = append(d.Tendering.Letters,
		models.Letter{TenderID: d.tenders[0].ID, LotID: d.lot, Kind: models.LetterAward, SentAt: earlier},
		models.Letter{TenderID: d.tenders[0].ID, LotID: "lot_x", Kind: models.LetterAward, SentAt: now})
	s := models.SetAside{LotID: d.lot, N: 1, Ground: models.SetAsideRefused, TenderID: d.tenders[0].ID}
	letters := ComposeSetAsideLetters(d.Dossier, d.Tendering.Lots[0], s, "It refused.")
	require.Len(t, letters, len(d.tenders))
	for i, l := range letters {
		require.Equal(t, DecisionSetAside{
			Ground: models.SetAsideRefused, Reason: "It refused.", Letter: "of " + string(d.tenders[i].ID),
		}, *l.SetAside)
		require.Empty(t, l.Winner)
	}
	d.change(func(a *models.LotAward) { a.LettersAt = nil })
	require.Empty(t, ComposeSetAsideLetters(d.Dossier, d.Tendering.Lots[0], s, "It refused."), "nobody was told")
}

func TestTheReportNamesTheDecisionsThatWereSetAside(t *testing.T) {
	t.Parallel()
	d := told(t)
	require.Empty(t, lotRecord(d.Dossier, d.Tendering.Lots[0]).SetAside)
	ranking := d.Tendering.Awards[d.lot].Ranking
	d.setAside(Setting{Ground: models.SetAsideRefused, Tender: d.tenders[0].ID})
	r := lotRecord(d.Dossier, d.Tendering.Lots[0])
	require.Empty(t, r.Winner)
	require.Equal(t, []SetAsideRecord{{
		AwardedAt: now, Winner: "Supplier of 100", Ranking: ranking, LettersAt: &now, SetAsideAt: now,
		Ground: models.SetAsideRefused,
	}}, r.SetAside)
}
