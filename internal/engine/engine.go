// Package engine is the way from the API to the workflows: it starts the run of a procurement, sends commands to it,
// and turns the errors of Temporal into three of its own.
package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"math/rand/v2"
	"strings"
	"time"

	"go.opentelemetry.io/otel/trace"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	sdklog "go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"

	"github.com/ppi-engine/ppi/internal/span"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
)

// The errors that can take the place of an outcome.
var (
	// ErrNotRunning means that there is no open run: not started, ended, or terminated by an operator.
	ErrNotRunning = errors.New("no run of the procurement is open")
	// ErrEnded, together with [ErrNotRunning], means that the last run came to its own end: the procurement had ended.
	ErrEnded = errors.New("the last run has come to its end")
	// ErrUnavailable means that no answer came in time. The command may still be carried out; sending
	// it again is safe.
	ErrUnavailable = errors.New("no answer from the workflow engine")
	// ErrRejected means that the run rejected the command as malformed.
	ErrRejected = errors.New("the run rejected the command")
	// ErrRecordBehind means that the run does nothing because it knows more than the record, which was restored from a
	// backup.
	ErrRecordBehind = errors.New("the record is older than the run")
)

// Pauses between two attempts to send a command.
const (
	firstPause = 5 * time.Millisecond
	longPause  = 500 * time.Millisecond
	// pendingPause follows an attempt that got no outcome, because the cause needs time to pass.
	pendingPause = 2 * time.Second
)

// An Engine sends commands to procurements' workflows.
type Engine struct {
	temporal  client.Client
	taskQueue string
	runs      Runs
	told      func(commandID string)
	rewrite   Rewrite
	queues    queues
}

// A Rewrite writes a command down again unless the record has it, and tells whether it was lost.
type Rewrite func(ctx context.Context, cmd models.Command) (lost bool, err error)

// Runs says how the runs that an engine starts are carried out. The zero value is right except in tests and benchmarks.
type Runs struct {
	// MaxEvents is the number of events in its history at which a run hands over to the next; 0 leaves it to the
	// server.
	MaxEvents int
	// OrdinaryActs makes the runs use ordinary activities for acts.
	OrdinaryActs bool
}

// New makes an engine that starts runs on taskQueue. It calls told, which may be nil, with the ID of each command whose
// outcome is in the history of a run.
func New(temporal client.Client, taskQueue string, told func(commandID string), runs Runs) *Engine {
	if told == nil {
		told = func(string) {}
	}
	return &Engine{temporal: temporal, taskQueue: taskQueue, runs: runs, told: told}
}

// Rewriting has the engine write a command down again of which a run has no outcome. Writing it down did not wait for
// the disk (docs/decisions/0009): a database that crashed may have lost it, and no run could ever carry it out.
func (e *Engine) Rewriting(r Rewrite) *Engine {
	e.rewrite = r
	return e
}

// Start starts the run of a procurement unless one is open already. Title and buyers are public and shown in the
// Temporal UI. It returns [ErrNotRunning] with [ErrEnded] when the run has completed and may not start again, and
// [ErrUnavailable] when Temporal does not start it.
func (e *Engine) Start(ctx context.Context, procurement models.ID, title string, buyers []string) error {
	return e.start(ctx, procurement, title, buyers, client.StartWorkflowOptions{
		WorkflowIDReusePolicy:    enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY,
		WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
	})
}

// Replace starts a new run of a procurement, which begins by reading the record. A run that is open is terminated in
// the same step; one that has completed does not count. It returns [ErrUnavailable].
func (e *Engine) Replace(ctx context.Context, procurement models.ID, title string, buyers []string) error {
	return e.start(ctx, procurement, title, buyers, client.StartWorkflowOptions{
		WorkflowIDReusePolicy:    enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_TERMINATE_EXISTING,
	})
}

func (e *Engine) start(
	ctx context.Context, procurement models.ID, title string, buyers []string, policies client.StartWorkflowOptions,
) error {
	_, err := e.temporal.ExecuteWorkflow(untraced(ctx), client.StartWorkflowOptions{
		ID:                       process.WorkflowID(procurement),
		TaskQueue:                e.taskQueue,
		WorkflowIDReusePolicy:    policies.WorkflowIDReusePolicy,
		WorkflowIDConflictPolicy: policies.WorkflowIDConflictPolicy,
		// Otherwise a run that has completed would pass for one that was started.
		WorkflowExecutionErrorWhenAlreadyStarted: true,

		StaticSummary: process.Clip(title, process.LongestSummary),
		StaticDetails: staticDetails(title, buyers),
	}, process.WorkflowProcurement, process.Input{
		ProcurementID: procurement, MaxEvents: e.runs.MaxEvents,
		OrdinaryActs: e.runs.OrdinaryActs,
	})
	var closed *serviceerror.WorkflowExecutionAlreadyStarted
	switch {
	case err == nil:
		return nil
	case errors.As(err, &closed):
		return fmt.Errorf("%w: %w", ErrNotRunning, ErrEnded)
	}
	return fmt.Errorf("start the procurement's run: %w (%w)", ErrUnavailable, err)
}

// Command sends a command that is written down in the record and waits for its outcome. It sends the command again when
// a run hands over to the next, or answers with something that is not an outcome. When an Update has answered, the
// outcome is in the history of the run, and told is called. It returns [ErrNotRunning], [ErrRejected],
// [ErrRecordBehind], or [ErrUnavailable] when ctx ends.
func (e *Engine) Command(ctx context.Context, cmd models.Command) (process.Outcome, error) {
	return e.traced(ctx, cmd, 0)
}

// Anew is [Engine.Command], and is not satisfied with an answer that Temporal has kept: the run asks the record. So a
// command that has an outcome brings the run the state of today, and one that was carried out before the record was
// restored is not taken for done.
func (e *Engine) Anew(ctx context.Context, cmd models.Command) (process.Outcome, error) {
	return e.traced(ctx, cmd, anotherAttempt())
}

// anotherAttempt makes the Update's ID one that no earlier sender has used. Temporal keeps every answer for ever, so
// otherwise a sender would be given the answers of all earlier ones, one by one.
func anotherAttempt() int { return 1 + rand.IntN(math.MaxInt32) } //nolint:gosec // only to differ

func (e *Engine) traced(ctx context.Context, cmd models.Command, attempt int) (out process.Outcome, err error) {
	ctx, end := span.Begin(ctx, "update "+string(cmd.Verb), trace.SpanKindProducer, span.Verb.String(string(cmd.Verb)),
		span.Procurement.String(string(cmd.ProcurementID)), span.Command.String(cmd.ID))
	defer func() { end(err) }()
	return e.command(ctx, cmd, attempt)
}

func (e *Engine) command(ctx context.Context, cmd models.Command, attempt int) (process.Outcome, error) {
	pause := firstPause
	for {
		out, err := e.send(ctx, cmd, attempt)
		switch {
		case err == nil && out.Status != process.CommandPending:
			e.told(cmd.ID)
			return out, nil
		case err == nil && out.Behind && attempt == 0:
			attempt = anotherAttempt() // the answer may be of another day
			continue
		case err == nil && out.Behind:
			return process.Outcome{}, ErrRecordBehind
		case err == nil, errors.Is(err, errNoOutcome):
			attempt = anotherAttempt()
			if e.lost(ctx, cmd) {
				continue
			}
			pause = max(pause, pendingPause)
		case !errors.Is(err, errHandingOver):
			return process.Outcome{}, err
		}
		select {
		case <-ctx.Done():
			return process.Outcome{}, fmt.Errorf("send command: %w: %w", ErrUnavailable, errors.Join(ctx.Err(), err))
		case <-time.After(pause/2 + rand.N(pause)): //nolint:gosec // jitter between attempts is no secret
		}
		pause = min(2*pause, max(longPause, pause))
	}
}

// lost tells whether the record had lost a command, which it then has again.
func (e *Engine) lost(ctx context.Context, cmd models.Command) bool {
	if e.rewrite == nil {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, pendingPause)
	defer cancel()
	lost, err := e.rewrite(ctx, cmd)
	return err == nil && lost // where it cannot be asked, it is asked after the next attempt
}

var (
	errHandingOver = errors.New("the run is handing over")
	// errNoOutcome means that the answer is not an outcome: the run failed to handle the Update, or its worker is of
	// another release of PPI Engine and does not know the verb.
	errNoOutcome = errors.New("the run has no outcome")
)

func (e *Engine) send(ctx context.Context, cmd models.Command, attempt int) (process.Outcome, error) {
	var out process.Outcome
	leave, err := e.queues.enter(ctx, cmd.ProcurementID)
	if err != nil {
		return out, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	defer leave()
	handle, err := e.temporal.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
		WorkflowID:   process.WorkflowID(cmd.ProcurementID),
		UpdateID:     process.UpdateID(cmd.Verb, cmd.ID, attempt),
		UpdateName:   string(cmd.Verb),
		Args:         []any{process.Command{ID: cmd.ID, Label: cmd.Label}},
		WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	if err == nil {
		err = handle.Get(ctx, &out)
	}
	return out, e.translate(ctx, cmd.ProcurementID, err)
}

func (e *Engine) translate(ctx context.Context, procurement models.ID, err error) error {
	var application *temporal.ApplicationError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &application):
		switch application.Type() {
		case process.ErrTypeClosing, "AcceptedUpdateCompletedWorkflow":
			return errHandingOver
		case process.ErrTypeMalformed:
			return fmt.Errorf("%w: %w", ErrRejected, err)
		}
		return fmt.Errorf("%w: %w", errNoOutcome, err)
	case errors.As(err, new(*temporal.CanceledError)):
		return fmt.Errorf("%w: %w", errNoOutcome, err)
	case isNotFound(err):
		return e.notFound(ctx, procurement, err)
	}
	return fmt.Errorf("%w: %w", ErrUnavailable, err)
}

// notFound finds out what was not found: the run, or only the Update. A server forgets an Update when it restarts, or
// when the run that got the Update ends.
func (e *Engine) notFound(ctx context.Context, procurement models.ID, cause error) error {
	found, err := e.temporal.DescribeWorkflowExecution(ctx, process.WorkflowID(procurement), "")
	switch {
	case err == nil && found.GetWorkflowExecutionInfo().GetStatus() == enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED:
		return fmt.Errorf("%w: %w (%w)", ErrNotRunning, ErrEnded, cause)
	case isNotFound(err), err == nil && found.GetWorkflowExecutionInfo().GetCloseTime() != nil:
		return fmt.Errorf("%w: %w", ErrNotRunning, cause)
	case err != nil:
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return errHandingOver
}

func isNotFound(err error) bool { return errors.As(err, new(*serviceerror.NotFound)) }

func staticDetails(title string, buyers []string) string {
	return process.Clip("# "+title+"\n\nContracting authorities:\n\n- "+strings.Join(buyers, "\n- ")+"\n",
		process.LongestDetails)
}

// Connect makes a client of the Temporal server. It connects when it is first used, so the server may be unreachable
// until then.
func Connect(options client.Options, logger *slog.Logger) (client.Client, error) {
	options.Logger = sdklog.NewStructuredLogger(logger)
	c, err := client.NewLazyClient(options)
	if err != nil {
		return nil, fmt.Errorf("prepare Temporal client: %w", err)
	}
	return c, nil
}

// A Configuration says how to reach a namespace.
type Configuration interface {
	ClientOptions() (client.Options, error)
}

// ConnectBy makes a client as [Connect] does, of the namespace that a configuration describes, and has it watched.
func ConnectBy(c Configuration, watch Watch, logger *slog.Logger) (client.Client, error) {
	options, err := c.ClientOptions()
	if err != nil {
		return nil, err
	}
	watch.Apply(&options)
	return Connect(options, logger)
}
