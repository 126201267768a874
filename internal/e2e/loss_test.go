package e2e

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"

	"github.com/ppi-engine/ppi/internal/apiclient"
	"github.com/ppi-engine/ppi/internal/rig"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
	"github.com/ppi-engine/ppi/models/process"
)

// healed is how soon a run knows again what the record knows, once everything is back.
const healed = 60 * time.Second

// A doomed is a product on a Temporal server of its own, reached through a proxy: all of it can be killed at once.
type doomed struct {
	*bundle

	server *ownTemporal
	way    *proxy
	alive  product
}

func setUpDoomed(t *testing.T, mode models.Mode) *doomed {
	t.Helper()
	d := &doomed{server: startTemporal(t)}
	d.bundle = setup(t, options{
		draft: rig.Draft{Mode: mode, Countries: []string{"FR", "ES", "DE"}}, noWorker: true,
		temporal: d.server.address(),
	})
	d.way = newProxy(t, d.server.address())
	w := d.ownWorker()
	w.TemporalAddress = d.way.address()
	d.alive = d.spawnProduct(t, w)
	return d
}

// dieAfterCommit sends a command to the product and kills API, worker and Temporal together once it has committed and
// before anybody was told. Then all of it comes back, and nobody sends another command.
func (d *doomed) dieAfterCommit(t *testing.T, who *apiclient.Client, verb models.Verb, in any) {
	t.Helper()
	row := d.holdRow(t)
	client := d.alive.through(who)
	var asked sync.WaitGroup
	asked.Go(func() {
		_, err := client.Do(t.Context(), apiclient.Request{
			Method: "POST", Path: d.actionPath(verb), In: in, Key: uuid.NewString(), IfMatch: "*",
		})
		if err == nil {
			t.Errorf("%s was answered", verb)
		}
	})
	d.awaitCaught(t)
	d.way.hold(t) // the worker can commit, but tell nobody
	before := d.outcomes(t)
	row.release(t)
	require.Eventually(t, func() bool { return d.outcomes(t) > before }, patience, 20*time.Millisecond)
	d.alive.kill()
	d.server.kill(t)
	asked.Wait()
	d.server.start(t)
	var done string
	d.scan(t, &done, "SELECT id FROM commands WHERE verb = $1 AND done_at IS NOT NULL AND told_at IS NULL", verb)
	require.NotContains(t, d.accepted(t), done, "nothing of it is in the history")
	d.spawn(t, d.ownWorker())
}

// accepted lists the commands whose Updates are in the history of the procurement's last run.
func (b *bundle) accepted(t *testing.T) (ids []string) {
	t.Helper()
	for _, event := range b.history(t, process.WorkflowID(models.ID(b.Procurement)), "").GetEvents() {
		if accepted := event.GetWorkflowExecutionUpdateAcceptedEventAttributes(); accepted != nil {
			ids = append(ids, strings.Split(accepted.GetProtocolInstanceId(), "/")[1])
		}
	}
	return ids
}

// awaitTold waits until each command has an outcome that its run knows.
func (b *bundle) awaitTold(t *testing.T, limit time.Duration) {
	t.Helper()
	require.Eventually(t, func() bool {
		var left int
		b.scan(t, &left, "SELECT count(*) FROM commands WHERE told_at IS NULL OR status = 'pending'")
		return left == 0
	}, limit, 100*time.Millisecond)
}

func (d *doomed) outcomes(t *testing.T) (n int) {
	t.Helper()
	d.scan(t, &n, "SELECT count(*) FROM commands WHERE done_at IS NOT NULL")
	return n
}

// scan reads one value.
func (b *bundle) scan(t *testing.T, into any, query string, arguments ...any) {
	t.Helper()
	require.NoError(t, b.database.SQL.QueryRow(t.Context(), query, arguments...).Scan(into))
}

// agrees tells whether the run knows what the record knows.
func (b *bundle) agrees(t *testing.T, procurement string, ok func(process.State) bool) bool {
	t.Helper()
	var version int64
	b.scan(t, &version, "SELECT version FROM procurements WHERE id = $1", procurement)
	state, err := b.State(t.Context(), process.WorkflowID(models.ID(procurement)))
	return err == nil && state.Version == version && ok(state)
}

func TestARunLearnsOfACommandWhoseWitnessesAllDied(t *testing.T) {
	t.Parallel()
	d := setUpDoomed(t, models.ModeLive)
	d.act(t, d.Lead, models.VerbStart, nil)
	d.writeNeeds(t)
	g := d.gate(t, models.PhaseNeeds)
	vote := map[string]any{"phase": "needs", "digest": g.Digest, "choice": "approve"}
	for _, buyer := range d.Buyers[1:] {
		d.act(t, buyer.Board, models.VerbVote, vote)
	}
	d.dieAfterCommit(t, d.Buyers[0].Board, models.VerbVote, vote)
	back := time.Now()
	require.Eventually(t, func() bool {
		return d.agrees(t, d.Procurement, func(s process.State) bool {
			return s.Phase(models.PhaseConsultation).
				Status == models.PhaseOpen
		})
	}, healed, 100*time.Millisecond, "the workflow stands in the new phase, and nobody sent a command")
	t.Logf("healed after %s", time.Since(back).Round(100*time.Millisecond))
	require.Equal(t, 3, d.countEvents(t, event.VoteCast{}))
	require.Equal(t, 1, d.countEvents(t, event.PhaseClosed{}))
	d.awaitTold(t, healed)
}

func TestADeadlineBroughtNearerUnheardStillClosesTheBox(t *testing.T) {
	t.Parallel()
	d := setUpDoomed(t, models.ModeRehearsal)
	d.skipToTender(t)
	p := d.published(t)
	var deadline time.Time
	d.scan(t, &deadline, "SELECT deadline FROM boxes WHERE lot_id = $1", p.lot)
	// From now on the deadline is seconds away, and the run believes it to be weeks away.
	d.dieAfterCommit(t, d.Lead, models.VerbAdvance, map[string]any{"to": deadline.Add(-15 * time.Second)})
	require.Zero(t, d.countEvents(t, event.LotClosed{}))
	require.Eventually(t, func() bool { return d.countEvents(t, event.LotClosed{}) == 1 }, healed, 100*time.Millisecond)
	d.awaitTold(t, healed)
}

func TestTemporalKilledBetweenAcceptanceAndCompletionOfAnUpdate(t *testing.T) {
	t.Parallel()
	d := setUpDoomed(t, models.ModeLive)
	d.act(t, d.Lead, models.VerbStart, nil)

	row := d.holdRow(t)
	answered := d.inBackground(t, d.Buyers[0].Board, models.VerbSuspend, map[string]any{"reason": "a flood"})
	d.awaitCaught(t)
	// A workflow task that lasts long is answered in part: the Update is accepted.
	require.Eventually(t, func() bool {
		run := d.runs(t)[0]
		for _, event := range d.history(t, process.WorkflowID(models.ID(d.Procurement)), run).GetEvents() {
			accepted := event.GetWorkflowExecutionUpdateAcceptedEventAttributes().GetAcceptedRequest()
			if accepted.GetInput().GetName() == string(models.VerbSuspend) {
				return true
			}
		}
		return false
	}, patience, 100*time.Millisecond)
	d.server.kill(t)
	row.release(t)
	d.server.start(t)
	require.NoError(t, <-answered)
	require.Equal(t, 1, d.countEvents(t, event.MotionMoved{}))
	d.awaitTold(t, healed)
	require.Eventually(t, func() bool { return d.agrees(t, d.Procurement, func(process.State) bool { return true }) },
		healed, 100*time.Millisecond)
}

func TestPostgresFrozenForLongerThanAWorkflowTask(t *testing.T) {
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

	thaw := toPostgres.hold(t)
	answered := b.inBackground(t, b.Buyers[0].Board, models.VerbSuspend, map[string]any{"reason": "a flood"})
	<-time.After(40 * time.Second) // the frost itself is what is tested
	thaw()
	require.NoError(t, <-answered)
	require.Equal(t, 1, b.countEvents(t, event.MotionMoved{}))
	b.awaitTold(t, healed)
	require.Eventually(t, func() bool { return b.agrees(t, b.Procurement, func(process.State) bool { return true }) },
		healed, 100*time.Millisecond)
}

// Whoever is killed, by whatever signal, and whenever: soon every run knows what the record knows, and no command is
// left without an outcome, though nobody asks for anything any more.
func TestRunsKnowWhatTheRecordKnowsAfterKillsAndStops(t *testing.T) {
	t.Parallel()
	const procurements, rounds = 4, 4
	b := setup(t, options{noWorker: true})
	w := b.ownWorker()
	w.Schedules = true
	t.Cleanup(func() { b.removeSchedules(t) })
	p := b.spawnProduct(t, w)
	all := []*rig.Consortium{b.Consortium}
	for range procurements - 1 {
		c, err := b.Rig.Consortium(t.Context(), rig.Draft{Mode: models.ModeLive, Countries: []string{"FR", "ES"}})
		require.NoError(t, err)
		all = append(all, c)
	}
	for _, c := range all {
		_, err := c.Lead.Act(t.Context(), c.Procurement, string(models.VerbStart), nil, nil)
		require.NoError(t, err)
	}
	for round := range rounds {
		busy := b.keepBusy(t, all, p, round)
		// Some commands are under way, at whatever point.
		before := b.commands(t)
		require.Eventually(t, func() bool { return b.commands(t) > before+procurements }, patience, 5*time.Millisecond)
		if round%2 == 0 {
			p.stop()
		} else {
			p.kill()
		}
		busy.Wait()
		p = b.spawnProduct(t, w)
	}
	b.awaitTold(t, 3*healed)
	for _, c := range all {
		require.Eventually(t, func() bool {
			return b.agrees(t, c.Procurement,
				func(process.State) bool { return true })
		}, healed, 100*time.Millisecond)
	}
	var once bool
	b.scan(t, &once, `SELECT (SELECT count(*) FROM events WHERE type = $1) =
		(SELECT count(*) FROM commands WHERE verb = 'vote' AND status = 'done')`, event.TypeOf(event.VoteCast{}))
	require.True(t, once, "each command was carried out once")
}

// removeSchedules leaves the next test on this server without.
func (b *bundle) removeSchedules(t *testing.T) {
	t.Helper()
	for _, workflow := range []string{process.WorkflowReconcile, process.WorkflowCheckpoint, process.WorkflowCleanUp} {
		schedule := b.Service.ScheduleClient().GetHandle(context.WithoutCancel(t.Context()),
			process.ScheduleID(b.TaskQueue(), workflow))
		require.NoError(t, schedule.Delete(context.WithoutCancel(t.Context())))
	}
}

func (b *bundle) commands(t *testing.T) (n int) {
	t.Helper()
	b.scan(t, &n, "SELECT count(*) FROM commands")
	return n
}

// keepBusy has a board member of every consortium vote again and again, until the API is gone.
func (b *bundle) keepBusy(t *testing.T, all []*rig.Consortium, p product, round int) *sync.WaitGroup {
	t.Helper()
	var busy sync.WaitGroup
	for _, c := range all {
		var g gateView
		_, err := c.Lead.Get(t.Context(), c.Path("/phases/needs/gate"), &g)
		require.NoError(t, err)
		voter := p.through(c.Buyers[0].Board)
		busy.Go(func() {
			for n := 0; ; n++ {
				_, err := voter.Act(t.Context(), c.Procurement, string(models.VerbVote), map[string]any{
					"phase": "needs", "digest": g.Digest, "choice": []string{"reject", "abstain"}[n%2],
					"reason": fmt.Sprint(round, n),
				}, nil)
				if _, answered := apiclient.ProblemOf(err); err != nil && !answered {
					return
				}
			}
		})
	}
	return &busy
}

// The Temporal UI shows an act by its verb and a label that says who and on what.
func TestAHistoryTellsActsByTheirVerbs(t *testing.T) {
	t.Parallel()
	b := setup(t, options{})
	b.act(t, b.Lead, models.VerbStart, nil)
	g := b.gate(t, models.PhaseNeeds)
	b.act(t, b.Buyers[1].Board, models.VerbVote,
		map[string]any{"phase": "needs", "digest": g.Digest, "choice": "abstain"})

	var updates, markers, summaries []string
	for _, event := range b.history(t, process.WorkflowID(models.ID(b.Procurement)), b.runs(t)[0]).GetEvents() {
		if accepted := event.GetWorkflowExecutionUpdateAcceptedEventAttributes(); accepted != nil {
			input := accepted.GetAcceptedRequest().GetInput()
			updates = append(updates, input.GetName()+" "+string(input.GetArgs().GetPayloads()[0].GetData()))
		}
		if event.GetEventType() == enumspb.EVENT_TYPE_MARKER_RECORDED && event.GetMarkerRecordedEventAttributes().
			GetMarkerName() == "LocalActivity" {
			markers = append(markers, string(event.GetMarkerRecordedEventAttributes().
				GetDetails()["data"].GetPayloads()[0].GetData()))
			summaries = append(summaries, strings.Trim(string(event.GetUserMetadata().GetSummary().GetData()), `"`))
		}
	}
	require.Len(t, updates, 2)
	require.Contains(t, updates[1], "vote {")
	require.Contains(t, updates[1], `"label":"vote · needs · Buyer 2 (ES)"`)
	require.Len(t, markers, 2)
	require.Contains(t, markers[1], `"ActivityType":"vote"`)
	require.Equal(t, []string{"start · Buyer 1 (FR)", "vote · needs · Buyer 2 (ES)"}, summaries)
}
