package e2e

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"google.golang.org/protobuf/proto"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
)

// An act that fails leaves the run in doubt: it reads the record again and goes on.
func TestARunGoesOnAfterAnActWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	b := setup(t, options{})
	b.act(t, b.Lead, models.VerbStart, nil)
	never := strings.Repeat("ab", 32) // written down by nobody
	handle, err := b.Temporal.UpdateWorkflow(t.Context(), client.UpdateWorkflowOptions{
		WorkflowID: process.WorkflowID(models.ID(b.Procurement)), UpdateName: string(models.VerbVote),
		UpdateID: process.UpdateID(models.VerbVote, never, 0), Args: []any{process.Command{ID: never}},
		WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	require.NoError(t, err)
	var out process.Outcome
	require.NoError(t, handle.Get(t.Context(), &out))
	require.Equal(t, process.CommandPending, out.Status)

	b.suspend(t)
	b.move(t, models.VerbCancel, map[string]any{"code": "other", "reason": "no need"})
	b.awaitClosed(t)
	b.saveLastRun(t, "needs-unanswered")
}

// Temporal takes no more than some bytes of a summary, and an ampersand is one character and six bytes there.
func TestSummariesOfAnyTextFit(t *testing.T) {
	t.Parallel()
	const longest = 400
	b := inTender(t)
	b.describeTender(t)
	conn := b.prepare(t, "lots", "organisations", "procurements")
	ampersands := strings.Repeat("&", 200)
	for _, statement := range []string{
		"UPDATE lots SET title = jsonb_build_object('en', $1::text)",
		"UPDATE organisations SET legal_name = $1",
		"UPDATE procurements SET title = jsonb_build_object('en', $1::text)",
	} {
		_, err := conn.Exec(t.Context(), statement, ampersands)
		require.NoError(t, err)
	}
	b.act(t, b.Lead, models.VerbPublish, nil)
	unknown := models.NewID(models.PrefixProcurement)
	require.NoError(t, b.Engine.Start(t.Context(), unknown, ampersands, []string{strings.Repeat("&", 20_000)}))

	var timer, act int
	require.Eventually(t, func() bool {
		timer, act = b.longestSummaries(t)
		return timer > longest/2 && act > longest/2
	}, patience, 100*time.Millisecond, "a timer shows what the lot is called, an act who asked")
	require.LessOrEqual(t, timer, longest)
	require.LessOrEqual(t, act, longest)
	started := b.history(t, process.WorkflowID(unknown), "").GetEvents()[0].GetUserMetadata()
	require.LessOrEqual(t, proto.Size(started.GetSummary()), longest)
	require.LessOrEqual(t, proto.Size(started.GetDetails()), 20_000)
}

// longestSummaries measures the summaries of timers and of acts in all runs of the procurement.
func (b *bundle) longestSummaries(t *testing.T) (timer, act int) {
	t.Helper()
	for _, run := range b.runs(t) {
		for _, event := range b.history(t, process.WorkflowID(models.ID(b.Procurement)), run).GetEvents() {
			size := proto.Size(event.GetUserMetadata().GetSummary())
			switch {
			case event.GetTimerStartedEventAttributes() != nil:
				timer = max(timer, size)
			case event.GetMarkerRecordedEventAttributes() != nil:
				act = max(act, size)
			}
		}
	}
	return timer, act
}
