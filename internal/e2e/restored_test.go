package e2e

import (
	"context"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/ppi-engine/ppi/activities"
	"github.com/ppi-engine/ppi/internal/apiclient"
	"github.com/ppi-engine/ppi/internal/engine"
	"github.com/ppi-engine/ppi/internal/rig"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/internal/store/pgtest"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
	"github.com/ppi-engine/ppi/models/process"
)

// A backup is a copy of a test's database, as it was when nothing worked on it.
type backup struct{ name string }

// backUp copies the record. The test has no worker meanwhile.
func (b *bundle) backUp(t *testing.T) backup {
	t.Helper()
	copied := backup{b.database.Name + "_backup"}
	b.administer(t, "CREATE DATABASE "+copied.name+" TEMPLATE "+b.database.Name)
	t.Cleanup(func() { onServer(t, "DROP DATABASE "+copied.name+" WITH (FORCE)") })
	b.reconnect(t)
	return copied
}

// reconnect uses every connection of the API's pools at the same time, so that none is left that the database has
// closed.
func (b *bundle) reconnect(t *testing.T) {
	t.Helper()
	useAll(t, b.Store)
	useAll(t, b.Store.ForReceipt())
}

func useAll(t *testing.T, s *store.Store) {
	t.Helper()
	places := int32(s.MaxConns())
	var used atomic.Int32
	all := make(chan struct{})
	var users sync.WaitGroup
	for range places {
		users.Go(func() {
			assert.Eventually(t, func() bool {
				return s.InTx(t.Context(), func(tx *store.Tx) error {
					if _, err := tx.Now(); err != nil {
						return err
					}
					if used.Add(1) == places {
						close(all)
					}
					<-all
					return nil
				}) == nil
			}, patience, time.Millisecond)
		})
	}
	users.Wait()
}

// restore puts the copy in the place of the record, and waits until the API works on it.
func (b *bundle) restore(t *testing.T, from backup) {
	t.Helper()
	owner := pgx.Identifier{"ppi_test_owner"}.Sanitize()
	b.scan(t, &owner, "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()")
	b.administer(t, "DROP DATABASE "+b.database.Name+" WITH (FORCE)")
	b.administer(t, "CREATE DATABASE "+b.database.Name+" OWNER "+owner+" TEMPLATE "+from.name)
	b.reconnect(t)
}

// administer carries out a statement on the server when nobody is connected to the database.
func (b *bundle) administer(t *testing.T, statement string) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	conn, err := pgx.Connect(ctx, os.Getenv(pgtest.URLVariable))
	require.NoError(t, err)
	defer conn.Close(ctx)
	require.Eventually(t, func() bool {
		_, err := conn.Exec(ctx, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1",
			b.database.Name)
		require.NoError(t, err)
		_, err = conn.Exec(ctx, statement)
		return err == nil
	}, patience, 20*time.Millisecond, statement)
	b.database.SQL.Reset()
}

// send sends a command that may be refused.
func (b *bundle) send(t *testing.T, who *apiclient.Client, verb models.Verb, key string, in any) error {
	t.Helper()
	_, err := who.Do(t.Context(), apiclient.Request{
		Method: "POST", Path: b.actionPath(verb), In: in, Key: key, IfMatch: "*",
	})
	return err
}

// reunite does for one procurement what ppi recover does.
func (b *bundle) reunite(t *testing.T, procurement string) activities.Finding {
	t.Helper()
	r := &activities.Reuniter{Store: b.Store, Runs: b.Engine, Log: logger(t)}
	c, err := r.Look(t.Context(), models.ID(procurement))
	require.NoError(t, err)
	require.NoError(t, r.Decide(t.Context(), c))
	return c.Finding
}

// A saved is a test that has started its procurement and backed up the record after it.
type saved struct {
	*bundle

	backup backup
	worker *rig.Worker
}

func setUpSaved(t *testing.T) *saved {
	t.Helper()
	s := &saved{bundle: setup(t, options{noWorker: true})}
	s.begin(t)
	s.act(t, s.Lead, models.VerbStart, nil)
	s.awaitTold(t, patience)
	s.pause(t)
	s.backup = s.backUp(t)
	s.begin(t)
	return s
}

func (s *saved) begin(t *testing.T) {
	t.Helper()
	s.worker = s.StartWorker(context.WithoutCancel(t.Context()))
	w := s.worker
	t.Cleanup(func() {
		if w == s.worker {
			_ = w.Stop()
		}
	})
}

func (s *saved) pause(t *testing.T) {
	t.Helper()
	w := s.worker
	s.worker = nil
	_ = w.Stop()
}

// goBack restores the record as it was saved.
func (s *saved) goBack(t *testing.T) {
	t.Helper()
	s.pause(t)
	s.restore(t, s.backup)
	s.begin(t)
}

// requireBehind asks for something and is told that the operator is to act, at once.
func (b *bundle) requireBehind(t *testing.T, key string) {
	t.Helper()
	began := time.Now()
	err := b.send(t, b.Buyers[0].Board, models.VerbSuspend, key, map[string]any{"reason": "a flood"})
	problem, ok := apiclient.ProblemOf(err)
	require.True(t, ok, "%v", err)
	require.Equal(t, string(models.CodeRecordBehind), problem.Code, problem.Detail)
	require.Equal(t, http.StatusServiceUnavailable, problem.Status)
	require.Contains(t, problem.Detail, "restored from a backup")
	require.Less(t, time.Since(began), 5*time.Second)
}

func (b *bundle) version(t *testing.T) (v int64) {
	t.Helper()
	b.scan(t, &v, "SELECT version FROM procurements WHERE id = $1", b.Procurement)
	return v
}

// The record was restored behind its run, and people repeat what they had asked for. Nothing is carried out until an
// operator decides; then everything goes on from the record.
func TestNothingIsDoneOnARecordRestoredBehindItsRunUntilItIsRecovered(t *testing.T) {
	t.Parallel()
	s := setUpSaved(t)
	key := uuid.NewString()
	suspend := map[string]any{"reason": "a flood"}
	require.NoError(t, s.send(t, s.Buyers[0].Board, models.VerbSuspend, key, suspend))
	lost := s.version(t)
	s.goBack(t)
	before := s.version(t)
	require.Less(t, before, lost)

	s.requireBehind(t, uuid.NewString())
	s.requireBehind(t, key)
	require.Equal(t, before, s.version(t), "nothing was carried out")

	require.Equal(t, activities.FoundRecordBehind, s.reunite(t, s.Procurement))
	require.Greater(t, s.version(t), lost, "no version that was lost comes again")
	require.Equal(t, activities.FoundAgreed, s.reunite(t, s.Procurement), "it is safe to repeat")
	require.Equal(t, 1, s.countEvents(t, event.ProcurementRestored{}))
	require.Equal(t, string(models.TaskRestored), s.task(t, models.TaskRestored).Kind)

	require.NoError(t, s.send(t, s.Buyers[0].Board, models.VerbSuspend, key, suspend), "under the same key")
	require.Equal(t, 1, s.countEvents(t, event.MotionMoved{}))
	require.True(t, s.agrees(t, s.Procurement, func(process.State) bool { return true }))
}

// requireGoesOn has an operator decide that the restored record goes on, and does something on it.
func (s *saved) requireGoesOn(t *testing.T) {
	t.Helper()
	require.Equal(t, activities.FoundRecordBehind, s.reunite(t, s.Procurement))
	s.suspend(t)
	require.Equal(t, activities.FoundAgreed, s.reunite(t, s.Procurement))
}

// The procurement had ended, and so had its run; the record does not know it any more. Before, every command was
// answered 503 for good.
func TestAProcurementRestoredFromBeforeItsEndGoesOn(t *testing.T) {
	t.Parallel()
	s := setUpSaved(t)
	s.move(t, models.VerbCancel, map[string]any{"code": "other", "reason": "Enough"})
	run := s.runs(t)[0]
	require.Eventually(t, func() bool { return !s.open(t, run) }, patience, 20*time.Millisecond)
	s.goBack(t)
	s.requireBehind(t, uuid.NewString())

	s.requireGoesOn(t)
}

// The record was restored behind its run, and somebody ended the run in Temporal. What the run knew is in its history
// still, so that reconciling starts none on the older record by itself.
func TestARunThatWasStoppedStillTellsThatTheRecordIsBehind(t *testing.T) {
	t.Parallel()
	s := setUpSaved(t)
	s.act(t, s.Buyers[0].Board, models.VerbSuspend, map[string]any{"reason": "a flood"})
	s.goBack(t)
	before, runs := s.version(t), s.runs(t)
	require.NoError(t, s.Engine.End(t.Context(), models.ID(s.Procurement), "an operator"))
	s.requireReconciled(t, process.Reconciled{Open: 1, Behind: 1})
	require.Equal(t, runs, s.runs(t))
	require.Equal(t, before, s.version(t))

	s.requireGoesOn(t)
}

// A run that was stopped before its first step knew nothing, and can never be asked.
func TestARunThatWasStoppedBeforeItsFirstStepIsStartedAnew(t *testing.T) {
	t.Parallel()
	s := setUpSaved(t)
	id := models.ID(s.Procurement)
	s.pause(t)
	require.NoError(t, s.Engine.Replace(t.Context(), id, "Nobody works", nil))
	require.NoError(t, s.Engine.End(t.Context(), id, "an operator"))
	s.begin(t)
	s.requireReconciled(t, process.Reconciled{Open: 1, Started: 1})
	s.suspend(t)
}

// The record was restored behind its run, and the run was terminated, while only a release that cannot replay it takes
// its questions. What the run knew is in its history still: until somebody can ask it, nothing is started by itself.
func TestAStoppedRunThatABadReleaseCannotReplayIsNotTakenForOneThatKnewNothing(t *testing.T) {
	t.Parallel()
	s := setUpSaved(t)
	id := models.ID(s.Procurement)
	s.act(t, s.Buyers[0].Board, models.VerbSuspend, map[string]any{"reason": "a flood"})
	s.goBack(t)
	require.NoError(t, s.Engine.End(t.Context(), id, "an operator"))
	s.pause(t)
	for name, run := range map[string]func(workflow.Context, process.Input) error{
		"another course": func(ctx workflow.Context, _ process.Input) error { return workflow.Sleep(ctx, time.Hour) },
		"a panic":        func(workflow.Context, process.Input) error { panic("a bad release") },
	} {
		bad := worker.New(s.Temporal, s.TaskQueue(), worker.Options{})
		bad.RegisterWorkflowWithOptions(run, workflow.RegisterOptions{Name: process.WorkflowProcurement})
		require.NoError(t, bad.Start())
		_, err := s.Engine.AskRun(t.Context(), id)
		bad.Stop()
		require.ErrorIs(t, err, engine.ErrUnavailable, name)
		require.NotErrorIs(t, err, context.DeadlineExceeded, "%s: somebody answered", name)
	}
	s.begin(t)
	s.requireReconciled(t, process.Reconciled{Open: 1, Behind: 1})
}

// Whoever has read from the feed what was lost is told so, as long as the log is shorter and once it is longer again;
// nobody misses anything without knowing.
func TestAReaderOfWhatWasLostIsToldSo(t *testing.T) {
	t.Parallel()
	s := setUpSaved(t)
	s.settle(t)
	read := func(after string) (page struct {
		Items []struct {
			Type   string `json:"type"`
			Cursor string `json:"cursor"`
		} `json:"items"`
		Next string `json:"next_cursor"`
	}, err error,
	) {
		_, err = s.Lead.Get(t.Context(), "/v1/events?limit=1000&after="+after, &page)
		return page, err
	}
	kept, err := read("")
	require.NoError(t, err)
	s.act(t, s.Buyers[0].Board, models.VerbSuspend, map[string]any{"reason": "a flood"})
	s.settle(t)
	lost, err := read(kept.Next)
	require.NoError(t, err)
	require.NotEmpty(t, lost.Items)
	head, err := s.Store.Log().Head(t.Context())
	require.NoError(t, err)
	s.goBack(t)
	requireTold := func() {
		t.Helper()
		for _, cursor := range []string{lost.Next, lost.Items[len(lost.Items)-1].Cursor} {
			_, err := read(cursor)
			requireRefused(t, models.CodePlaceLost, err)
		}
	}
	requireTold()
	s.reunite(t, s.Procurement)
	s.suspend(t)
	s.settle(t)
	now, err := s.Store.Log().Head(t.Context())
	require.NoError(t, err)
	require.GreaterOrEqual(t, now, head)
	requireTold()
	again, err := read(kept.Next)
	require.NoError(t, err)
	require.Equal(t, event.TypeOf(event.ProcurementRestored{}), models.EventType(again.Items[0].Type))
}

// The record knows nothing of a start: the procurement is a draft again, or was never there.
func TestARunThatTheRecordDoesNotKnowIsEnded(t *testing.T) {
	t.Parallel()
	s := &saved{bundle: setup(t, options{noWorker: true})}
	s.begin(t)
	s.pause(t)
	s.backup = s.backUp(t)
	s.begin(t)
	s.act(t, s.Lead, models.VerbStart, nil)
	other, err := s.Rig.Consortium(t.Context(), rig.Draft{Mode: models.ModeLive, Countries: []string{"FR", "ES"}})
	require.NoError(t, err)
	_, err = other.Lead.Act(t.Context(), other.Procurement, string(models.VerbStart), nil, nil)
	require.NoError(t, err)
	s.goBack(t)

	require.Equal(t, activities.FoundNoRecord, s.reunite(t, s.Procurement))
	require.Equal(t, activities.FoundNoRecord, s.reunite(t, other.Procurement))
	require.Equal(t, activities.FoundAgreed, s.reunite(t, other.Procurement))
	s.act(t, s.Lead, models.VerbStart, nil)
	s.suspend(t)
}

// The procurement was started and had ended; the record says that it is a draft. It can be started only after somebody
// has decided to go on from this record.
func TestADraftWhoseRunHasEndedIsStartedAfterItWasRecovered(t *testing.T) {
	t.Parallel()
	s := &saved{bundle: setup(t, options{noWorker: true})}
	s.backup = s.backUp(t)
	s.begin(t)
	s.act(t, s.Lead, models.VerbStart, nil)
	s.move(t, models.VerbCancel, map[string]any{"code": "other", "reason": "Enough"})
	run := s.runs(t)[0]
	require.Eventually(t, func() bool { return !s.open(t, run) }, patience, 20*time.Millisecond)
	s.goBack(t)

	key := uuid.NewString()
	err := s.send(t, s.Lead, models.VerbStart, key, struct{}{})
	problem, refused := apiclient.ProblemOf(err)
	require.True(t, refused, "%v", err)
	require.Equal(t, string(models.CodeRecordBehind), problem.Code, problem.Detail)
	require.Equal(t, activities.FoundNoRecord, s.reunite(t, s.Procurement))
	require.NoError(t, s.send(t, s.Lead, models.VerbStart, key, struct{}{}))
	require.Equal(t, "running", s.status(t))
	require.Equal(t, activities.FoundAgreed, s.reunite(t, s.Procurement))
}

// Temporal was lost, or restored from before: its runs are missing, or know less than the record. Reconciling does by
// itself what is safe.
func TestReconcilingBringsBackRunsThatTemporalHasLostOrThatKnowLess(t *testing.T) {
	t.Parallel()
	b := setup(t, options{})
	b.act(t, b.Lead, models.VerbStart, nil)
	id := models.ID(b.Procurement)
	require.NoError(t, b.Engine.End(t.Context(), id, "an operator"))
	reconcile := func() process.Reconciled {
		var done process.Reconciled
		b.maintain(t, process.WorkflowReconcile, &done)
		return done
	}
	require.Equal(t, 1, reconcile().Started)
	b.act(t, b.Buyers[0].Board, models.VerbSuspend, map[string]any{"reason": "a flood"})

	// The record went on, and the run that was restored does not know.
	_, err := b.database.SQL.Exec(t.Context(),
		"UPDATE procurements SET version = version + 7 WHERE id = $1", b.Procurement)
	require.NoError(t, err)
	b.awaitTold(t, patience)
	require.Equal(t, 1, reconcile().Reminded)
	require.True(t, b.agrees(t, b.Procurement, func(process.State) bool { return true }))
	require.Equal(t, process.Reconciled{Open: 1}, reconcile())
}

// Temporal itself is restored from a backup, and then lost: the run knows less than the record, and then there is none.
// Nobody asks for anything; each time the procurement goes on from what the record says, and nothing happens twice.
func TestTemporalRestoredFromABackupOrLostFollowsTheRecord(t *testing.T) {
	t.Parallel()
	own := startTemporal(t)
	s := &saved{bundle: setup(t, options{noWorker: true, temporal: own.address()})}
	s.begin(t)
	s.act(t, s.Lead, models.VerbStart, nil)
	s.awaitTold(t, patience)
	s.pause(t)
	own.stop(t)
	own.copyTo(t, "_backup", true)
	own.start(t)
	s.begin(t)
	require.Eventually(t, func() bool {
		return s.agrees(t, s.Procurement, func(process.State) bool { return true })
	}, patience, 20*time.Millisecond, "Temporal is there again")
	s.suspend(t)
	s.awaitTold(t, patience)
	s.pause(t)
	own.stop(t)
	own.copyTo(t, "_backup", false)
	own.start(t)
	s.begin(t)
	suspended := func(state process.State) bool { return state.Status == models.StatusSuspended }
	require.False(t, s.agrees(t, s.Procurement, suspended), "the backup knows nothing of the suspension")
	s.requireReconciled(t, process.Reconciled{Open: 1, Reminded: 1})
	require.True(t, s.agrees(t, s.Procurement, suspended))

	s.pause(t)
	own.stop(t)
	own.lose(t)
	own.start(t)
	for _, namespace := range []string{"ppi", "ppi-service"} {
		require.Eventually(t, func() bool {
			exists, err := s.Engine.NamespaceExists(t.Context(), namespace)
			return err == nil && exists
		}, patience, 20*time.Millisecond)
	}
	s.begin(t)
	s.requireReconciled(t, process.Reconciled{Open: 1, Started: 1})
	require.Eventually(t, func() bool { return s.agrees(t, s.Procurement, suspended) }, patience, 20*time.Millisecond)
	s.move(t, models.VerbResume, map[string]any{"reason": "over"})
	require.Equal(t, 2, s.countEvents(t, event.MotionMoved{}))
}

// requireReconciled waits until a reconciliation finds and does just this; before that, Temporal may not be up.
func (b *bundle) requireReconciled(t *testing.T, want process.Reconciled) {
	t.Helper()
	var done process.Reconciled
	var last error
	require.Eventually(t, func() bool {
		ctx, cancel := context.WithTimeout(t.Context(), patience/4)
		defer cancel()
		run, err := b.Service.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
			ID: uuid.NewString(), TaskQueue: b.TaskQueue(),
		}, process.WorkflowReconcile)
		if err == nil {
			err = run.Get(ctx, &done)
		}
		last = err
		return err == nil
	}, patience, 100*time.Millisecond, "%v", &last)
	require.Equal(t, want, done)
}
