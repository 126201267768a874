package pgserver_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/pgserver"
)

// start brings a server up on dir and stops it at the end of the test.
func start(t *testing.T, dir string) *pgserver.Server {
	t.Helper()
	s, err := pgserver.Start(t.Context(), pgserver.Options{DataDir: dir, Disposable: true})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Stop(context.Background())) })
	return s
}

// dataDir names a directory that does not exist yet, in one that the account
// which runs the server can reach.
func dataDir(t *testing.T) string {
	t.Helper()
	requirePostgres(t)
	//nolint:usetesting // another user must pass, and t.TempDir lies in a closed directory
	parent, err := os.MkdirTemp("", "pgserver-test-")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(parent)) })
	require.NoError(t, os.Chmod(parent, 0o711))
	return filepath.Join(parent, "data")
}

func requirePostgres(t *testing.T) {
	t.Helper()
	if _, err := pgserver.Find(t.Context()); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
}

func connect(t *testing.T, dsn string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

func TestDataSurvivesARestart(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)

	first, err := pgserver.Start(t.Context(), pgserver.Options{DataDir: dir})
	require.NoError(t, err)
	_, err = connect(t, first.AdminDSN("postgres")).Exec(t.Context(), "CREATE TABLE kept AS SELECT 42 AS answer")
	require.NoError(t, err)
	require.NoError(t, first.Stop(t.Context()))
	<-first.Done()
	require.ErrorIs(t, syscall.Kill(first.PID(), 0), syscall.ESRCH)

	var answer int
	second := start(t, dir)
	require.NoError(t, connect(t, second.AdminDSN("postgres")).QueryRow(t.Context(), "SELECT answer FROM kept").
		Scan(&answer))
	require.Equal(t, 42, answer)
}

func TestRealDataIsSyncedToDisk(t *testing.T) {
	t.Parallel()
	s, err := pgserver.Start(t.Context(), pgserver.Options{DataDir: dataDir(t)})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Stop(context.Background())) })
	conn := connect(t, s.AdminDSN("postgres"))
	for name, want := range map[string]string{
		"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "data_checksums": "on",
		"max_connections": "200", "server_encoding": "UTF8", "lc_collate": "C", "password_encryption": "scram-sha-256",
	} {
		var got string
		require.NoError(t, conn.QueryRow(t.Context(), "SHOW "+name).Scan(&got))
		require.Equal(t, want, got, name)
	}
}

func TestOnlyThePasswordOpensTheServer(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	s := start(t, dir)

	info, err := os.Stat(filepath.Join(dir, "superuser.password"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())

	_, err = pgx.Connect(t.Context(), s.DSN(pgserver.Superuser, "guessed", "postgres"))
	var refused *pgconn.PgError
	require.ErrorAs(t, err, &refused)
	require.Equal(t, "28P01", refused.Code)
}

func TestADisposableServerLeavesNothing(t *testing.T) {
	t.Parallel()
	requirePostgres(t)
	s, err := pgserver.Start(t.Context(), pgserver.Options{Disposable: true})
	require.NoError(t, err)
	var dir string
	require.NoError(t, connect(t, s.AdminDSN("postgres")).QueryRow(t.Context(), "SHOW data_directory").Scan(&dir))
	require.DirExists(t, dir)
	require.NoError(t, s.Stop(t.Context()))
	require.NoDirExists(t, filepath.Dir(dir))
}

func TestAsRootTheServerRunsAsAnotherUser(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root has another user to run as")
	}
	dir := dataDir(t)
	s := start(t, dir)
	info, err := os.Stat(filepath.Join("/proc", strconv.Itoa(s.PID())))
	require.NoError(t, err)
	require.NotZero(t, info.Sys().(*syscall.Stat_t).Uid)
}

func TestAClosedDirectoryOnTheWayIsNamed(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root runs the server as a user who may be shut out")
	}
	dir := dataDir(t)
	require.NoError(t, os.Chmod(filepath.Dir(dir), 0o700))
	_, err := pgserver.Start(t.Context(), pgserver.Options{DataDir: dir, Disposable: true})
	var unreachable *pgserver.UnreachableError
	require.ErrorAs(t, err, &unreachable)
	require.Equal(t, filepath.Dir(dir), unreachable.Blocks)
}

func TestDataOfAnotherMajorVersionIsRefused(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	require.NoError(t, os.Mkdir(dir, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "PG_VERSION"), []byte("9\n"), 0o600))
	_, err := pgserver.Start(t.Context(), pgserver.Options{DataDir: dir})
	var version *pgserver.VersionError
	require.ErrorAs(t, err, &version)
	require.Equal(t, 9, version.Data)
	require.NotEmpty(t, version.Installed)
}

func TestADirectoryWithOtherFilesIsLeftAlone(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	require.NoError(t, os.Mkdir(dir, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "thesis.txt"), nil, 0o600))
	_, err := pgserver.Start(t.Context(), pgserver.Options{DataDir: dir})
	require.ErrorContains(t, err, "thesis.txt")
	require.FileExists(t, filepath.Join(dir, "thesis.txt"))
}

func TestATakenPortIsRefused(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	port := listener.Addr().(*net.TCPAddr).Port
	_, err = pgserver.Start(t.Context(), pgserver.Options{DataDir: dir, Port: port, Disposable: true})
	var taken *pgserver.PortTakenError
	require.ErrorAs(t, err, &taken)
	require.Equal(t, port, taken.Port)
}

func TestASecondServerOnTheSameDataIsRefused(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	first := start(t, dir)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second) // long enough for one attempt
	defer cancel()
	_, err := pgserver.Start(ctx, pgserver.Options{DataDir: dir, Disposable: true})
	var inUse *pgserver.InUseError
	require.ErrorAs(t, err, &inUse)
	require.Equal(t, first.PID(), inUse.PID)
	require.False(t, inUse.Orphans)
}

// A backend in a long computation does not notice that its postmaster is dead,
// and keeps the next one from starting until somebody ends it.
func TestAKilledPostmasterIsReplacedThoughABackendIsStillBusy(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	first, err := pgserver.Start(t.Context(), pgserver.Options{DataDir: dir, Disposable: true})
	require.NoError(t, err)
	busy, idle := connect(t, first.AdminDSN("postgres")), connect(t, first.AdminDSN("postgres"))
	busyPID := int(busy.PgConn().PID())
	go func() { _, _ = busy.Exec(context.Background(), "SELECT sum(sqrt(i)) FROM generate_series(1, 1e12) i") }()
	require.Eventually(t, func() bool {
		var state string
		err := idle.QueryRow(t.Context(), "SELECT state FROM pg_stat_activity WHERE pid = $1", busyPID).Scan(&state)
		return err == nil && state == "active"
	}, 10*time.Second, 10*time.Millisecond)

	require.NoError(t, syscall.Kill(first.PID(), syscall.SIGKILL))
	<-first.Done()
	require.Error(t, first.Err())
	require.NoError(t, syscall.Kill(busyPID, 0),
		"the backend should outlive its postmaster, else this test shows nothing")

	start(t, dir)
	requireGone(t, busyPID)
}

// After a restart of the machine the lock file may name a process that has
// nothing to do with PostgreSQL.
func TestALockThatNamesAnUnrelatedProcessIsIgnored(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	first, err := pgserver.Start(t.Context(), pgserver.Options{DataDir: dir, Disposable: true})
	require.NoError(t, err)
	require.NoError(t, first.Stop(t.Context()))
	info, err := os.Stat(dir)
	require.NoError(t, err)
	stat := info.Sys().(*syscall.Stat_t)

	unrelated := exec.Command("sleep", "600")
	unrelated.Dir = "/"
	if os.Geteuid() == 0 {
		unrelated.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: stat.Uid, Gid: stat.Gid}}
	}
	require.NoError(t, unrelated.Start())
	t.Cleanup(func() { _ = unrelated.Process.Kill(); _ = unrelated.Wait() })
	lock := fmt.Sprintf("%d\n%s\n%d\n%d\n\n127.0.0.1\n", unrelated.Process.Pid, dir, time.Now().Unix(), first.Port())
	require.NoError(t, os.WriteFile(filepath.Join(dir, "postmaster.pid"), []byte(lock), 0o600))
	require.NoError(t, os.Chown(filepath.Join(dir, "postmaster.pid"), int(stat.Uid), int(stat.Gid)))

	start(t, dir)
	require.NoError(t, unrelated.Process.Signal(syscall.Signal(0)), "it must not be harmed")
}

func TestACancelledStartLeavesNoProcess(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond) // inside initdb
	defer cancel()
	_, err := pgserver.Start(ctx, pgserver.Options{DataDir: dir, Disposable: true})
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.NoDirExists(t, dir)
	require.NoDirExists(t, dir+".new")
	start(t, dir)
}

func TestEachRoleReachesOnlyItsDatabases(t *testing.T) {
	t.Parallel()
	s := start(t, dataDir(t))
	roles := []pgserver.Role{
		{Name: "owner", Password: "it's o'clock"},
		{Name: "app", Password: `back\slash`},
		{Name: "other", Password: "x"},
	}
	databases := []pgserver.Database{
		{Name: "record", Owner: "owner", Users: []string{"app"}},
		{Name: "own", Owner: "other"},
	}
	require.NoError(t, s.Provision(t.Context(), roles, databases))
	roles[1].Password = "changed"
	require.NoError(t, s.Provision(t.Context(), roles, databases), "it runs at every start")

	_, err := connect(t, s.DSN("owner", "it's o'clock", "record")).Exec(t.Context(), "CREATE TABLE t ()")
	require.NoError(t, err)
	app := connect(t, s.DSN("app", "changed", "record"))
	_, err = app.Exec(t.Context(), "CREATE TABLE u ()")
	require.Equal(t, "42501", sqlState(err), "the application makes no tables")
	_, err = pgx.Connect(t.Context(), s.DSN("other", "x", "record"))
	require.Equal(t, "42501", sqlState(err), "others do not connect")
	connect(t, s.DSN("other", "x", "own"))
}

func sqlState(err error) string {
	if refused, ok := errors.AsType[*pgconn.PgError](err); ok {
		return refused.Code
	}
	return fmt.Sprint(err)
}

// TestKilledParent is no test of its own: it is the parent in the test below.
func TestKilledParent(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("PGSERVER_TEST_PARENT_DIR")
	if dir == "" {
		t.Skip("runs as a child of the next test")
	}
	s, err := pgserver.Start(t.Context(), pgserver.Options{DataDir: dir, Disposable: true})
	require.NoError(t, err)
	fmt.Fprintf(os.Stdout, "postmaster=%d\n", s.PID())
	<-s.Done()
}

func TestTheServerDiesWithAKilledParent(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	parent := exec.Command(os.Args[0], "-test.run=^TestKilledParent$", "-test.v")
	parent.Env = append(os.Environ(), "PGSERVER_TEST_PARENT_DIR="+dir)
	out, err := parent.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, parent.Start())
	t.Cleanup(func() { _ = parent.Process.Kill(); _ = parent.Wait() })
	pid := postmasterIn(t, out)

	require.NoError(t, parent.Process.Kill())
	requireGone(t, pid)
}

// requireGone waits until the process has ended and whoever inherited it has
// taken note.
func requireGone(t *testing.T, pid int) {
	t.Helper()
	require.Eventually(t, func() bool { return errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) }, 15*time.Second,
		20*time.Millisecond)
}

func postmasterIn(t *testing.T, out io.Reader) int {
	t.Helper()
	var text strings.Builder
	buffer := make([]byte, 1024)
	for {
		n, err := out.Read(buffer)
		text.Write(buffer[:n])
		_, after, _ := strings.Cut(text.String(), "postmaster=")
		if number, _, complete := strings.Cut(after, "\n"); complete {
			pid, err := strconv.Atoi(number)
			require.NoError(t, err)
			return pid
		}
		require.NoError(t, err, text.String())
	}
}
