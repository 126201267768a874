package main

import (
	"bytes"
	"encoding/json"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/config"
	"github.com/ppi-engine/ppi/internal/pgserver"
)

func invoke(t *testing.T, environ []string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = run(t.Context(), args, environ, &out, &err)
	return code, out.String(), err.String()
}

func passwordsIn(t *testing.T, text []byte) map[string]string {
	t.Helper()
	var passwords map[string]string
	require.NoError(t, json.Unmarshal(text, &passwords))
	return passwords
}

func TestHelpListsTheCommands(t *testing.T) {
	t.Parallel()
	code, stdout, _ := invoke(t, nil, "--help")
	require.Equal(t, exitDone, code)
	for _, command := range []string{"standalone", "serve", "worker", "migrate", "config", "version"} {
		require.Contains(t, stdout, "\n  "+command)
	}
}

func TestAMisusedCommandLineExitsWithTwo(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{}, {"frobnicate"}, {"serve", "--port", "1"}} {
		code, stdout, stderr := invoke(t, nil, args...)
		require.Equal(t, exitUsage, code, args)
		require.Empty(t, stdout)
		require.Contains(t, stderr, "ppi --help")
	}
}

func TestConfigShowsValuesAndSources(t *testing.T) {
	t.Parallel()
	environ := []string{"PPI_DATA_DIR=/srv/ppi", "PPI_DATABASE_URL=postgres://app:secret@db/ppi"}
	code, stdout, _ := invoke(t, environ, "config")
	require.Equal(t, exitDone, code)
	require.Regexp(t, `(?m)^PPI_DATABASE_URL +postgres://app:\*\*\*@db/ppi +environment`, stdout)
	require.Regexp(t, `(?m)^PPI_LISTEN +127\.0\.0\.1:8080 +default`, stdout)
	require.NotContains(t, stdout, "secret@")

	code, stdout, _ = invoke(t, environ, "config", "--json")
	require.Equal(t, exitDone, code)
	var settings []config.Described
	require.NoError(t, json.Unmarshal([]byte(stdout), &settings))
	require.NotEmpty(t, settings)
}

func TestConfigReportsAllFaultsAndExitsWithTwo(t *testing.T) {
	t.Parallel()
	code, stdout, stderr := invoke(t, []string{"PPI_DATA_DIR=/srv/ppi", "PPI_LISTEN=here", "PPI_LOG_LEVL=info"},
		"config", "--for=serve")
	require.Equal(t, exitUsage, code)
	require.Empty(t, stdout)
	for _, variable := range []string{
		"PPI_LISTEN", "PPI_LOG_LEVL", "PPI_LOG_LEVEL (did you mean that?)",
		"PPI_DATABASE_URL",
	} {
		require.Contains(t, stderr, variable)
	}
}

func TestVersionIsOneLine(t *testing.T) {
	t.Parallel()
	code, stdout, _ := invoke(t, nil, "version")
	require.Equal(t, exitDone, code)
	require.Regexp(t, `^ppi devel \(go1.*\)\n$`, stdout)
}

// API and worker start before their databases do, and say so instead of failing.
func TestServeAndWorkerWaitForPostgres(t *testing.T) {
	t.Parallel()
	if _, err := pgserver.Find(t.Context()); err != nil {
		requirePrograms(t)
	}
	listen, postgres := freeAddress(t), freeAddress(t)
	environ := []string{
		"PPI_DATA_DIR=" + dataDir(t), "PPI_LISTEN=" + listen.String(),
		"TEMPORAL_ADDRESS=" + listen.String(), // anything that answers
		"PPI_DATABASE_URL=postgres://app:a@" + postgres.String() + "/record?sslmode=disable",
		"PPI_DATABASE_OWNER_URL=postgres://owner:o@" + postgres.String() + "/record?sslmode=disable",
	}
	api, worker := startProgram(t, environ, "serve"), startProgram(t, environ, "worker")
	url := "http://" + listen.String()
	require.Eventually(t, func() bool { status, _ := get(t.Context(), url+"/livez"); return status == http.StatusOK },
		recovery, 20*time.Millisecond)
	status, body := get(t.Context(), url+"/readyz")
	require.Equal(t, http.StatusServiceUnavailable, status)
	require.Contains(t, body, `"code":"engine_unavailable"`)
	requireComeAgain(t, url)

	startPostgresFor(t, int(postgres.Port()))
	require.Equal(t, exitDone, startProgram(t, environ, "migrate").wait())
	require.Eventually(t, func() bool { status, _ := get(t.Context(), url+"/readyz"); return status == http.StatusOK },
		recovery, 20*time.Millisecond)
	status, _ = get(t.Context(), url+"/v1/no-such-path")
	require.Equal(t, http.StatusNotFound, status)
	for _, p := range []*program{api, worker} {
		p.signal(syscall.SIGTERM)
		require.Equal(t, exitDone, p.wait())
	}
}

// requireComeAgain checks that an API which cannot know anything yet refuses nothing for good.
func requireComeAgain(t *testing.T, url string) {
	t.Helper()
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut} {
		request, err := http.NewRequestWithContext(t.Context(), method, url+"/v1/procurements/prc_x/tenders",
			strings.NewReader(`{}`))
		require.NoError(t, err)
		response, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		var problem struct{ Type, Title, Detail, Instance, Code string }
		require.NoError(t, json.NewDecoder(response.Body).Decode(&problem))
		require.NoError(t, response.Body.Close())
		require.Equal(t, http.StatusServiceUnavailable, response.StatusCode)
		require.Equal(t, "1", response.Header.Get("Retry-After"))
		require.Equal(t, "application/problem+json", response.Header.Get("Content-Type"))
		require.Equal(t, "no-store", response.Header.Get("Cache-Control"))
		require.NotEmpty(t, response.Header.Get("X-Request-Id"))
		require.Equal(t, "engine_unavailable", problem.Code)
		require.Contains(t, problem.Type, "/problems/engine_unavailable")
		require.Equal(t, "/v1/procurements/prc_x/tenders", problem.Instance)
		require.NotEmpty(t, problem.Detail)
	}
}

func freeAddress(t *testing.T) netip.AddrPort {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	return netip.MustParseAddrPort(listener.Addr().String())
}
