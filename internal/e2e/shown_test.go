package e2e

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/converter"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
)

// The gate is shown as it was when an act judged it last: content changes it without a command, and no act reads the
// dossier only to show it.
func TestARunShowsTheGateAsItWasLastJudged(t *testing.T) {
	t.Parallel()
	b := setup(t, options{})
	b.act(t, b.Lead, models.VerbStart, nil)
	kickOff, known := b.knows(t).Gate(models.PhaseNeeds)
	require.True(t, known)
	require.Less(t, kickOff.Met, kickOff.Total)
	require.Contains(t, kickOff.Missing, "common_need_confirmed")
	_, known = b.knows(t).Gate(models.PhaseCapacity)
	require.True(t, known, "capacity opens with the needs")

	b.writeNeeds(t)
	b.suspend(t)
	b.move(t, models.VerbResume, map[string]any{"reason": "the water is gone"})
	kept, _ := b.knows(t).Gate(models.PhaseNeeds)
	require.Equal(t, kickOff, kept, "these commands judge no gate")

	g := b.gate(t, models.PhaseNeeds)
	approval := map[string]any{"phase": models.PhaseNeeds, "digest": g.Digest, "choice": "approve"}
	b.act(t, b.Buyers[0].Board, models.VerbVote, approval)
	judged, _ := b.knows(t).Gate(models.PhaseNeeds)
	require.Equal(t, judged.Total, judged.Met)
	require.Empty(t, judged.Missing)
	require.True(t, judged.At.After(kickOff.At))
}

// The list of workflows shows titles, not identifiers.
func TestAProcurementIsListedByItsTitle(t *testing.T) {
	t.Parallel()
	b := setup(t, options{})
	b.act(t, b.Lead, models.VerbStart, nil)
	require.Equal(t, "Europe/Paris", b.knows(t).Zone)
	found, err := b.Temporal.DescribeWorkflowExecution(t.Context(), process.WorkflowID(models.ID(b.Procurement)), "")
	require.NoError(t, err)
	fields := found.GetWorkflowExecutionInfo().GetSearchAttributes().GetIndexedFields()
	var title string
	require.NoError(t, converter.GetDefaultDataConverter().FromPayload(fields["PPITitle"], &title))
	require.Equal(t, "Energy-efficient computing", title)
}

// knows is what the procurement's run knows of it.
func (b *bundle) knows(t *testing.T) process.State {
	t.Helper()
	state, err := b.State(t.Context(), process.WorkflowID(models.ID(b.Procurement)))
	require.NoError(t, err)
	return state
}
