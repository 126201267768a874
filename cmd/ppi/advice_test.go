package main

import (
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/store/pgtest"
)

// nobody is the user that tests run programs as, because nothing is closed to root.
const nobody = 65534

func TestADirectoryThatCannotBeUsedIsNamedWithWhatToDo(t *testing.T) {
	t.Parallel()
	db := pgtest.NewDatabase(t)
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	below := filepath.Join(file, "ppi")
	environ := []string{
		"PPI_DATABASE_URL=" + db.Application, "PPI_DATABASE_OWNER_URL=" + db.Owner, "PPI_LISTEN=127.0.0.1:0",
		"TEMPORAL_ADDRESS=127.0.0.1:1",
	}
	for _, command := range []string{"standalone", "serve", "worker"} {
		p := startProgram(t, append(environ, "PPI_DATA_DIR="+below), command)
		require.NotEqual(t, exitDone, p.wait(), command)
		require.Contains(t, p.stderr.String(), below, command)
		require.Contains(t, p.stderr.String(), "cannot be a directory, because a part of that path is a file", command)
		require.Contains(t, p.stderr.String(), "set another directory: PPI_DATA_DIR", command)
	}
	for _, command := range []string{"standalone", "worker"} {
		p := startProgram(t, append(environ, "PPI_DATA_DIR="+t.TempDir(), "PPI_CHECKPOINT_DIR="+below), command)
		require.Equal(t, exitUsage, p.wait(), command)
		require.Contains(t, p.stderr.String(), "the directory of PPI_CHECKPOINT_DIR cannot be used", command)
	}
}

// closedTo runs a test as a user to whom a directory is closed.
func closedTo(t *testing.T, environ []string, args ...string) (dir string, code int, said string) {
	t.Helper()
	dir = dataDir(t)
	require.NoError(t, os.Chmod(dir, 0o555))
	t.Cleanup(func() { require.NoError(t, os.Chmod(dir, 0o711)) })
	program := os.Args[0]
	attributes := &syscall.SysProcAttr{}
	if os.Geteuid() == 0 {
		program = filepath.Join(dataDir(t), "ppi") // the test's own directory is closed to others
		require.NoError(t, os.Link(os.Args[0], program))
		require.NoError(t, os.Chmod(program, 0o755))
		attributes.Credential = &syscall.Credential{Uid: nobody, Gid: nobody}
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.SysProcAttr, cmd.WaitDelay = attributes, time.Second
	cmd.Env = append([]string{
		beProgram + "=1", "PATH=" + os.Getenv("PATH"), "PPI_DATA_DIR=" + filepath.Join(dir, "ppi"),
	}, environ...)
	out, _ := cmd.CombinedOutput()
	return dir, cmd.ProcessState.ExitCode(), string(out)
}

func TestADirectoryThatIsClosedSaysToWhom(t *testing.T) {
	t.Parallel()
	dir, code, said := closedTo(t, []string{
		"PPI_TEMPORAL_BIN=" + requirePrograms(t), "PPI_LISTEN=127.0.0.1:0", "PPI_TEMPORAL_PORT=0",
		"PPI_TEMPORAL_UI_PORT=0",
	}, "standalone")
	require.Equal(t, exitUsage, code, said)
	require.Contains(t, said, "the directory of PPI_DATA_DIR cannot be used")
	require.Contains(t, said, "may not read or write "+filepath.Join(dir, "ppi"))
	require.Contains(t, said, "(chown ")
	require.Contains(t, said, dir+")", "what there is of the path")

	db := pgtest.NewDatabase(t)
	dir, code, said = closedTo(t, []string{"PPI_DATABASE_URL=" + db.Application, "PPI_LISTEN=127.0.0.1:0"}, "serve")
	require.NotEqual(t, exitDone, code)
	require.Contains(t, said, "may not read or write "+filepath.Join(dir, "ppi"))
}

// The disk is of memory, and full at different steps of the first start.
func TestAFullDiskIsSaidAndNotAStateOfSQL(t *testing.T) {
	t.Parallel()
	temporal := requirePrograms(t)
	for _, size := range []string{"4m", "45m", "62m"} {
		dir := dataDir(t)
		if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "mode=0711,size="+size); err != nil {
			t.Skip("this user may not mount: ", err)
		}
		t.Cleanup(func() { require.NoError(t, syscall.Unmount(dir, syscall.MNT_DETACH)) })
		p := startProgram(t, []string{
			"PPI_DATA_DIR=" + dir, "PPI_TEMPORAL_BIN=" + temporal, "PPI_LISTEN=127.0.0.1:0", "PPI_TEMPORAL_PORT=0",
			"PPI_TEMPORAL_UI_PORT=0",
		}, "standalone")
		_, _ = io.Copy(io.Discard, p.stdout)
		require.Equal(t, exitFailed, p.wait(), size)
		require.Contains(t, p.stderr.String(), "ppi: the disk that holds "+dir+" (PPI_DATA_DIR) is full:", size)
		require.Contains(t, p.stderr.String(), "Make room there", size)
	}
}

func TestAnAddressThatCannotBeListenedOnSaysWhatToSet(t *testing.T) {
	t.Parallel()
	db := pgtest.NewDatabase(t)
	p := startProgram(t, []string{
		"PPI_DATA_DIR=" + t.TempDir(), "PPI_DATABASE_URL=" + db.Application, "PPI_LISTEN=192.0.2.1:8080",
	}, "serve")
	require.Equal(t, exitUsage, p.wait())
	require.Contains(t, p.stderr.String(), "This machine does not have that address: set PPI_LISTEN to one it has")
}

func TestAMigrationThatIsRefusedSaysWhy(t *testing.T) {
	t.Parallel()
	db := pgtest.NewEmptyDatabase(t)
	for owner, says := range map[string]string{
		db.Application:                         "The role of the database URL may not do this",
		"postgres://nobody:x@127.0.0.1:1/none": "PostgreSQL cannot be reached at the address in the database URL",
	} {
		environ := []string{"PPI_DATA_DIR=" + t.TempDir(), "PPI_DATABASE_OWNER_URL=" + owner}
		code, _, stderr := invoke(t, environ, "migrate")
		require.NotEqual(t, exitDone, code)
		require.Contains(t, stderr, says)
	}
}
