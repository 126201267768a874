package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/internal/store/pgtest"
	"github.com/ppi-engine/ppi/models"
)

func TestAFaultShowsItsIDAndTheLogItsCause(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for path, handle := range map[string]func(context.Context, *struct{}) (*healthOutput, error){
		"/v1/broken": func(context.Context, *struct{}) (*healthOutput, error) {
			return nil,
				errors.New("secret cause")
		},
		"/v1/panicking": func(context.Context, *struct{}) (*healthOutput, error) { panic("secret cause") },
	} {
		o := op(GET, path, public(), "Fail", handle)
		o.hidden = true // it is not in the document
		w.server.add(&o)
		r := w.do(caller{}, GET, path, nil).is(http.StatusInternalServerError)
		problem := r.refused(models.CodeInternal)
		require.NotContains(t, r.Body.String(), "secret cause")
		require.NotEmpty(t, problem.ErrorID)
		require.Contains(t, w.logged(), "error_id="+problem.ErrorID)
		require.Contains(t, w.logged(), "secret cause")
	}
}

func TestAFaultBesideARefusalIsLoggedAndTheRefusalAnswered(t *testing.T) {
	t.Parallel()
	w := setup(t)
	refusal := models.Refuse(models.CodeNotUnsealed, "", "the envelopes are not opened")
	for path, err := range map[string]error{
		"/v1/joined":  errors.Join(errors.New("not recorded: joined"), refusal),
		"/v1/wrapped": fmt.Errorf("hand in: %w", errors.Join(refusal, errors.New("not recorded: wrapped"))),
	} {
		o := op(GET, path, public(), "Fail", func(context.Context, *struct{}) (*healthOutput, error) {
			return nil, err
		})
		o.hidden = true // it is not in the document
		w.server.add(&o)
		r := w.do(caller{}, GET, path, nil).is(http.StatusConflict)
		r.refused(models.CodeNotUnsealed)
		require.NotContains(t, r.Body.String(), "not recorded")
		require.Contains(t, w.logged(), "not recorded: "+strings.TrimPrefix(path, "/v1/"))
	}
	before := w.logged()
	_ = w.server.translate.problem(t.Context(), refusal)
	require.Equal(t, before, w.logged(), "a refusal alone is no fault")
}

func TestADatabaseThatIsAwayIsToldAsUnavailable(t *testing.T) {
	t.Parallel()
	w := setup(t)
	line := newLine(t, w.db.Application)
	direct := w.store
	w.readAndWrite(pgtest.Open(t, line.dsn))
	w.do(w.admin, GET, "/v1/organisations", nil).is(http.StatusOK)
	line.cut()
	r := w.do(w.admin, GET, "/v1/organisations", nil).is(http.StatusServiceUnavailable)
	r.refused(models.CodeUnavailable)
	require.Equal(t, "1", r.Header().Get("Retry-After"))
	w.do(w.admin, POST, "/v1/organisations", anOrganisation()).is(http.StatusServiceUnavailable)
	w.readAndWrite(direct)
	w.do(w.admin, POST, "/v1/organisations", anOrganisation()).is(http.StatusCreated)
}

// readAndWrite has the API do all it does in another way to the database.
func (w *world) readAndWrite(s *store.Store) {
	changed, read := *w.server.acts, *w.server.views
	changed.Store, read.Store = s, s
	w.server.acts, w.server.views = &changed, &read
}

// A line carries connections to the database until it is cut.
type line struct {
	dsn      string
	listener net.Listener
	mu       sync.Mutex
	ends     []io.Closer
}

func newLine(t *testing.T, dsn string) *line {
	t.Helper()
	u, err := url.Parse(dsn)
	require.NoError(t, err)
	target := u.Host
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	u.Host = listener.Addr().String()
	l := &line{dsn: u.String(), listener: listener}
	t.Cleanup(l.cut)
	go l.carry(target)
	return l
}

func (l *line) carry(target string) {
	for {
		near, err := l.listener.Accept()
		if err != nil {
			return
		}
		far, err := net.Dial("tcp", target)
		if err != nil {
			_ = near.Close()
			continue
		}
		l.mu.Lock()
		l.ends = append(l.ends, near, far)
		l.mu.Unlock()
		go func() { _, _ = io.Copy(near, far) }()
		go func() { _, _ = io.Copy(far, near) }()
	}
}

func (l *line) cut() {
	_ = l.listener.Close()
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, end := range l.ends {
		_ = end.Close()
	}
}

func TestReadinessFollowsItsCheckAndLivenessDoesNot(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.do(caller{}, GET, "/readyz", nil).is(http.StatusOK)
	w.server.ready = func(context.Context) error { return errors.New("schema is behind") }
	r := w.do(caller{}, GET, "/readyz", nil).is(http.StatusServiceUnavailable)
	require.NotContains(t, r.Body.String(), "schema is behind")
	require.Contains(t, w.logged(), "schema is behind")
	w.do(caller{}, GET, "/livez", nil).is(http.StatusOK)
}

func TestDependenciesThatAreMissingAreReportedAtOnce(t *testing.T) {
	t.Parallel()
	_, err := New(Deps{ProblemBase: "problems/", Limits: Limits{Body: -1}})
	for _, what := range []string{
		"acts", "views", "an engine", "a logger", "cursor key", "absolute problem base",
		"build version", "readiness", "limits",
	} {
		require.ErrorContains(t, err, what)
	}
	_, err = New(Deps{Acts: &acts.Acts{Limits: acts.Limits{Responses: -1}}})
	require.ErrorContains(t, err, "acts need limits that are not negative")
	_, err = New(Deps{Engine: away{}, CursorKey: make([]byte, 31)})
	require.ErrorContains(t, err, "32 bytes")
}

func TestAnswersAreSafeToReceive(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for _, r := range []response{
		w.do(w.admin, GET, "/v1/me", nil), w.do(caller{}, GET, "/v1/me", nil),
		w.do(caller{}, GET, "/nothing", nil),
	} {
		require.Equal(t, "no-store", r.Header().Get("Cache-Control"))
		require.Equal(t, "nosniff", r.Header().Get("X-Content-Type-Options"))
		require.Contains(t, r.Header().Get("Content-Security-Policy"), "default-src 'none'")
		require.Len(t, r.Header().Values("Cache-Control"), 1)
	}
}

func TestARequestIDIsTakenOverWhenItIsSafe(t *testing.T) {
	t.Parallel()
	w := setup(t)
	r := w.do(w.admin, GET, "/v1/me", nil, with(headerRequestID, "trace-1/a:b"))
	require.Equal(t, "trace-1/a:b", r.Header().Get(headerRequestID))
	for _, unsafe := range []string{"a b", "a\nb", "ä", `"`, strings.Repeat("a", 129), ""} {
		r := w.do(w.admin, GET, "/v1/me", nil, with(headerRequestID, unsafe))
		require.NotEqual(t, unsafe, r.Header().Get(headerRequestID))
		require.NotEmpty(t, r.Header().Get(headerRequestID))
	}
}

func TestABodyThatDoesNotArriveIsNotWaitedForForever(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.server.limits.BodyTimeout = tick
	outside := httptest.NewServer(w.server.gin)
	defer outside.Close()
	body, unfinished := io.Pipe()
	defer unfinished.Close()
	r, err := http.NewRequestWithContext(t.Context(), POST, outside.URL+"/v1/organisations", body)
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer "+w.admin.key)
	r.Header.Set(headerIdempotencyKey, "k")
	answer, err := http.DefaultTransport.RoundTrip(r)
	require.NoError(t, err)
	defer answer.Body.Close()
	require.Equal(t, http.StatusRequestTimeout, answer.StatusCode)
}
