package e2e

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/rig"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
)

// waitingOn asks the run whose act it waits for.
func (b *bundle) waitingOn(t *testing.T) string {
	t.Helper()
	state, err := b.State(t.Context(), process.WorkflowID(models.ID(b.Procurement)))
	require.NoError(t, err)
	return strings.Join(state.WaitingOn, "; ")
}

func TestAVoteOnWhatHasChangedSinceIsAwaitedAgain(t *testing.T) {
	t.Parallel()
	b := setup(t, options{draft: rig.Draft{Mode: models.ModeRehearsal, Countries: []string{"FR", "ES", "DE"}}})
	b.act(t, b.Lead, models.VerbStart, nil)
	b.writeNeeds(t)
	const again, first = "to vote again on needs, which has changed since", "to approve needs"
	approve := map[string]any{
		"phase": models.PhaseNeeds, "digest": b.gate(t, models.PhaseNeeds).Digest,
		"choice": "approve",
	}
	b.act(t, b.Buyers[0].Board, models.VerbVote, approve)
	b.act(t, b.Buyers[1].Board, models.VerbVote, approve)
	require.Equal(t, 1, strings.Count(b.waitingOn(t), first), b.waitingOn(t))
	require.NotContains(t, b.waitingOn(t), again)

	b.act(t, b.Buyers[2].Board, models.VerbLeave, map[string]any{"reason": "no budget"})
	require.Equal(t, 2, strings.Count(b.waitingOn(t), again), "who is left has approved another consortium's need: %s",
		b.waitingOn(t))
	require.NotContains(t, b.waitingOn(t), first)
	b.Buyers = b.Buyers[:2]
	b.approve(t, models.PhaseNeeds)
	b.requirePhase(t, models.PhaseNeeds, "closed")
}
