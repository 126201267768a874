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

// A routine is work that is done at intervals.
type routine struct {
	every time.Duration
	// summary says in the Temporal UI what a run is.
	summary string
}

var schedules = map[string]routine{
	process.WorkflowReconcile:  {time.Minute, "Look after procurements whose commands or runs were interrupted"},
	process.WorkflowCheckpoint: {10 * time.Minute, "Sign the record, so that later changes to it show"},
	process.WorkflowCleanUp:    {time.Hour, "Remove abandoned uploads, old answers and old deliveries"},
}

// ensureSchedules creates the schedules. It gives an existing schedule the intervals and the action of this release of
// PPI Engine; if an operator paused it, it stays paused.
func ensureSchedules(ctx context.Context, c client.Client, taskQueue string) error {
	for workflow, routine := range schedules {
		wanted := scheduleOf(workflow, routine, taskQueue)
		_, err := c.ScheduleClient().Create(ctx, wanted)
		if errors.Is(err, temporal.ErrScheduleAlreadyRunning) {
			err = adopt(ctx, c.ScheduleClient().GetHandle(ctx, wanted.ID), wanted)
		}
		if err != nil {
			return fmt.Errorf("keep schedule %s: %w", workflow, err)
		}
	}
	return nil
}

func scheduleOf(workflow string, r routine, taskQueue string) client.ScheduleOptions {
	return client.ScheduleOptions{
		ID: process.ScheduleID(taskQueue, workflow),
		Spec: client.ScheduleSpec{
			Intervals: []client.ScheduleIntervalSpec{{Every: r.every}},
			Jitter:    r.every / 10,
		},
		Overlap:       enumspb.SCHEDULE_OVERLAP_POLICY_SKIP,
		CatchupWindow: r.every,
		Action: &client.ScheduleWorkflowAction{
			ID: process.MaintenanceID(taskQueue, workflow), Workflow: workflow, TaskQueue: taskQueue,
			StaticSummary: r.summary,
		},
	}
}

func adopt(ctx context.Context, there client.ScheduleHandle, wanted client.ScheduleOptions) error {
	err := there.Update(ctx, client.ScheduleUpdateOptions{
		DoUpdate: func(in client.ScheduleUpdateInput) (*client.ScheduleUpdate, error) {
			now := in.Description.Schedule
			now.Spec, now.Action = &wanted.Spec, wanted.Action
			return &client.ScheduleUpdate{Schedule: &now}, nil
		},
	})
	if err != nil {
		return fmt.Errorf("update schedule: %w", err)
	}
	return nil
}
