package replay

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// fallen has the winner fall away, and returns what tells of it.
func (t tendering) fallen() event.AwardSetAside {
	t.Helper()
	t.carries(models.VerbSetAside, map[string]any{"lot": t.lot})
	return event.AwardSetAside{
		LotID: t.lot, Decision: 1, Ground: models.SetAsideRefused, TenderID: t.next, Letters: []string{"a"},
	}
}

// moves lets time go on again, after what follows from a motion.
func (t tendering) moves() tendering {
	t.still = false
	return t
}

// awarded is a lot that was awarded to the tender that ranks first.
func awarded(t *testing.T) tendering {
	t.Helper()
	l := tell(t).tendered(models.ConsensusChair)
	l.good(l.anna, l.carried(l.next, l.ranking().Digest))
	return l.moves()
}

func TestTheNextRankedTenderIsAwardedAfterTheWinnerFellAway(t *testing.T) {
	t.Parallel()
	l := awarded(t)
	l.good(l.anna, l.fallen())
	l.moves()
	rows := l.Rows(LotAwards)
	require.Equal(t, string(l.next), rows[string(l.lot)]["winner_id"].Value, "the former decision stays")
	require.Empty(t, rows[Key(l.lot, 2)]["winner_id"].Value)
	require.NotEmpty(t, l.happens(l.anna, l.carried(l.next, l.ranking().Digest)), "it fell away")

	again := awarded(t)
	again.good(again.anna, again.fallen())
	again.moves()
	again.good(again.anna, again.carried(again.first, again.ranking().Digest))
	require.Equal(t, string(again.first), again.Rows(LotAwards)[Key(again.lot, 2)]["winner_id"].Value)
	again.moves()
	again.signs(again.first, 2)
	again.good(again.anna, event.LettersSent{LotID: again.lot, StandstillUntil: &again.at})
	again.good("", event.StandstillOver{LotID: again.lot})
	require.NotEmpty(t, again.Rows(LotAwards)[Key(again.lot, 2)]["standstill_over_at"].Value)
	require.Empty(t, again.Rows(LotAwards)[string(again.lot)]["standstill_over_at"].Value)
}

func TestASetAsideIsJudgedByTheDecisionThatItIsOf(t *testing.T) {
	t.Parallel()
	for what, spoil := range map[string]func(*event.AwardSetAside){
		"another decision":      func(p *event.AwardSetAside) { p.Decision = 2 },
		"one who had not won":   func(p *event.AwardSetAside) { p.TenderID = models.NewID(models.PrefixTender) },
		"quality without flaw":  func(p *event.AwardSetAside) { p.Unlocked = models.NewID(models.PrefixBox) },
		"a review of no record": func(p *event.AwardSetAside) { p.Ground, p.ReviewID = models.SetAsideReview, "ent_x" },
	} {
		l := awarded(t)
		p := l.fallen()
		spoil(&p)
		require.NotEmpty(t, l.happens(l.anna, p), what)
	}
	l := awarded(t)
	require.Contains(t, l.happens(l.anna, event.AwardSetAside{
		LotID: l.lot, Decision: 1, Ground: models.SetAsideRefused, TenderID: l.next,
	}), "no motion to set_aside")
}

func TestQualityIsUnlockedByAReviewThatFoundTheFlawThere(t *testing.T) {
	t.Parallel()
	l := awarded(t)
	review := l.written(models.EntryReview, models.Review{Lot: l.lot}, false)
	l.good(l.anna, review)
	l.carries(models.VerbSetAside, map[string]any{"lot": l.lot})
	l.good(l.anna, event.AwardSetAside{
		LotID: l.lot, Decision: 1, Ground: models.SetAsideReview, ReviewID: review.EntryID, Flaw: models.FlawQuality,
		Unlocked: l.box,
	})
	l.moves()
	require.Empty(t, l.Rows(Boxes)[string(l.box)]["quality_locked_at"].Value)
	l.good(l.anna, event.SheetWritten{TenderID: l.first, Version: 2, Scores: l.withheld(scored("3"))})
	l.good(l.anna, event.QualityLocked{LotID: l.lot})
	require.NotEmpty(t, l.Rows(Boxes)[string(l.box)]["quality_locked_at"].Value)
}
