package workflows_test

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	sdkpb "go.temporal.io/api/sdk/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
	"github.com/ppi-engine/ppi/workflows"
)

const day = 24 * time.Hour

// procurementRun is a run of Procurement in its tender phase, on a clock that jumps from timer to timer and on
// a record that the test writes.
type procurementRun struct {
	*testsuite.TestWorkflowEnvironment

	began  time.Time
	record process.State
	// fell are the instants at which the record was asked to do what is due, since the start of the run.
	fell []time.Duration
	// carryOut changes the record by a command; runDue is how it answers what falls due.
	carryOut func(*process.State)
	broken   error
	loaded   int
	// lost is what reading the record meets.
	lost   error
	runDue func(process.Due) (process.DueOutcome, error)
}

func tenderRun(t *testing.T, due ...time.Duration) *procurementRun {
	t.Helper()
	var suite testsuite.WorkflowTestSuite
	r := &procurementRun{TestWorkflowEnvironment: suite.NewTestWorkflowEnvironment(), carryOut: func(*process.State) {}}
	r.SetTestTimeout(time.Minute)
	r.began = r.Now()
	r.record = process.State{
		Schema: process.Schema, ProcurementID: models.NewID(models.PrefixProcurement), Status: models.StatusRunning,
		Mode: models.ModeLive, Phases: []process.PhaseState{{
			Phase: models.PhaseTender, Round: 1,
			Status: models.PhaseOpen,
		}},
	}
	for i, after := range due {
		r.record.Due = append(r.record.Due, r.lot(i, after))
	}
	r.runDue = func(due process.Due) (process.DueOutcome, error) {
		r.done(due)
		return process.DueOutcome{State: r.state()}, nil
	}
	r.register(t)
	return r
}

func (r *procurementRun) register(t *testing.T) {
	t.Helper()
	r.RegisterWorkflowWithOptions(workflows.Procurement, workflow.RegisterOptions{Name: process.WorkflowProcurement})
	r.RegisterActivityWithOptions(func(models.ID) (process.State, error) {
		if r.lost != nil {
			return process.State{}, r.lost
		}
		r.loaded++
		return *r.state(), nil
	}, activity.RegisterOptions{Name: process.ActivityLoad})
	execute := func(in process.Execute) (process.Outcome, error) {
		if r.broken != nil {
			return process.Outcome{}, r.broken
		}
		r.carryOut(&r.record)
		return process.Outcome{CommandID: in.CommandID, Status: process.CommandDone, State: r.state()}, nil
	}
	runDue := func(in process.RunDue) (process.DueOutcome, error) {
		require.Equal(t, r.record.ProcurementID, in.ProcurementID)
		r.fell = append(r.fell, r.Now().Sub(r.began).Round(time.Second))
		return r.runDue(in.Due)
	}
	r.RegisterActivityWithOptions(execute, activity.RegisterOptions{Name: string(models.VerbVote)})
	for _, kind := range process.DueKinds() {
		r.RegisterActivityWithOptions(runDue, activity.RegisterOptions{Name: string(kind)})
	}
}

// lot is the deadline of a lot, so long after the start.
func (r *procurementRun) lot(n int, after time.Duration) process.Due {
	return process.Due{
		Kind: process.DueCloseBox, Phase: models.PhaseTender, At: r.began.Add(after),
		Subject: models.ID("lot_" + strings.Repeat("0", n) + "1"),
	}
}

// done takes from the record what was done.
func (r *procurementRun) done(due process.Due) {
	var left []process.Due
	for _, d := range r.record.Due {
		if !d.Equal(due) {
			left = append(left, d)
		}
	}
	r.record.Due = left
}

func (r *procurementRun) state() *process.State {
	s := r.record
	s.Due = append([]process.Due(nil), s.Due...)
	s.Phases = append([]process.PhaseState(nil), s.Phases...)
	return &s
}

// command has a command change the record so long after the start.
func (r *procurementRun) command(t *testing.T, after time.Duration, change func(*process.State)) {
	t.Helper()
	r.RegisterDelayedCallback(func() {
		r.carryOut = change
		r.UpdateWorkflow(string(models.VerbVote), "vote/"+after.String(), answered(t, func(process.Outcome) {}),
			process.Command{ID: strings.Repeat("0", 64)})
	}, after)
}

// answered fails the test when an Update is refused or fails.
func answered(t *testing.T, outcome func(process.Outcome)) *testsuite.TestUpdateCallback {
	t.Helper()
	return &testsuite.TestUpdateCallback{
		OnAccept: func() {},
		OnReject: func(err error) { t.Errorf("the update was turned away: %v", err) },
		OnComplete: func(out any, err error) {
			if err != nil {
				t.Errorf("the update failed: %v", err)
				return
			}
			outcome(out.(process.Outcome))
		},
	}
}

// run ends the procurement after so long, as a cancellation would, and answers when it was asked to do what is due.
func (r *procurementRun) run(t *testing.T, end time.Duration) []time.Duration {
	t.Helper()
	r.command(t, end, func(s *process.State) { s.Status = models.StatusCancelled })
	r.ExecuteWorkflow(process.WorkflowProcurement, process.Input{ProcurementID: r.record.ProcurementID})
	require.True(t, r.IsWorkflowCompleted())
	require.NoError(t, r.GetWorkflowError())
	return r.fell
}

func TestWhatIsDueIsDoneAtItsInstantAndOnce(t *testing.T) {
	t.Parallel()
	require.Equal(t, []time.Duration{35 * day, 35 * day, 40 * day}, tenderRun(t, 40*day, 35*day, 35*day).run(t, 90*day))
}

func TestATimerObeysTheClockAndTheRecord(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		due    time.Duration
		change func(*procurementRun, *process.State)
		want   []time.Duration
	}{
		"a later deadline leaves nothing at the old one": {
			35 * day,
			func(r *procurementRun, s *process.State) { s.Due = []process.Due{r.lot(0, 50*day)} },
			[]time.Duration{50 * day},
		},
		"an earlier instant comes earlier": {
			35 * day,
			func(r *procurementRun, s *process.State) { s.Due = []process.Due{r.lot(0, 20*day)} },
			[]time.Duration{20 * day},
		},
		"an instant that has passed comes at once": {
			35 * day,
			func(r *procurementRun, s *process.State) { s.Due = []process.Due{r.lot(0, day)} },
			[]time.Duration{10 * day},
		},
		"another lot's earlier deadline comes first": {
			35 * day,
			func(r *procurementRun, s *process.State) { s.Due = append(s.Due, r.lot(1, 12*day)) },
			[]time.Duration{12 * day, 35 * day},
		},
		"a rehearsal's clock set forward brings it nearer": {
			35 * day,
			func(_ *procurementRun, s *process.State) { s.ClockOffset = 5 * day },
			[]time.Duration{30 * day},
		},
		"a suspended procurement lets nothing fall due": {
			35 * day,
			func(_ *procurementRun, s *process.State) { s.Due, s.Status = nil, models.StatusSuspended }, nil,
		},
		"a command that changes no date moves no timer": {
			35 * day,
			func(_ *procurementRun, s *process.State) { s.Version++ },
			[]time.Duration{35 * day},
		},
		"a lot that was cancelled has no deadline": {
			35 * day,
			func(_ *procurementRun, s *process.State) { s.Due = nil }, nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := tenderRun(t, c.due)
			r.command(t, 10*day, func(s *process.State) { c.change(r, s) })
			require.Equal(t, c.want, r.run(t, 90*day))
		})
	}
}

// The worker's clock may run ahead of the database's, by which alone the law is kept.
func TestTheRecordsClockDecidesWhetherTheInstantHasCome(t *testing.T) {
	t.Parallel()
	r := tenderRun(t, 35*day)
	r.runDue = func(due process.Due) (process.DueOutcome, error) {
		if len(r.fell) == 1 {
			return process.DueOutcome{Wait: 3 * time.Second, State: r.state()}, nil
		}
		r.done(due)
		return process.DueOutcome{State: r.state()}, nil
	}
	require.Equal(t, []time.Duration{35 * day, 35*day + 3*time.Second}, r.run(t, 90*day))
}

// What cannot be done now is tried again, ever less often, and commands are answered meanwhile.
func TestWhatIsDueIsTriedUntilItIsDone(t *testing.T) {
	t.Parallel()
	r := tenderRun(t, 35*day)
	r.runDue = func(due process.Due) (process.DueOutcome, error) {
		if len(r.fell) <= 3 {
			return process.DueOutcome{}, temporal.NewNonRetryableApplicationError("a fault", "fault",
				errors.New("broken"))
		}
		r.done(due)
		return process.DueOutcome{State: r.state()}, nil
	}
	answered := false
	r.command(t, 35*day+20*time.Second, func(*process.State) { answered = true })
	require.Equal(t, []time.Duration{
		35 * day, 35*day + 15*time.Second, 35*day + 45*time.Second,
		35*day + 105*time.Second,
	}, r.run(t, 90*day))
	require.True(t, answered)
}

// A command whose activity gets no answer is pending: it may have been carried out. What is true is
// read before anything else runs, and the next command is carried out as ever.
func TestACommandWithoutAnAnswerIsPending(t *testing.T) {
	t.Parallel()
	r := tenderRun(t)
	var outcome process.Outcome
	r.RegisterDelayedCallback(func() {
		r.broken = errors.New("the database is out of reach")
		r.UpdateWorkflow(string(models.VerbVote), "vote/1", answered(t, func(out process.Outcome) {
			outcome = out
			r.broken = nil
		}), process.Command{ID: strings.Repeat("0", 64)})
	}, day)
	r.run(t, 2*day)
	require.Equal(t, process.CommandPending, outcome.Status)
	require.Equal(t, 2, r.loaded, "at the start, and after the command without an answer")
	require.Equal(t, models.StatusCancelled, r.record.Status)
}

// details is what the run shows an operator after a day.
func (r *procurementRun) details(t *testing.T) string {
	t.Helper()
	var metadata sdkpb.WorkflowMetadata
	r.RegisterDelayedCallback(func() {
		value, err := r.QueryWorkflow("__temporal_workflow_metadata")
		require.NoError(t, err)
		require.NoError(t, value.Get(&metadata))
	}, day)
	r.run(t, 2*day)
	return metadata.GetCurrentDetails()
}

// Whoever opens a run in the Temporal UI reads there what it is, where it stands, whose act it waits for and until
// when, on their clocks: the lots' deadlines lie on both sides of the end of summer time.
func TestARunSaysWhereItStands(t *testing.T) {
	t.Parallel()
	at := func(local string) time.Time {
		instant, err := time.Parse(time.RFC3339, local)
		require.NoError(t, err)
		return instant
	}
	r := tenderRun(t, 0, 0)
	r.SetStartTime(at("2026-10-01T08:00:00Z"))
	r.record.Title, r.record.Buyers = "Energy-efficient *supercomputers*", []string{"GENCI", "BSC_CNS"}
	r.record.Zone = "Europe/Paris"
	r.record.Mode = models.ModeRehearsal
	r.record.WaitingOn = []string{"GENCI: to approve tender", "lot 2: its openers"}
	r.record.Phases = []process.PhaseState{
		{Phase: models.PhaseNeeds, Round: 2, Status: models.PhaseClosed},
		{Phase: models.PhaseCapacity, Round: 1, Status: models.PhaseOpen},
		{Phase: models.PhaseTender, Round: 1, Status: models.PhaseOpen},
	}
	r.record.Gates = []process.GateState{{
		Phase: models.PhaseTender, Round: 1, Met: 5, Total: 8,
		Missing: []string{"standstill_over", "purchased", "individual_report"}, At: at("2026-09-30T12:03:04Z"),
	}}
	for i, local := range []string{"2026-10-24T23:30:00+02:00", "2026-10-26T00:30:00+01:00"} {
		due := &r.record.Due[i]
		due.At, due.Local, due.Label = at(local).UTC(), local, []string{"lot 1, compute", "lot 2, storage"}[i]
	}
	golden, err := os.ReadFile("testdata/details.md")
	require.NoError(t, err)
	require.Equal(t, string(golden), r.details(t))
}

// A command that judges no gate leaves what is known of it, and since when. What was known of an earlier round says
// nothing of the next.
func TestWhatIsKnownOfAGateIsKeptUntilItIsJudgedAnew(t *testing.T) {
	t.Parallel()
	r := tenderRun(t, 35*day)
	capacity := process.PhaseState{Phase: models.PhaseCapacity, Round: 1, Status: models.PhaseOpen}
	r.record.Phases = append(r.record.Phases, capacity)
	r.record.Gates = []process.GateState{
		{Phase: models.PhaseTender, Round: 1, Met: 3, Total: 3, At: r.began},
		{Phase: models.PhaseCapacity, Round: 1, Met: 1, Total: 2, At: r.began},
	}
	r.command(t, time.Hour, func(s *process.State) { s.Gates, s.Phases[1].Round = nil, 2 })
	details := r.details(t)
	require.Contains(t, details, "- **tender:** open – gate 3 of 3 met (as of ")
	require.Contains(t, details, "- **capacity:** open, round 2\n")
}

func TestWhatMeetsAFaultDoesNotHoldUpWhatElseIsDue(t *testing.T) {
	t.Parallel()
	r := tenderRun(t, time.Minute, time.Minute+time.Second, 5*time.Minute)
	broken, punctual, later := r.record.Due[0], r.record.Due[1], r.record.Due[2]
	tried := map[models.ID][]time.Duration{}
	r.runDue = func(due process.Due) (process.DueOutcome, error) {
		tried[due.Subject] = append(tried[due.Subject], r.Now().Sub(r.began))
		if due.Equal(broken) && len(tried[due.Subject]) <= 6 {
			return process.DueOutcome{}, temporal.NewNonRetryableApplicationError("a fault", "fault",
				errors.New("broken"))
		}
		r.done(due)
		return process.DueOutcome{State: r.state()}, nil
	}
	r.run(t, day)
	require.Equal(t, []time.Duration{time.Minute + time.Second}, tried[punctual.Subject],
		"a deadline a second later is kept to the second")
	require.Equal(t, []time.Duration{5 * time.Minute}, tried[later.Subject])
	again := tried[broken.Subject]
	require.Len(t, again, 7, "it is tried until it succeeds")
	for i := range again[2:] {
		require.Greater(t, again[i+2]-again[i+1], again[i+1]-again[i], "the pauses grow: %v", again)
	}
}

// What is stored as an Update's error is the answer to each of its repeats. A command whose run cannot even read the
// record is pending, and the run reads it before the next act.
func TestARunThatCouldNotReadTheRecordReadsItBeforeItsNextAct(t *testing.T) {
	t.Parallel()
	r := tenderRun(t)
	fault := temporal.NewNonRetryableApplicationError("a fault", "fault", nil)
	var outcome process.Outcome
	r.RegisterDelayedCallback(func() {
		r.broken, r.lost = fault, fault
		r.UpdateWorkflow(string(models.VerbVote), "vote/1", answered(t, func(out process.Outcome) { outcome = out }),
			process.Command{ID: strings.Repeat("0", 64)})
	}, day)
	r.RegisterDelayedCallback(func() {
		require.Equal(t, process.CommandPending, outcome.Status)
		require.True(t, r.knows(t).Stale)
		r.broken, r.lost = nil, nil
		r.record.Title = "changed unheard"
	}, 2*day)
	r.command(t, 3*day, func(*process.State) { require.Equal(t, 2, r.loaded, "at the start, and before this act") })
	r.RegisterDelayedCallback(func() { require.False(t, r.knows(t).Stale) }, 4*day)
	r.run(t, 5*day)
}

func (r *procurementRun) knows(t *testing.T) (s process.State) {
	t.Helper()
	value, err := r.QueryWorkflow(process.QueryState)
	require.NoError(t, err)
	require.NoError(t, value.Get(&s))
	return s
}

// Neither the run nor what goes on beside its main phase ends by a fault in what is due.
func TestWhatIsDueIsTriedUntilItIsDoneWhateverCannotBeRead(t *testing.T) {
	t.Parallel()
	for _, phase := range []models.Phase{models.PhaseTender, models.PhaseEngagement} {
		r := tenderRun(t, 35*day)
		r.record.Phases = append(r.record.Phases,
			process.PhaseState{Phase: models.PhaseEngagement, Round: 1, Status: models.PhaseOpen})
		r.record.Due[0].Phase = phase
		fault := temporal.NewNonRetryableApplicationError("a fault", "fault", nil)
		r.runDue = func(due process.Due) (process.DueOutcome, error) {
			if r.loaded == 1 {
				r.lost = fault
				return process.DueOutcome{}, fault
			}
			r.done(due)
			return process.DueOutcome{State: r.state()}, nil
		}
		r.RegisterDelayedCallback(func() { r.lost = nil }, 36*day)
		fell := r.run(t, 90*day)
		require.Len(t, fell, 2, phase)
		require.InDelta(t, 36*day, fell[1], float64(time.Hour), phase)
		require.Equal(t, 2, r.loaded)
	}
}

// A run that began before Updates had verbs may be sent one still; the verb is then in its ID.
func TestAnUpdateWithoutANameOfItsOwnHasItsVerbInItsID(t *testing.T) {
	t.Parallel()
	r := tenderRun(t)
	carried, refused := 0, error(nil)
	r.RegisterDelayedCallback(func() {
		r.carryOut = func(*process.State) { carried++ }
		r.UpdateWorkflow(process.UpdateCommand, "vote/1/0", answered(t, func(process.Outcome) {}),
			process.Command{ID: strings.Repeat("0", 64)})
		r.UpdateWorkflow(process.UpdateCommand, "teleport/1/0", &testsuite.TestUpdateCallback{
			OnReject: func(err error) { refused = err }, OnAccept: func() {}, OnComplete: func(any, error) {},
		}, process.Command{ID: strings.Repeat("0", 64)})
	}, day)
	r.run(t, 2*day)
	require.Equal(t, 1, carried)
	unknown := new(temporal.ApplicationError)
	require.ErrorAs(t, refused, &unknown)
	require.Equal(t, process.ErrTypeUnknownVerb, unknown.Type())
}

// The verb is the Update's name: whoever else sends one may give it any ID.
func TestTheVerbOfAnUpdateIsItsName(t *testing.T) {
	t.Parallel()
	r := tenderRun(t)
	carried := 0
	r.RegisterDelayedCallback(func() {
		r.carryOut = func(*process.State) { carried++ }
		r.UpdateWorkflow(string(models.VerbVote), "an operator's ID", answered(t, func(out process.Outcome) {
			require.Equal(t, process.CommandDone, out.Status)
		}), process.Command{ID: strings.Repeat("0", 64)})
	}, day)
	r.run(t, 2*day)
	require.Equal(t, 1, carried)
}

// An error would leave nothing in the history, and no worker could replay the run. A task that fails is taken by a
// worker that knows what is due.
func TestAWorkerOfAnEarlierReleaseLeavesWhatItDoesNotKnowToAnother(t *testing.T) {
	t.Parallel()
	r := tenderRun(t, 35*day)
	r.record.Due[0].Kind = "cooling_off_over"
	r.ExecuteWorkflow(process.WorkflowProcurement, process.Input{ProcurementID: r.record.ProcurementID})
	panicked := new(temporal.PanicError)
	require.ErrorAs(t, r.GetWorkflowError(), &panicked)
	require.Contains(t, panicked.Error(), "cooling_off_over")
}
