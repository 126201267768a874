package main

import (
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Metrics are for operators: they are not among what clients reach, and the API is not among the metrics.
func TestMetricsAreShownApartFromTheAPI(t *testing.T) {
	t.Parallel()
	listen, shown, absent := freeAddress(t).String(), freeAddress(t).String(), freeAddress(t).String()
	p := startProgram(t, []string{
		"PPI_DATA_DIR=" + dataDir(t), "PPI_LISTEN=" + listen, "PPI_METRICS_ADDRESS=" + shown,
		"PPI_DATABASE_URL=postgres://app:a@" + absent + "/record?sslmode=disable", "TEMPORAL_ADDRESS=" + absent,
	}, "serve")
	var body string
	require.Eventually(t, func() bool {
		status, text := get(t.Context(), "http://"+shown+"/metrics")
		body = text
		return status == http.StatusOK
	}, recovery, 20*time.Millisecond)
	require.Contains(t, body, "\nppi_build_info{")
	require.Contains(t, body, "\nppi_record_reachable 0\n", "without its database a process still tells what it can")
	status, _ := get(t.Context(), "http://"+shown+"/v1/keys")
	require.Equal(t, http.StatusNotFound, status)
	require.Eventually(t, func() bool { status, _ := get(t.Context(), "http://"+listen+"/livez"); return status != 0 },
		recovery, 20*time.Millisecond)
	_, body = get(t.Context(), "http://"+listen+"/metrics")
	require.NotContains(t, body, "ppi_build_info")
	p.signal(syscall.SIGTERM)
	require.Equal(t, exitDone, p.wait())
}

// Several processes on one machine have the same default; only what somebody asked for is insisted on.
func TestATakenAddressOfMetricsIsRefusedOnlyIfItWasAskedFor(t *testing.T) {
	t.Parallel()
	// A program of another test may have it, and would give it up at any moment.
	require.Eventually(t, func() bool {
		listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:9464")
		if err == nil {
			t.Cleanup(func() { _ = listener.Close() })
		}
		return err == nil
	}, 5*time.Minute, 20*time.Millisecond)
	absent := freeAddress(t).String()
	environ := []string{
		"PPI_DATA_DIR=" + dataDir(t), "PPI_LISTEN=127.0.0.1:0",
		"PPI_DATABASE_URL=postgres://app:a@" + absent + "/record?sslmode=disable", "TEMPORAL_ADDRESS=" + absent,
	}
	refused := startProgram(t, append(environ, "PPI_METRICS_ADDRESS=127.0.0.1:9464"), "serve")
	require.Equal(t, exitUsage, refused.wait())
	require.Regexp(t, "127.0.0.1:9464, the address of metrics, is in use .* set PPI_METRICS_ADDRESS to another port",
		refused.stderr.String())

	without := startProgram(t, environ, "serve")
	require.Eventually(t, func() bool { return strings.Contains(without.stderr.String(), "the API listens") },
		recovery, 20*time.Millisecond)
	require.Contains(t, without.stderr.String(),
		"metrics are not shown: another program uses the address; set PPI_METRICS_ADDRESS")
	without.signal(syscall.SIGTERM)
	require.Equal(t, exitDone, without.wait())
}
