package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"github.com/ppi-engine/ppi/internal/apiclient"
	"github.com/ppi-engine/ppi/internal/audit"
	names "github.com/ppi-engine/ppi/models/process"
)

// The pair of commands for standalone, played: backup while it works, more work, a checkpoint, the machine's data lost,
// restore to before. The checkpoint outside says exactly what is missing; after recovery everything goes on, and new
// checkpoints are signed.
func TestStandaloneIsBackedUpRestoredAndRecovered(t *testing.T) {
	t.Parallel()
	dir, safe := dataDir(t), filepath.Join(dataDir(t), "backup")
	environ := freely(t, dir)
	first := startProgram(t, environ, "standalone", "--json")
	a := first.ready()
	code, token, stderr := invoke(t, environ, "key", "create", "--administrator", "--country=FR")
	require.Equal(t, exitDone, code, stderr)
	admin := &apiclient.Client{Base: a.API, Key: strings.TrimSpace(token), HTTP: http.DefaultClient}
	lead, kept := fleetProcurement(t, []*apiclient.Client{admin, admin})
	joinBoard(t, admin.As(lead), kept)
	_, err := startAgain(t, admin.As(lead), kept)
	require.NoError(t, err)

	code, out, stderr := invoke(t, environ, "backup", safe)
	require.Equal(t, exitDone, code, stderr)
	require.Contains(t, out, "entries of the event log")
	require.Contains(t, stderr, "keys")
	requireNoKeys(t, safe)
	code, _, stderr = invoke(t, environ, "backup", safe)
	require.Equal(t, exitFailed, code)
	require.Contains(t, stderr, "exists already")
	code, _, stderr = invoke(t, environ, "restore", safe)
	require.Equal(t, exitUsage, code, "standalone runs")
	require.Contains(t, stderr, "stop that one first")

	require.NoError(t, suspends(t, admin.As(lead), kept))
	_, lost := fleetProcurement(t, []*apiclient.Client{admin, admin})
	newest := sign(t, a, dir)
	first.signal(syscall.SIGTERM)
	require.Equal(t, exitDone, first.wait())

	code, out, stderr = invoke(t, environ, "restore", safe)
	require.Equal(t, exitDone, code, stderr)
	require.Contains(t, out, "the databases of ")
	second := startProgram(t, environ, "standalone", "--json")
	a = second.ready()
	environ = append(environ, "TEMPORAL_ADDRESS="+a.Temporal)
	code, out, _ = invoke(t, environ, "audit", "verify")
	require.Equal(t, exitFailed, code)
	require.Regexp(t, `the end is cut off, and \d+ entries are missing that were recorded after 20`, out)
	code, out, stderr = invoke(t, environ, "recover", "--all", "--dry-run")
	require.Equal(t, exitDone, code, stderr)
	require.Contains(t, out, "Without --dry-run")
	code, out, stderr = invoke(t, environ, "recover", "--all")
	require.Equal(t, exitDone, code, stderr)
	require.Contains(t, out, "1 looked at: 1 agree")
	require.Contains(t, out, "are missing")
	require.FileExists(t, filepath.Join(dir, "checkpoints", filepath.Base(asideOf(t, dir)), nameOf(newest)))
	_, out, _ = invoke(t, environ, "recover", "--all")
	require.NotContains(t, out, "event log", "it is safe to repeat")

	sign(t, a, dir)
	code, out, _ = invoke(t, environ, "audit", "verify")
	require.Equal(t, exitDone, code, out)
	admin.Base = a.API
	require.NoError(t, suspends(t, admin.As(lead), kept), "record and Temporal are from the same moment, and go on")
	_, err = admin.As(lead).Get(t.Context(), "/v1/procurements/"+lost, nil)
	require.Error(t, err)
	second.signal(syscall.SIGTERM)
	require.Equal(t, exitDone, second.wait())

	stopped := filepath.Join(dataDir(t), "stopped")
	code, _, stderr = invoke(t, environ, "backup", stopped)
	require.Equal(t, exitDone, code, "standalone need not run: %s", stderr)
	require.NoError(t, os.Remove(filepath.Join(stopped, "postgres", "PG_VERSION")))
	code, _, _ = invoke(t, environ, "restore", stopped)
	require.Equal(t, exitFailed, code, "a damaged backup is not restored")
}

// When the backup cannot be put in the place of the databases, these stay where they were.
func TestARestoreThatFailsPutsTheDatabasesBack(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "postgres")
	require.NoError(t, os.Mkdir(data, 0o700))
	_, err := exchange(data, data+".not-there")
	require.ErrorIs(t, err, os.ErrNotExist)
	require.DirExists(t, data)

	fresh := data + ".fresh"
	require.NoError(t, os.Mkdir(fresh, 0o700))
	aside, err := exchange(data, fresh)
	require.NoError(t, err)
	require.DirExists(t, aside)
	require.DirExists(t, data)
	require.NoDirExists(t, fresh)
}

// requireNoKeys finds no key in a backup: whoever finds it can sign nothing.
func requireNoKeys(t *testing.T, backup string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(backup, func(path string, _ os.DirEntry, err error) error {
		require.NotEqual(t, ".key", filepath.Ext(path))
		return err
	}))
}

// sign has the schedule make a checkpoint, and returns how many entries it counts.
func sign(t *testing.T, a addresses, dir string) int64 {
	t.Helper()
	service, err := client.DialContext(t.Context(), client.Options{HostPort: a.Temporal, Namespace: "ppi-service"})
	require.NoError(t, err)
	defer service.Close()
	schedule := service.ScheduleClient().GetHandle(t.Context(), names.ScheduleID("ppi", names.WorkflowCheckpoint))
	var kept audit.Checkpoint
	began := time.Now()
	require.Eventually(t, func() bool {
		_ = schedule.Trigger(t.Context(), client.ScheduleTriggerOptions{})
		kept, err = audit.Archive(filepath.Join(dir, "checkpoints")).Latest()
		found, statErr := os.Stat(filepath.Join(dir, "checkpoints", "latest.checkpoint"))
		return err == nil && statErr == nil && found.ModTime().After(began)
	}, time.Minute, 500*time.Millisecond)
	return kept.Size
}

// asideOf is the directory of the archive in which the checkpoints of lost entries are.
func asideOf(t *testing.T, dir string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "checkpoints", "lost-*"))
	require.NoError(t, err)
	require.Len(t, found, 1)
	return found[0]
}

func nameOf(size int64) string { return fmt.Sprintf("%020d.checkpoint", size) }
