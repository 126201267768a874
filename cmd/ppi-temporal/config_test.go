package main

import (
	"bytes"
	"io"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"github.com/temporalio/ui-server/v2/server/version"
	"go.temporal.io/server/common/headers"
)

func env(vars map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		value, ok := vars[name]
		return value, ok
	}
}

func TestAFlagWinsOverTheEnvironmentAndThatOverTheDefault(t *testing.T) {
	t.Parallel()
	cfg, err := parseConfig([]string{"-ui-port", "3"}, env(map[string]string{
		"PPI_TEMPORAL_UI_PORT": "2", "PPI_TEMPORAL_FRONTEND_PORT": "2", "PPI_TEMPORAL_DB_PASSWORD": "secret",
		"PPI_TEMPORAL_EXIT_ON_STDIN_CLOSE": "true", "PPI_TEMPORAL_BIND": "",
	}), io.Discard)
	require.NoError(t, err)
	require.Equal(t, 3, cfg.UIPort)
	require.Equal(t, 2, cfg.FrontendPort)
	require.Equal(t, 5432, cfg.DB.Port)
	require.Equal(t, "127.0.0.1", cfg.Bind, "an empty variable is as good as none")
	require.Equal(t, "secret", cfg.DB.Password)
	require.True(t, cfg.ExitOnStdinClose)
	require.Equal(t, namespace{"ppi-service", 7}, cfg.Service)
}

func TestAllFaultsAreReportedAtOnce(t *testing.T) {
	t.Parallel()
	_, err := parseConfig([]string{
		"-retention-days", "0", "-service-retention-days", "0", "-service-namespace", "ppi",
		"-bind", "here", "-db-name", "temporal_visibility", "-log-level", "loud",
	},
		env(map[string]string{"PPI_TEMPORAL_DB_PORT": "many"}), io.Discard)
	require.ErrorIs(t, err, errRefused)
	for _, name := range []string{
		"-retention-days", "-service-retention-days", "-service-namespace", "-bind",
		"-db-name", "-log-level", "PPI_TEMPORAL_DB_PORT",
	} {
		require.ErrorContains(t, err, name)
	}
}

func TestThePasswordIsNoFlag(t *testing.T) {
	t.Parallel()
	var usage bytes.Buffer
	code := run(t.Context(), []string{"-db-password", "x"}, env(nil), streams{out: io.Discard, err: &usage})
	require.Equal(t, exitRefused, code)

	usage.Reset()
	code = run(t.Context(), []string{"-help"}, env(map[string]string{passwordEnv: "hunter2"}),
		streams{out: io.Discard, err: &usage})
	require.Equal(t, exitStopped, code)
	require.Contains(t, usage.String(), passwordEnv)
	require.NotContains(t, usage.String(), "hunter2")
}

func TestTheDSNKeepsEveryCharacter(t *testing.T) {
	t.Parallel()
	for _, host := range []string{"db.example.org", "::1", "/run/some dir"} {
		p := postgres{Host: host, Port: 5433, User: "a b@c", Password: "p+ss w/rd?&%40", SSLMode: "disable"}
		parsed, err := pgx.ParseConfig(p.dsn("tem poral"))
		require.NoError(t, err)
		require.Equal(t, host, parsed.Host)
		require.EqualValues(t, 5433, parsed.Port)
		require.Equal(t, p.User, parsed.User)
		require.Equal(t, p.Password, parsed.Password)
		require.Equal(t, "tem poral", parsed.Database)
	}
}

func TestATakenPortIsRefusedWithWhatToDo(t *testing.T) {
	t.Parallel()
	release, taken, err := occupy(t.Context(), loopback, 0)
	require.NoError(t, err)
	t.Cleanup(release)
	port := strconv.Itoa(taken)

	for flagName, other := range map[string]string{"frontend-port": "ui-port", "ui-port": "frontend-port"} {
		var out, faults bytes.Buffer
		code := run(t.Context(), []string{"-" + flagName, port, "-" + other, "0"}, env(nil),
			streams{out: &out, err: &faults})
		require.Equal(t, exitRefused, code)
		require.Contains(t, faults.String(), "port "+port)
		require.Contains(t, faults.String(), "-"+flagName)
		require.Equal(t, 1, strings.Count(faults.String(), "\n"))
		require.Empty(t, out.String())
	}
}

func TestTheReadmeNamesTheLinkedVersions(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	require.Contains(t, string(readme), "| go.temporal.io/server | v"+headers.ServerVersion+" |")
	require.Contains(t, string(readme), "| github.com/temporalio/ui-server/v2 | v"+version.UIVersion+" |")
}
