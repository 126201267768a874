package temporalserver_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/temporalserver"
)

// The real server is started by the tests of cmd/ppi; here a script plays it.
func script(t *testing.T, body string) temporalserver.Options {
	t.Helper()
	file := filepath.Join(t.TempDir(), "ppi-temporal")
	require.NoError(t, os.WriteFile(file, []byte("#!/bin/sh\n"+body), 0o700))
	return temporalserver.Options{
		Binary:      file,
		DatabaseURL: "postgres://engine:p%40ss@127.0.0.1:5433/engine?sslmode=disable", Namespace: "ppi",
		FrontendPort: 7000,
	}
}

const sayReady = `echo '{"ready":true,"frontend":"127.0.0.1:7000","ui":"http://127.0.0.1:8000"}'` + "\n"

func TestStartWaitsForTheReadyLine(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	o := script(t, `echo banner
echo '{"level":"error","msg":"shard is away","error":"gone","password":"x"}' >&2
`+sayReady+`exec sleep 600`)
	o.Logger = slog.New(slog.NewJSONHandler(&log, nil))
	s, err := temporalserver.Start(t.Context(), o)
	require.NoError(t, err)
	require.Equal(t, "127.0.0.1:7000", s.Frontend())
	require.Equal(t, "http://127.0.0.1:8000", s.UI())
	require.NoError(t, s.Stop(t.Context()))
	<-s.Done()
	require.ErrorIs(t, syscall.Kill(s.PID(), 0), syscall.ESRCH)

	var record map[string]any
	require.NoError(t, json.Unmarshal(log.Bytes(), &record))
	require.Equal(t, "ERROR", record["level"])
	require.Equal(t, "shard is away", record["msg"])
	require.Equal(t, "gone", record["error"])
}

func TestThePasswordIsNotOnTheCommandLine(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	o := script(t, `echo "$@" > `+dir+`/args; printf '%s' "$PPI_TEMPORAL_DB_PASSWORD" > `+dir+"/password\n"+sayReady+
		`exec sleep 600`)
	o.ServiceNamespace = "upkeep"
	s, err := temporalserver.Start(t.Context(), o)
	require.NoError(t, err)
	require.NoError(t, s.Stop(t.Context()))

	args, err := os.ReadFile(filepath.Join(dir, "args"))
	require.NoError(t, err)
	require.Equal(t, "-db-host 127.0.0.1 -db-user engine -namespace ppi -frontend-port 7000 -ui-port 0 "+
		"-exit-on-stdin-close -service-namespace upkeep -db-port 5433 -db-sslmode disable -db-name engine "+
		"-db-visibility-name engine_visibility\n", string(args))
	password, err := os.ReadFile(filepath.Join(dir, "password"))
	require.NoError(t, err)
	require.Equal(t, "p@ss", string(password))
}

func TestARefusalIsTheServersOwnWords(t *testing.T) {
	t.Parallel()
	_, err := temporalserver.Start(t.Context(), script(t, `echo 'ppi-temporal: port 7000 is taken' >&2; exit 2`))
	var refused *temporalserver.RefusedError
	require.ErrorAs(t, err, &refused)
	require.Equal(t, "port 7000 is taken", refused.Reason)

	_, err = temporalserver.Start(t.Context(), script(t, `echo 'ppi-temporal: panic' >&2; exit 1`))
	require.NotErrorAs(t, err, &refused)
	require.ErrorContains(t, err, "exit status 1: panic")
}

func TestACancelledStartEndsTheServer(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	_, err := temporalserver.Start(ctx, script(t,
		"trap 'touch "+dir+"/stopped; exit 0' TERM; while :; do sleep 0.05; done"))
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.FileExists(t, filepath.Join(dir, "stopped"))
}

func TestTheServerMayLieBesideOurOwnProgram(t *testing.T) {
	t.Parallel()
	beside := script(t, "").Binary
	self := filepath.Join(filepath.Dir(beside), "ppi")

	found, err := temporalserver.Find("", self)
	require.NoError(t, err)
	require.Equal(t, beside, found)

	_, err = temporalserver.Find("/absent/ppi-temporal", self)
	var missing *temporalserver.NotFoundError
	require.ErrorAs(t, err, &missing, "what was configured is meant")
	require.ErrorContains(t, err, "make build")

	require.NoError(t, os.Chmod(beside, 0o600))
	_, err = temporalserver.Find("", self)
	if err == nil { // one is in PATH
		return
	}
	require.ErrorAs(t, err, &missing)
	require.Equal(t, beside, missing.Looked)
}
