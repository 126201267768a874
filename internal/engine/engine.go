// Package engine is the way from the API to the workflows: it starts a procurement's run and sends
// commands to it, and hides what Temporal answers behind three errors.
package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	sdklog "go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
)

// What can keep a command from an answer.
var (
	// ErrNotRunning means that there is no open run: not started, ended, or terminated by an operator.
	ErrNotRunning = errors.New("no run of the procurement is open")
	// ErrUnavailable means that no answer came in time. The command may still be carried out; sending
	// it again is safe.
	ErrUnavailable = errors.New("no answer from the workflow engine")
	// ErrRejected means that the run turned the command away as malformed.
	ErrRejected = errors.New("the run rejected the command")
)

// Pauses between two attempts to send a command.
const (
	firstPause = 5 * time.Millisecond
	longPause  = 500 * time.Millisecond
	// pendingPause follows an attempt that got no answer: what is in the way needs time.
	pendingPause = 2 * time.Second
)

// An Engine sends commands to procurements' workflows.
type Engine struct {
	temporal  client.Client
	taskQueue string
	maxEvents int
}

// New makes an engine that starts runs on taskQueue. maxEvents rotates a run early, 0 leaves it to the
// server.
func New(temporal client.Client, taskQueue string, maxEvents int) *Engine {
	return &Engine{temporal: temporal, taskQueue: taskQueue, maxEvents: maxEvents}
}

// Start starts the run of a procurement unless one is open already. Title and buyers are public and
// shown in the Temporal UI. It returns [ErrNotRunning] when a run has ended for good, and
// [ErrUnavailable].
func (e *Engine) Start(ctx context.Context, procurement models.ID, title string, buyers []string) error {
	_, err := e.temporal.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID:                       process.WorkflowID(procurement),
		TaskQueue:                e.taskQueue,
		WorkflowIDReusePolicy:    enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY,
		WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		StaticSummary:            clip(title, 200),
		StaticDetails:            staticDetails(title, buyers),
	}, process.WorkflowProcurement, process.Input{ProcurementID: procurement, MaxEvents: e.maxEvents})
	var closed *serviceerror.WorkflowExecutionAlreadyStarted
	switch {
	case err == nil:
		return nil
	case errors.As(err, &closed):
		return ErrNotRunning
	}
	return fmt.Errorf("start the procurement's run: %w (%w)", ErrUnavailable, err)
}

// Command sends a command that is written down in the record and waits for its outcome, sending it
// again whenever a run hands over to the next. It returns [ErrNotRunning], [ErrRejected], or
// [ErrUnavailable] once ctx ends.
func (e *Engine) Command(ctx context.Context, procurement models.ID, verb models.Verb, commandID string) (process.Outcome, error) {
	pause := firstPause
	for attempt := 0; ; {
		out, err := e.send(ctx, procurement, verb, commandID, attempt)
		switch {
		case err == nil && out.Status != process.CommandPending:
			return out, nil
		case err == nil:
			attempt++ // that attempt's answer is kept by Temporal: the next needs an ID of its own
			pause = max(pause, pendingPause)
		case !errors.Is(err, errHandingOver):
			return process.Outcome{}, err
		}
		select {
		case <-ctx.Done():
			return process.Outcome{}, fmt.Errorf("send command: %w: %w", ErrUnavailable, ctx.Err())
		case <-time.After(pause/2 + rand.N(pause)): //nolint:gosec // jitter between attempts is no secret
		}
		pause = min(2*pause, max(longPause, pause))
	}
}

var errHandingOver = errors.New("the run is handing over")

func (e *Engine) send(ctx context.Context, procurement models.ID, verb models.Verb, commandID string, attempt int) (process.Outcome, error) {
	var out process.Outcome
	handle, err := e.temporal.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
		WorkflowID:   process.WorkflowID(procurement),
		UpdateID:     process.UpdateID(verb, commandID, attempt),
		UpdateName:   process.UpdateCommand,
		Args:         []any{process.Command{ID: commandID}},
		WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	if err == nil {
		err = handle.Get(ctx, &out)
	}
	return out, translate(err)
}

func translate(err error) error {
	var (
		application *temporal.ApplicationError
		notFound    *serviceerror.NotFound
	)
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
	case errors.As(err, &notFound):
		return fmt.Errorf("%w: %w", ErrNotRunning, err)
	}
	return fmt.Errorf("%w: %w", ErrUnavailable, err)
}

func staticDetails(title string, buyers []string) string {
	return clip("# "+title+"\n\nContracting authorities:\n\n- "+strings.Join(buyers, "\n- ")+"\n", 20_000)
}

// clip cuts s to at most limit bytes, between two characters.
func clip(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	cut := limit - len("…")
	for cut > 0 && s[cut]&0xC0 == 0x80 {
		cut--
	}
	return s[:cut] + "…"
}

// Connect makes a client of the Temporal server, which is reached when it is first needed and may be away
// until then.
func Connect(options client.Options, logger *slog.Logger) (client.Client, error) {
	options.Logger = sdklog.NewStructuredLogger(logger)
	c, err := client.NewLazyClient(options)
	if err != nil {
		return nil, fmt.Errorf("prepare Temporal client: %w", err)
	}
	return c, nil
}
