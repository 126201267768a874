//go:build linux

package main

import (
	"bytes"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// pgCluster is a throwaway PostgreSQL on a unix socket in dir.
type pgCluster struct {
	bin, dir string
	owner    *syscall.Credential // nil: who runs the tests
	process  *os.Process
	ended    chan struct{}
}

// newCluster makes and starts a cluster from the machine's binaries. Without any the test is skipped, in CI it fails.
func newCluster(t *testing.T) *pgCluster {
	t.Helper()
	bin := postgresBin()
	if bin == "" {
		const missing = "no PostgreSQL binaries in /usr/lib/postgresql/*/bin or PATH: apt-get install postgresql"
		if os.Getenv("CI") == "true" {
			t.Fatal(missing)
		}
		t.Skip(missing)
	}
	dir, err := os.MkdirTemp("", "ppi-temporal-") //nolint:usetesting // t.TempDir is closed to the other user
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	c := &pgCluster{bin: bin, dir: dir, owner: unprivileged(t)}
	if c.owner != nil {
		require.NoError(t, os.Chown(dir, int(c.owner.Uid), int(c.owner.Gid)))
	}
	out, err := c.command("initdb", "-D", c.data(), "-U", "postgres", "--auth=trust", "-E", "UTF8", "--locale=C",
		"--no-sync").CombinedOutput()
	require.NoError(t, err, string(out))
	c.start(t)
	t.Cleanup(c.stop)
	return c
}

func (c *pgCluster) data() string { return filepath.Join(c.dir, "data") }

func (c *pgCluster) postgres() postgres {
	return postgres{Host: c.dir, Port: 5432, User: "postgres", SSLMode: "disable"}
}

// start runs the postmaster so that it dies with the tests.
func (c *pgCluster) start(t *testing.T) {
	t.Helper()
	var logged bytes.Buffer
	cmd := c.command("postgres", "-D", c.data(), "-k", c.dir, "-c", "listen_addresses=", "-c", "fsync=off")
	cmd.Stderr = &logged
	cmd.SysProcAttr.Pdeathsig = syscall.SIGQUIT
	started := make(chan error)
	ended := make(chan struct{})
	go func() {
		runtime.LockOSThread() // Pdeathsig is sent when the thread ends, so it must last as long as the process
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait()
		}
		close(ended)
	}()
	require.NoError(t, <-started)
	c.process, c.ended = cmd.Process, ended

	conn, err := c.postgres().open(t.Context(), maintenanceDatabase)
	if err != nil {
		c.stop()
		t.Fatalf("%s\n%s", err, &logged)
	}
	closeSession(t.Context(), conn)
}

// stop ends the postmaster at once and cuts all sessions.
func (c *pgCluster) stop() {
	_ = c.process.Signal(syscall.SIGINT)
	<-c.ended
}

// locks counts the advisory locks that are held.
func (c *pgCluster) locks(t *testing.T) int {
	t.Helper()
	conn := c.connect(t)
	defer closeSession(t.Context(), conn)
	var n int
	query := "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted"
	require.NoError(t, conn.QueryRow(t.Context(), query).Scan(&n))
	return n
}

func (c *pgCluster) exec(t *testing.T, statement string) {
	t.Helper()
	conn := c.connect(t)
	defer closeSession(t.Context(), conn)
	_, err := conn.Exec(t.Context(), statement)
	require.NoError(t, err)
}

func (c *pgCluster) connect(t *testing.T) *pgx.Conn {
	t.Helper()
	conn, err := c.postgres().open(t.Context(), maintenanceDatabase)
	require.NoError(t, err)
	return conn
}

func (c *pgCluster) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(c.bin, name), args...)
	cmd.Dir = c.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.owner}
	return cmd
}

// postgresBin prefers Debian's directory, where initdb lives outside of PATH.
func postgresBin() string {
	versions, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(versions) > 0 {
		return filepath.Dir(slices.Max(versions))
	}
	if initdb, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(initdb)
	}
	return ""
}

// unprivileged returns whom root has to become: PostgreSQL refuses to run as root.
func unprivileged(t *testing.T) *syscall.Credential {
	t.Helper()
	if os.Getuid() != 0 {
		return nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(u.Uid, 10, 32)
		require.NoError(t, err)
		gid, err := strconv.ParseUint(u.Gid, 10, 32)
		require.NoError(t, err)
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	}
	t.Fatal("root needs a user postgres or nobody to run PostgreSQL")
	return nil
}
