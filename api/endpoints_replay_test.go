package api

import (
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
)

// fed is an endpoint with events of a procurement on their way to it.
type fed struct {
	*world

	leader caller
	made   MadeEndpoint
	// sequence gives events their place in the log, relay has them queued, too.
	sequence, relay func()
}

func (w *world) fed() fed {
	w.Helper()
	f := fed{world: w, leader: w.buyer()}
	f.made = w.endpoint(f.leader, newPortal(w).URL)
	f.sequence = w.sequencer()
	f.relay = func() {
		w.Helper()
		f.sequence()
		_, err := w.store.Relay(w.Context())
		require.NoError(w, err)
	}
	w.procurement(f.leader)
	f.relay()
	return f
}

func (f fed) act(action string, body map[string]any, headers ...header) response {
	f.Helper()
	return f.do(f.leader, POST, f.made.Self()+"/actions/"+action, body, headers...)
}

func (f fed) deliveries(query string) []DeliveryView {
	f.Helper()
	var list rest.Page[DeliveryView]
	f.do(f.leader, GET, f.made.Self()+"/deliveries?limit=100&"+query, nil).is(http.StatusOK).into(&list)
	return list.Items
}

// arrive has all that waits arrive.
func (f fed) arrive() {
	f.exec("UPDATE deliveries SET delivered_at = clock_timestamp() WHERE delivered_at IS NULL")
}

func TestWhatHasArrivedIsReplayed(t *testing.T) {
	t.Parallel()
	f := setup(t).fed()
	all := f.deliveries("status=pending")
	require.Greater(t, len(all), 2)
	f.arrive()
	one := all[1].EventID
	var done, again ReplayView
	f.act("replay", map[string]any{"event_id": one}, with(headerIdempotencyKey, "r")).is(http.StatusOK).into(&done)
	require.EqualValues(t, 1, done.Events)
	f.act("replay", map[string]any{"event_id": one}, with(headerIdempotencyKey, "r")).is(http.StatusOK).into(&again)
	require.Equal(t, done, again)
	waiting := f.deliveries("status=pending")
	require.Len(t, waiting, 1)
	require.Equal(t, one, waiting[0].EventID)
	require.Equal(t, 1, waiting[0].Replays)

	f.act("replay", map[string]any{"since": f.made.CreatedAt.Add(-time.Minute)}).is(http.StatusOK).into(&done)
	require.EqualValues(t, len(all)-1, done.Events, "one waits already")
	require.Len(t, f.deliveries("status=pending"), len(all))
	require.Equal(t, 2, f.count(`SELECT count(*) FROM events
		WHERE type = 'endpoint.replayed' AND procurement_id IS NULL AND actor_id = $1`, f.leader.person))
}

func TestWhatIsMissingIsDeliveredAfterAll(t *testing.T) {
	t.Parallel()
	f := setup(t).fed()
	f.arrive()
	f.exec("UPDATE endpoints SET types = '[\"lot\"]'")
	f.procurement(f.leader)
	f.relay()
	require.Empty(t, f.deliveries("status=pending"))
	f.exec("UPDATE endpoints SET types = '[]'")
	f.procurement(f.leader)
	f.sequence()
	var done ReplayView
	f.act("replay", map[string]any{"missing": true}).is(http.StatusOK).into(&done)
	require.Positive(t, done.Events)
	require.False(t, done.More)
	missing := f.deliveries("status=pending")
	require.Len(t, missing, int(done.Events), "what has arrived is not missing")
	f.relay()
	require.Len(t, f.deliveries("status=pending"), 2*len(missing), "what the relay has yet to queue is queued once")
	passed := missing[0].EventID
	f.act("pass", map[string]any{"event_id": passed, "reason": "the receiver cannot read it"}).is(http.StatusOK)
	f.arrive()
	f.act("replay", map[string]any{"missing": true}).is(http.StatusOK).into(&done)
	require.EqualValues(t, 1, done.Events, "what was passed is missing")
	require.Equal(t, passed, f.deliveries("status=pending")[0].EventID)
}

func TestAReplayThatCannotBeIsRefused(t *testing.T) {
	t.Parallel()
	f := setup(t).fed()
	for _, body := range []map[string]any{{}, {"missing": false}, {"missing": true, "since": time.Now()}} {
		f.act("replay", body).is(http.StatusUnprocessableEntity).refused(models.CodeInvalidValue)
	}
	for _, body := range []map[string]any{
		{"event_id": models.NewID(models.PrefixEvent)},
		{"since": time.Now().Add(time.Hour)},
		{"since": time.Now().AddDate(-1, 0, 0)},
	} {
		f.act("replay", body).is(http.StatusUnprocessableEntity).refused(models.CodeInvalidValue)
	}
	f.act("replay", map[string]any{"event_id": "evt_1"}).is(http.StatusUnprocessableEntity).
		refused(models.CodeInvalidID)
	require.Equal(t, 3, f.count("SELECT replays FROM endpoints"), "what had to be looked up counts")
	f.do(f.admin, POST, f.made.Self()+"/actions/replay", map[string]any{"missing": true}).is(http.StatusForbidden)
	f.do(f.personOf(f.leader.organisation), POST, f.made.Self()+"/actions/replay", map[string]any{"missing": true}).
		is(http.StatusNotFound)

	for range models.MostReplays - 3 {
		f.act("replay", map[string]any{"missing": true}).is(http.StatusOK)
	}
	refused := f.act("replay", map[string]any{"missing": true}).is(http.StatusTooManyRequests)
	refused.refused(models.CodeReplayLimit)
	wait, err := strconv.Atoi(refused.Header().Get("Retry-After"))
	require.NoError(t, err)
	require.InDelta(t, models.ReplayWindow.Seconds(), wait, 120)
	f.exec("UPDATE endpoints SET replays_from = replays_from - interval '10 minutes'")
	f.act("replay", map[string]any{"missing": true}).is(http.StatusOK)
}

func TestAReplayOfTooManyEventsIsRefused(t *testing.T) {
	t.Parallel()
	f := setup(t).fed()
	some := f.deliveries("status=pending")
	f.exec(`INSERT INTO events (id, procurement_id, type, actor_id, at, recorded_at, data, canonical)
		SELECT n.id, e.procurement_id, e.type, e.actor_id, e.at, e.recorded_at, e.data,
			convert_to(replace(convert_from(e.canonical, 'UTF8'), e.id, n.id), 'UTF8')
		FROM events e, (SELECT 'evt_00000000-0000-7000-8000-' || lpad(n::text, 12, '0') AS id
			FROM generate_series(1, $2) n) n
		WHERE e.id = $1`, some[0].EventID, store.MostReplayed+1-len(some))
	f.sequence()
	for more := true; more; {
		var err error
		more, err = f.store.Relay(t.Context())
		require.NoError(t, err)
	}
	f.arrive()
	since := map[string]any{"since": f.made.CreatedAt.Add(-time.Minute)}
	refused := f.act("replay", since).is(http.StatusUnprocessableEntity).refused(models.CodeReplayTooLarge)
	require.Equal(t, "/since", refused.Errors[0].Pointer)
	require.Equal(t, "a later instant, or only what is missing", refused.Errors[0].Accepted)
	require.Empty(t, f.deliveries("status=pending"))

	f.exec("UPDATE deliveries SET delivered_at = NULL WHERE event_id = $1", some[0].EventID)
	var done ReplayView
	f.act("replay", since).is(http.StatusOK).into(&done)
	require.EqualValues(t, store.MostReplayed, done.Events, "one waits already")
}

func TestAnEventIsPassedByAPersonWhoSaysWhy(t *testing.T) {
	t.Parallel()
	f := setup(t).fed()
	all := f.deliveries("status=pending")
	first := all[0]
	require.Equal(t, &WaitsView{For: models.WaitsTurn, Behind: int64(len(all) - 1)}, first.Waits)
	require.Equal(t, &WaitsView{For: models.WaitsEvent, EarlierEvent: first.EventID}, all[1].Waits)
	f.exec("UPDATE portal_feeds SET state = 'parked', reason = 'status 400', failures = 10")
	require.Equal(t, models.WaitsPerson, f.deliveries("status=parked")[0].Waits.For)
	require.Len(t, f.deliveries("status=parked"), 1)
	require.Empty(t, f.deliveries("status=retrying"))

	body := map[string]any{"event_id": first.EventID, "reason": "the receiver cannot read it"}
	for reason, status := range map[string]int{"": 422, " ": 422} {
		f.act("pass", map[string]any{"event_id": first.EventID, "reason": reason}).is(status)
	}
	f.act("pass", map[string]any{"event_id": models.NewID(models.PrefixEvent), "reason": "x"}).
		is(http.StatusUnprocessableEntity).refused(models.CodeInvalidValue)
	f.do(f.admin, POST, f.made.Self()+"/actions/pass", body).is(http.StatusForbidden)
	f.do(f.personOf(f.leader.organisation), POST, f.made.Self()+"/actions/pass", body).is(http.StatusNotFound)
	require.Len(t, f.deliveries("status=pending"), len(all))

	var passed, again PassedDeliveryView
	f.act("pass", body, with(headerIdempotencyKey, "p")).is(http.StatusOK).into(&passed)
	require.Equal(t, "passed", passed.Status)
	require.Equal(t, models.PassedPerson, passed.Passed.For)
	require.Equal(t, "the receiver cannot read it", passed.Passed.Reason)
	f.act("pass", body, with(headerIdempotencyKey, "p")).is(http.StatusOK).into(&again)
	require.Equal(t, passed, again)
	f.act("pass", body).is(http.StatusConflict).refused(models.CodeDeliverySettled)
	require.Equal(t, all[1].EventID, f.deliveries("status=pending")[0].EventID)
	require.Equal(t, models.WaitsTurn, f.deliveries("status=pending")[0].Waits.For, "the others go on")
	require.Len(t, f.deliveries("status=passed"), 1)
	require.Equal(t, 1, f.count("SELECT count(*) FROM events WHERE type = 'endpoint.passed' AND actor_id = $1 "+
		"AND procurement_id = $2", f.leader.person, first.ProcurementID))
	require.Zero(t, f.count(`SELECT count(*) FROM events
		WHERE strpos(convert_from(canonical, 'UTF8'), 'cannot read') > 0`), "what a person writes is not in an event")
}

// Who tries an endpoint with a rehearsal is told why nothing comes.
func TestAnEndpointSaysWhatItIsNotSentBecauseOfItsMode(t *testing.T) {
	t.Parallel()
	w := setup(t)
	leader, p, sequence := w.buyer(), newPortal(t), w.sequencer()
	w.procurement(leader)
	played := w.endpoint(leader, p.URL, func(b map[string]any) { b["rehearsals"] = true })
	require.Contains(t, played.Hint, "You lead 1 procurements of the mode live.")
	live := w.endpoint(leader, p.URL)
	require.Empty(t, live.Hint)
	w.procurement(leader)
	sequence()
	_, err := w.store.Relay(t.Context())
	require.NoError(t, err)

	var shown EndpointView
	w.do(leader, GET, played.Self(), nil).is(http.StatusOK).into(&shown)
	require.NotNil(t, shown.NotSent)
	require.Positive(t, shown.NotSent.Events)
	require.NotNil(t, shown.NotSent.LastAt)
	require.Contains(t, shown.NotSent.Why, "rehearsals only")
	var backlog BacklogView
	w.do(leader, GET, played.Self()+"/backlog", nil).is(http.StatusOK).into(&backlog)
	require.Equal(t, shown.NotSent, backlog.NotSent)
	var ping PingView
	w.do(leader, POST, played.Self()+"/actions/ping", nil).is(http.StatusOK).into(&ping)
	require.Equal(t, shown.NotSent, ping.NotSent)
	w.do(w.admin, GET, played.Self(), nil).is(http.StatusOK).into(&shown)
	require.Nil(t, shown.NotSent, "what happens in the owner's procurements is no business of an administrator")
	w.do(leader, GET, live.Self(), nil).is(http.StatusOK).into(&shown)
	require.Nil(t, shown.NotSent)
}

// Whoever asks for changes of one endpoint again and again, while one of them is under way, holds up nobody else.
func TestAnEndpointThatIsBeingChangedHoldsUpNobody(t *testing.T) {
	t.Parallel()
	f := setup(t).fed()
	other := f.endpoint(f.leader, newPortal(t).URL, func(b map[string]any) { b["rehearsals"] = true })
	locked, let := make(chan struct{}), make(chan struct{})
	ended := make(chan error, 1)
	go func() {
		ended <- f.store.InTx(t.Context(), func(tx *store.Tx) error {
			for _, e := range []models.ID{f.made.ID, other.ID} {
				if _, err := tx.LockEndpoint(models.Actor{PersonID: f.leader.person}, e); err != nil {
					close(locked)
					return err
				}
			}
			close(locked)
			<-let
			return nil
		})
	}()
	<-locked
	pass := map[string]any{"event_id": f.deliveries("status=pending")[0].EventID, "reason": "too long"}
	for action, body := range map[string]map[string]any{"replay": {"missing": true}, "pass": pass} {
		refused := f.act(action, body).is(http.StatusConflict)
		refused.refused(models.CodeEndpointBusy)
		require.Equal(t, "1", refused.Header().Get("Retry-After"))
	}
	f.procurement(f.leader)
	f.relay()
	require.Positive(t, f.count("SELECT events FROM unsent_events WHERE endpoint_id = $1", other.ID),
		"the relay goes on meanwhile")
	close(let)
	require.NoError(t, <-ended)
	f.act("replay", map[string]any{"missing": true}).is(http.StatusOK)
}

// What happened before an earlier release disabled an endpoint, and had not been queued for it, is missing as well.
func TestAnEndpointThatWasDisabledGetsAllThatItHasMissed(t *testing.T) {
	t.Parallel()
	f := setup(t).fed()
	f.arrive()
	f.procurement(f.leader)
	f.exec("UPDATE endpoints SET status = 'disabled', ended_at = clock_timestamp()")
	happened := f.count("SELECT count(*) FROM deliveries")
	f.relay()
	require.Equal(t, happened, f.count("SELECT count(*) FROM deliveries"))
	var others []models.ID
	for range models.MostEndpoints {
		others = append(others, models.NewID(models.PrefixEndpoint))
	}
	f.exec(`INSERT INTO endpoints (id, organisation_id, owner_id, url, types, procurements, rehearsals, secret, status,
			since, version, created_at)
		SELECT o, organisation_id, owner_id, url, '["none"]', procurements, rehearsals, secret, 'active', since, 1,
			created_at
		FROM endpoints, unnest($1::text[]) o`, others)
	resume := func() response {
		return f.do(f.leader, POST, f.made.Self()+"/actions/resume", nil, with(headerIfMatch, `"1"`))
	}
	resume().is(http.StatusConflict).refused(models.CodeEndpointLimit)
	f.exec("DELETE FROM endpoints WHERE id = ANY ($1::text[])", others)
	resume().is(http.StatusOK)
	require.Len(t, f.deliveries("status=pending"), happened, "the second procurement is as the first")
}
