package e2e

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/workflowservice/v1"

	"github.com/ppi-engine/ppi/internal/rig"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
)

func (b *bundle) feedWorkflow(endpoint string) string {
	return process.PortalFeedID(models.ID(endpoint), models.ID(b.Procurement))
}

// feedRuns lists the closed runs that delivered the procurement's events to an endpoint, the oldest first,
// once none is open.
func (b *bundle) feedRuns(t *testing.T, endpoint string) (runs []string) {
	t.Helper()
	id := b.feedWorkflow(endpoint)
	require.Eventually(t, func() bool {
		found, err := b.Service.ListWorkflow(t.Context(),
			&workflowservice.ListWorkflowExecutionsRequest{Query: "WorkflowId = '" + id + "'"})
		if err != nil || len(found.GetExecutions()) == 0 || b.isOpen(t, id, "") {
			return false
		}
		runs = runs[:0]
		for _, e := range found.GetExecutions() {
			if e.GetCloseTime() == nil {
				return false // what is listed lags
			}
			runs = append([]string{e.GetExecution().GetRunId()}, runs...)
		}
		return true
	}, patience, 50*time.Millisecond)
	return runs
}

// saveFeed saves the first runs that delivered to an endpoint for the replay tests, when asked to.
func (b *bundle) saveFeed(t *testing.T, endpoint, name string) {
	t.Helper()
	const enough = 3
	if *update {
		runs := b.feedRuns(t, endpoint)
		b.saveRuns(t, b.feedWorkflow(endpoint), runs[:min(enough, len(runs))], name)
	}
}

// Runs hand over while events and failures keep coming: no signal and no event is lost between two runs.
func TestFeedsHandOverUnderLoad(t *testing.T) {
	t.Parallel()
	b := setup(t, options{webhooks: quick, maxEvents: 20})
	b.settle(t)
	p, start := newPortal(t), now(t, b.Lead)
	p.answers(func(n int, _ heard) int {
		if n%4 == 0 {
			return 503
		}
		return 200
	})
	id := b.endpoint(t, p, nil)
	b.change(t, 30)
	require.Len(t, b.awaitSent(t, p, start), 30)
	p.requireGenuine(t)
	runs := b.feedRuns(t, id)
	handedOver := 0
	for _, run := range runs {
		for _, event := range b.history(t, b.feedWorkflow(id), run).GetEvents() {
			if event.GetWorkflowExecutionContinuedAsNewEventAttributes() != nil {
				handedOver++
			}
		}
	}
	require.Greater(t, handedOver, 2)
	b.saveFeed(t, id, "portalfeed-rotated")
}

// What happens within a sitting is delivered by one run, which waits for more when it has delivered all, and ends
// when nothing happens for a while.
func TestOneRunDeliversWhatHappensWithinASitting(t *testing.T) {
	t.Parallel()
	b := setup(t, options{webhooks: rig.Webhooks{Pace: quick.Pace, Linger: 10 * time.Second}})
	b.settle(t)
	p, start := newPortal(t), now(t, b.Lead)
	id := b.endpoint(t, p, nil)
	for wakeUps := 1; wakeUps <= 3; wakeUps++ {
		b.change(t, 1)
		require.Len(t, b.awaitSent(t, p, start), wakeUps)
		require.Eventually(t, func() bool { return b.lingers(t, id, wakeUps) }, patience, 20*time.Millisecond)
	}
	require.Len(t, b.feedRuns(t, id), 1)
	b.saveFeed(t, id, "portalfeed-lingering")
}

// lingers tells whether the run of a feed waits for more, for the nth time.
func (b *bundle) lingers(t *testing.T, endpoint string, nth int) bool {
	t.Helper()
	id := b.feedWorkflow(endpoint)
	require.True(t, b.isOpen(t, id, ""), "the run ended before more happened")
	timers := 0
	for _, event := range b.history(t, id, "").GetEvents() {
		if event.GetTimerStartedEventAttributes() != nil {
			timers++
		}
	}
	return timers >= nth
}

// What a person sees of a feed in the Temporal UI names the procurement and the authority, not where the
// endpoint leads: that is its owner's business.
func TestARunOfAFeedSaysWhatItIsAndNotWhereItLeads(t *testing.T) {
	t.Parallel()
	b := setup(t, options{webhooks: quick})
	b.settle(t)
	p, start := newPortal(t), now(t, b.Lead)
	id := b.endpoint(t, p, nil)
	b.change(t, 1)
	b.awaitSent(t, p, start)
	for _, run := range b.feedRuns(t, id) {
		history := b.history(t, b.feedWorkflow(id), run).String()
		require.Contains(t, history, "Energy-efficient computing: webhooks of Buyer 1 (FR)")
		require.NotContains(t, history, "127.0.0.1")
		require.NotContains(t, history, "tenant")
	}
}
