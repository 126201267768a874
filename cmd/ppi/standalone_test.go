package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/ppi-engine/ppi/internal/pgserver"
)

// recovery is how long everything may take to be up again after a kill.
const recovery = 30 * time.Second

// freely lets ppi choose all ports.
func freely(t *testing.T, dir string) []string {
	t.Helper()
	return []string{
		"PPI_DATA_DIR=" + dir, "PPI_TEMPORAL_BIN=" + requirePrograms(t),
		"PPI_LISTEN=127.0.0.1:0", "PPI_TEMPORAL_PORT=0", "PPI_TEMPORAL_UI_PORT=0",
	}
}

// requireUp waits until the API says that it is ready and Temporal runs a workflow
// to its end.
func requireUp(t *testing.T, a addresses, workflowID string) {
	t.Helper()
	var last error
	require.Eventually(t, func() bool {
		status, body := get(t.Context(), a.API+"/readyz")
		if last = errors.New(body); status == http.StatusOK {
			last = runWorkflow(t.Context(), a.Temporal, workflowID)
		}
		return last == nil
	}, recovery, 20*time.Millisecond, "%v", &last)
}

// runWorkflow runs a workflow on a worker of its own, which takes all of Temporal's
// services.
func runWorkflow(ctx context.Context, address, id string) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	return withTemporal(ctx, address, func(c client.Client) error {
		w := worker.New(c, id, worker.Options{})
		w.RegisterWorkflowWithOptions(func(workflow.Context) (string, error) { return "done", nil },
			workflow.RegisterOptions{Name: "Probe"})
		if err := w.Start(); err != nil {
			return err
		}
		defer w.Stop()
		run, err := c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{ID: id, TaskQueue: id}, "Probe")
		if err != nil {
			return err
		}
		return run.Get(ctx, nil)
	})
}

// requireWorking checks that ready means that a command can be answered: the API answers, and a worker waits for what
// it sends.
func requireWorking(t *testing.T, a addresses) {
	t.Helper()
	status, body := get(t.Context(), a.API+"/readyz")
	require.Equal(t, http.StatusOK, status, body)
	require.NoError(t, withTemporal(t.Context(), a.Temporal, func(c client.Client) error {
		queue, err := c.DescribeTaskQueue(t.Context(), "ppi", enums.TASK_QUEUE_TYPE_WORKFLOW)
		require.NotEmpty(t, queue.GetPollers())
		return err
	}))
}

func withTemporal(ctx context.Context, address string, use func(client.Client) error) error {
	c, err := client.DialContext(ctx, client.Options{
		HostPort: address, Namespace: "ppi",
		Logger: log.NewStructuredLogger(slog.New(slog.DiscardHandler)),
	})
	if err != nil {
		return err
	}
	defer c.Close()
	return use(c)
}

func TestStandaloneContinuesOnTheSameData(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)

	first := startProgram(t, freely(t, dir), "standalone", "--json")
	a := first.ready()
	t.Logf("fresh data directory to ready: %.1f s", a.Seconds)
	requireWorking(t, a)
	requireUp(t, a, "kept")
	status, _ := get(t.Context(), a.TemporalUI)
	require.Equal(t, http.StatusOK, status)
	family := first.descendants()
	require.NotEmpty(t, family)
	first.signal(syscall.SIGTERM)
	require.Equal(t, exitDone, first.wait())
	requireNoneLeft(t, family, dir)

	second := startProgram(t, freely(t, dir), "standalone", "--json")
	a = second.ready()
	requireWorking(t, a)
	t.Logf("existing data directory to ready: %.1f s", a.Seconds)
	requireUp(t, a, "another")
	require.NoError(t, withTemporal(t.Context(), a.Temporal, func(c client.Client) error {
		_, err := c.DescribeWorkflowExecution(t.Context(), "kept", "")
		return err
	}))
	family = second.descendants()
	second.signal(syscall.SIGINT)
	require.Equal(t, exitDone, second.wait())
	requireNoneLeft(t, family, dir)
}

func TestStandaloneKeepsItsSecretsToItself(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	p := startProgram(t, freely(t, dir), "standalone", "--json")
	p.ready()
	text, err := os.ReadFile(filepath.Join(dir, "postgres-roles.json"))
	require.NoError(t, err)
	require.Len(t, passwordsIn(t, text), 3)
	for _, password := range passwordsIn(t, text) {
		require.NotContains(t, p.stderr.String(), password)
		for _, d := range p.descendants() {
			require.NotContains(t, d.command, password)
		}
	}
	for _, file := range []string{"postgres-roles.json", "postgres/superuser.password"} {
		info, err := os.Stat(filepath.Join(dir, file))
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm(), file)
	}
}

func TestStandaloneRestartsWhatIsKilled(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	p := startProgram(t, freely(t, dir), "standalone", "--json")
	a := p.ready()
	requireUp(t, a, "before")

	kill := func(what string) int {
		pid := p.child(what)
		require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
		return pid
	}
	for _, victims := range [][]string{{"/postgres -D"}, {"ppi-temporal"}, {"/postgres -D", "ppi-temporal"}} {
		began := time.Now()
		for _, victim := range victims {
			pid := kill(victim)
			require.Eventually(t, func() bool { _, alive := readProcess(pid); return !alive }, recovery,
				5*time.Millisecond)
		}
		requireUp(t, a, "after"+strconv.FormatInt(began.UnixNano(), 10))
		took := time.Since(began)
		t.Logf("kill -9 of %v: up again after %.1f s", victims, took.Seconds())
		require.Less(t, took, recovery)
	}

	family := p.descendants()
	began := time.Now()
	p.signal(syscall.SIGKILL)
	p.wait()
	requireNoneLeft(t, family, dir)
	t.Logf("kill -9 of ppi: no process left after %.1f s", time.Since(began).Seconds())
}

// The next instance must not stumble over what a killed one left: its lock, its
// ports, its PostgreSQL that is about to end.
func TestStandaloneStartsRightAfterItWasKilled(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	p := startProgram(t, freely(t, dir), "standalone", "--json")
	a := p.ready()
	requireUp(t, a, "kept")
	p.signal(syscall.SIGKILL)
	<-p.ended

	again := startProgram(t, samePorts(t, dir, a), "standalone", "--json")
	b := again.ready()
	t.Logf("kill -9 of ppi: next instance ready after %.1f s", b.Seconds)
	b.Seconds = a.Seconds
	require.Equal(t, a, b)
	requireUp(t, b, "another")
}

// samePorts configures what ppi chose before.
func samePorts(t *testing.T, dir string, a addresses) []string {
	t.Helper()
	port := func(address string) string {
		_, port, err := net.SplitHostPort(address)
		require.NoError(t, err)
		return port
	}
	return []string{
		"PPI_DATA_DIR=" + dir, "PPI_TEMPORAL_BIN=" + requirePrograms(t), "PPI_LISTEN=" + a.API[len("http://"):],
		"PPI_TEMPORAL_PORT=" + port(a.Temporal), "PPI_TEMPORAL_UI_PORT=" + port(a.TemporalUI[len("http://"):]),
	}
}

func TestStandaloneThatIsInterruptedWhileItStartsLeavesNothing(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	p := startProgram(t, freely(t, dir), "standalone", "--json")
	var family []process
	require.Eventually(t, func() bool { family = p.descendants(); return len(family) > 0 }, recovery,
		5*time.Millisecond)
	p.signal(syscall.SIGTERM)
	require.Equal(t, exitDone, p.wait())
	requireNoneLeft(t, family, dir)

	again := startProgram(t, freely(t, dir), "standalone", "--json")
	requireUp(t, again.ready(), "after all")
}

func TestASecondInstanceOnTheDataDirectoryIsRefused(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	first := startProgram(t, freely(t, dir), "standalone", "--json")
	a := first.ready()

	second := startProgram(t, freely(t, dir), "standalone")
	require.Equal(t, exitUsage, second.wait())
	require.Contains(t, second.stderr.String(), dir+" is in use by process "+strconv.Itoa(first.cmd.Process.Pid))
	requireUp(t, a, "undisturbed")
}

func TestTakenPortsAreRefusedAllAtOnce(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(dataDir(t), "data")
	taken := func() string {
		listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
		require.NoError(t, err)
		t.Cleanup(func() { _ = listener.Close() })
		_, port, err := net.SplitHostPort(listener.Addr().String())
		require.NoError(t, err)
		return port
	}
	ports := map[string]string{
		"PPI_LISTEN": taken(), "PPI_TEMPORAL_PORT": taken(), "PPI_TEMPORAL_UI_PORT": taken(),
		"PPI_POSTGRES_PORT": taken(),
	}
	p := startProgram(t, []string{
		"PPI_DATA_DIR=" + dir, "PPI_TEMPORAL_BIN=" + requirePrograms(t), "PPI_LISTEN=127.0.0.1:" + ports["PPI_LISTEN"],
		"PPI_TEMPORAL_PORT=" + ports["PPI_TEMPORAL_PORT"], "PPI_TEMPORAL_UI_PORT=" + ports["PPI_TEMPORAL_UI_PORT"],
		"PPI_POSTGRES_PORT=" + ports["PPI_POSTGRES_PORT"],
	}, "standalone")
	require.Equal(t, exitUsage, p.wait())
	for variable, port := range ports {
		require.Regexp(t, `127\.0\.0\.1:`+port+`, the address of .* in use .* set `+variable+` `, p.stderr.String())
	}
	require.NoDirExists(t, filepath.Join(dir, "postgres"))
}

func TestAMissingTemporalServerSaysHowToBuildIt(t *testing.T) {
	t.Parallel()
	p := startProgram(t, []string{"PPI_DATA_DIR=" + dataDir(t), "PPI_TEMPORAL_BIN=/absent/ppi-temporal"}, "standalone")
	require.Equal(t, exitMissing, p.wait())
	require.Contains(t, p.stderr.String(), "/absent/ppi-temporal")
	require.Contains(t, p.stderr.String(), "make build")
}

func TestStandaloneUsesAPostgresThatIsGiven(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	environ := freely(t, dir)
	postgres := startPostgresFor(t, 0)
	p := startProgram(t, append(environ,
		"PPI_DATABASE_URL="+postgres.DSN("app", "a", "record"),
		"PPI_DATABASE_OWNER_URL="+postgres.DSN("owner", "o", "record"),
		"PPI_TEMPORAL_DATABASE_URL="+postgres.DSN("engine", "e", "engine"),
	), "standalone", "--json")
	requireUp(t, p.ready(), "elsewhere")
	for _, d := range p.descendants() {
		require.NotContains(t, d.command, "postgres -D")
	}
}

// startPostgresFor brings up a PostgreSQL with roles and databases as another
// system's administrator would make them.
func startPostgresFor(t *testing.T, port int) *pgserver.Server {
	t.Helper()
	postgres, err := pgserver.Start(t.Context(), pgserver.Options{Disposable: true, Port: port})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, postgres.Stop(context.Background())) })
	require.NoError(t, postgres.Provision(t.Context(),
		[]pgserver.Role{{Name: "owner", Password: "o"}, {Name: "app", Password: "a"}, {Name: "engine", Password: "e"}},
		[]pgserver.Database{
			{Name: "record", Owner: "owner", Users: []string{"app"}},
			{Name: "engine", Owner: "engine"},
			{Name: "engine_visibility", Owner: "engine"},
		}))
	return postgres
}
