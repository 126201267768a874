package api

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/internal/store/pgtest"
	"github.com/ppi-engine/ppi/models"
)

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
func (w *world) readAndWrite(s *store.Store) { w.server.acts.Store, w.server.views.Store = s, s }

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
	w.server.readiness = readiness{run: func(context.Context) error { return errors.New("schema is behind") }}
	r := w.do(caller{}, GET, "/readyz", nil).is(http.StatusServiceUnavailable)
	require.NotContains(t, r.Body.String(), "schema is behind")
	require.Contains(t, w.logged(), "schema is behind")
	w.do(caller{}, GET, "/livez", nil).is(http.StatusOK)
}

func TestDependenciesThatAreMissingAreReportedAtOnce(t *testing.T) {
	t.Parallel()
	_, err := New(Deps{ProblemBase: "problems/", Limits: rest.Limits{Body: -1}})
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
