package e2e

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/apiclient"
	"github.com/ppi-engine/ppi/internal/store/pgtest"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
	"github.com/ppi-engine/ppi/models/process"
)

func (b *bundle) actionPath(verb models.Verb) string { return b.Path("/actions/" + string(verb)) }

func TestTheSameKeyTwiceIsCarriedOutOnce(t *testing.T) {
	t.Parallel()
	b := setup(t, options{})
	b.act(t, b.Lead, models.VerbStart, nil)

	suspend := apiclient.Request{
		Path: b.actionPath(models.VerbSuspend), In: map[string]any{"reason": "a flood"},
		Key: uuid.NewString(), IfMatch: "*",
	}
	var first, second struct {
		CommandID string `json:"command_id"`
		Result    struct {
			MotionID string `json:"motion_id"`
		} `json:"result"`
	}
	suspend.Out = &first
	answer, problem := do(t, b.Buyers[0].Board, suspend)
	require.Nil(t, problem)
	require.False(t, answer.Replayed)
	suspend.Out = &second
	answer, problem = do(t, b.Buyers[0].Board, suspend)
	require.Nil(t, problem)
	require.True(t, answer.Replayed)
	require.Equal(t, first, second)

	other := suspend
	other.In = map[string]any{"reason": "a strike"}
	answer, problem = do(t, b.Buyers[0].Board, other)
	require.Equal(t, 422, answer.Status)
	require.Equal(t, string(models.CodeKeyReused), problem.Code)
}

func TestARefusalIsAnOutcomeThatStands(t *testing.T) {
	t.Parallel()
	b := setup(t, options{})
	b.act(t, b.Lead, models.VerbStart, nil)

	resume := apiclient.Request{
		Path: b.actionPath(models.VerbResume), In: map[string]any{"reason": "over"},
		Key: uuid.NewString(), IfMatch: "*",
	}
	_, problem := do(t, b.Buyers[0].Board, resume)
	require.Equal(t, string(models.CodeNotSuspended), problem.Code)
	// What was refused stays refused under this key, even once it would be allowed.
	b.suspend(t)
	_, problem = do(t, b.Buyers[0].Board, resume)
	require.Equal(t, string(models.CodeNotSuspended), problem.Code)
	require.Equal(t, 1, b.countEvents(t, event.CommandRefused{}))
}

// suspend has the whole board suspend the procurement.
func (b *bundle) suspend(t *testing.T) {
	t.Helper()
	b.move(t, models.VerbSuspend, map[string]any{"reason": "a flood"})
	require.Equal(t, "suspended", b.status(t))
}

// move has the first buyer move and the others vote for it.
func (b *bundle) move(t *testing.T, verb models.Verb, in any) {
	t.Helper()
	motion := b.act(t, b.Buyers[0].Board, verb, in)
	for _, buyer := range b.Buyers[1:] {
		b.act(t, buyer.Board, models.VerbVote, map[string]any{
			"motion": motion["motion_id"], "digest": motion["digest"],
			"choice": "approve",
		})
	}
}

// countEvents counts the procurement's events with such a payload.
func (b *bundle) countEvents(t *testing.T, kind event.Payload) int {
	t.Helper()
	var n int
	b.scan(t, &n, "SELECT count(*) FROM events WHERE procurement_id = $1 AND type = $2", b.Procurement,
		event.TypeOf(kind))
	return n
}

func TestARepeatAfterContinueAsNewIsAnsweredFromTheRecord(t *testing.T) {
	t.Parallel()
	b := setup(t, options{})
	b.act(t, b.Lead, models.VerbStart, nil)
	b.writeNeeds(t)
	g := b.gate(t, models.PhaseNeeds)
	vote := map[string]any{"phase": "needs", "digest": g.Digest, "choice": "approve"}
	b.act(t, b.Buyers[0].Board, models.VerbVote, vote)

	last := apiclient.Request{Path: b.actionPath(models.VerbVote), In: vote, Key: uuid.NewString(), IfMatch: "*"}
	_, problem := do(t, b.Buyers[1].Board, last)
	require.Nil(t, problem)
	b.awaitRuns(t, 2)
	answer, problem := do(t, b.Buyers[1].Board, last)
	require.Nil(t, problem)
	require.True(t, answer.Replayed)

	// Even if the record is passed over, the new run carries the command out no second time.
	_, err := b.Engine.Command(t.Context(), models.Command{
		ID:            b.commandIDs(t)[0],
		ProcurementID: models.ID(b.Procurement), Verb: models.VerbVote,
	})
	require.NoError(t, err)
	require.Equal(t, 2, b.countEvents(t, event.VoteCast{}))
}

// awaitRuns waits until the procurement's workflow is in its n-th run.
func (b *bundle) awaitRuns(t *testing.T, n int) {
	t.Helper()
	require.Eventually(t, func() bool { return len(b.runs(t)) >= n }, patience, 20*time.Millisecond)
}

// runs lists the runs of the procurement's workflow, oldest first.
func (b *bundle) runs(t *testing.T) []string {
	t.Helper()
	id := process.WorkflowID(models.ID(b.Procurement))
	description, err := b.Temporal.DescribeWorkflowExecution(t.Context(), id, "")
	require.NoError(t, err)
	return b.chain(t, id, description.GetWorkflowExecutionInfo().GetFirstRunId())
}

func (b *bundle) chain(t *testing.T, id, first string) []string {
	t.Helper()
	runs := []string{}
	for run := first; run != ""; {
		runs = append(runs, run)
		history := b.Temporal.GetWorkflowHistory(t.Context(), id, run, false, 0)
		run = ""
		for history.HasNext() {
			event, err := history.Next()
			require.NoError(t, err)
			if continued := event.GetWorkflowExecutionContinuedAsNewEventAttributes(); continued != nil {
				run = continued.GetNewExecutionRunId()
			}
		}
	}
	return runs
}

func (b *bundle) commandIDs(t *testing.T) []string {
	t.Helper()
	conn := pgtest.Connect(t, b.database.Superuser)
	rows, err := conn.Query(t.Context(), "SELECT id FROM commands WHERE procurement_id = $1 AND verb = 'vote' ORDER "+
		"BY created_at", b.Procurement)
	require.NoError(t, err)
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	return ids
}

func TestThirtyTwoCallersAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t, options{})
	b.act(t, b.Lead, models.VerbStart, nil)

	// All with one key: one motion. Then each with a key of its own: one is carried out, the others
	// learn that it is.
	one := uuid.NewString()
	var carried, refused atomic.Int32
	all := func(key func() string) {
		var callers sync.WaitGroup
		for range 32 {
			callers.Go(func() {
				_, err := b.Buyers[0].Board.Do(t.Context(), apiclient.Request{
					Method: "POST", Path: b.actionPath(models.VerbCancel),
					In: map[string]any{"code": "other", "reason": "no need"}, Key: key(), IfMatch: "*",
				})
				switch problem, ok := apiclient.ProblemOf(err); {
				case err == nil:
					carried.Add(1)
				case ok && problem.Code == string(models.CodeAlreadyMoved):
					refused.Add(1)
				default:
					assert.NoError(t, err)
				}
			})
		}
		callers.Wait()
	}
	all(func() string { return one })
	require.EqualValues(t, 32, carried.Load())
	all(uuid.NewString)
	require.EqualValues(t, 32, carried.Load())
	require.EqualValues(t, 32, refused.Load())
	require.Equal(t, 1, b.countEvents(t, event.MotionMoved{}))
}

func TestACommandWaitsForAWorker(t *testing.T) {
	t.Parallel()
	b := setup(t, options{noWorker: true})
	answered := b.inBackground(t, b.Lead, models.VerbStart, nil)
	b.awaitCommands(t, "pending", 1)
	b.spawn(t, b.ownWorker())
	require.NoError(t, <-answered)
	require.Equal(t, "running", b.status(t))
}

// Writing a command down does not wait for the disk. Its sender, whom a crash of the database left waiting, writes it
// down again: nobody needs to repeat the request.
func TestACommandThatTheRecordLostIsWrittenDownAgain(t *testing.T) {
	t.Parallel()
	b := setup(t, options{noWorker: true})
	answered := make(chan error, 1)
	go func() { answered <- b.send(t, b.Lead, models.VerbStart, "once", map[string]any{}) }()
	b.awaitCommands(t, "pending", 1)
	_, err := b.prepare(t).Exec(t.Context(), "DELETE FROM commands")
	require.NoError(t, err)
	b.startWorker(t)
	require.NoError(t, <-answered)
	require.Equal(t, "running", b.status(t))
	require.Equal(t, 1, b.countEvents(t, event.ProcurementStarted{}))
}

// ownWorker is a worker process on the bundle's database.
func (b *bundle) ownWorker() workerProcess {
	return workerProcess{DSN: b.database.Application, TemporalAddress: b.temporal}
}

// inBackground carries a command out, repeating it as an integrator would while there is no answer.
func (b *bundle) inBackground(t *testing.T, who *apiclient.Client, verb models.Verb, in any) <-chan error {
	t.Helper()
	if in == nil {
		in = map[string]any{}
	}
	answered := make(chan error, 1)
	request := apiclient.Request{Method: "POST", Path: b.actionPath(verb), In: in, Key: uuid.NewString(), IfMatch: "*"}
	go func() {
		for {
			_, err := who.Do(t.Context(), request)
			problem, ok := apiclient.ProblemOf(err)
			if !ok || problem.Status != 503 {
				answered <- err
				return
			}
			select {
			case <-t.Context().Done():
				return
			case <-time.After(max(problem.RetryAfter, 100*time.Millisecond)):
			}
		}
	}()
	return answered
}

func (b *bundle) awaitCommands(t *testing.T, status string, n int) {
	t.Helper()
	require.Eventually(t, func() bool {
		var found int
		b.scan(t, &found, "SELECT count(*) FROM commands WHERE procurement_id = $1 AND status = $2",
			b.Procurement, status)
		return found >= n
	}, patience, 20*time.Millisecond)
}

// A hold keeps the procurement's row, so that a command is caught in its activity.
type hold struct {
	tx   pgx.Tx
	conn *pgx.Conn
}

func (b *bundle) holdRow(t *testing.T) hold {
	t.Helper()
	conn := pgtest.Connect(t, b.database.Superuser)
	tx, err := conn.Begin(t.Context())
	require.NoError(t, err)
	_, err = tx.Exec(t.Context(), "SELECT 1 FROM procurements WHERE id = $1 FOR NO KEY UPDATE", b.Procurement)
	require.NoError(t, err)
	return hold{tx, conn}
}

func (h hold) release(t *testing.T) {
	t.Helper()
	require.NoError(t, h.tx.Rollback(t.Context()))
}

// awaitCaught waits until an activity waits for the row.
func (b *bundle) awaitCaught(t *testing.T) {
	t.Helper()
	conn := pgtest.Connect(t, b.database.Superuser)
	require.Eventually(t, func() bool {
		var waiting int
		err := conn.QueryRow(t.Context(), `SELECT count(*) FROM pg_stat_activity
			WHERE datname = current_database() AND wait_event_type = 'Lock'
				AND query LIKE 'SELECT row_to_json(p)%'`).Scan(&waiting)
		return err == nil && waiting > 0
	}, patience, 20*time.Millisecond)
}

func TestAWorkerKilledInTheActivityLosesNothing(t *testing.T) {
	t.Parallel()
	b := setup(t, options{noWorker: true})
	kill := b.spawn(t, b.ownWorker())
	b.act(t, b.Lead, models.VerbStart, nil)

	row := b.holdRow(t)
	answered := b.inBackground(t, b.Buyers[0].Board, models.VerbSuspend, map[string]any{"reason": "a flood"})
	b.awaitCaught(t)
	kill()
	row.release(t)
	b.spawn(t, b.ownWorker())
	require.NoError(t, <-answered)
	require.Equal(t, 1, b.countEvents(t, event.MotionMoved{}))
}

func TestAWorkerKilledAfterTheActivityCommittedLosesNothing(t *testing.T) {
	t.Parallel()
	b := setup(t, options{noWorker: true})
	toTemporal := newProxy(t, b.temporal)
	w := b.ownWorker()
	w.TemporalAddress = toTemporal.address()
	kill := b.spawn(t, w)
	b.act(t, b.Lead, models.VerbStart, nil)

	row := b.holdRow(t)
	answered := b.inBackground(t, b.Buyers[0].Board, models.VerbSuspend, map[string]any{"reason": "a flood"})
	b.awaitCaught(t)
	toTemporal.hold(t) // the worker can commit, but tell nobody
	row.release(t)
	b.awaitCommands(t, "done", 2)
	kill()
	b.spawn(t, b.ownWorker())
	require.NoError(t, <-answered)
	require.Equal(t, 1, b.countEvents(t, event.MotionMoved{}))
}

func TestAPoisonousCommandHarmsNothingElse(t *testing.T) {
	t.Parallel()
	b := setup(t, options{})
	b.act(t, b.Lead, models.VerbStart, nil)

	// No request gets such a payload past the API; it stands for any fault of ours.
	id := strings.Repeat("ab", 32)
	conn := pgtest.Connect(t, b.database.Superuser)
	_, err := conn.Exec(t.Context(), `INSERT INTO commands (id, procurement_id, actor_id, verb, fingerprint, payload)
		SELECT $1, procurement_id, person_id, 'cancel', decode(repeat('00', 32), 'hex'), '["not", "an", "object"]'
		FROM role_assignments WHERE procurement_id = $2 AND role = 'board' LIMIT 1`, id, b.Procurement)
	require.NoError(t, err)
	for range 2 {
		out, err := b.Engine.Command(t.Context(),
			models.Command{ID: id, ProcurementID: models.ID(b.Procurement), Verb: models.VerbCancel})
		require.NoError(t, err)
		require.Equal(t, process.CommandFailed, out.Status)
	}
	require.Equal(t, 1, b.countEvents(t, event.CommandFailed{}))
	b.suspend(t)
}

func TestPostgresGoneForHalfAMinute(t *testing.T) {
	t.Parallel()
	b := setup(t, options{noWorker: true})
	dsn, err := url.Parse(b.database.Application)
	require.NoError(t, err)
	toPostgres := newProxy(t, dsn.Host)
	dsn.Host = toPostgres.address()
	w := b.ownWorker()
	w.DSN = dsn.String()
	b.spawn(t, w)
	b.act(t, b.Lead, models.VerbStart, nil)

	row := b.holdRow(t)
	answered := b.inBackground(t, b.Buyers[0].Board, models.VerbSuspend, map[string]any{"reason": "a flood"})
	b.awaitCaught(t)
	toPostgres.takeAway()
	row.release(t)
	<-time.After(30 * time.Second) // the outage itself is what is tested
	toPostgres.bringBack()
	require.NoError(t, <-answered)
	require.Equal(t, 1, b.countEvents(t, event.MotionMoved{}))
}

func TestARunIsReplayedFromItsStartForEveryTask(t *testing.T) {
	t.Parallel()
	b := setup(t, options{noWorker: true})
	w := b.ownWorker()
	w.Uncached = true
	b.spawn(t, w)
	b.act(t, b.Lead, models.VerbStart, nil)
	b.writeNeeds(t)
	b.suspend(t)
	b.move(t, models.VerbResume, map[string]any{"reason": "the water is gone"})
	b.approve(t, models.PhaseNeeds)
	_, status := b.phase(t, models.PhaseConsultation)
	require.Equal(t, "open", status)
}

func TestRunsHandOverUnderLoad(t *testing.T) {
	t.Parallel()
	const callers, votes = 8, 20
	b := setup(t, options{maxEvents: 150})
	b.act(t, b.Lead, models.VerbStart, nil)
	digest := b.gate(t, models.PhaseNeeds).Digest

	var all sync.WaitGroup
	for caller := range callers {
		buyer := b.Buyers[caller%2].Board
		all.Go(func() {
			for i := range votes {
				choice := []string{"reject", "abstain"}[i%2]
				_, err := buyer.Act(t.Context(), b.Procurement, "vote",
					map[string]any{
						"phase": "needs", "digest": digest, "choice": choice,
						"reason": fmt.Sprint(caller, i),
					}, nil)
				problem, ok := apiclient.ProblemOf(err)
				if ok && slices.Contains([]string{string(models.CodeAlreadyVoted), string(models.CodeSuperseded)},
					problem.Code) {
					continue // another caller of the same buyer was first, or was asked later
				}
				assert.NoError(t, err)
			}
		})
	}
	all.Wait()
	runs := b.runs(t)
	require.Greater(t, len(runs), 3)
	cast, refused := b.countEvents(t, event.VoteCast{}), b.countEvents(t, event.CommandRefused{})
	require.Equal(t, callers*votes, cast+refused)
	t.Logf("%d commands in %d runs", cast+refused, len(runs))
}

func TestAStaleVersionIsRefused(t *testing.T) {
	t.Parallel()
	b := setup(t, options{})
	b.act(t, b.Lead, models.VerbStart, nil)
	request := apiclient.Request{
		Path: b.actionPath(models.VerbSuspend), In: map[string]any{"reason": "a flood"},
		IfMatch: `"1"`,
	}
	answer, problem := do(t, b.Buyers[0].Board, request)
	require.Equal(t, 412, answer.Status)
	require.Equal(t, string(models.CodeStale), problem.Code)
	for _, header := range []string{`W/"1", W/"2", W/"3", W/"4"`, `"1", "90"`, `"x"`} {
		request.IfMatch = header
		answer, _ = do(t, b.Buyers[0].Board, request)
		require.Equal(t, 412, answer.Status, header)
	}
	request.IfMatch = ""
	answer, _ = do(t, b.Buyers[0].Board, request)
	require.Equal(t, 428, answer.Status)
	request.IfMatch = `"90", "2", "3", "4", "5"`
	_, problem = do(t, b.Buyers[0].Board, request)
	require.Nil(t, problem)
}

func TestWhoHasNotTheRoleIsRefused(t *testing.T) {
	t.Parallel()
	b := setup(t, options{})
	b.refused(t, models.CodeForbidden, b.Drafter, models.VerbStart, nil)
	b.refused(t, models.CodeNotFound, b.Admin, models.VerbStart, nil)
	b.refused(t, models.CodeNotRunning, b.Buyers[0].Board, models.VerbSuspend, map[string]any{"reason": "x"})
}

func TestARefusedStartLeavesADraftThatCanStartLater(t *testing.T) {
	t.Parallel()
	b := setup(t, options{})
	// A third buyer without a board member.
	organisation, err := b.Organisation(t.Context(), "Third buyer", "IT", models.OrganisationContractingAuthority)
	require.NoError(t, err)
	_, problem := do(t, b.Lead, apiclient.Request{
		Method: "PUT", Path: b.Path("/members/" + organisation),
		In: map[string]any{}, IfMatch: "*",
	})
	require.Nil(t, problem)
	b.refused(t, models.CodeMemberNotAccepted, b.Lead, models.VerbStart, nil)
	_, problem = do(t, b.Voice(organisation), apiclient.Request{
		Method: "POST", Path: b.Path("/members/" + organisation + "/actions/accept"), IfMatch: "*",
	})
	require.Nil(t, problem)
	b.refused(t, models.CodeDraftIncomplete, b.Lead, models.VerbStart, nil)
	require.Equal(t, "draft", b.status(t))
	b.awaitClosed(t)
	b.saveHistories(t, "start-refused")
	_, err = b.Staff(t.Context(), organisation, models.RoleBoard)
	require.NoError(t, err)
	b.act(t, b.Lead, models.VerbStart, nil)
	require.Equal(t, "running", b.status(t))
}

// awaitClosed waits until no run of the procurement is open.
func (b *bundle) awaitClosed(t *testing.T) {
	t.Helper()
	require.Eventually(t, func() bool { return !b.open(t, "") }, patience, 20*time.Millisecond)
}

func TestTheClockOfARehearsalIsMovedForward(t *testing.T) {
	t.Parallel()
	clock := time.Date(2017, 7, 11, 9, 0, 0, 0, time.UTC)
	b := setup(t, options{draft: rigDraft(models.ModeRehearsal, &clock)})
	b.act(t, b.Lead, models.VerbStart, nil)
	to := time.Date(2017, 9, 6, 8, 0, 0, 0, time.UTC)
	result := b.act(t, b.Lead, models.VerbAdvance, map[string]any{"to": to})
	require.Equal(t, true, result["reached"])
	var p struct {
		Now time.Time `json:"now"`
	}
	b.get(t, b.Lead, "", &p)
	require.WithinDuration(t, to, p.Now, time.Minute)
	b.refused(t, models.CodeClockBackwards, b.Lead, models.VerbAdvance, map[string]any{"to": clock})
}

func TestTheClockOfALiveProcurementIsRealTime(t *testing.T) {
	t.Parallel()
	b := setup(t, options{})
	b.act(t, b.Lead, models.VerbStart, nil)
	b.refused(t, models.CodeLiveClock, b.Lead, models.VerbAdvance, map[string]any{"to": time.Now().AddDate(1, 0, 0)})
}
