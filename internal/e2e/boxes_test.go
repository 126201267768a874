package e2e

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/store/pgtest"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// Whoever leaves can be the one whose vote on a motion to cancel was missing: then boxes close, and a tender
// that is being received must be in before or out after.
func TestALeaveThatCancelsWaitsForATenderBeingReceived(t *testing.T) {
	t.Parallel()
	b := inTender(t)
	p := b.published(t)
	cancel := b.act(t, b.Buyers[0].Board, models.VerbCancel,
		map[string]any{"code": "chan-need", "reason": "the need is gone"})
	b.act(t, b.Buyers[1].Board, models.VerbVote,
		map[string]any{"motion": cancel["motion_id"], "digest": cancel["digest"], "choice": "approve"})

	// A supplier at the box holds its lock shared.
	tx, err := pgtest.Connect(t, b.database.Superuser).Begin(t.Context())
	require.NoError(t, err)
	_, err = tx.Exec(t.Context(), "SELECT pg_advisory_xact_lock_shared(hashtextextended('box/' || id, 0)) FROM boxes "+
		"WHERE lot_id = $1", p.lot)
	require.NoError(t, err)
	answered := b.inBackground(t, b.Buyers[2].Board, models.VerbLeave, map[string]any{"reason": "no budget"})
	conn := pgtest.Connect(t, b.database.Superuser)
	require.Eventually(t, func() bool {
		var waiting int
		err := conn.QueryRow(t.Context(), "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND mode = "+
			"'ExclusiveLock' AND NOT granted").Scan(&waiting)
		return err == nil && waiting > 0
	}, patience, 5*time.Millisecond, "the box must be locked before the procurement is cancelled")
	require.Equal(t, "running", b.status(t))
	require.NoError(t, tx.Rollback(t.Context()))
	require.NoError(t, <-answered)
	require.Equal(t, "cancelled", b.status(t))
}

func TestALotIsEndedByTheBoardOnceItIsPublished(t *testing.T) {
	t.Parallel()
	b := inTender(t)
	p := b.describeTender(t)
	spare := b.post(t, b.Lead, "/lots", map[string]any{
		"title":    models.Text{"en": "Spare"},
		"deadline": b.deadlineIn(t, 40),
	}).ID
	end := func(lot models.ID) map[string]any {
		return map[string]any{"lot": lot, "code": "ins-fund", "reason": "the budget was cut"}
	}
	b.refused(t, models.CodeForbidden, b.Buyers[0].Board, models.VerbEndLot, end(spare))
	b.act(t, b.Lead, models.VerbEndLot, end(spare))
	require.Equal(t, 1, b.countEvents(t, event.LotEnded{}))

	b.act(t, b.Lead, models.VerbPublish, nil)
	first, _ := p.supply(t, "480000.00", "8"), p.supply(t, "400000.00", "5")
	b.refused(t, models.CodeForbidden, b.Lead, models.VerbEndLot, end(p.lot))
	p.rank(t)
	award := b.act(t, b.Buyers[0].Board, models.VerbAward,
		map[string]any{"lot": p.lot, "tender": first.tender, "ranking": p.ranking.Digest})
	b.suspend(t)
	b.refused(t, models.CodeSuspended, b.Buyers[1].Board, models.VerbVote,
		map[string]any{"motion": award["motion_id"], "digest": award["digest"], "choice": "approve"})

	b.move(t, models.VerbEndLot, end(p.lot))
	require.Equal(t, 2, b.countEvents(t, event.LotEnded{}))
	require.Equal(t, "lapsed", b.motionStatus(t, award["motion_id"]), "there is nothing left to award")
	b.refused(t, models.CodeLotEnded, b.Buyers[0].Board, models.VerbEndLot, end(p.lot))
}

func (b *bundle) motionStatus(t *testing.T, id any) string {
	t.Helper()
	var status string
	conn := pgtest.Connect(t, b.database.Superuser)
	require.NoError(t, conn.QueryRow(t.Context(), "SELECT status FROM motions WHERE id = $1", id).Scan(&status))
	return status
}

func TestAnOpenerWhoCannotGoOnIsReplacedByAnother(t *testing.T) {
	t.Parallel()
	b := inTender(t)
	p := b.published(t)
	p.supply(t, "480000.00", "8")
	p.locked(t)
	require.NoError(t, p.OpenPrices(t.Context(), p.lot, p.openers[1:]...))
	p.readRanking(t)
	p.award(t)
	require.Equal(t, 1, b.countEvents(t, event.LotUnsealed{}))
}

func TestAnOpenerWhoLeavesHandsItsSharesToAColleague(t *testing.T) {
	t.Parallel()
	b := inTender(t)
	p := b.published(t)
	p.supply(t, "480000.00", "8")
	p.locked(t)
	box := p.box(t)
	colleagues, err := p.Openers(t.Context(), string(p.openers[0].Buyer))
	require.NoError(t, err)
	colleague := colleagues[0]
	_, err = colleague.Made(t.Context(), box, models.EnvelopePrice)
	refusal, _ := models.RefusalOf(err)
	require.Equal(t, models.CodeNotAnOpener, refusal.Code, "its own program finds no share for it")

	handover, err := colleague.TakesOver(t.Context(), box, models.EnvelopePrice, p.openers[0])
	require.NoError(t, err)
	handovers := p.Path("/boxes/" + string(box) + "/handovers")
	_, err = p.openers[1].Post(t.Context(), handovers, map[string]any{"handover": handover}, nil)
	requireRefused(t, models.CodeForbidden, err)
	_, err = p.openers[0].Post(t.Context(), handovers, map[string]any{"handover": handover}, nil)
	requireRefused(t, models.CodeForbidden, err)
	b.post(t, colleague.Client, "/boxes/"+string(box)+"/handovers", map[string]any{"handover": handover})
	_, err = colleague.Post(t.Context(), handovers, map[string]any{"handover": handover}, nil)
	requireRefused(t, models.CodeHandoverRefused, err)
	requireRefused(t, models.CodeNotAnOpener, p.openers[0].Release(t.Context(), box, models.EnvelopePrice))

	require.NoError(t, colleague.ReleaseAfter(t.Context(), box, models.EnvelopePrice, handover))
	require.NoError(t, p.OpenPrices(t.Context(), p.lot, p.openers[1]))
	p.readRanking(t)
	p.award(t)
	require.Equal(t, 1, b.countEvents(t, event.BoxHandedOver{}))
	b.requireFollows(t)
}

func TestABoxIsClosedByItsTimer(t *testing.T) {
	t.Parallel()
	b := inTender(t)
	p := b.published(t)
	var deadline time.Time
	b.scan(t, &deadline, "SELECT deadline FROM boxes WHERE lot_id = $1", p.lot)
	b.advance(t, deadline.Add(-2*time.Second))
	require.Zero(t, b.countEvents(t, event.LotClosed{}))
	require.Eventually(t, func() bool { return b.countEvents(t, event.LotClosed{}) == 1 }, patience,
		50*time.Millisecond)
	b.move(t, models.VerbCancel, map[string]any{"code": "chan-need", "reason": "the need is gone"})
	b.awaitClosed(t)
	b.saveLastRun(t, "tender-timer")
}
