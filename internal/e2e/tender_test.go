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
	require.NoError(t, b.ApproveBudgets(t.Context()))
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
		string(models.CodeOpenersMissing), string(models.CodeCriteriaMissing),
		string(models.CodeBelowStatutoryMinimum),
	}, codes)
	require.Contains(t, accepted[2], "or later", "the earliest lawful deadline is named")
	var preview struct {
		Missing []struct {
			Code string `json:"code"`
		} `json:"missing"`
	}
	b.get(t, b.Lead, "/tender-pack/preview", &preview)
	var shown []string
	for _, m := range preview.Missing {
		shown = append(shown, m.Code)
	}
	require.Equal(t, codes, shown, "the preview names what the publication would refuse")

	criteria := rig.AwardCriteria(lot)
	criteria["price_weight"] = "41"
	_, err = b.Lead.Post(t.Context(), b.Path("/award-criteria"), criteria, nil)
	requireRefused(t, models.CodeInvalidCriteria, err)
	_, err = b.Lead.Post(t.Context(), b.Path("/opener-set"), map[string]any{"fingerprint": "AGE-SECRET-KEY-1"}, nil)
	requireRefused(t, models.CodeSecretKey, err)
}

func TestNothingIsPublishedBeforeEveryOpenerHasOpenedATest(t *testing.T) {
	t.Parallel()
	b := inTender(t)
	p := &tenderPlay{bundle: b}
	p.staff(t)
	p.lot = b.post(t, b.Lead, "/lots", map[string]any{
		"title": models.Text{"en": "Nodes"}, "deadline": b.deadlineIn(t, 40),
	}).ID
	b.post(t, b.Lead, "/award-criteria", rig.AwardCriteria(p.lot))
	_, err := b.Lead.Post(t.Context(), b.Path("/opener-tests"), nil, nil)
	requireRefused(t, models.CodeOpenersMissing, err)
	_, err = p.SealFor(t.Context(), 2, p.openers...)
	require.NoError(t, err)
	b.refused(t, models.CodeOpenersUntested, b.Lead, models.VerbPublish, nil)
	require.NoError(t, p.Test(t.Context(), p.openers[:2]...))
	b.refused(t, models.CodeOpenersUntested, b.Lead, models.VerbPublish, nil)
	require.NoError(t, p.Test(t.Context(), p.openers[2]))
	b.act(t, b.Lead, models.VerbPublish, nil)
}

func TestEnvelopesStaySealedUntilEnoughOpenersReleaseThem(t *testing.T) {
	t.Parallel()
	b := inTender(t)
	p := b.published(t)
	_, err := b.Lead.Post(t.Context(), b.Path("/award-criteria"), rig.AwardCriteria(p.lot), nil)
	requireRefused(t, models.CodeFrozen, err)
	s := p.supply(t, "480000.00", "8")
	opener, open := p.openers[0], map[string]any{"lot": p.lot}
	box := p.box(t)
	b.refused(t, models.CodeDeadlineNotOver, opener.Client, models.VerbOpen, open)
	requireRefused(t, models.CodeDeadlineNotOver, opener.Release(t.Context(), box, models.EnvelopeQuality))
	require.Equal(t, 1, b.countEvents(t, event.ReleaseRefused{}))
	states, err := p.OpeningStates(t.Context(), box)
	require.NoError(t, err)
	require.Empty(t, states, "before the box is closed nobody learns what is in it")
	p.closeBox(t)

	sealed := b.Path("/tenders/" + string(s.tender) + "/envelopes/1/content")
	_, err = opener.Get(t.Context(), sealed, nil)
	requireRefused(t, models.CodeNotUnsealed, err)
	require.Equal(t, 1, b.countEvents(t, event.OpeningRefused{}))
	b.refused(t, models.CodeReleasesMissing, opener.Client, models.VerbOpen, open)
	release, err := opener.Made(t.Context(), box, models.EnvelopeQuality)
	require.NoError(t, err)
	releases := b.Path("/boxes/" + string(box) + "/releases")
	_, err = p.openers[1].Post(t.Context(), releases, map[string]any{"release": release}, nil)
	requireRefused(t, models.CodeNotAnOpener, err)
	b.post(t, opener.Client, "/boxes/"+string(box)+"/releases", map[string]any{"release": release})
	requireRefused(t, models.CodeReleaseTwice, opener.Release(t.Context(), box, models.EnvelopeQuality))
	b.refused(t, models.CodeReleasesMissing, opener.Client, models.VerbOpen, open)
	require.NoError(t, p.openers[1].Release(t.Context(), box, models.EnvelopeQuality))
	b.act(t, opener.Client, models.VerbOpen, open)
	b.refused(t, models.CodeAlreadyOpened, opener.Client, models.VerbOpen, open)

	requireRefused(t, models.CodeQualityOpen, opener.Release(t.Context(), box, models.EnvelopePrice))
	_, err = opener.Get(t.Context(), b.Path("/tenders/"+string(s.tender)+"/envelopes/2/content"), nil)
	requireRefused(t, models.CodeQualityOpen, err)
	var found struct {
		Items []struct {
			Envelope        int    `json:"envelope"`
			PlaintextDigest string `json:"plaintext_digest"`
		} `json:"items"`
	}
	require.Eventually(t, func() bool {
		b.get(t, b.Lead, "/tenders/"+string(s.tender)+"/openings", &found)
		return len(found.Items) == 1
	}, patience, 50*time.Millisecond)
	require.Equal(t, rig.Digest(s.offer), found.Items[0].PlaintextDigest)
	require.Equal(t, s.offer, b.download(t, b.Lead, "/tenders/"+string(s.tender)+"/envelopes/1/plaintext"))
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
	b.refused(t, models.CodeSuspended, p.openers[0].Client, models.VerbOpen, map[string]any{"lot": p.lot})
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
