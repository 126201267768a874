package e2e

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
)

func TestNeedsAreAdoptedByTheVotesOfAllBuyers(t *testing.T) {
	t.Parallel()
	b := setup(t, options{})

	b.act(t, b.Lead, models.VerbStart, nil)
	require.Equal(t, "running", b.status(t))
	b.refused(t, models.CodeNotDraft, b.Lead, models.VerbStart, nil)

	empty := b.gate(t, models.PhaseNeeds)
	require.False(t, empty.Met)
	b.refused(t, models.CodeGateNotMet, b.Buyers[0].Board, models.VerbVote,
		map[string]any{"phase": "needs", "digest": empty.Digest, "choice": "approve"})

	b.writeNeeds(t)
	b.refused(t, models.CodeStaleGate, b.Buyers[0].Board, models.VerbVote,
		map[string]any{"phase": "needs", "digest": empty.Digest, "choice": "approve"})
	b.approve(t, models.PhaseNeeds)

	_, needs := b.phase(t, models.PhaseNeeds)
	_, consultation := b.phase(t, models.PhaseConsultation)
	_, engagement := b.phase(t, models.PhaseEngagement)
	require.Equal(t, []string{"closed", "open", "open"}, []string{needs, consultation, engagement})

	state, err := b.State(t.Context(), process.WorkflowID(models.ID(b.Procurement)))
	require.NoError(t, err)
	current, open := state.Current()
	require.True(t, open)
	require.Equal(t, models.PhaseConsultation, current)
}
