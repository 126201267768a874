package workflows_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
	"github.com/ppi-engine/ppi/workflows"
)

// feedRun is a run of PortalFeed whose activity answers what the test says, one answer after the other.
type feedRun struct {
	*testsuite.TestWorkflowEnvironment

	in process.FeedRun
	// calls are the instants at which the activity ran, since the start of the workflow.
	calls  []time.Duration
	timers []time.Duration
}

func newFeedRun(t *testing.T, answers ...process.FeedOutcome) *feedRun {
	t.Helper()
	var suite testsuite.WorkflowTestSuite
	r := &feedRun{
		TestWorkflowEnvironment: suite.NewTestWorkflowEnvironment(),
		in: process.FeedRun{PortalFeed: process.PortalFeed{
			EndpointID: models.NewID(models.PrefixEndpoint), ProcurementID: models.NewID(models.PrefixProcurement),
		}},
	}
	began := r.Now()
	r.RegisterWorkflowWithOptions(workflows.PortalFeed, workflow.RegisterOptions{Name: process.WorkflowPortalFeed})
	r.RegisterActivityWithOptions(func(in process.PortalFeed) (process.FeedOutcome, error) {
		require.Equal(t, r.in.PortalFeed, in)
		r.calls = append(r.calls, r.Now().Sub(began))
		require.NotEmpty(t, answers, "nothing more was to be delivered")
		answer := answers[0]
		answers = answers[1:]
		return answer, nil
	}, activity.RegisterOptions{Name: process.ActivityDeliver})
	r.SetOnActivityStartedListener(func(info *activity.Info, _ context.Context, _ converter.EncodedValues) {
		require.Equal(t, 30*time.Second, info.HeartbeatTimeout, "a dead worker is noticed before its time is over")
	})
	r.SetOnTimerScheduledListener(func(_ string, d time.Duration) { r.timers = append(r.timers, d) })
	return r
}

func (r *feedRun) run(t *testing.T) {
	t.Helper()
	r.ExecuteWorkflow(process.WorkflowPortalFeed, r.in)
	require.True(t, r.IsWorkflowCompleted())
}

func waiting(wait time.Duration, attempt int) process.FeedOutcome {
	return process.FeedOutcome{Status: process.FeedWaiting, Wait: wait, Attempt: attempt, Reason: "status 500"}
}

var (
	drained = process.FeedOutcome{Status: process.FeedDrained}
	more    = process.FeedOutcome{Status: process.FeedMore, Delivered: 100}
	held    = process.FeedOutcome{Status: process.FeedHeld, Reason: "paused"}
)

func TestAFeedEndsWhenAllIsDelivered(t *testing.T) {
	t.Parallel()
	r := newFeedRun(t, more, more, drained)
	r.run(t)
	require.NoError(t, r.GetWorkflowError())
	require.Len(t, r.calls, 3)
	require.Empty(t, r.timers)
}

func TestAFeedTriesAgainAfterThePausesItIsTold(t *testing.T) {
	t.Parallel()
	r := newFeedRun(t, waiting(5*time.Second, 2), waiting(5*time.Minute, 3), waiting(24*time.Hour, 4), drained)
	r.run(t)
	require.NoError(t, r.GetWorkflowError())
	require.Equal(t, []time.Duration{5 * time.Second, 5 * time.Minute, 24 * time.Hour}, r.timers)
	require.Equal(t, []time.Duration{
		0, 5 * time.Second, 5*time.Second + 5*time.Minute,
		5*time.Second + 5*time.Minute + 24*time.Hour,
	}, r.calls)
}

func TestAFeedEndsWhenOnlyAPersonCanGoOn(t *testing.T) {
	t.Parallel()
	r := newFeedRun(t, waiting(5*time.Second, 2), held)
	r.run(t)
	require.NoError(t, r.GetWorkflowError())
	require.Len(t, r.calls, 2)
}

func TestAPersonWhoGoesOnShortensThePause(t *testing.T) {
	t.Parallel()
	r := newFeedRun(t, waiting(24*time.Hour, 9), drained)
	r.RegisterDelayedCallback(func() { r.SignalWorkflow(process.SignalMore, process.More{UpTo: 7}) }, time.Minute)
	r.run(t)
	require.NoError(t, r.GetWorkflowError())
	require.Equal(t, []time.Duration{0, time.Minute}, r.calls)
}

// A signal that comes while the activity finds nothing more must not be lost with the end of the run.
func TestASignalDuringTheLastDeliveryIsHeeded(t *testing.T) {
	t.Parallel()
	r := newFeedRun(t)
	r.OnActivity(process.ActivityDeliver, mock.Anything, mock.Anything).
		Return(func(process.PortalFeed) (process.FeedOutcome, error) {
			r.calls = append(r.calls, 0)
			if len(r.calls) == 1 {
				r.SignalWorkflow(process.SignalMore, process.More{UpTo: 8})
				r.SignalWorkflow(process.SignalMore, process.More{UpTo: 9})
			}
			return drained, nil
		})
	r.run(t)
	require.NoError(t, r.GetWorkflowError())
	require.Len(t, r.calls, 2)
}

func TestAnEarlyWakeUpWaitsForTheRest(t *testing.T) {
	t.Parallel()
	r := newFeedRun(t, waiting(time.Hour, 2), waiting(50*time.Minute, 2), drained)
	r.RegisterDelayedCallback(func() { r.SignalWorkflow(process.SignalMore, process.More{UpTo: 7}) }, 10*time.Minute)
	r.run(t)
	require.NoError(t, r.GetWorkflowError())
	require.Equal(t, []time.Duration{0, 10 * time.Minute, time.Hour}, r.calls)
}

// Where all is delivered the run waits for more, and each time anew: one run for what happens within a sitting.
func TestAFeedWaitsAWhileForMore(t *testing.T) {
	t.Parallel()
	r := newFeedRun(t, drained, more, drained, drained)
	r.in.Linger = time.Minute
	wake := func() { r.SignalWorkflow(process.SignalMore, process.More{UpTo: 7}) }
	r.RegisterDelayedCallback(wake, 50*time.Second)
	r.RegisterDelayedCallback(wake, 109*time.Second)
	r.run(t)
	require.NoError(t, r.GetWorkflowError())
	require.Equal(t, []time.Duration{0, 50 * time.Second, 50 * time.Second, 109 * time.Second}, r.calls)
	require.Equal(t, []time.Duration{time.Minute, time.Minute, time.Minute}, r.timers)
}

// Somebody has to go on with a feed that is held, so there is nothing to wait for.
func TestAFeedThatIsHeldDoesNotWaitForMore(t *testing.T) {
	t.Parallel()
	r := newFeedRun(t, held)
	r.in.Linger = time.Minute
	r.run(t)
	require.NoError(t, r.GetWorkflowError())
	require.Empty(t, r.timers)
}

func TestALongFeedHandsOverWhenMoreComes(t *testing.T) {
	t.Parallel()
	r := newFeedRun(t, drained)
	r.in.Linger = time.Minute
	r.SetContinueAsNewSuggested(true)
	r.RegisterDelayedCallback(func() { r.SignalWorkflow(process.SignalMore, process.More{UpTo: 7}) }, time.Second)
	r.run(t)
	next := new(workflow.ContinueAsNewError)
	require.ErrorAs(t, r.GetWorkflowError(), &next, "what was signalled is delivered by the next run")
}

func TestAFeedWaitsForItsTurnAtABusyReceiver(t *testing.T) {
	t.Parallel()
	r := newFeedRun(t, process.FeedOutcome{Status: process.FeedBusy, Wait: 3 * time.Second}, drained)
	r.run(t)
	require.NoError(t, r.GetWorkflowError())
	require.Equal(t, []time.Duration{0, 3 * time.Second}, r.calls)
}

func TestALongFeedHandsOver(t *testing.T) {
	t.Parallel()
	r := newFeedRun(t, more)
	r.SetContinueAsNewSuggested(true)
	r.run(t)
	next := new(workflow.ContinueAsNewError)
	require.ErrorAs(t, r.GetWorkflowError(), &next)
	require.Equal(t, process.WorkflowPortalFeed, next.WorkflowType.Name)
}
