package e2e

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/rig"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// cannotBeOpened is a motion to end the lot on a ground.
func (p *tenderPlay) cannotBeOpened(ground models.SealedGround) map[string]any {
	return map[string]any{
		"lot": p.lot, "code": "tch-pr-error", "reason": "The tenders could not be opened.", "sealed": ground,
	}
}

// requireSealedTold has each supplier read that its tender stays sealed, and the buyers what the report says of it.
func (p *tenderPlay) requireSealedTold(t *testing.T, why string, reported ...string) {
	t.Helper()
	for _, s := range p.suppliers {
		page := p.rendered(t, s.Client, s, "html")
		for _, words := range []string{
			"Nothing is awarded.", "What you handed in was not opened. It stays sealed", why,
			"You may ask for a review of this decision.",
		} {
			require.Contains(t, page, words)
		}
		for _, o := range p.openers {
			require.NotContains(t, page, string(o.Person), "who the openers are is for the buyers")
		}
	}
	var report bytes.Buffer
	_, err := p.Lead.Get(t.Context(), p.Path("/report-record.html?language=en"), &report)
	require.NoError(t, err)
	for _, words := range reported {
		require.Contains(t, report.String(), words)
	}
}

func TestALotWhoseOpenersWithholdIsEndedByTheBoard(t *testing.T) {
	t.Parallel()
	b := inTender(t)
	p := b.tendered(t)
	withhold := p.cannotBeOpened(models.OpenersWithhold)
	b.refused(t, models.CodeDeadlineNotOver, b.Buyers[0].Board, models.VerbEndLot, withhold)
	p.closeBox(t)
	box := p.box(t)
	require.NoError(t, p.openers[1].Release(t.Context(), box, models.EnvelopeQuality))
	b.refused(t, models.CodeGroundNotBorneOut, b.Buyers[0].Board, models.VerbEndLot, withhold)
	b.advance(t, b.now(t).Add(24*time.Hour))
	b.refused(t, models.CodeGroundNotBorneOut, b.Buyers[0].Board, models.VerbEndLot,
		p.cannotBeOpened(models.OpenersLost))
	nothing := p.cannotBeOpened(models.OpenersWithhold)
	nothing["code"] = "no-rece"
	b.refused(t, models.CodeInvalidValue, b.Buyers[0].Board, models.VerbEndLot, nothing)
	b.move(t, models.VerbEndLot, withhold)

	require.Equal(t, 1, b.countEvents(t, event.LotLeftSealed{}))
	p.requireSealedTold(t, "It was released by 1. The others could have released it and did not.",
		"openers withheld what they could have released", "("+string(p.openers[0].Person)+")",
		"("+string(p.openers[2].Person)+")", "Could not release any more: nobody.")
	requireRefused(t, models.CodeLotEnded, p.openers[0].Release(t.Context(), box, models.EnvelopeQuality))
	b.requireFollows(t)
}

func TestAMotionThatBlamesOpenersLapsesOnceTheyHaveReleased(t *testing.T) {
	t.Parallel()
	b := inTender(t)
	p := b.tendered(t)
	p.closeBox(t)
	b.advance(t, b.now(t).Add(24*time.Hour))
	motion := b.act(t, b.Buyers[0].Board, models.VerbEndLot, p.cannotBeOpened(models.OpenersWithhold))
	p.open(t)
	for _, buyer := range b.Buyers[1:] {
		b.act(t, buyer.Board, models.VerbVote, map[string]any{
			"motion": motion["motion_id"], "digest": motion["digest"], "choice": "approve",
		})
	}
	require.Zero(t, b.countEvents(t, event.LotLeftSealed{}))
	require.Zero(t, b.countEvents(t, event.LotEnded{}))
}

func TestALotThatHasLostItsQuorumOfOpenersIsEndedByTheBoard(t *testing.T) {
	t.Parallel()
	b := inTender(t)
	p := b.tendered(t)
	p.closeBox(t)
	var sealed struct {
		Boxes []struct {
			Fingerprint string `json:"fingerprint"`
		} `json:"boxes"`
	}
	p.get(t, p.Lead, "/lots/"+string(p.lot), &sealed)
	loss := func(o *rig.Opener) map[string]any {
		return map[string]any{
			"person": o.Person, "fingerprint": sealed.Boxes[0].Fingerprint, "reason": "The disk with the key broke.",
		}
	}
	lost := p.cannotBeOpened(models.OpenersLost)
	b.post(t, p.openers[0].Client, "/opener-losses", loss(p.openers[0]))
	b.refused(t, models.CodeGroundNotBorneOut, b.Buyers[0].Board, models.VerbEndLot, lost)
	_, err := b.Buyers[0].Board.Post(t.Context(), b.Path("/opener-losses"), loss(p.openers[1]), nil)
	requireRefused(t, models.CodeForbidden, err)
	b.post(t, b.Buyers[1].Board, "/opener-losses", loss(p.openers[1]))
	states, err := p.OpeningStates(t.Context(), p.box(t))
	require.NoError(t, err)
	require.ElementsMatch(t, []models.ID{p.openers[0].Person, p.openers[1].Person}, states[0].Lost)
	b.refused(t, models.CodeGroundNotBorneOut, b.Buyers[0].Board, models.VerbEndLot, lost)
	b.advance(t, b.now(t).Add(24*time.Hour))
	b.move(t, models.VerbEndLot, lost)

	p.requireSealedTold(t, "too few of the others are left who can. No other key opens it.",
		"too few openers were left who could release", "Released by: nobody.", "opener_loss")
	b.requireFollows(t)
}

// bestOfTwo is a lot whose quality is locked and where only the price of the better of two tenders is opened.
func bestOfTwo(t *testing.T) (p *tenderPlay, first, second *supplier) {
	t.Helper()
	b := inTender(t)
	p = b.describeTender(t)
	var page struct {
		Items []entry `json:"items"`
	}
	b.get(t, b.Lead, "/award-criteria", &page)
	criteria := rig.AwardCriteria(p.lot)
	criteria["consensus"], criteria["best"] = models.ConsensusMean, 1
	b.nextVersion(t, b.Lead, "/award-criteria", page.Items[0], criteria)
	b.act(t, b.Lead, models.VerbPublish, nil)
	p.supplyTwo(t)
	p.opened(t)
	p.declare(t)
	p.admit(t)
	first, second = p.suppliers[0], p.suppliers[1]
	p.writeSheet(t, p.evaluators[0], first)
	p.writeSheet(t, p.evaluators[0], second)
	first.score, second.score = "6", "7"
	p.writeSheet(t, p.evaluators[1], first)
	p.writeSheet(t, p.evaluators[1], second)
	p.act(t, p.chair, models.VerbLockQuality, map[string]any{"lot": p.lot})
	return p, first, second
}

// conflicts has the evaluator to whom the better tender owes its place declare a conflict.
func (p *tenderPlay) conflicts(t *testing.T) {
	t.Helper()
	p.post(t, p.evaluators[0], "/conflict-declarations", map[string]any{
		"lot": p.lot, "tenderers": p.tenderers(t, p.Lead), "conflict": true,
		"statement": "I own shares of one of them.",
	})
}

// A price that an opener has released, but too few, stays sealed when its tender is not among the best any more.
func TestATurnOfPricesIsVoidOnceATenderInItIsOut(t *testing.T) {
	t.Parallel()
	p, first, second := bestOfTwo(t)
	box := p.box(t)
	require.NoError(t, p.openers[0].Release(t.Context(), box, models.EnvelopePrice))
	p.conflicts(t)
	states, err := p.OpeningStates(t.Context(), box)
	require.NoError(t, err)
	require.Equal(t, 2, states[1].Turn)
	require.Len(t, states[1].Awaited, len(p.openers), "what was released before does not count")
	p.openPrices(t)
	require.Equal(t, second.tender, p.ranking.Ranking.Places[0].Tender)
	price := func(s *supplier) error {
		envelope := p.Path("/tenders/" + string(s.tender) + "/envelopes/2/plaintext")
		_, err := p.chair.Get(t.Context(), envelope, &bytes.Buffer{})
		return err
	}
	require.NoError(t, price(second))
	require.Error(t, price(first))
	var opened int
	p.scan(t, &opened, "SELECT count(*) FROM openings WHERE tender_id = $1 AND n = 2", first.tender)
	require.Zero(t, opened)
	p.award(t)
	p.requireFollows(t)
}

// Where only the prices of the best are opened, a conflict that is declared late can bring another tender among them.
func TestAPriceThatALateConflictBringsAmongTheBestIsReleasedAfterTheOthers(t *testing.T) {
	t.Parallel()
	p, first, second := bestOfTwo(t)
	p.openPrices(t)
	require.Equal(t, first.tender, p.ranking.Ranking.Places[0].Tender)

	p.conflicts(t)
	_, err := p.Lead.Get(t.Context(), p.Path("/lots/"+string(p.lot)+"/ranking"), nil)
	requireRefused(t, models.CodePriceMissing, err)
	states, err := p.OpeningStates(t.Context(), p.box(t))
	require.NoError(t, err)
	require.Equal(t, 2, states[1].Turn)
	require.Len(t, states[1].Awaited, len(p.openers), "all may release in the next turn")
	p.openPrices(t)
	require.Equal(t, second.tender, p.ranking.Ranking.Places[0].Tender)
	for _, s := range p.suppliers {
		require.NotEmpty(t, p.download(t, p.chair, "/tenders/"+string(s.tender)+"/envelopes/2/plaintext"))
	}
	p.award(t)
	p.requireFollows(t)
}
