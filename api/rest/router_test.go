package rest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/internal/auth"
	"github.com/ppi-engine/ppi/models"
)

// one is the only caller that is known, and takes part in nothing.
type one struct{ token auth.Token }

func (o one) Credential(_ context.Context, key models.ID) (models.Credential, error) {
	if key != o.token.ID {
		return models.Credential{}, models.NoSuchResource()
	}
	return models.Credential{Key: models.APIKey{ID: key, Digest: o.token.Digest()}}, nil
}

func (o one) KeyAndSeat(
	ctx context.Context, key, _ models.ID,
) (models.Credential, *models.Seat, error) {
	credential, err := o.Credential(ctx, key)
	return credential, nil, err
}

func (one) HasOutcome(context.Context, string) bool { return false }

// A site is a router over a test's own table, with what it has logged.
type site struct {
	testing.TB

	router *Router
	log    *strings.Builder
	caller one
}

func setup(t testing.TB, limits Limits, table ...Operation) *site {
	t.Helper()
	s := &site{TB: t, log: &strings.Builder{}, caller: one{auth.NewToken()}}
	var err error
	s.router, err = New(Config{
		Callers: s.caller, Logger: slog.New(slog.NewTextHandler(s.log, nil)), CursorKey: make([]byte, 32),
		Limits: limits, Version: "test",
	}, table)
	require.NoError(t, err)
	return s
}

func (s *site) get(path string, headers ...string) *httptest.ResponseRecorder {
	s.Helper()
	return s.do(http.MethodGet, path, "", headers...)
}

// do sends a request with headers, which are names and values in turn.
func (s *site) do(method, path, body string, headers ...string) *httptest.ResponseRecorder {
	s.Helper()
	r := httptest.NewRequestWithContext(s.Context(), method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", MediaJSON)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	answer := httptest.NewRecorder()
	s.router.ServeHTTP(answer, r)
	return answer
}

// refused expects a problem with a status and a code and returns it.
func (s *site) refused(answer *httptest.ResponseRecorder, status int, code models.Code) Problem {
	s.Helper()
	require.Equal(s, status, answer.Code, answer.Body)
	require.Equal(s, "application/problem+json", answer.Header().Get("Content-Type"))
	var p Problem
	require.NoError(s, json.Unmarshal(answer.Body.Bytes(), &p), answer.Body)
	require.Equal(s, code, p.Code, answer.Body)
	return p
}

type thingOutput struct{ Body struct{} }

// failing makes an operation that meets an error.
func failing(path string, err error) Operation {
	return Get(path, Public(), "Fail", func(context.Context, *struct{}) (*thingOutput, error) { return nil, err })
}

func fine(path string) Operation {
	return Get(path, Public(), "Answer", func(context.Context, *struct{}) (*thingOutput, error) {
		return &thingOutput{}, nil
	})
}

func TestWhatIsServedIsInTheTable(t *testing.T) {
	t.Parallel()
	s := setup(t, Limits{}, fine("/v1/things"), File("/file", "A file", Static{Media: "text/plain"}))
	for _, route := range s.router.gin.Routes() {
		require.NotNil(t, s.router.row(route.Method, route.Path), "%s %s", route.Method, route.Path)
	}
	require.Len(t, s.router.Operations(), 3, "the document is in the table, too")
	s.router.gin.GET("/beside", func(c *gin.Context) { c.Status(http.StatusOK) })
	s.refused(s.get("/beside"), http.StatusNotFound, models.CodeNotFound)
}

func TestAnAccessThatIsNotSaidLetsNobodyIn(t *testing.T) {
	t.Parallel()
	answer := func(context.Context, *struct{}) (*thingOutput, error) { return &thingOutput{}, nil }
	s := setup(t, Limits{}, Get("/v1/known", Authenticated(), "Answer", answer),
		Get("/v1/things", Access{}, "Answer", answer))
	key := "Bearer " + s.caller.token.Reveal()
	require.Equal(t, http.StatusOK, s.get("/v1/known", "Authorization", key).Code)
	s.refused(s.get("/v1/things", "Authorization", key), http.StatusForbidden, models.CodeForbidden)
	s.refused(s.get("/v1/things"), http.StatusUnauthorized, models.CodeUnauthenticated)
}

func TestAFaultShowsItsIDAndTheLogItsCause(t *testing.T) {
	t.Parallel()
	cause := errors.New("secret cause")
	s := setup(t, Limits{}, failing("/v1/broken", cause), Get("/v1/panicking", Public(), "Fail",
		func(context.Context, *struct{}) (*thingOutput, error) { panic(cause) }))
	for _, path := range []string{"/v1/broken", "/v1/panicking"} {
		answer := s.get(path)
		problem := s.refused(answer, http.StatusInternalServerError, models.CodeInternal)
		require.NotContains(t, answer.Body.String(), "secret cause")
		require.NotEmpty(t, problem.ErrorID)
		require.Contains(t, s.log.String(), "error_id="+problem.ErrorID)
		require.Contains(t, s.log.String(), "secret cause")
	}
}

func TestAFaultWhoseCauseIsLoggedAlreadyShowsTheIDOfThat(t *testing.T) {
	t.Parallel()
	s := setup(t, Limits{}, failing("/v1/failed", KnownFault("f-1")))
	problem := s.refused(s.get("/v1/failed"), http.StatusInternalServerError, models.CodeInternal)
	require.Equal(t, "f-1", problem.ErrorID)
	require.NotContains(t, s.log.String(), "internal error")
}

func TestAFaultBesideARefusalIsLoggedAndTheRefusalAnswered(t *testing.T) {
	t.Parallel()
	refusal := models.Refuse(models.CodeNotUnsealed, "", "the envelopes are not opened")
	s := setup(t, Limits{},
		failing("/v1/joined", errors.Join(errors.New("not recorded: joined"), refusal)),
		failing("/v1/wrapped", fmt.Errorf("hand in: %w", errors.Join(refusal, errors.New("not recorded: wrapped")))),
		failing("/v1/alone", refusal))
	for _, path := range []string{"/v1/joined", "/v1/wrapped"} {
		answer := s.get(path)
		s.refused(answer, http.StatusConflict, models.CodeNotUnsealed)
		require.NotContains(t, answer.Body.String(), "not recorded")
		require.Contains(t, s.log.String(), "not recorded: "+strings.TrimPrefix(path, "/v1/"))
	}
	s.log.Reset()
	s.refused(s.get("/v1/alone"), http.StatusConflict, models.CodeNotUnsealed)
	require.NotContains(t, s.log.String(), "fault", "a refusal alone is no fault")
}

func TestAnActThatIsDeniedLeavesATrace(t *testing.T) {
	t.Parallel()
	refusal := models.Refuse(models.CodeForbidden, "", "the role has ended")
	s := setup(t, Limits{}, failing("/v1/denied", &acts.Denied{Refusal: refusal}), failing("/v1/refused", refusal))
	s.refused(s.get("/v1/refused"), http.StatusForbidden, models.CodeForbidden)
	require.NotContains(t, s.log.String(), "access denied")
	s.refused(s.get("/v1/denied"), http.StatusForbidden, models.CodeForbidden)
	require.Contains(t, s.log.String(), "access denied")
}

func TestAnswersAreSafeToReceive(t *testing.T) {
	t.Parallel()
	s := setup(t, Limits{}, fine("/v1/things"), Get("/v1/me", Authenticated(), "Read",
		func(context.Context, *struct{}) (*thingOutput, error) { return &thingOutput{}, nil }))
	for path, status := range map[string]int{
		"/v1/things": http.StatusOK, "/v1/me": http.StatusUnauthorized, "/nothing": http.StatusNotFound,
	} {
		answer := s.get(path)
		require.Equal(t, status, answer.Code)
		require.Equal(t, []string{"no-store"}, answer.Header().Values("Cache-Control"))
		require.Equal(t, "nosniff", answer.Header().Get("X-Content-Type-Options"))
		require.Contains(t, answer.Header().Get("Content-Security-Policy"), "default-src 'none'")
	}
}

func TestARequestIDIsTakenOverWhenItIsSafe(t *testing.T) {
	t.Parallel()
	s := setup(t, Limits{}, fine("/v1/things"))
	require.Equal(t, "trace-1/a:b", s.get("/v1/things", headerRequestID, "trace-1/a:b").Header().Get(headerRequestID))
	for _, unsafe := range []string{"a b", "a\nb", "ä", `"`, strings.Repeat("a", 129), ""} {
		made := s.get("/v1/things", headerRequestID, unsafe).Header().Get(headerRequestID)
		require.NotEqual(t, unsafe, made)
		require.NotEmpty(t, made)
	}
}

func TestABodyThatDoesNotArriveIsNotWaitedForForever(t *testing.T) {
	t.Parallel()
	s := setup(t, Limits{BodyTimeout: 10 * time.Millisecond}, Post("/v1/things", Public(), "Make",
		func(context.Context, *struct{ Body struct{} }) (*thingOutput, error) { return &thingOutput{}, nil }))
	outside := httptest.NewServer(s.router)
	defer outside.Close()
	body, unfinished := io.Pipe()
	defer unfinished.Close()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, outside.URL+"/v1/things", body)
	require.NoError(t, err)
	r.Header.Set(headerIdempotencyKey, "k")
	answer, err := http.DefaultTransport.RoundTrip(r)
	require.NoError(t, err)
	defer answer.Body.Close()
	require.Equal(t, http.StatusRequestTimeout, answer.StatusCode)
}

// A client that says how long its body is, and sends none of it, is answered and let go: before it answers, net/http
// waits for the rest of such a body.
func TestABodyOfAStatedLengthThatDoesNotArriveIsNotWaitedForForever(t *testing.T) {
	t.Parallel()
	s := setup(t, Limits{BodyTimeout: 10 * time.Millisecond}, Post("/v1/things", Public(), "Make",
		func(context.Context, *struct{ Body struct{} }) (*thingOutput, error) { return &thingOutput{}, nil }))
	outside := httptest.NewServer(s.router)
	defer outside.Close()
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", outside.Listener.Addr().String())
	require.NoError(t, err)
	defer conn.Close()
	require.NoError(t, conn.SetDeadline(time.Now().Add(20*time.Second)))
	_, err = io.WriteString(conn, "POST /v1/things HTTP/1.1\r\nHost: x\r\nIdempotency-Key: k\r\n"+
		"Content-Type: application/json\r\nContent-Length: 100\r\n\r\n")
	require.NoError(t, err)
	all, err := io.ReadAll(conn)
	require.NoError(t, err, "the connection is kept")
	require.Contains(t, string(all), "HTTP/1.1 408 ")
}

func TestWhatIsMissingIsReportedAtOnce(t *testing.T) {
	t.Parallel()
	_, err := New(Config{ProblemBase: "problems/", CursorKey: make([]byte, 31), Limits: Limits{Body: -1}}, nil)
	for _, what := range []string{
		"callers", "a logger", "32 bytes", "absolute problem base", "build version", "limits",
	} {
		require.ErrorContains(t, err, what)
	}
}
