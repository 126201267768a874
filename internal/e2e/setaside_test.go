package e2e

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// Directive 89/665/EEC, Article 2: the review body finds that quality was scored wrongly. The award is set aside,
// quality is scored again, the other tenderer wins, and a standstill of its own begins.
func TestAReviewThatIsUpheldTakesTheLotBackToTheStepThatIsFlawed(t *testing.T) {
	t.Parallel()
	b := inTender(t)
	p := b.ranked(t)
	p.award(t)
	p.tell(t)
	first, former := p.ranking, p.standstill
	review := b.post(t, b.Lead, "/review-applications", p.reviewed(t, ""))
	aside := map[string]any{
		"lot": p.lot, "ground": "review_upheld", "review": review.ID, "reason": "The scores were wrong.",
	}
	b.refused(t, models.CodeReviewNotUpheld, b.Buyers[0].Board, models.VerbSetAside, aside)
	upheld := p.reviewed(t, "upheld")
	b.refusedPost(t, models.CodeInvalidValue, b.Lead, "/review-applications", upheld)
	upheld["flaw"] = "quality_evaluation"
	b.nextVersion(t, b.Lead, "/review-applications", review, upheld)
	b.advance(t, former.Add(time.Hour))
	b.refusedPost(t, models.CodeReviewPending, b.Lead, "/contracts", p.contract("480000.00"))
	b.move(t, models.VerbSetAside, aside)
	require.Equal(t, 1, b.countEvents(t, event.AwardSetAside{}))
	b.refused(t, models.CodeNotAwarded, b.Buyers[0].Board, models.VerbSetAside, aside)
	b.refusedPost(t, models.CodeNotAwarded, b.Lead, "/contracts", p.contract("480000.00"))
	for _, s := range p.suppliers {
		p.requireToldOfSetAside(t, s, "review_upheld")
	}

	p.scoreAgain(t)
	p.readRanking(t)
	winner := p.ranking.Ranking.Places[0].Tender
	require.NotEqual(t, first.Ranking.Places[0].Tender, winner)
	require.NotEqual(t, first.Digest, p.ranking.Digest)
	b.move(t, models.VerbAward, map[string]any{"lot": p.lot, "tender": winner, "ranking": p.ranking.Digest})
	b.refusedPost(t, models.CodeStandstill, b.Lead, "/contracts", p.contract("400000.00"))
	p.decision = 2
	p.tell(t)
	require.True(t, p.standstill.After(former), "a new standstill")
	b.refusedPost(t, models.CodeStandstill, b.Lead, "/contracts", p.contract("400000.00"))
	b.advance(t, p.standstill.Add(time.Hour))
	require.Equal(t, 2, b.countEvents(t, event.StandstillOver{}))
	p.requireLetters(t)
	p.conclude(t)
	b.refused(t, models.CodeNotFound, b.Buyers[0].Board, models.VerbSetAside, map[string]any{
		"lot": models.NewID(models.PrefixLot), "ground": "refused_to_sign", "tender": winner, "reason": "It refused.",
	})
	p.requireFollows(t)
	p.completes(t, "tender-review-upheld")
}

// The winner refuses to sign after the standstill. Its tender is passed over, the ranking remains, and the tender that
// ranks next is awarded by a new decision, with new letters and a new standstill.
func TestTheTenderThatRanksNextIsAwardedWhenTheWinnerRefusesToSign(t *testing.T) {
	t.Parallel()
	b := inTender(t)
	p := b.ranked(t)
	p.award(t)
	p.sendLetters(t)
	winner, next := p.ranking.Ranking.Places[0].Tender, p.ranking.Ranking.Places[1].Tender
	board := b.Buyers[0].Board
	aside := map[string]any{
		"lot": p.lot, "ground": "refused_to_sign", "tender": next, "reason": "It will not sign.",
	}
	b.refused(t, models.CodeInvalidValue, board, models.VerbSetAside, aside)
	aside["tender"] = winner
	b.refused(t, models.CodeForbidden, b.Lead, models.VerbSetAside, aside)
	b.move(t, models.VerbSetAside, aside)

	again := p.ranking.Digest
	p.readRanking(t)
	require.Equal(t, again, p.ranking.Digest, "the former ranking remains")
	b.refused(t, models.CodeNoWinner, board, models.VerbAward,
		map[string]any{"lot": p.lot, "tender": winner, "ranking": again})
	b.move(t, models.VerbAward, map[string]any{"lot": p.lot, "tender": next, "ranking": again})
	p.ranking.Ranking.Places[0] = p.ranking.Ranking.Places[1]
	p.decision = 2
	p.tell(t)
	for _, s := range p.suppliers {
		var letter struct {
			Won    bool   `json:"won"`
			Passed string `json:"limited_for"`
		}
		p.get(t, s.Client, "/tenders/"+string(s.tender)+"/letter", &letter)
		require.Equal(t, s.tender == next, letter.Won)
		require.Equal(t, s.tender == winner, letter.Passed != "", letter.Passed)
	}
	b.advance(t, p.standstill.Add(time.Hour))
	p.conclude(t)
	b.refused(t, models.CodeContractSigned, board, models.VerbSetAside, map[string]any{
		"lot": p.lot, "ground": "insolvent", "tender": next, "reason": "It is insolvent.",
	})
	p.requireFollows(t)
	p.completes(t, "tender-next-ranked")
}

// reviewed is an application for review lodged today, with an outcome of today if there is one.
func (p *tenderPlay) reviewed(t *testing.T, outcome string) map[string]any {
	t.Helper()
	today := p.now(t).Format(time.DateOnly)
	in := map[string]any{"lot": p.lot, "body": "Tribunal", "lodged_on": today}
	if outcome != "" {
		in["outcome"], in["decided_on"] = outcome, today
	}
	return in
}

// requireToldOfSetAside has a supplier read that the decision was set aside, and still what it was told before.
func (p *tenderPlay) requireToldOfSetAside(t *testing.T, s *supplier, ground string) {
	t.Helper()
	var letter struct {
		SetAside struct {
			Ground string `json:"ground"`
			Reason string `json:"reason"`
			Letter string `json:"superseded_letter"`
		} `json:"set_aside"`
	}
	p.get(t, s.Client, "/tenders/"+string(s.tender)+"/letter?kind=set_aside", &letter)
	require.Equal(t, ground, letter.SetAside.Ground)
	require.NotEmpty(t, letter.SetAside.Reason)
	var before letterView
	p.get(t, s.Client, "/tenders/"+string(s.tender)+"/letter?kind=award", &before)
	require.NotEmpty(t, before.Winner, "what was told before stays on record")
}

// scoreAgain has the panel give each tender the other's scores, and lock quality once more.
func (p *tenderPlay) scoreAgain(t *testing.T) {
	t.Helper()
	p.suppliers[0].score, p.suppliers[1].score = p.suppliers[1].score, p.suppliers[0].score
	for _, who := range p.evaluators {
		for _, s := range p.suppliers {
			p.writeSheet(t, who, s)
		}
	}
	agreed := p.about(t, p.chair, "/consensus-scores")
	for _, s := range p.suppliers {
		p.nextVersion(t, p.chair, "/consensus-scores", agreed[s.tender],
			map[string]any{"tender": s.tender, "scores": scores(s.score)})
	}
	p.act(t, p.chair, models.VerbLockQuality, map[string]any{"lot": p.lot})
}

// requireFollows compares with their events the tables in which an award is decided and set aside. The phases of the
// bundle were not opened one after the other.
func (b *bundle) requireFollows(t *testing.T) {
	t.Helper()
	report, err := b.Follow(t.Context(), "box_handovers", "box_releases", "opener_tests",
		"opener_test_releases", "openings", "lot_awards", "lots", "set_asides", "sealed_ends", "boxes",
		"letters", "score_sheets", "entries", "notices")
	require.NoError(t, err)
	require.True(t, report.Valid(), "%+v", report.Differences)
}
