package workflows_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
	"github.com/ppi-engine/ppi/workflows"
)

// A dueRun is a run in the tender phase in which several things fall due.
type dueRun struct {
	*testsuite.TestWorkflowEnvironment
	began time.Time
	state process.State
	// broken is what meets a fault so many times.
	broken models.ID
	faults int
	// done says after how long something was done, tried each attempt at what is broken.
	done  map[models.ID]time.Duration
	tried []time.Duration
}

func newDueRun(t *testing.T, after map[models.ID]time.Duration, broken models.ID, faults int) *dueRun {
	t.Helper()
	var suite testsuite.WorkflowTestSuite
	r := &dueRun{TestWorkflowEnvironment: suite.NewTestWorkflowEnvironment(), broken: broken, faults: faults, done: map[models.ID]time.Duration{}}
	r.began = r.Now()
	r.state = process.State{
		Schema: process.Schema, ProcurementID: models.NewID(models.PrefixProcurement), Status: models.StatusRunning, Mode: models.ModeLive,
		Phases: []process.PhaseState{{Phase: models.PhaseTender, Round: 1, Status: models.PhaseOpen}},
	}
	for lot, at := range after {
		r.state.Due = append(r.state.Due, process.Due{Kind: process.DueCloseLot, Phase: models.PhaseTender, Subject: lot, At: r.began.Add(at)})
	}
	r.RegisterWorkflowWithOptions(workflows.Procurement, workflow.RegisterOptions{Name: process.WorkflowProcurement})
	r.RegisterActivityWithOptions(func(models.ID) (*process.State, error) { return r.now(), nil }, activity.RegisterOptions{Name: process.ActivityLoad})
	r.RegisterActivityWithOptions(r.runDue, activity.RegisterOptions{Name: process.ActivityRunDue})
	return r
}

// now is the state as the record would give it.
func (r *dueRun) now() *process.State {
	state := r.state
	state.Due = nil
	for _, d := range r.state.Due {
		if _, done := r.done[d.Subject]; !done {
			state.Due = append(state.Due, d)
		}
	}
	if len(state.Due) == 0 {
		state.Status = models.StatusCompleted
	}
	return &state
}

func (r *dueRun) runDue(in process.RunDue) (process.DueOutcome, error) {
	at := r.Now().Sub(r.began)
	if in.Due.Subject == r.broken {
		r.tried = append(r.tried, at)
		if len(r.tried) <= r.faults {
			return process.DueOutcome{}, temporal.NewNonRetryableApplicationError("fault", "fault", errors.New("a bug"))
		}
	}
	r.done[in.Due.Subject] = at
	return process.DueOutcome{State: r.now()}, nil
}

func (r *dueRun) run(t *testing.T) {
	t.Helper()
	r.ExecuteWorkflow(process.WorkflowProcurement, process.Input{ProcurementID: r.state.ProcurementID, State: &r.state})
	require.True(t, r.IsWorkflowCompleted())
	require.NoError(t, r.GetWorkflowError())
}

func TestWhatMeetsAFaultDoesNotHoldUpWhatElseIsDue(t *testing.T) {
	t.Parallel()
	broken, punctual, later := models.NewID(models.PrefixLot), models.NewID(models.PrefixLot), models.NewID(models.PrefixLot)
	due := map[models.ID]time.Duration{broken: time.Minute, punctual: time.Minute + time.Second, later: 5 * time.Minute}
	r := newDueRun(t, due, broken, 6)
	r.run(t)
	require.Equal(t, due[punctual], r.done[punctual], "a deadline a second later is kept to the second")
	require.Equal(t, due[later], r.done[later])
	require.Len(t, r.tried, 7, "it is tried until it succeeds")
	for i := range r.tried[2:] {
		require.Greater(t, r.tried[i+2]-r.tried[i+1], r.tried[i+1]-r.tried[i], "the pauses grow: %v", r.tried)
	}
}
