package worker

import (
	"context"
	"errors"
	"fmt"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/ppi-engine/ppi/models/process"
)

// What happens at intervals, and how often.
var schedules = map[string]time.Duration{
	process.WorkflowReconcile:  time.Minute,
	process.WorkflowCheckpoint: 10 * time.Minute,
	process.WorkflowCleanUp:    time.Hour,
}

// ensureSchedules creates the schedules; those there are stay as they are.
func ensureSchedules(ctx context.Context, c client.Client, taskQueue string) error {
	for workflow, every := range schedules {
		_, err := c.ScheduleClient().Create(ctx, client.ScheduleOptions{
			ID:            "schedule/" + workflow,
			Spec:          client.ScheduleSpec{Intervals: []client.ScheduleIntervalSpec{{Every: every}}, Jitter: every / 10},
			Overlap:       enumspb.SCHEDULE_OVERLAP_POLICY_SKIP,
			CatchupWindow: every,
			Action:        &client.ScheduleWorkflowAction{ID: "maintenance/" + workflow, Workflow: workflow, TaskQueue: taskQueue},
		})
		if err != nil && !errors.Is(err, temporal.ErrScheduleAlreadyRunning) {
			return fmt.Errorf("create schedule %s: %w", workflow, err)
		}
	}
	return nil
}
