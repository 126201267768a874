package e2e

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/apiclient"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

func TestNobodyWithAConflictOfInterestVotesOnAnAward(t *testing.T) {
	t.Parallel()
	b := inTender(t)
	p := b.ranked(t)
	award := map[string]any{"lot": p.lot, "tender": p.ranking.Ranking.Places[0].Tender, "ranking": p.ranking.Digest}
	conflict := map[string]any{
		"lot": p.lot, "tenderers": p.tenderers(t, b.Lead), "conflict": true,
		"statement": "I own shares in one",
	}
	first, second, third := b.Buyers[0], b.Buyers[1], b.Buyers[2]
	b.post(t, first.Board, "/conflict-declarations", conflict)
	b.refused(t, models.CodeConflictDeclared, first.Board, models.VerbAward, award)
	b.refused(t, models.CodeConflictDeclared, first.Board, models.VerbEndLot,
		map[string]any{"lot": p.lot, "code": "other", "reason": "try again"})

	motion := b.act(t, second.Board, models.VerbAward, award)
	vote := map[string]any{"motion": motion["motion_id"], "digest": motion["digest"], "choice": "approve"}
	b.refused(t, models.CodeConflictDeclared, first.Board, models.VerbVote, vote)
	b.post(t, second.Board, "/conflict-declarations", conflict)
	_, count := b.countOf(t)
	require.Equal(t, []models.ID{models.ID(first.Organisation), models.ID(second.Organisation)}, count.Recused(),
		"they leave the total unless others sit on their boards")
	var impartial []*apiclient.Client
	for _, buyer := range []string{first.Organisation, second.Organisation} {
		member, err := p.Staff(t.Context(), buyer, models.RoleBoard)
		require.NoError(t, err)
		impartial = append(impartial, member)
	}
	b.act(t, third.Board, models.VerbVote, vote)
	require.Equal(t, 1, b.countEvents(t, event.VoteVoided{}), "a vote does not outlast the impartiality of who cast it")

	for _, member := range impartial {
		require.Equal(t, "open", b.motionStatus(t, motion["motion_id"]))
		b.act(t, member, models.VerbVote, vote)
	}
	require.Equal(t, "carried", b.motionStatus(t, motion["motion_id"]))
}
