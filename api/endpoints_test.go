package api

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
)

// A portal receives webhooks on this machine.
type portal struct {
	*httptest.Server

	mu       sync.Mutex
	status   int
	received []received
}

type received struct {
	header http.Header
	body   []byte
}

func newPortal(t testing.TB) *portal {
	t.Helper()
	p := &portal{status: http.StatusOK}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		p.received = append(p.received, received{r.Header, body})
		w.WriteHeader(p.status)
		_, _ = io.WriteString(w, "inside")
	}))
	t.Cleanup(p.Close)
	return p
}

func (w *world) endpoint(c caller, url string, change ...func(map[string]any)) MadeEndpoint {
	w.Helper()
	body := map[string]any{"url": url}
	for _, f := range change {
		f(body)
	}
	var made MadeEndpoint
	w.do(c, POST, "/v1/endpoints", body).is(http.StatusCreated).into(&made)
	return made
}

func TestAnEndpointIsRegisteredWithASecretShownOnce(t *testing.T) {
	t.Parallel()
	w := setup(t)
	leader, p := w.buyer(), newPortal(t)
	body := map[string]any{"url": p.URL, "description": "Portal", "types": []string{"lot", "procurement.published"}}
	key := with(headerIdempotencyKey, "k")
	var made, again MadeEndpoint
	w.do(leader, POST, "/v1/endpoints", body, key).is(http.StatusCreated).into(&made)
	require.True(t, strings.HasPrefix(made.Secret, "whsec_"))
	require.Equal(t, models.EndpointActive, made.Status)
	require.False(t, made.Rehearsals)
	w.do(leader, POST, "/v1/endpoints", body, key).is(http.StatusCreated).into(&again)
	require.Empty(t, again.Secret)
	require.NotEmpty(t, again.Note)
	require.Equal(t, made.EndpointView, again.EndpointView)

	secret := strings.TrimPrefix(made.Secret, "whsec_")
	for _, column := range []string{
		"SELECT count(*) FROM requests WHERE strpos(body::text, $1) > 0",
		"SELECT count(*) FROM events WHERE strpos(convert_from(canonical, 'UTF8'), $1) > 0",
		`SELECT count(*) FROM endpoints
			WHERE strpos(encode(secret, 'base64'), $1) > 0 OR encode(secret, 'escape') LIKE '%' || $1 || '%'`,
	} {
		require.Zero(t, w.count(column, secret))
	}
	require.NotContains(t, w.logged(), secret)
	require.Equal(t, 1,
		w.count("SELECT count(*) FROM events WHERE type = 'endpoint.created' AND procurement_id IS NULL"))
	var shown EndpointView
	w.do(leader, GET, made.Self(), nil).is(http.StatusOK).into(&shown)
	require.Equal(t, p.URL, shown.URL)
	var all rest.Page[EndpointView]
	w.do(leader, GET, "/v1/endpoints", nil).is(http.StatusOK).into(&all)
	require.Len(t, all.Items, 1)
}

func TestAnEndpointThatCannotBeIsRefused(t *testing.T) {
	t.Parallel()
	w := setup(t)
	leader, p := w.buyer(), newPortal(t)
	mine, others := w.procurement(leader), w.procurement(w.buyer())
	for field, body := range map[string]map[string]any{
		"/url":                   {"url": "http://10.0.0.1/"},
		"/url ":                  {"url": "https://[::1]/"},
		"/types":                 {"url": p.URL, "types": []string{"Lot"}},
		"/procurements":          {"url": p.URL, "procurements": []string{"prc_1"}},
		"/procurements not mine": {"url": p.URL, "procurements": []models.ID{mine.ID, others.ID}},
		"/rehearsals":            {"url": p.URL, "procurements": []models.ID{mine.ID}, "rehearsals": true},
	} {
		problem := rest.Problem{}
		w.do(leader, POST, "/v1/endpoints", body).is(http.StatusUnprocessableEntity).into(&problem)
		require.Equal(t, strings.Fields(field)[0], problem.Errors[0].Pointer)
		require.NotContains(t, problem.Detail, "10.0.0.1")
	}
	w.do(w.organisation(models.OrganisationEconomicOperator), POST, "/v1/endpoints", map[string]any{"url": p.URL}).
		is(http.StatusForbidden).refused(models.CodeForbidden)
	w.endpoint(leader, p.URL, func(b map[string]any) { b["procurements"] = []models.ID{mine.ID} })
	for range models.MostEndpoints - 1 {
		w.endpoint(leader, p.URL)
	}
	w.do(leader, POST, "/v1/endpoints", map[string]any{"url": p.URL}).is(http.StatusConflict).
		refused(models.CodeEndpointLimit)
}

func TestAnEndpointIsItsOwners(t *testing.T) {
	t.Parallel()
	w := setup(t)
	leader, p := w.buyer(), newPortal(t)
	made := w.endpoint(leader, p.URL)
	for _, c := range []caller{w.buyer(), w.personOf(leader.organisation)} {
		w.do(c, GET, made.Self(), nil).is(http.StatusNotFound)
		w.do(c, PATCH, made.Self(), map[string]any{"url": p.URL}).is(http.StatusNotFound)
		w.do(c, DELETE, made.Self(), nil).is(http.StatusNotFound)
		for _, action := range []string{"rotate", "ping", "pause", "resume"} {
			w.do(c, POST, made.Self()+"/actions/"+action, nil).is(http.StatusNotFound)
		}
	}
	// An administrator can stop it but neither turn it elsewhere nor see what goes there.
	var shown EndpointView
	w.do(w.admin, GET, made.Self(), nil).is(http.StatusOK).into(&shown)
	require.Empty(t, shown.URL)
	w.do(w.admin, PATCH, made.Self(), map[string]any{"url": p.URL}).is(http.StatusForbidden)
	w.do(w.admin, GET, made.Self()+"/deliveries", nil).is(http.StatusForbidden)
	w.do(w.admin, GET, made.Self()+"/backlog", nil).is(http.StatusForbidden)
	w.do(w.admin, POST, made.Self()+"/actions/rotate", nil).is(http.StatusForbidden)
	w.do(w.admin, POST, made.Self()+"/actions/ping", nil).is(http.StatusForbidden)
	w.do(w.admin, POST, made.Self()+"/actions/pause", nil).is(http.StatusOK)
	w.do(w.admin, DELETE, made.Self(), nil).is(http.StatusNoContent)
	require.Equal(t, 1, w.count("SELECT count(*) FROM endpoints WHERE status = 'removed' AND secret IS NULL"))
}

func TestAnEndpointIsChangedOnTheVersionItsOwnerSaw(t *testing.T) {
	t.Parallel()
	w := setup(t)
	leader, p := w.buyer(), newPortal(t)
	made := w.endpoint(leader, p.URL)
	var now EndpointView
	w.do(leader, PATCH, made.Self(), map[string]any{"types": []string{"lot"}, "description": "x"},
		with(headerIfMatch, `"1"`)).is(http.StatusOK).into(&now)
	require.Equal(t, []string{"lot"}, now.Types)
	require.EqualValues(t, 2, now.Version)
	w.do(leader, PATCH, made.Self(), map[string]any{"types": []string{}}, with(headerIfMatch, `"1"`)).
		is(http.StatusPreconditionFailed)
	w.do(leader, PATCH, made.Self(), map[string]any{"url": "https://127.0.0.2.invalid/"}).
		is(http.StatusUnprocessableEntity)
	w.do(leader, PATCH, made.Self(), map[string]any{"url": p.URL + "/other"}).is(http.StatusOK).into(&now)
	require.Equal(t, p.URL+"/other", now.URL)
	w.do(leader, POST, made.Self()+"/actions/rotate", nil, with(headerIfMatch, `"1"`)).is(http.StatusPreconditionFailed)
	w.do(leader, DELETE, made.Self(), nil, with(headerIfMatch, `"1"`)).is(http.StatusPreconditionFailed)
	w.do(leader, DELETE, made.Self(), nil).is(http.StatusNoContent)
	w.do(leader, GET, made.Self(), nil).is(http.StatusNotFound)
}

func TestAPingReachesTheEndpointSignedWithBothSecrets(t *testing.T) {
	t.Parallel()
	w := setup(t)
	leader, p := w.buyer(), newPortal(t)
	made := w.endpoint(leader, p.URL)
	var rotated MadeEndpoint
	w.do(leader, POST, made.Self()+"/actions/rotate", nil).is(http.StatusOK).into(&rotated)
	require.NotEqual(t, made.Secret, rotated.Secret)
	require.WithinDuration(t, time.Now().Add(24*time.Hour), *rotated.FormerUntil, time.Minute)

	var ping, again PingView
	w.do(leader, POST, made.Self()+"/actions/ping", nil, with(headerIdempotencyKey, "p")).is(http.StatusOK).into(&ping)
	require.True(t, ping.Delivered)
	require.Equal(t, http.StatusOK, ping.Status)
	w.do(leader, POST, made.Self()+"/actions/ping", nil, with(headerIdempotencyKey, "p")).is(http.StatusOK).into(&again)
	require.Equal(t, ping, again)
	require.Len(t, p.received, 1, "a repeat sends nothing")
	for _, secret := range []string{made.Secret, rotated.Secret} {
		verifier, err := standardwebhooks.NewWebhook(secret)
		require.NoError(t, err)
		require.NoError(t, verifier.Verify(p.received[0].body, p.received[0].header))
	}
	require.True(t, bytes.Contains(p.received[0].body, []byte(`"type":"endpoint.ping"`)))

	p.mu.Lock()
	p.status = http.StatusInternalServerError
	p.mu.Unlock()
	w.do(leader, POST, made.Self()+"/actions/ping", nil).is(http.StatusOK).into(&ping)
	require.False(t, ping.Delivered)
	require.Equal(t, models.FaultStatus, ping.Fault)
	require.Empty(t, ping.Answer, "what is said inside is not told")
}

func TestPausedAndParkedFeedsGoOnWhenResumed(t *testing.T) {
	t.Parallel()
	w := setup(t)
	sequence := w.sequencer()
	leader, p := w.buyer(), newPortal(t)
	made := w.endpoint(leader, p.URL)
	procurement := w.procurement(leader)
	sequence()
	_, err := w.store.Relay(t.Context())
	require.NoError(t, err)
	untold := func() int {
		w.exec("UPDATE portal_feeds SET waking_until = NULL")
		calls, err := w.store.ToWake(t.Context(), 10)
		require.NoError(t, err)
		return len(calls)
	}
	require.Equal(t, 1, untold())
	var view EndpointView
	w.do(leader, POST, made.Self()+"/actions/pause", nil).is(http.StatusOK).into(&view)
	require.Equal(t, models.EndpointPaused, view.Status)
	require.Zero(t, untold())
	w.do(leader, POST, made.Self()+"/actions/resume", nil).is(http.StatusOK).into(&view)
	require.Equal(t, models.EndpointActive, view.Status)
	require.Equal(t, 1, untold())

	feed := store.PortalFeed{EndpointID: made.ID, ProcurementID: procurement.ID}
	require.NoError(t, w.store.InTx(t.Context(), func(tx *store.Tx) error {
		_, _, err := tx.RaiseTask(procurement.ID, models.TaskFeedParked, string(made.ID), nil, time.Now())
		require.NoError(t, err)
		return tx.ParkFeed(feed, 10, "status 500")
	}))
	var backlog BacklogView
	w.do(leader, GET, made.Self()+"/backlog", nil).is(http.StatusOK).into(&backlog)
	require.Equal(t, BacklogView{
		Pending: 3, Parked: []models.ID{procurement.ID}, Status: models.EndpointActive,
	}, backlog)
	require.Zero(t, untold())
	w.do(leader, POST, made.Self()+"/actions/resume", nil).is(http.StatusOK)
	require.Equal(t, 1, untold())
	require.Equal(t, 1, w.count("SELECT count(*) FROM tasks WHERE done_at IS NOT NULL"))
	require.Equal(t, 1, w.count("SELECT count(*) FROM events WHERE type = 'endpoint.unparked' AND procurement_id = $1",
		procurement.ID))

	var list rest.Page[DeliveryView]
	w.do(leader, GET, made.Self()+"/deliveries?limit=2&status=pending", nil).is(http.StatusOK).into(&list)
	require.Len(t, list.Items, 2)
	w.do(leader, GET, made.Self()+"/deliveries?limit=2&status=pending&cursor="+list.NextCursor, nil).is(http.StatusOK).
		into(&list)
	require.Len(t, list.Items, 1)
	require.Equal(t, "pending", list.Items[0].Status)
	w.do(leader, GET, made.Self()+"/deliveries?status=delivered", nil).is(http.StatusOK).into(&list)
	require.Empty(t, list.Items)
	w.do(leader, GET, made.Self()+"/deliveries?procurement="+string(models.NewID(models.PrefixProcurement)), nil).
		is(http.StatusOK).into(&list)
	require.Empty(t, list.Items)
}

// An endpoint that an earlier release disabled is as it was until its owner resumes it.
func TestAnEndpointThatWasDisabledIsResumed(t *testing.T) {
	t.Parallel()
	w := setup(t)
	leader, p := w.buyer(), newPortal(t)
	made := w.endpoint(leader, p.URL)
	w.exec("UPDATE endpoints SET status = 'disabled', ended_at = clock_timestamp()")
	var shown EndpointView
	w.do(leader, GET, made.Self(), nil).is(http.StatusOK).into(&shown)
	require.Equal(t, models.EndpointDisabled, shown.Status)
	require.NotNil(t, shown.EndedAt)
	w.do(leader, POST, made.Self()+"/actions/pause", nil).is(http.StatusConflict).refused(models.CodeEndpointDisabled)
	w.do(leader, POST, made.Self()+"/actions/replay", map[string]any{"missing": true}).is(http.StatusConflict).
		refused(models.CodeEndpointDisabled)
	w.do(leader, PATCH, made.Self(), map[string]any{"url": p.URL + "/other"}).is(http.StatusOK)
	w.do(leader, POST, made.Self()+"/actions/rotate", nil).is(http.StatusOK)
	w.do(leader, POST, made.Self()+"/actions/ping", nil).is(http.StatusOK)

	procurement, sequence := w.procurement(leader), w.sequencer() // nobody kept these events for it
	sequence()
	_, err := w.store.Relay(t.Context())
	require.NoError(t, err)
	waiting := func() int {
		return w.count("SELECT count(*) FROM deliveries WHERE procurement_id = $1 AND delivered_at IS NULL",
			procurement.ID)
	}
	require.Zero(t, waiting())
	w.do(leader, POST, made.Self()+"/actions/resume", nil).is(http.StatusOK).into(&shown)
	require.Equal(t, models.EndpointActive, shown.Status)
	require.Nil(t, shown.EndedAt)
	require.Positive(t, waiting(), "it gets what it has missed")
}
