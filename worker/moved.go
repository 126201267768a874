package worker

import (
	"context"
	"errors"
	"fmt"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"github.com/ppi-engine/ppi/models/process"
)

// moveOut removes from the namespace of the procurements what an earlier release of PPI Engine kept there and this one
// keeps in the service namespace: schedules, and open runs of webhooks and maintenance, for which no worker is left
// there. The work that such a run had left is in the record and is found again.
func moveOut(ctx context.Context, procurements client.Client, taskQueue string) error {
	for workflow := range schedules {
		schedule := procurements.ScheduleClient().GetHandle(ctx, process.ScheduleID(taskQueue, workflow))
		if err := schedule.Delete(ctx); err != nil && !isGone(err) {
			return fmt.Errorf("remove the schedule of %s from the namespace of the procurements: %w", workflow, err)
		}
	}
	left, err := leftBehind(ctx, procurements, taskQueue)
	if err != nil {
		return fmt.Errorf("find what has moved to the service namespace: %w", err)
	}
	for _, run := range left {
		err := procurements.TerminateWorkflow(ctx, run.GetWorkflowId(), run.GetRunId(),
			"continues in the service namespace")
		if err != nil && !isGone(err) {
			return fmt.Errorf("end what has moved to the service namespace: %w", err)
		}
	}
	return nil
}

// leftBehind lists the open runs of an installation that belong in the service namespace. The name of its task queue is
// compared here and not in the query: an operator chose it, and it may contain quotes.
func leftBehind(
	ctx context.Context, procurements client.Client, taskQueue string,
) (left []*commonpb.WorkflowExecution, err error) {
	query := fmt.Sprintf("ExecutionStatus = 'Running' AND WorkflowType IN ('%s', '%s', '%s', '%s')",
		process.WorkflowPortalFeed, process.WorkflowReconcile, process.WorkflowCheckpoint, process.WorkflowCleanUp)
	for page := []byte(nil); ; {
		found, err := procurements.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{
			Query: query, NextPageToken: page,
		})
		if err != nil {
			return nil, fmt.Errorf("list them: %w", err)
		}
		for _, run := range found.GetExecutions() {
			if run.GetTaskQueue() == taskQueue {
				left = append(left, run.GetExecution())
			}
		}
		if page = found.GetNextPageToken(); len(page) == 0 {
			return left, nil
		}
	}
}

func isGone(err error) bool { return errors.As(err, new(*serviceerror.NotFound)) }
