package engine

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/converter"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
)

// A Run is the last run of a procurement as Temporal knows it.
type Run struct {
	// Known is false when Temporal has no run of the procurement, not even an ended one.
	Known bool
	// Open tells that it has not ended; Ended that it has come to its own end, and was not terminated.
	Open, Ended bool
	// State is what the run knows; nil unless it was asked.
	State *process.State
	id    string
}

// lastRun finds out about the last run of a procurement. It returns [ErrUnavailable].
func (e *Engine) lastRun(ctx context.Context, procurement models.ID) (Run, error) {
	found, err := e.temporal.DescribeWorkflowExecution(ctx, process.WorkflowID(procurement), "")
	switch {
	case isNotFound(err):
		return Run{}, nil
	case err != nil:
		return Run{}, fmt.Errorf("find run: %w (%w)", ErrUnavailable, err)
	}
	status := found.GetWorkflowExecutionInfo().GetStatus()
	return Run{
		Known: true,
		Open: status == enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING ||
			status == enumspb.WORKFLOW_EXECUTION_STATUS_PAUSED,
		Ended: status == enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED,
		id:    found.GetWorkflowExecutionInfo().GetExecution().GetRunId(),
	}, nil
}

// AskRun finds out about the last run of a procurement and asks it what it knows, also when it was stopped; a worker
// answers. It returns [ErrUnavailable] when none does before ctx ends, or when none can, such as one of a release that
// cannot replay the run. A run that was stopped before its first step can never be asked: it knew what it began with,
// and has no State if that was nothing.
func (e *Engine) AskRun(ctx context.Context, procurement models.ID) (Run, error) {
	run, err := e.lastRun(ctx, procurement)
	if err != nil || !run.Known {
		return run, err
	}
	value, err := e.temporal.QueryWorkflow(ctx, process.WorkflowID(procurement), run.id, process.QueryState)
	var state process.State
	if err == nil {
		err = value.Get(&state)
	}
	if err == nil {
		run.State = &state
		return run, nil
	}
	if !run.Open && !run.Ended {
		began, stepped, unread := e.beginning(ctx, procurement, run.id)
		if unread == nil && !stepped {
			run.State = began
			return run, nil
		}
		err = errors.Join(err, unread)
	}
	return run, fmt.Errorf("ask run: %w (%w)", ErrUnavailable, err)
}

// beginning reads from the history of a run what it began with, nil unless it goes on from another one, and whether it
// has made a step.
func (e *Engine) beginning(ctx context.Context, procurement models.ID, run string) (*process.State, bool, error) {
	var in process.Input
	events := e.temporal.GetWorkflowHistory(ctx, process.WorkflowID(procurement), run, false,
		enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for events.HasNext() {
		event, err := events.Next()
		if err != nil {
			return nil, false, fmt.Errorf("read history of run: %w", err)
		}
		if started := event.GetWorkflowExecutionStartedEventAttributes(); started != nil {
			if err := converter.GetDefaultDataConverter().FromPayloads(started.GetInput(), &in); err != nil {
				return nil, false, fmt.Errorf("read input of run: %w", err)
			}
		}
		if event.GetEventType() == enumspb.EVENT_TYPE_WORKFLOW_TASK_COMPLETED {
			return nil, true, nil
		}
	}
	return in.State, false, nil
}

// End terminates the open run of a procurement. The reason is shown in the Temporal UI.
func (e *Engine) End(ctx context.Context, procurement models.ID, reason string) error {
	err := e.temporal.TerminateWorkflow(ctx, process.WorkflowID(procurement), "", reason)
	if err != nil && !isNotFound(err) {
		return fmt.Errorf("end run: %w (%w)", ErrUnavailable, err)
	}
	return nil
}

// NamespaceExists tells whether the namespace of the procurements is there. It returns [ErrUnavailable].
func (e *Engine) NamespaceExists(ctx context.Context, name string) (bool, error) {
	_, err := e.temporal.WorkflowService().DescribeNamespace(ctx,
		&workflowservice.DescribeNamespaceRequest{Namespace: name})
	switch {
	case errors.As(err, new(*serviceerror.NamespaceNotFound)), isNotFound(err):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("look for namespace: %w (%w)", ErrUnavailable, err)
	}
	return true, nil
}

// OpenRuns lists the procurements that have an open run on our task queue, in no order. Temporal's list may be some
// seconds old.
func (e *Engine) OpenRuns(ctx context.Context) iter.Seq2[models.ID, error] {
	return e.list(ctx, "ExecutionStatus = 'Running'")
}

// StoppedRuns lists the procurements whose run on our task queue was stopped since an instant, without coming to its
// own end.
func (e *Engine) StoppedRuns(ctx context.Context, since time.Time) iter.Seq2[models.ID, error] {
	return e.list(ctx, "ExecutionStatus IN ('Terminated', 'Failed', 'TimedOut', 'Canceled') AND CloseTime >= '"+
		since.UTC().Format(time.RFC3339)+"'")
}

func (e *Engine) list(ctx context.Context, which string) iter.Seq2[models.ID, error] {
	return func(yield func(models.ID, error) bool) {
		request := &workflowservice.ListWorkflowExecutionsRequest{
			PageSize: listPage,
			Query: fmt.Sprintf("WorkflowType = '%s' AND TaskQueue = '%s' AND %s", process.WorkflowProcurement,
				strings.ReplaceAll(e.taskQueue, "'", "''"), which),
		}
		for {
			page, err := e.temporal.ListWorkflow(ctx, request)
			if err != nil {
				yield("", fmt.Errorf("list runs: %w (%w)", ErrUnavailable, err))
				return
			}
			for _, found := range page.GetExecutions() {
				id := process.ProcurementOf(found.GetExecution().GetWorkflowId())
				if id != "" && !yield(id, nil) {
					return
				}
			}
			next := page.GetNextPageToken()
			if len(next) == 0 {
				return
			}
			request.NextPageToken = next
		}
	}
}

// listPage is how many runs one question to Temporal's visibility lists.
const listPage = 500
