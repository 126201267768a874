package e2e

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/apiclient"
	"github.com/ppi-engine/ppi/internal/rig"
	"github.com/ppi-engine/ppi/internal/store/pgtest"
	"github.com/ppi-engine/ppi/models"
)

// quick shortens the pauses between attempts so that all ten take three seconds instead of three days.
var quick = rig.Webhooks{Pace: 0.00001}

// A portal receives webhooks on this machine and verifies them with a library that is not ours.
type portal struct {
	*httptest.Server

	mu       sync.Mutex
	verifier *standardwebhooks.Webhook
	answer   answerer
	heard    []heard
	// redirect is where answers that redirect lead.
	redirect string
}

// An answerer decides on the n-th message, counted from 1; 0 lets the sender wait until it gives up.
type answerer func(n int, m heard) (status int)

// heard is a message as it came in.
type heard struct {
	at     time.Time
	header http.Header
	body   []byte
	taken  bool
	forged bool

	Type models.EventType `json:"type"`
	Data struct {
		Event       string            `json:"event"`
		Procurement string            `json:"procurement"`
		Mode        models.Mode       `json:"mode"`
		Subjects    map[string]string `json:"subjects"`
	} `json:"data"`
}

func (m heard) id() string { return m.header.Get(standardwebhooks.HeaderWebhookID) }

func always(status int) answerer { return func(int, heard) int { return status } }

func newPortal(t *testing.T) *portal {
	t.Helper()
	p := &portal{answer: always(http.StatusOK)}
	p.Server = httptest.NewServer(http.HandlerFunc(p.receive))
	t.Cleanup(p.Close)
	return p
}

func (p *portal) receive(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the sender broke off
	}
	n, m, answer := p.hear(r.Header, body)
	status := answer(n, m)
	if status == 0 {
		<-r.Context().Done()
		return
	}
	p.mu.Lock()
	p.heard[n-1].taken = status < 300
	if status >= 300 && status < 400 {
		w.Header().Set("Location", p.redirect)
	}
	p.mu.Unlock()
	w.WriteHeader(status)
}

func (p *portal) hear(header http.Header, body []byte) (n int, m heard, answer answerer) {
	p.mu.Lock()
	defer p.mu.Unlock()
	m = heard{at: time.Now(), header: header, body: body}
	m.forged = p.verifier == nil || p.verifier.Verify(body, header) != nil || json.Unmarshal(body, &m) != nil
	p.heard = append(p.heard, m)
	return len(p.heard), m, p.answer
}

func (p *portal) answers(a answerer) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answer = a
}

// all are the messages so far, repeats too.
func (p *portal) all() []heard {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.heard)
}

// taken lists the IDs of the messages of a procurement in the order in which each was first taken.
func (p *portal) taken(procurement string) []string {
	ids := []string{}
	for _, m := range p.all() {
		if m.taken && m.Data.Procurement == procurement && !slices.Contains(ids, m.id()) {
			ids = append(ids, m.id())
		}
	}
	return ids
}

// requireGenuine asks that every message was signed, said its event's ID, and was repeated word for word.
func (p *portal) requireGenuine(t *testing.T) {
	t.Helper()
	bodies := map[string]string{}
	for _, m := range p.all() {
		require.False(t, m.forged, "%s", m.body)
		require.Equal(t, m.Data.Event, m.id())
		if said, ok := bodies[m.id()]; ok {
			require.Equal(t, said, string(m.body))
		}
		bodies[m.id()] = string(m.body)
	}
}

// endpoint registers the portal for the lead procurer.
func (b *bundle) endpoint(t *testing.T, p *portal, change map[string]any) string {
	t.Helper()
	body := map[string]any{"url": p.URL + "/hook?tenant=7"}
	maps.Copy(body, change)
	var made struct{ ID, Secret string }
	_, err := b.Lead.Post(t.Context(), "/v1/endpoints", body, &made)
	require.NoError(t, err)
	p.trust(t, made.Secret)
	return made.ID
}

func (p *portal) trust(t *testing.T, secret string) {
	t.Helper()
	verifier, err := standardwebhooks.NewWebhook(secret)
	require.NoError(t, err)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.verifier = verifier
}

// change has the lead procurer change the draft so many times, an event each.
func (b *bundle) change(t *testing.T, times int) {
	t.Helper()
	for i := range times {
		zone := []string{"Europe/Rome", "Europe/Paris", "Europe/Madrid"}[i%3]
		_, problem := do(t, b.Lead, apiclient.Request{
			Method: http.MethodPatch, Path: b.Path(""),
			In: map[string]any{"zone": zone}, IfMatch: "*",
		})
		require.Nil(t, problem)
	}
}

// settleLog waits until every event has its place in the log.
func (b *bundle) settleLog(t *testing.T) {
	t.Helper()
	conn := pgtest.Connect(t, b.database.Superuser)
	require.Eventually(t, func() bool {
		var placed bool
		err := conn.QueryRow(t.Context(), "SELECT (SELECT count(*) FROM events) = (SELECT count(*) FROM event_log)").
			Scan(&placed)
		return err == nil && placed
	}, patience, 20*time.Millisecond)
}

// settle waits until every event has its place in the log and was given to the endpoints that want it.
func (b *bundle) settle(t *testing.T) {
	t.Helper()
	conn := pgtest.Connect(t, b.database.Superuser)
	require.Eventually(t, func() bool {
		var placed, relayed bool
		err := conn.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM events) = (SELECT count(*) FROM event_log),
			position = (SELECT max(position) FROM event_log) FROM webhook_relay`).Scan(&placed, &relayed)
		return err == nil && placed && relayed
	}, patience, 20*time.Millisecond)
}

type feedItem struct {
	ID          string           `json:"id"`
	Type        models.EventType `json:"type"`
	Procurement string           `json:"procurement"`
	Mode        models.Mode      `json:"mode"`
	Data        map[string]any   `json:"data"`
	Cursor      string           `json:"cursor"`
}

// sent tells whether an event of the feed is one that endpoints are told of.
func (e feedItem) sent() bool {
	subject, _, _ := strings.Cut(string(e.Type), ".")
	return subject != "endpoint" && subject != "tender" && subject != "question" &&
		(subject != "role" || e.Data["role"] != "supplier")
}

type feedPage struct {
	Items      []feedItem `json:"items"`
	NextCursor string     `json:"next_cursor"`
}

// feed reads all that somebody sees at a path of the feed, such as /v1/events?type=lot, after a cursor.
func feed(t *testing.T, who *apiclient.Client, path, after string) []feedItem {
	t.Helper()
	all, join := []feedItem{}, "?"
	if strings.Contains(path, "?") {
		join = "&"
	}
	for {
		var page feedPage
		_, err := who.Get(t.Context(), path+join+"limit=50&after="+after, &page)
		require.NoError(t, err)
		if len(page.Items) == 0 {
			return all
		}
		all, after = append(all, page.Items...), page.NextCursor
	}
}

// now is the cursor behind all that happened so far.
func now(t *testing.T, who *apiclient.Client) string {
	t.Helper()
	var page feedPage
	_, err := who.Get(t.Context(), "/v1/events?after=now", &page)
	require.NoError(t, err)
	return page.NextCursor
}

// sentOf lists the IDs of the events of the feed that endpoints are told of.
func sentOf(items []feedItem) []string {
	ids := []string{}
	for _, e := range items {
		if e.sent() {
			ids = append(ids, e.ID)
		}
	}
	return ids
}

// awaitSent waits until the portal has taken what the feed holds of the procurement after a cursor, and asks
// that it was this, in order, and nothing else.
func (b *bundle) awaitSent(t *testing.T, p *portal, after string) (ids []string) {
	t.Helper()
	return b.awaitSentWithin(t, p, after, patience)
}

func (b *bundle) awaitSentWithin(t *testing.T, p *portal, after string, limit time.Duration) (ids []string) {
	t.Helper()
	b.settle(t)
	ids = sentOf(feed(t, b.Lead, b.Path("/events"), after))
	require.NotEmpty(t, ids)
	require.Eventually(t, func() bool { return len(p.taken(b.Procurement)) >= len(ids) }, limit, 20*time.Millisecond,
		"not all %d events arrive", len(ids))
	require.Equal(t, ids, p.taken(b.Procurement))
	return ids
}

type backlog struct {
	Pending int      `json:"pending"`
	Parked  []string `json:"parked"`
}

func (b *bundle) backlog(t *testing.T, endpoint string) (l backlog) {
	t.Helper()
	_, err := b.Lead.Get(t.Context(), "/v1/endpoints/"+endpoint+"/backlog", &l)
	require.NoError(t, err)
	return l
}

func (b *bundle) awaitParked(t *testing.T, endpoint string) {
	t.Helper()
	require.Eventually(t, func() bool { return slices.Contains(b.backlog(t, endpoint).Parked, b.Procurement) },
		patience, 20*time.Millisecond)
}

type delivery struct {
	EventID string `json:"event_id"`
	Status  string `json:"status"`
	Passed  struct {
		For    string `json:"for"`
		Reason string `json:"reason"`
	} `json:"passed"`
	Waits struct {
		For           string    `json:"for"`
		NextAttemptAt time.Time `json:"next_attempt_at"`
		Behind        int       `json:"behind"`
	} `json:"waits"`
	Delivered    time.Time `json:"delivered_at"`
	AttemptsMade int       `json:"attempts_made"`
	Attempts     []struct {
		StartedAt time.Time            `json:"started_at"`
		Status    int                  `json:"status"`
		Fault     models.DeliveryFault `json:"fault"`
		Answer    string               `json:"answer"`
	} `json:"attempts"`
}

func (b *bundle) deliveries(t *testing.T, endpoint, status string) []delivery {
	t.Helper()
	var page struct {
		Items []delivery `json:"items"`
	}
	_, err := b.Lead.Get(t.Context(), "/v1/endpoints/"+endpoint+"/deliveries?limit=100&status="+status, &page)
	require.NoError(t, err)
	return page.Items
}

// actOn does something to an endpoint that must succeed.
func (b *bundle) actOn(t *testing.T, endpoint, action string, out any) {
	t.Helper()
	b.ask(t, endpoint, action, nil, out)
}

// ask is [bundle.actOn] with a body.
func (b *bundle) ask(t *testing.T, endpoint, action string, in, out any) {
	t.Helper()
	_, problem := do(t, b.Lead, apiclient.Request{
		Path:    "/v1/endpoints/" + endpoint + "/actions/" + action,
		IfMatch: "*", In: in, Out: out,
	})
	require.Nil(t, problem)
}

type taskView struct {
	Kind      string         `json:"kind"`
	SubjectID string         `json:"subject_id"`
	Status    string         `json:"status"`
	Detail    map[string]any `json:"detail"`
}

// task finds the task of a kind.
func (b *bundle) task(t *testing.T, kind string) taskView {
	t.Helper()
	var page struct {
		Items []taskView `json:"items"`
	}
	b.get(t, b.Buyers[0].Board, "/tasks", &page)
	i := slices.IndexFunc(page.Items, func(v taskView) bool { return v.Kind == kind })
	require.GreaterOrEqual(t, i, 0, "no task %s", kind)
	return page.Items[i]
}
