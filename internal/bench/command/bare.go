package command

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

const bareQueue = "bare"

// bareWorkflow answers each Update with one activity that does nothing, and hands over when the server
// suggests it: the least that a durable command can cost.
func bareWorkflow(ctx workflow.Context) error {
	err := workflow.SetUpdateHandler(ctx, "noop", func(ctx workflow.Context) error {
		ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: 10 * time.Second})
		return workflow.ExecuteActivity(ctx, bareActivity).Get(ctx, nil)
	})
	if err != nil {
		return fmt.Errorf("answer updates: %w", err)
	}
	err = workflow.Await(ctx, func() bool {
		return workflow.GetInfo(ctx).GetContinueAsNewSuggested() && workflow.AllHandlersFinished(ctx)
	})
	if err != nil {
		return fmt.Errorf("wait to hand over: %w", err)
	}
	return workflow.NewContinueAsNewError(ctx, bareWorkflow) //nolint:wrapcheck // the SDK knows it by its type
}

func bareActivity(context.Context) error { return nil }

func bareCalls(ctx context.Context, temporal client.Client, callers int) ([]call, func(), error) {
	w := worker.New(temporal, bareQueue, worker.Options{})
	w.RegisterWorkflow(bareWorkflow)
	w.RegisterActivity(bareActivity)
	if err := w.Start(); err != nil {
		return nil, nil, fmt.Errorf("start bare worker: %w", err)
	}
	calls := make([]call, callers)
	for i := range calls {
		id := "bare/" + uuid.NewString()
		_, err := temporal.ExecuteWorkflow(ctx, client.StartWorkflowOptions{ID: id, TaskQueue: bareQueue}, bareWorkflow)
		if err != nil {
			return nil, nil, fmt.Errorf("start bare workflow: %w", err)
		}
		calls[i] = func(ctx context.Context, _ int) error {
			handle, err := temporal.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
				WorkflowID: id, UpdateName: "noop", WaitForStage: client.WorkflowUpdateStageCompleted,
			})
			if err != nil {
				return fmt.Errorf("update bare workflow: %w", err)
			}
			return handle.Get(ctx, nil)
		}
	}
	return calls, w.Stop, nil
}
