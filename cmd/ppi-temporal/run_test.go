//go:build linux

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

const (
	taskQueue = "counters"
	addUpdate = "add"
	endSignal = "end"
)

// counter is a workflow that adds what it is told by updates, until it is told to end.
func counter(ctx workflow.Context) (int, error) {
	total := 0
	err := workflow.SetUpdateHandlerWithOptions(ctx, addUpdate,
		func(_ workflow.Context, n int) (int, error) {
			total += n
			return total, nil
		},
		workflow.UpdateHandlerOptions{Validator: func(_ workflow.Context, n int) error {
			if n <= 0 {
				return temporal.NewApplicationError("not positive", "NotPositive")
			}
			return nil
		}})
	if err != nil {
		return 0, err
	}
	workflow.GetSignalChannel(ctx, endSignal).Receive(ctx, nil)
	return total, nil
}

// instance is one ppi-temporal inside this process.
type instance struct {
	ready
	stdin  *io.PipeWriter
	stdout *bufio.Reader
	cancel context.CancelFunc
	code   chan int
	faults *bytes.Buffer // to be read after the code
}

// launch starts an instance with free ports on databases named after the test.
func launch(t *testing.T, c *pgCluster, args ...string) *instance {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	inR, inW := io.Pipe()
	outR, outW := io.Pipe()
	i := &instance{
		stdin: inW, stdout: bufio.NewReader(outR), cancel: cancel, code: make(chan int, 1),
		faults: &bytes.Buffer{},
	}
	go func() {
		i.code <- run(ctx, append(c.flags(t), args...), env(nil), streams{in: inR, out: outW, err: i.faults})
		_ = outW.Close()
	}()
	line, err := i.stdout.ReadBytes('\n')
	if err != nil {
		t.Fatalf("no ready line (exit code %d): %s", <-i.code, i.faults)
	}
	require.NoError(t, json.Unmarshal(line, &i.ready))
	t.Cleanup(cancel)
	return i
}

func (c *pgCluster) flags(t *testing.T) []string {
	t.Helper()
	name := strings.ToLower(strings.NewReplacer("/", "_").Replace(t.Name()))
	return []string{
		"-db-host", c.dir, "-db-sslmode", "disable", "-db-name", name[:min(len(name), 50)],
		"-db-visibility-name", name[:min(len(name), 50)] + "_vis", "-frontend-port", "0", "-ui-port", "0",
	}
}

// exit waits for the end and demands that stdout carried the ready line alone.
func (i *instance) exit(t *testing.T) int {
	t.Helper()
	rest, err := io.ReadAll(i.stdout)
	require.NoError(t, err)
	require.Empty(t, string(rest))
	return <-i.code
}

func (i *instance) stop(t *testing.T) {
	t.Helper()
	begun := time.Now()
	i.cancel()
	require.Equal(t, exitStopped, i.exit(t), i.faults)
	require.Less(t, time.Since(begun), 10*time.Second)
}

// dial connects a client and a worker that knows the workflow.
func (i *instance) dial(t *testing.T) client.Client {
	t.Helper()
	c, err := client.Dial(client.Options{HostPort: i.Frontend, Namespace: i.Namespace, Logger: quiet{}})
	require.NoError(t, err)
	t.Cleanup(c.Close)
	w := worker.New(c, taskQueue, worker.Options{})
	w.RegisterWorkflow(counter)
	require.NoError(t, w.Start())
	t.Cleanup(w.Stop)
	return c
}

type quiet struct{}

func (quiet) Debug(string, ...any) {}
func (quiet) Info(string, ...any)  {}
func (quiet) Warn(string, ...any)  {}
func (quiet) Error(string, ...any) {}

var _ log.Logger = quiet{}

func add(ctx context.Context, c client.Client, n int) (int, error) {
	handle, err := c.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
		WorkflowID: counterID, UpdateName: addUpdate, Args: []any{n}, WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	if err != nil {
		return 0, err
	}
	var total int
	err = handle.Get(ctx, &total)
	return total, err
}

// counterID is the ID of the one workflow in each test's databases.
const counterID = "counter/0"

func begin(t *testing.T, c client.Client) {
	t.Helper()
	_, err := c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: counterID, TaskQueue: taskQueue}, counter)
	require.NoError(t, err)
}

func end(t *testing.T, c client.Client) int {
	t.Helper()
	require.NoError(t, c.SignalWorkflow(t.Context(), counterID, "", endSignal, nil))
	var total int
	require.NoError(t, c.GetWorkflow(t.Context(), counterID, "").Get(t.Context(), &total))
	return total
}

func TestServer(t *testing.T) {
	t.Parallel()
	c := newCluster(t)

	t.Run("a second start goes on where the first stopped", func(t *testing.T) {
		t.Parallel()
		first := launch(t, c)
		work := first.dial(t)
		begin(t, work)
		total, err := add(t.Context(), work, 2)
		require.NoError(t, err)
		require.Equal(t, 2, total)
		first.stop(t)

		second := launch(t, c, "-retention-days", "30")
		work = second.dial(t)
		_, err = add(t.Context(), work, -1)
		var refused *temporal.ApplicationError
		require.ErrorAs(t, err, &refused)
		require.Equal(t, "NotPositive", refused.Type())
		total, err = add(t.Context(), work, 3)
		require.NoError(t, err)
		require.Equal(t, 5, total)
		require.Equal(t, 5, end(t, work))
		require.Eventually(t, func() bool { return listed(t, work) }, 10*time.Second, 20*time.Millisecond)
		require.Equal(t, 30*day, second.retention(t, work, second.Namespace))
		require.Equal(t, 7*day, second.retention(t, work, second.Service))
		second.stop(t)
	})

	t.Run("the web UI shows and does not act", func(t *testing.T) {
		t.Parallel()
		i := launch(t, c)
		begin(t, i.dial(t))
		require.Equal(t, http.StatusOK, status(t, http.MethodGet, i.UI+"/"))
		require.Equal(t, http.StatusOK, status(t, http.MethodGet, i.UI+"/api/v1/namespaces/ppi/workflows/counter%2F0"))
		for _, path := range []string{"/api/v1/namespaces/ppi/workflows/counter%2F0/terminate", "/api/v1/namespaces"} {
			require.Equal(t, http.StatusMethodNotAllowed, status(t, http.MethodPost, i.UI+path))
		}
		i.stop(t)
	})

	t.Run("one server per database and number of shards", func(t *testing.T) {
		t.Parallel()
		i := launch(t, c)
		code, faults := rival(t, c)
		require.Equal(t, exitRefused, code)
		require.Contains(t, faults, "another ppi-temporal serves database")
		i.stop(t)

		code, faults = rival(t, c, "-history-shards", "8")
		require.Equal(t, exitRefused, code)
		require.Contains(t, faults, "-history-shards 4")
	})

	t.Run("a role that lacks what it needs is refused with what to do", func(t *testing.T) {
		t.Parallel()
		c.exec(t, "CREATE ROLE plain LOGIN")
		for role, advice := range map[string]string{"plain": "grant CREATEDB", "stranger": passwordEnv} {
			code, faults := rival(t, c, "-db-user", role)
			require.Equal(t, exitRefused, code)
			require.Contains(t, faults, advice)
		}
	})

	t.Run("the end of stdin stops it", func(t *testing.T) {
		t.Parallel()
		i := launch(t, c, "-exit-on-stdin-close")
		require.NoError(t, i.stdin.Close())
		require.Equal(t, exitStopped, i.exit(t), i.faults)
	})
}

func TestServerOutlivesPostgres(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	i := launch(t, c)
	work := i.dial(t)
	begin(t, work)
	_, err := add(t.Context(), work, 1)
	require.NoError(t, err)

	c.stop()
	require.Eventually(t, func() bool {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := add(ctx, work, 1)
		return err != nil
	}, 10*time.Second, 20*time.Millisecond, "updates cannot succeed without a database")

	c.start(t)
	require.Eventually(t, func() bool {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		total, err := add(ctx, work, 1)
		return err == nil && total > 1
	}, 60*time.Second, 100*time.Millisecond)
	require.Eventually(t, func() bool {
		return c.locks(t) == 1
	}, 30*time.Second, 100*time.Millisecond, "the claim on the database is renewed")
	i.stop(t)
}

// rival runs a second instance on the test's databases to its end, which it must come to by itself.
func rival(t *testing.T, c *pgCluster, args ...string) (code int, faults string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second) // served until then, it ends with exitStopped
	defer cancel()
	var err bytes.Buffer
	code = run(ctx, append(c.flags(t), args...), env(nil), streams{out: io.Discard, err: &err})
	return code, err.String()
}

func (*instance) retention(t *testing.T, c client.Client, namespace string) time.Duration {
	t.Helper()
	found, err := c.WorkflowService().DescribeNamespace(t.Context(),
		&workflowservice.DescribeNamespaceRequest{Namespace: namespace})
	require.NoError(t, err)
	return found.GetConfig().GetWorkflowExecutionRetentionTtl().AsDuration()
}

// listed says whether the visibility database knows the workflow as completed.
func listed(t *testing.T, c client.Client) bool {
	t.Helper()
	found, err := c.ListWorkflow(t.Context(), &workflowservice.ListWorkflowExecutionsRequest{
		Query: "WorkflowId = '" + counterID + "' AND ExecutionStatus = 'Completed'",
	})
	require.NoError(t, err)
	return len(found.GetExecutions()) == 1
}

func status(t *testing.T, method, url string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader("{}"))
	require.NoError(t, err)
	req.Header.Set("Authorization", "x") // spares the CSRF token
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	_, err = io.Copy(io.Discard, resp.Body)
	require.NoError(t, errors.Join(err, resp.Body.Close()))
	return resp.StatusCode
}
