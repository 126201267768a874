package api

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
	"github.com/ppi-engine/ppi/views"
)

// A hanging database accepts connections and what is sent, and answers nothing once it has answered as often as
// allowed.
type hanging struct {
	listener net.Listener
	target   string

	mu sync.Mutex
	// left is how many more parts clients may send; negative: any number.
	left int
}

func newHanging(t *testing.T, dsn string) (h *hanging, throughIt string) {
	t.Helper()
	u, err := url.Parse(dsn)
	require.NoError(t, err)
	h = &hanging{target: u.Host, left: -1}
	h.listener, err = new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = h.listener.Close() })
	go func() {
		for {
			client, err := h.listener.Accept()
			if err != nil {
				return
			}
			go h.serve(client)
		}
	}()
	u.Host = h.listener.Addr().String()
	return h, u.String()
}

func (h *hanging) answers(times int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.left = times
}

func (h *hanging) serve(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", h.target)
	if err != nil {
		return
	}
	defer server.Close()
	go func() { _, _ = io.Copy(client, server) }()
	part := make([]byte, 64<<10)
	for {
		n, err := client.Read(part)
		if err != nil {
			return
		}
		h.mu.Lock()
		forward := h.left != 0
		h.left -= min(1, max(0, h.left))
		h.mu.Unlock()
		if !forward {
			continue
		}
		if _, err := server.Write(part[:n]); err != nil {
			return
		}
	}
}

// hangs makes the world's API work on a database that can hang, with short times for all.
func (w *world) hangs(limits rest.Limits, engine Engine, observer Observer) *hanging {
	w.Helper()
	t, ok := w.TB.(*testing.T)
	require.True(w, ok)
	h, dsn := newHanging(t, w.db.Application)
	slow, err := store.Open(t.Context(), store.Options{DSN: dsn, Silence: time.Second, Logger: w.acts.Log})
	require.NoError(t, err)
	t.Cleanup(func() { _ = slow.Close() })
	w.server, err = newServer(Deps{
		Acts:   &acts.Acts{Store: slow, Log: w.acts.Log, Receipts: w.acts.Receipts, Courier: w.acts.Courier},
		Views:  &views.Views{Store: slow, Checkpoints: checkpointKey(t)},
		Engine: engine, Logger: w.acts.Log, CursorKey: []byte(strings.Repeat("k", 32)), BuildVersion: "test",
		Ready: slow.Ping, Limits: limits, Observer: observer,
	})
	require.NoError(t, err)
	t.Cleanup(func() { h.answers(-1) })
	return h
}

// A client that waits for 45 seconds has given up long ago; nobody tells it whether to come again.
func TestEveryRequestIsAnsweredThoughTheDatabaseHangs(t *testing.T) {
	t.Parallel()
	const within = time.Second
	w := setup(t)
	all, _, path := cast(w)
	lead := all[slices.IndexFunc(all, func(p persona) bool { return p.name == "lead_procurer" })].caller
	h := w.hangs(rest.Limits{Recognition: within, Reading: within, Changing: within}, away{}, nil)
	for _, answered := range []int{0, 200} { // so requests meet the hang here and there on their way
		h.answers(answered)
		began := time.Now()
		unavailable := w.askAll(lead, path)
		require.Less(t, time.Since(began), 20*time.Second)
		require.Positive(t, unavailable)
		if answered == 0 {
			require.Greater(t, unavailable, 100, "whoever has to be recognised is asked to come again")
		}
		h.answers(-1)
		require.Eventually(t, func() bool { return w.do(w.admin, GET, "/v1/me", nil).Code == http.StatusOK },
			20*time.Second, 20*time.Millisecond, "afterwards it answers again")
	}
}

// askAll sends a request to every operation at once, and returns how many were asked to come again.
func (w *world) askAll(lead caller, path *strings.Replacer) int {
	w.Helper()
	var group sync.WaitGroup
	var unavailable atomic.Int64
	for _, o := range w.server.router.Operations() {
		if o.Hidden {
			continue
		}
		who := w.admin
		if strings.Contains(o.Path, "{procurement}") {
			who = lead
		}
		var body any
		if o.Method != GET && o.Method != DELETE {
			body = map[string]any{}
		}
		group.Go(func() {
			answer := w.do(who, o.Method, path.Replace(o.Path), body)
			assert.NotEqual(w, http.StatusInternalServerError, answer.Code, "%s %s: %s", o.Method, o.Path, answer.Body)
			if answer.Code == http.StatusServiceUnavailable {
				unavailable.Add(1)
				assert.Equal(w, "1", answer.Header().Get("Retry-After"))
				assert.Contains(w, answer.Body.String(), models.CodeUnavailable)
			}
		})
	}
	group.Wait()
	return int(unavailable.Load())
}

// notAnswering is an engine that waits as long as it may.
type notAnswering struct{ hang func() }

func (notAnswering) Start(context.Context, models.ID, string, []string) error { return nil }

func (e notAnswering) Anew(ctx context.Context, cmd models.Command) (process.Outcome, error) {
	return e.Command(ctx, cmd)
}

func (e notAnswering) Command(ctx context.Context, _ models.Command) (process.Outcome, error) {
	e.hang()
	<-ctx.Done()
	return process.Outcome{}, ctx.Err()
}

// The time of a command bounds writing it down, waiting for its outcome and reading it, all together.
func TestACommandIsBoundedAsAWhole(t *testing.T) {
	t.Parallel()
	w := setup(t)
	leader := w.buyer()
	p := w.procurement(leader)
	var h *hanging
	h = w.hangs(rest.Limits{Changing: 500 * time.Millisecond}, notAnswering{func() { h.answers(0) }}, nil)
	began := time.Now()
	w.do(leader, POST, p.Self()+"/actions/start", map[string]any{}).is(http.StatusServiceUnavailable).
		refused(models.CodeUnavailable)
	require.Less(t, time.Since(began), patience, "not the patience, but the time of the request")
}

// carriesOut is an engine that carries out whatever it is asked.
type carriesOut struct{ then func() }

func (carriesOut) Start(context.Context, models.ID, string, []string) error { return nil }

func (e carriesOut) Anew(ctx context.Context, cmd models.Command) (process.Outcome, error) {
	return e.Command(ctx, cmd)
}

func (e carriesOut) Command(context.Context, models.Command) (process.Outcome, error) {
	e.then()
	return process.Outcome{}, nil
}

// tally keeps what is told of commands.
type tally struct {
	mu       sync.Mutex
	outcomes []string
}

func (*tally) Request(string, int, time.Duration) {}
func (*tally) UndisclosedFault()                  {}

func (c *tally) Command(verb models.Verb, outcome string, _ time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.outcomes = append(c.outcomes, string(verb)+" "+outcome)
}

// A command whose outcome cannot be read has no answer, and is counted as such, but once.
func TestACommandWhoseOutcomeCannotBeReadIsCounted(t *testing.T) {
	t.Parallel()
	w, counted := setup(t), &tally{}
	leader := w.buyer()
	p := w.procurement(leader)
	var h *hanging
	h = w.hangs(rest.Limits{Changing: 500 * time.Millisecond}, carriesOut{func() { h.answers(0) }}, counted)
	for range 2 {
		w.do(leader, POST, p.Self()+"/actions/start", map[string]any{}, with(headerIdempotencyKey, "s")).
			is(http.StatusServiceUnavailable)
		h.answers(-1)
		require.Eventually(t, func() bool { return w.do(leader, GET, "/v1/me", nil).Code == http.StatusOK },
			20*time.Second, 20*time.Millisecond)
	}
	require.Equal(t, []string{"start unanswered"}, counted.outcomes)
}
