package e2e

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/worker"

	"github.com/ppi-engine/ppi/internal/apiclient"
	"github.com/ppi-engine/ppi/internal/rig"
)

// workerVariable makes the test binary a worker process, so that a test can kill one for real.
const workerVariable = "PPI_E2E_WORKER"

// A workerProcess says what a worker in a process of its own works on.
type workerProcess struct {
	DSN, TemporalAddress, TaskQueue string
	// Uncached gives it no cache of workflows: each task replays its run from the start.
	Uncached bool
	// Schedules has it keep the schedules.
	Schedules bool
	// Pace multiplies the pauses between attempts to deliver webhooks.
	Pace float64
}

func TestMain(m *testing.M) {
	if spec := os.Getenv(workerVariable); spec != "" {
		os.Exit(beWorker(spec))
	}
	os.Exit(m.Run())
}

func beWorker(spec string) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	var w workerProcess
	if err := json.Unmarshal([]byte(spec), &w); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	if w.Uncached {
		worker.SetStickyWorkflowCacheSize(0)
	}
	r, err := rig.Start(ctx, rig.Options{
		DSN: w.DSN, TemporalAddress: w.TemporalAddress, TaskQueue: w.TaskQueue, Webhooks: rig.Webhooks{Pace: w.Pace},
		Schedules: w.Schedules, Log: slog.New(slog.NewTextHandler(os.Stderr,
			&slog.HandlerOptions{Level: slog.LevelWarn})),
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	running := r.StartWorker(ctx)
	fmt.Println(r.Base) //nolint:forbidigo // the test reads where the API is
	<-ctx.Done()
	if err := running.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// spawn starts a worker process that ends with the test at the latest; kill ends it without a word.
func (b *bundle) spawn(t *testing.T, w workerProcess) (kill func()) {
	t.Helper()
	return b.spawnProduct(t, w).kill
}

// A product is an API with a worker in a process of their own.
type product struct {
	// base answers where the API is.
	base func() string
	// kill ends the process without a word, stop lets it finish what is under way.
	kill, stop func()
}

// through lets somebody's calls go to the API of the process.
func (p product) through(c *apiclient.Client) *apiclient.Client {
	return &apiclient.Client{Base: p.base(), Key: c.Key, HTTP: c.HTTP}
}

func (b *bundle) spawnProduct(t *testing.T, w workerProcess) product {
	t.Helper()
	w.TaskQueue = b.TaskQueue()
	spec, err := json.Marshal(w)
	require.NoError(t, err)
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), os.Args[0])
	cmd.Env = append(os.Environ(), workerVariable+"="+string(spec))
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if os.Getenv("PPI_TEST_LOG") != "" {
		cmd.Stderr = os.Stderr
	}
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	lines := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(out).ReadString('\n')
		lines <- strings.TrimSpace(line)
	}()
	end := func(how os.Signal) func() {
		return func() {
			_ = cmd.Process.Signal(how)
			_ = cmd.Wait()
		}
	}
	p := product{base: sync.OnceValue(func() string { return <-lines }), kill: end(os.Kill), stop: end(syscall.SIGTERM)}
	t.Cleanup(p.kill)
	return p
}
