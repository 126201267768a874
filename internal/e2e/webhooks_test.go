package e2e

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/apiclient"
	"github.com/ppi-engine/ppi/internal/rig"
	"github.com/ppi-engine/ppi/internal/store/pgtest"
	"github.com/ppi-engine/ppi/internal/webhook"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// A receiver that fails every third time, runs that hand over all the while, two procurements and two workers at
// once: what is not hidden arrives, each event once by its webhook-id, in the order of the feed.
func TestWebhooksArriveOnceInTheOrderOfTheFeed(t *testing.T) {
	t.Parallel()
	b := setup(t, options{webhooks: quick, maxEvents: 25})
	b.startWorker(t)
	b.settle(t)
	all, some := newPortal(t), newPortal(t)
	faulty := func(n int, _ heard) int {
		if n%3 == 0 {
			return http.StatusServiceUnavailable
		}
		return http.StatusNoContent
	}
	all.answers(faulty)
	some.answers(faulty)
	start := now(t, b.Lead)
	b.endpoint(t, all, nil)
	b.endpoint(t, some, map[string]any{
		"types":        []string{"entry", "motion.moved"},
		"procurements": []string{b.Procurement},
	})
	second := b.another(t, models.ModeLive)

	b.act(t, b.Lead, models.VerbStart, nil)
	b.writeNeeds(t)
	b.suspend(t)
	b.move(t, models.VerbResume, map[string]any{"reason": "the water is gone"})
	b.approve(t, models.PhaseNeeds)

	b.awaitSent(t, all, start)
	other := bundle{Rig: b.Rig, Consortium: second, database: b.database}
	other.awaitSent(t, all, start)
	narrow := sentOf(feed(t, b.Lead, b.Path("/events?type=entry,motion.moved"), start))
	require.Greater(t, len(narrow), 5)
	require.Eventually(t, func() bool { return len(some.taken(b.Procurement)) >= len(narrow) }, patience,
		20*time.Millisecond)
	require.Equal(t, narrow, some.taken(b.Procurement))
	require.Empty(t, some.taken(second.Procurement))
	for _, p := range []*portal{all, some} {
		p.requireGenuine(t)
		once := map[string]int{}
		for _, m := range p.all() {
			if m.taken {
				once[m.id()]++
			}
		}
		for id, n := range once {
			require.Equal(t, 1, n, "%s was taken and came again", id)
		}
	}
	require.Greater(t, len(all.all()), len(all.taken(b.Procurement)), "some had to be repeated")
}

// another drafts a procurement of the same lead.
func (b *bundle) another(t *testing.T, mode models.Mode) *rig.Consortium {
	t.Helper()
	var p entry
	_, err := b.Lead.Post(t.Context(), "/v1/procurements", map[string]any{
		"title": models.Text{"en": "Quiet trains"}, "languages": []string{"en"}, "mode": mode, "zone": "Europe/Paris",
	}, &p)
	require.NoError(t, err)
	c := *b.Consortium
	c.Procurement = string(p.ID)
	return &c
}

func TestAFailingReceiverIsTriedWithGrowingPausesAndThenWaitsForAPerson(t *testing.T) {
	t.Parallel()
	b := setup(t, options{webhooks: quick})
	b.settle(t)
	p, start := newPortal(t), now(t, b.Lead)
	id := b.endpoint(t, p, nil)
	p.answers(always(http.StatusInternalServerError))
	b.change(t, 3)
	b.awaitParked(t, id)

	pauses := webhook.StandardSchedule().Scaled(quick.Pace)
	tries := p.all()
	require.Len(t, tries, len(pauses)+1)
	for i, pause := range pauses {
		require.GreaterOrEqual(t, tries[i+1].at.Sub(tries[i].at), pause, "pause %d", i+1)
		require.Equal(t, tries[0].id(), tries[i+1].id())
	}
	waiting := b.deliveries(t, id, "pending")
	require.Len(t, waiting, 3)
	require.Len(t, waiting[0].Attempts, len(tries))
	require.Empty(t, waiting[1].Attempts, "what follows waits")
	require.Equal(t, 3, b.backlog(t, id).Pending)

	task := b.task(t, models.TaskFeedParked)
	require.Equal(t, taskView{Kind: models.TaskFeedParked, SubjectID: id, Status: "open", Detail: map[string]any{
		"event_id": tries[0].id(), "reason": "status 500", "attempts": 10.0,
	}}, task)
	b.settle(t)
	parked := feed(t, b.Buyers[1].Board, b.Path("/events?type=endpoint"), start)
	require.Len(t, parked, 1)
	require.Equal(t, event.TypeOf(event.EndpointParked{}), parked[0].Type)
	require.Equal(t, id, parked[0].Data["endpoint_id"])
	b.change(t, 1)
	b.settle(t)
	require.Len(t, p.all(), len(tries), "nothing is tried until a person goes on")

	p.answers(always(http.StatusOK))
	b.actOn(t, id, "resume", nil)
	require.Len(t, b.awaitSent(t, p, start), 4)
	p.requireGenuine(t)
	require.Equal(t, "done", b.task(t, models.TaskFeedParked).Status)
	require.Equal(t, 1, b.countEvents(t, event.EndpointUnparked{}))
	require.Equal(t, backlog{Parked: []string{}}, b.backlog(t, id))
	b.saveFeed(t, id, "portalfeed-parked")
}

func TestAReceiverThatAnswersTooLateGetsTheSameAgain(t *testing.T) {
	t.Parallel()
	b := setup(t, options{webhooks: rig.Webhooks{Pace: quick.Pace, Timeout: 300 * time.Millisecond}})
	b.settle(t)
	p, start := newPortal(t), now(t, b.Lead)
	p.answers(func(n int, _ heard) int {
		if n <= 2 {
			return 0
		}
		return http.StatusOK
	})
	id := b.endpoint(t, p, nil)
	b.change(t, 2)
	ids := b.awaitSent(t, p, start)
	require.Len(t, ids, 2)
	p.requireGenuine(t)
	var heard []string
	for _, m := range p.all() {
		heard = append(heard, m.id())
	}
	require.Equal(t, []string{ids[0], ids[0], ids[0], ids[1]}, heard)
	require.Eventually(t, func() bool { return b.backlog(t, id).Pending == 0 }, patience, 20*time.Millisecond)
	attempts := b.deliveries(t, id, "delivered")[0].Attempts
	require.Len(t, attempts, 3)
	require.Equal(t, models.FaultTimeout, attempts[0].Fault)
	require.Empty(t, attempts[2].Fault)
	b.saveFeed(t, id, "portalfeed-retried")
}

// 410 may be a mistake, and a receiver that is set up anew answers it for a while: a person is asked, nothing is lost.
func TestAReceiverThatIsGoneWaitsForAPersonAndLosesNothing(t *testing.T) {
	t.Parallel()
	b := setup(t, options{webhooks: quick})
	b.settle(t)
	p, start := newPortal(t), now(t, b.Lead)
	p.answers(always(http.StatusGone))
	id := b.endpoint(t, p, nil)
	b.change(t, 2)
	var e struct {
		Status  string
		Because string `json:"paused_because"`
	}
	require.Eventually(t, func() bool {
		_, err := b.Lead.Get(t.Context(), "/v1/endpoints/"+id, &e)
		return err == nil && e.Because == models.PausedGone
	}, patience, 20*time.Millisecond)
	require.Equal(t, string(models.EndpointPaused), e.Status)
	require.Len(t, p.all(), 1)
	require.Equal(t, id, b.task(t, models.TaskEndpointGone).SubjectID)
	require.Equal(t, 1, b.countEvents(t, event.EndpointGone{}))
	p.answers(always(http.StatusOK))
	b.change(t, 3)
	b.settle(t)
	require.Equal(t, 5, b.backlog(t, id).Pending, "what happens meanwhile is kept")
	require.Len(t, p.all(), 1)

	b.actOn(t, id, "resume", nil)
	require.Len(t, b.awaitSent(t, p, start), 5)
	require.Equal(t, "done", b.task(t, models.TaskEndpointGone).Status)
}

func TestPausedFeedsKeepWhatHappensAndGoOn(t *testing.T) {
	t.Parallel()
	b := setup(t, options{webhooks: quick})
	b.settle(t)
	p, start := newPortal(t), now(t, b.Lead)
	id := b.endpoint(t, p, nil)
	b.change(t, 1)
	b.awaitSent(t, p, start)
	b.actOn(t, id, "pause", nil)
	b.change(t, 3)
	b.settle(t)
	require.Equal(t, 3, b.backlog(t, id).Pending)
	require.Len(t, p.all(), 1)
	b.actOn(t, id, "resume", nil)
	require.Len(t, b.awaitSent(t, p, start), 4)
}

func TestBothSecretsSignUntilTheOverlapIsOver(t *testing.T) {
	t.Parallel()
	b := setup(t, options{webhooks: quick})
	b.settle(t)
	p, start := newPortal(t), now(t, b.Lead)
	id := b.endpoint(t, p, nil)
	former := p.verifier
	var made struct{ Secret string }
	b.actOn(t, id, "rotate", &made)
	p.trust(t, made.Secret)
	verify := func(m heard) (byFormer, byNew bool) {
		return former.Verify(m.body, m.header) == nil, p.verifier.Verify(m.body, m.header) == nil
	}
	b.change(t, 1)
	b.awaitSent(t, p, start)
	byFormer, byNew := verify(p.all()[0])
	require.True(t, byFormer)
	require.True(t, byNew)

	conn := pgtest.Connect(t, b.database.Superuser)
	ended, err := conn.Exec(t.Context(), "UPDATE endpoints SET former_until = clock_timestamp() WHERE id = $1 AND "+
		"former_until > clock_timestamp() + interval '23 hours'", id)
	require.NoError(t, err)
	require.EqualValues(t, 1, ended.RowsAffected(), "both sign for a day")
	b.change(t, 1)
	b.awaitSent(t, p, start)
	byFormer, byNew = verify(p.all()[1])
	require.False(t, byFormer)
	require.True(t, byNew)
}

func TestLiveEndpointsHearNothingOfRehearsalsNorTheOtherWayRound(t *testing.T) {
	t.Parallel()
	b := setup(t, options{webhooks: quick})
	rehearsal := bundle{Rig: b.Rig, Consortium: b.another(t, models.ModeRehearsal), database: b.database}
	b.settle(t)
	live, played, start := newPortal(t), newPortal(t), now(t, b.Lead)
	b.endpoint(t, live, nil)
	b.endpoint(t, played, map[string]any{"rehearsals": true})
	_, problem := do(t, b.Lead, apiclient.Request{
		Path: "/v1/endpoints", In: map[string]any{"url": live.URL, "procurements": []string{rehearsal.Procurement}},
	})
	require.Equal(t, http.StatusUnprocessableEntity, problem.Status)

	for range 3 {
		b.change(t, 1)
		rehearsal.change(t, 1)
	}
	require.Len(t, b.awaitSent(t, live, start), 3)
	require.Len(t, rehearsal.awaitSent(t, played, start), 3)
	for p, mode := range map[*portal]models.Mode{live: models.ModeLive, played: models.ModeRehearsal} {
		p.requireGenuine(t)
		require.False(t, slices.ContainsFunc(p.all(), func(m heard) bool { return m.Data.Mode != mode }))
		require.Len(t, p.all(), 3)
	}
	var wrong int
	conn := pgtest.Connect(t, b.database.Superuser)
	require.NoError(t, conn.QueryRow(t.Context(),
		`SELECT count(*) FROM deliveries d JOIN endpoints e ON e.id = d.endpoint_id
		JOIN procurements p ON p.id = d.procurement_id WHERE e.rehearsals <> (p.mode = 'rehearsal')`).Scan(&wrong))
	require.Zero(t, wrong, "nothing waits to be sent either")
}
