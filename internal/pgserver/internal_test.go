package pgserver

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheInstallLineFitsTheSystem(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, osRelease string
		root            bool
		want            string
	}{
		{"Debian as root", "ID=debian\n", true, "apt-get install -y postgresql"},
		{"Ubuntu as a person", "ID=ubuntu\nID_LIKE=debian\n", false, "sudo apt-get install -y postgresql"},
		{"a relative of Debian", "ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n", true, "apt-get install -y postgresql"},
		{"another system", "ID=fedora\n", true, "install your system's PostgreSQL 15 (or later) server package, so " +
			"that postgres and initdb are in PATH"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "os-release")
			require.NoError(t, os.WriteFile(file, []byte(c.osRelease), 0o600))
			require.Equal(t, c.want, installLine(file, c.root))
		})
	}
}

func TestOfSeveralInstallationsTheNewestIsFirst(t *testing.T) {
	t.Parallel()
	dirs := []string{
		fakeInstallation(t, "15.18 (Debian 15.18-0)"), fakeInstallation(t, "17.2"),
		fakeInstallation(t, "18beta1"), t.TempDir(),
	}
	found := installations(t.Context(), append(dirs, dirs[0]))
	require.Len(t, found, 3)
	require.Equal(t, []int{18, 17, 15}, []int{found[0].Major, found[1].Major, found[2].Major})
	require.Equal(t, "15.18", found[2].Version)
}

func fakeInstallation(t *testing.T, version string) string {
	t.Helper()
	dir := t.TempDir()
	for _, program := range []string{"postgres", "initdb"} {
		script := "#!/bin/sh\necho '" + program + " (PostgreSQL) " + version + "'\n"
		require.NoError(t, os.WriteFile(filepath.Join(dir, program), []byte(script), 0o700))
	}
	return dir
}

func TestTheServersSeverityBecomesOurs(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]slog.Level{
		"LOG:  database system is ready to accept connections":        slog.LevelDebug,
		"FATAL:  the database system is starting up":                  slog.LevelDebug,
		"FATAL:  password authentication failed for user \"ppi\"":     slog.LevelWarn,
		"ERROR:  duplicate key value violates unique constraint \"\"": slog.LevelWarn,
		"PANIC:  could not write to file":                             slog.LevelError,
	} {
		var got slog.Level
		log := &serverLog{logger: slog.New(&levelRecorder{level: &got})}
		log.emit(line)
		require.Equal(t, want, got, line)
	}
}

func TestAContinuationLineKeepsTheLevel(t *testing.T) {
	t.Parallel()
	var got slog.Level
	log := &serverLog{logger: slog.New(&levelRecorder{level: &got})}
	log.emit("PANIC:  could not write to file")
	log.emit("\tpg_wal/000000010000000000000001")
	require.Equal(t, slog.LevelError, got)
	require.True(t, log.said("pg_wal/"))
}
