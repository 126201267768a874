package main

import (
	"encoding/json"
	"net/http"
	"regexp"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/demo"
)

// The demonstration as a person starts it: a system of its own, a story on stderr, one line on stdout.
func TestTheDemonstrationEndsWithOneLineAndStaysUpWhenAsked(t *testing.T) {
	t.Parallel()
	p := startProgram(t, []string{"PPI_TEMPORAL_BIN=" + requirePrograms(t)}, "demo", "--keep")
	line, err := p.stdout.ReadString('\n')
	require.NoError(t, err, "%s", p.stderr)
	var result demo.Result
	require.NoError(t, json.Unmarshal([]byte(line), &result), line)
	require.Equal(t, []string{"completed", "valid"}, []string{result.Status, result.Audit})
	require.Equal(t, demo.Webhooks{Delivered: result.Events}, result.Webhooks)
	require.GreaterOrEqual(t, len(result.Refusals), 5)

	said := regexp.MustCompile(`shows the state\): (http://\S+)`)
	require.Eventually(t, func() bool { return said.MatchString(p.stderr.String()) }, recovery, 20*time.Millisecond)
	address := said.FindStringSubmatch(p.stderr.String())[1]
	require.Contains(t, address, result.Procurement[len("prc_"):])
	status, _ := get(t.Context(), address)
	require.Equal(t, http.StatusOK, status)

	family := p.descendants()
	require.NotEmpty(t, family)
	p.signal(syscall.SIGTERM)
	require.Equal(t, exitDone, p.wait())
	requireNoneLeft(t, family, "/absent")
	rest, _ := p.stdout.ReadString('\n')
	require.Empty(t, rest, "stdout is one line")
}
