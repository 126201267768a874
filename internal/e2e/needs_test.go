package e2e

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/apiclient"
	"github.com/ppi-engine/ppi/internal/rig"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
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

func TestTheBoardCancelsDuringNeeds(t *testing.T) {
	t.Parallel()
	b := setup(t, options{})
	b.act(t, b.Lead, models.VerbStart, nil)
	b.suspend(t)
	b.refused(t, models.CodeSuspended, b.Buyers[0].Board, models.VerbVote,
		map[string]any{"phase": "needs", "digest": b.gate(t, models.PhaseNeeds).Digest, "choice": "abstain"})
	b.move(t, models.VerbResume, map[string]any{"reason": "the water is gone"})
	require.Equal(t, "running", b.status(t))
	b.move(t, models.VerbCancel, map[string]any{"code": "chan-need", "reason": "the need is met"})
	require.Equal(t, "cancelled", b.status(t))
	b.refused(t, models.CodeEnded, b.Buyers[0].Board, models.VerbSuspend, map[string]any{"reason": "too late"})
	b.awaitClosed(t)
	b.saveLastRun(t, "needs-suspended-cancelled")
}

func TestAMemberLeavesDuringNeeds(t *testing.T) {
	t.Parallel()
	b := setup(t, options{draft: rig.Draft{Profile: "COS-PPI-2020-2-04", Countries: []string{"FR", "ES", "DE"}}})
	b.act(t, b.Lead, models.VerbStart, nil)
	b.writeNeeds(t)

	result := b.act(t, b.Buyers[2].Board, models.VerbLeave, map[string]any{"reason": "no budget"})
	require.Equal(t, true, result["eligible"])
	b.refused(t, models.CodeNotFound, b.Buyers[2].Board, models.VerbLeave, map[string]any{"reason": "again"})
	result = b.act(t, b.Buyers[1].Board, models.VerbLeave, map[string]any{"reason": "no budget either"})
	require.Equal(t, false, result["eligible"], "one buyer of one country is no consortium under this call")
	require.Equal(t, 1, b.countEvents(t, event.EligibilityLost{}))
	g := b.gate(t, models.PhaseNeeds)
	require.False(t, g.Met)
	b.refused(t, models.CodeLastMember, b.Buyers[0].Board, models.VerbLeave, map[string]any{"reason": "all are gone"})
}

func TestWhoLeavesLearnsTheOutcomeAgain(t *testing.T) {
	t.Parallel()
	b := setup(t, options{draft: rig.Draft{Countries: []string{"FR", "ES", "DE"}}})
	b.act(t, b.Lead, models.VerbStart, nil)
	leave := apiclient.Request{
		Path: b.actionPath(models.VerbLeave), In: map[string]any{"reason": "no budget"},
		Key: "leave", IfMatch: "*",
	}
	_, problem := do(t, b.Buyers[2].Board, leave)
	require.Nil(t, problem)
	answer, problem := do(t, b.Buyers[2].Board, leave)
	require.Nil(t, problem)
	require.True(t, answer.Replayed)
}

func TestALeavingMemberDecidesNoMotionBySilence(t *testing.T) {
	t.Parallel()
	b := setup(t, options{draft: rig.Draft{Countries: []string{"FR", "ES", "DE"}}})
	b.act(t, b.Lead, models.VerbStart, nil)
	motion := b.act(t, b.Buyers[0].Board, models.VerbSuspend, map[string]any{"reason": "a flood"})
	b.act(t, b.Buyers[1].Board, models.VerbVote,
		map[string]any{"motion": motion["motion_id"], "digest": motion["digest"], "choice": "approve"})
	require.Equal(t, "running", b.status(t))
	b.act(t, b.Buyers[2].Board, models.VerbLeave, map[string]any{"reason": "no budget"})
	require.Equal(t, "suspended", b.status(t), "all who remain have approved")
}
