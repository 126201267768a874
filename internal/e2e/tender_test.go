package e2e

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/apiclient"
	"github.com/ppi-engine/ppi/internal/rig"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// inTender brings a rehearsal to its tender phase.
func inTender(t *testing.T) *bundle {
	t.Helper()
	b := setup(t, options{draft: rig.Draft{Mode: models.ModeRehearsal, Countries: []string{"FR", "ES", "DE"}}})
	b.skipToTender(t)
	return b
}

// skipToTender ends the phases before the tender behind the API's back; the grid plays them.
func (b *bundle) skipToTender(t *testing.T) {
	t.Helper()
	b.skipTo(t, func() error { return b.WriteRequirement(t.Context()) })
}

// skipToTenderWithout leaves the specification empty.
func (b *bundle) skipToTenderWithout(t *testing.T) {
	t.Helper()
	b.skipTo(t, func() error { return nil })
}

func (b *bundle) skipTo(t *testing.T, specify func() error) {
	t.Helper()
	b.act(t, b.Lead, models.VerbStart, nil)
	conn := b.prepare(t, "phase_rounds")
	require.NoError(t, rig.SkipToTender(b.Procurement, func(statement string, arguments ...any) error {
		_, err := conn.Exec(t.Context(), statement, arguments...)
		return err
	}, specify))
}

func TestATenderRunsFromTheNoticeToThePurchase(t *testing.T) {
	t.Parallel()
	b := inTender(t)
	b.writeTender(t)
	b.approve(t, models.PhaseTender)
	require.Equal(t, "completed", b.status(t))
	b.awaitClosed(t)
}

func TestNothingIsPublishedBeforeItIsReady(t *testing.T) {
	t.Parallel()
	b := inTender(t)
	b.refused(t, models.CodeLotsMissing, b.Lead, models.VerbPublish, nil)
	lot := b.post(t, b.Lead, "/lots", map[string]any{
		"title":    models.Text{"en": "Nodes"},
		"deadline": b.deadlineIn(t, 29),
	}).ID
	_, err := b.Lead.Act(t.Context(), b.Procurement, string(models.VerbPublish), nil, nil)
	problem, ok := apiclient.ProblemOf(err)
	require.True(t, ok, "%v", err)
	var codes, accepted []string
	for _, e := range problem.Errors {
		codes, accepted = append(codes, e.Code), append(accepted, e.Accepted)
	}
	require.Equal(t, []string{
		string(models.CodeOpeningKeyMissing), string(models.CodeCriteriaMissing),
		string(models.CodeBelowStatutoryMinimum),
	}, codes)
	require.Contains(t, accepted[2], "or later", "the earliest lawful deadline is named")

	criteria := rig.AwardCriteria(lot)
	criteria["price_weight"] = "41"
	_, err = b.Lead.Post(t.Context(), b.Path("/award-criteria"), criteria, nil)
	requireRefused(t, models.CodeInvalidCriteria, err)
	_, err = b.Lead.Post(t.Context(), b.Path("/opening-key"),
		map[string]any{"quality": "AGE-SECRET-KEY-1", "price": "x"}, nil)
	requireRefused(t, models.CodeSecretKey, err)
}

func TestEnvelopesStaySealedUntilTwoBuyersOpenThem(t *testing.T) {
	t.Parallel()
	b := inTender(t)
	p := b.published(t)
	_, err := b.Lead.Post(t.Context(), b.Path("/award-criteria"), rig.AwardCriteria(p.lot), nil)
	requireRefused(t, models.CodeFrozen, err)
	s := p.supply(t, "480000.00", "8")
	b.refused(t, models.CodeDeadlineNotOver, p.openers[0], models.VerbOpen, map[string]any{"lot": p.lot})
	p.closeBox(t)

	envelope := b.Path("/tenders/" + string(s.tender) + "/envelopes/1/content")
	_, err = p.openers[0].Get(t.Context(), envelope, nil)
	requireRefused(t, models.CodeNotUnsealed, err)
	require.Equal(t, 1, b.countEvents(t, event.OpeningRefused{}))
	b.act(t, p.openers[0], models.VerbOpen, map[string]any{"lot": p.lot})
	b.refused(t, models.CodeAlreadyOpened, p.openers[0], models.VerbOpen, map[string]any{"lot": p.lot})
	_, err = p.openers[0].Get(t.Context(), envelope, nil)
	requireRefused(t, models.CodeNotUnsealed, err)
	b.act(t, p.openers[1], models.VerbOpen, map[string]any{"lot": p.lot})
	_, err = p.openers[0].Get(t.Context(), b.Path("/tenders/"+string(s.tender)+"/envelopes/2/content"), nil)
	requireRefused(t, models.CodeQualityOpen, err)

	opening := b.Path("/tenders/" + string(s.tender) + "/openings")
	found := map[string]any{"envelope": 1, "plaintext_digest": rig.Digest(s.offer), "size": len(s.offer)}
	_, err = p.openers[0].Post(t.Context(), opening, found, nil)
	require.NoError(t, err)
	found["plaintext_digest"] = rig.Digest([]byte("something else"))
	var view struct {
		Found string `json:"found"`
	}
	_, err = p.openers[1].Post(t.Context(), opening, found, &view)
	require.NoError(t, err)
	require.Equal(t, "disputed", view.Found)
	require.Equal(t, 1, b.countEvents(t, event.OpeningDisputed{}))
	_, err = b.Lead.Post(t.Context(), b.Path("/admissions"), map[string]any{"tender": s.tender, "decision": "admitted"},
		nil)
	requireRefused(t, models.CodeNotUnsealed, err)
}

func TestWhoHasAConflictDoesNotEvaluate(t *testing.T) {
	t.Parallel()
	b := inTender(t)
	p := b.tendered(t)
	first, second := p.suppliers[0], p.suppliers[1]
	p.closeBox(t)
	p.open(t)
	p.admit(t)

	sheet := b.Path("/tenders/" + string(first.tender) + "/score-sheets")
	biased, fair := p.evaluators[0], p.evaluators[1]
	_, err := fair.Post(t.Context(), sheet, map[string]any{"scores": scores("8")}, nil)
	requireRefused(t, models.CodeDeclarationMissing, err)
	_, err = fair.Get(t.Context(), b.Path("/tenders/"+string(first.tender)+"/openings"), nil)
	requireRefused(t, models.CodeDeclarationMissing, err)
	_, err = fair.Post(t.Context(), b.Path("/conflict-declarations"),
		map[string]any{"lot": p.lot, "tenderers": p.tenderers(t, fair)[:1], "conflict": false}, nil)
	requireRefused(t, models.CodeInvalidValue, err)
	all := p.tenderers(t, fair)
	b.post(t, biased, "/conflict-declarations",
		map[string]any{"lot": p.lot, "tenderers": all, "conflict": true, "statement": "my spouse works for one"})
	b.post(t, biased, "/conflict-declarations", map[string]any{"lot": p.lot, "tenderers": all, "conflict": false})
	_, err = biased.Post(t.Context(), sheet, map[string]any{"scores": scores("10")}, nil)
	requireRefused(t, models.CodeConflictDeclared, err)
	b.post(t, fair, "/conflict-declarations", map[string]any{"lot": p.lot, "tenderers": all, "conflict": false})
	b.post(t, p.chair, "/conflict-declarations", map[string]any{"lot": p.lot, "tenderers": all, "conflict": false})

	_, err = fair.Post(t.Context(), sheet, map[string]any{"scores": scores("10.5")}, nil)
	requireRefused(t, models.CodeInvalidScore, err)
	_, err = fair.Post(t.Context(), sheet, map[string]any{"scores": scores("8")[:1]}, nil)
	requireRefused(t, models.CodeInvalidScore, err)
	_, err = p.chair.Post(t.Context(), b.Path("/consensus-scores"),
		map[string]any{"tender": first.tender, "scores": scores("8")}, nil)
	requireRefused(t, models.CodeScoresMissing, err)
	p.writeSheet(t, fair, first)
	p.writeSheet(t, fair, second)
	_, err = fair.Post(t.Context(), sheet, map[string]any{"scores": scores("9")}, nil)
	requireRefused(t, models.CodeScoresFinal, err)
	_, err = p.chair.Post(t.Context(), b.Path("/consensus-scores"),
		map[string]any{"tender": first.tender, "scores": []models.Score{
			{Criterion: "energy", Score: "1"},
			{Criterion: "service", Score: "1"},
		}}, nil)
	requireRefused(t, models.CodeInvalidValue, err)
	b.refused(t, models.CodeScoresMissing, p.chair, models.VerbLockQuality, map[string]any{"lot": p.lot})
}

func TestEvaluatorsSeeTheOthersScoresOnceTheirOwnAreIn(t *testing.T) {
	t.Parallel()
	b := inTender(t)
	p := b.tendered(t)
	first, second := p.suppliers[0], p.suppliers[1]
	p.closeBox(t)
	p.open(t)
	p.declare(t)
	p.admit(t)
	p.writeSheet(t, p.evaluators[0], first)
	p.writeSheet(t, p.evaluators[0], second)
	p.writeSheet(t, p.evaluators[1], first)
	require.Equal(t, 3, p.sheets(t, p.evaluators[0]))
	require.Equal(t, 1, p.sheets(t, p.evaluators[1]), "its own are not all in")
	p.writeSheet(t, p.evaluators[1], second)
	require.Equal(t, 4, p.sheets(t, p.evaluators[1]))
}

func TestALateExclusionRanksAnewAndSaysWhatItTurned(t *testing.T) {
	t.Parallel()
	b := inTender(t)
	p := b.published(t)
	for _, offer := range [][2]string{{"100000.00", "5.2"}, {"80000.00", "3"}, {"40000.00", "1"}} {
		p.supply(t, offer[0], offer[1])
	}
	p.rank(t)
	before := p.ranking
	low := p.suppliers[2]
	require.NotEmpty(t, askedAbout(before, low.tender), "the lowest price is far below the others")
	leader := before.Ranking.Places[0].Tender
	b.refused(t, models.CodePriceUnexplained, b.Buyers[0].Board, models.VerbAward,
		map[string]any{"lot": p.lot, "tender": leader, "ranking": before.Digest})

	b.post(t, b.Lead, "/price-inquiries", map[string]any{
		"tender": low.tender, "question": models.Text{"en": "How?"},
		"finding": "rejected", "reason": models.Text{"en": "No answer came."},
	})
	b.exclude(t, low.tender)
	p.readRanking(t)
	require.NotEqual(t, before.Digest, p.ranking.Digest)
	require.NotEmpty(t, p.ranking.Ranking.Places[2].Excluded)
	b.refused(t, models.CodeRankingChanged, b.Buyers[0].Board, models.VerbAward,
		map[string]any{"lot": p.lot, "tender": leader, "ranking": before.Digest})
	p.award(t)
}

func askedAbout(r rankingView, tender models.ID) string {
	for _, s := range r.Ranking.Places {
		if s.Tender == tender {
			return s.AskAboutPrice
		}
	}
	return ""
}

func TestNoContractBeforeTheStandstillIsOverAndReviewsAreDecided(t *testing.T) {
	t.Parallel()
	b := inTender(t)
	p := b.ranked(t)
	first := p.ranking.Ranking.Places[0]
	b.refused(t, models.CodeForbidden, b.Drafter, models.VerbAward,
		map[string]any{"lot": p.lot, "tender": first.Tender, "ranking": p.ranking.Digest})
	b.refused(t, models.CodeNoWinner, b.Buyers[0].Board, models.VerbAward,
		map[string]any{"lot": p.lot, "tender": p.ranking.Ranking.Places[1].Tender, "ranking": p.ranking.Digest})
	b.refused(t, models.CodeNotAwarded, b.Lead, models.VerbSendLetters,
		map[string]any{"lot": p.lot, "means": "electronic"})
	p.award(t)
	p.tell(t)
	p.requireLetters(t)

	contract := b.Path("/contracts")
	_, err := b.Lead.Post(t.Context(), contract, p.contract("480000.00"), nil)
	requireRefused(t, models.CodeStandstill, err)
	review := b.post(t, b.Lead, "/review-applications",
		map[string]any{"lot": p.lot, "body": "Tribunal", "lodged_on": b.now(t).Format(time.DateOnly)})
	b.advance(t, p.standstill.Add(time.Hour))
	_, err = b.Lead.Post(t.Context(), contract, p.contract("480000.00"), nil)
	requireRefused(t, models.CodeReviewPending, err)
	b.nextVersion(t, b.Lead, "/review-applications", review, map[string]any{
		"lot": p.lot, "body": "Tribunal", "lodged_on": b.now(t).
			Format(time.DateOnly), "outcome": "dismissed", "decided_on": b.now(t).Format(time.DateOnly),
	})
	dollars := p.contract("480000.00")
	dollars["value"] = models.Money{Amount: "480000.00", Currency: "USD"}
	_, err = b.Lead.Post(t.Context(), contract, dollars, nil)
	requireRefused(t, models.CodeInvalidValue, err)
	p.conclude(t)
	p.requireContractStaysOnLot(t)
	b.refused(t, models.CodeContractSigned, b.Buyers[0].Board, models.VerbCancel,
		map[string]any{"code": "other", "reason": "too late"})
	b.refused(t, models.CodeContractSigned, b.Buyers[0].Board, models.VerbEndLot,
		map[string]any{"lot": p.lot, "code": "other", "reason": "too late"})
}

func TestALotEndsWithoutAwardAndBuyersSayWhy(t *testing.T) {
	t.Parallel()
	b := inTender(t)
	p := b.published(t)
	b.suspend(t)
	p.closeBox(t)
	b.refused(t, models.CodeSuspended, p.openers[0], models.VerbOpen, map[string]any{"lot": p.lot})
	b.move(t, models.VerbResume, map[string]any{"reason": "it goes on"})
	b.move(t, models.VerbEndLot, map[string]any{"lot": p.lot, "code": "no-rece", "reason": "nobody tendered"})
	for _, buyer := range b.Buyers {
		b.post(t, buyer.Officer, "/non-purchases",
			map[string]any{"code": "no-rece", "reason": models.Text{"en": "Nobody tendered."}})
	}
	p.report(t)
	b.approve(t, models.PhaseTender)
	require.Equal(t, "completed", b.status(t))
}
