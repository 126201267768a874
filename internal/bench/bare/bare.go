// Package bare is what the product is measured against: a workflow that does nothing but answer Updates with
// activities that do nothing, ordinary ones or local ones.
package bare

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

const (
	queue      = "bare"
	updateName = "noop"
	timeout    = 10 * time.Second
)

// A Work is what an Update asks for.
type Work struct {
	// Activities are done one after the other.
	Activities int
	// Local has them done as local activities.
	Local bool
}

// serve answers each Update with as many activities, one after the other, as it asks for, and hands over when the
// server suggests it: the least that durable commands can cost.
func serve(ctx workflow.Context) error {
	err := workflow.SetUpdateHandler(ctx, updateName, func(ctx workflow.Context, asked Work) error {
		ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: timeout})
		ctx = workflow.WithLocalActivityOptions(ctx, workflow.LocalActivityOptions{StartToCloseTimeout: timeout})
		for range asked.Activities {
			done := workflow.ExecuteActivity
			if asked.Local {
				done = workflow.ExecuteLocalActivity
			}
			if err := done(ctx, nothing).Get(ctx, nil); err != nil {
				return fmt.Errorf("do nothing: %w", err)
			}
		}
		return nil
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
	return workflow.NewContinueAsNewError(ctx, serve) //nolint:wrapcheck // the SDK knows it by its type
}

func nothing(context.Context) error { return nil }

// StartWorker answers the workflows of [Start] until it is stopped.
func StartWorker(temporal client.Client) (stop func(), err error) {
	w := worker.New(temporal, queue, worker.Options{})
	w.RegisterWorkflow(serve)
	w.RegisterActivity(nothing)
	if err := w.Start(); err != nil {
		return nil, fmt.Errorf("start bare worker: %w", err)
	}
	return w.Stop, nil
}

// An Update asks a workflow for work and waits for the answer.
type Update func(ctx context.Context, asked Work) error

// Start starts a workflow and returns what updates it.
func Start(ctx context.Context, temporal client.Client) (Update, error) {
	id := "bare/" + uuid.NewString()
	if _, err := temporal.ExecuteWorkflow(ctx, client.StartWorkflowOptions{ID: id, TaskQueue: queue},
		serve); err != nil {
		return nil, fmt.Errorf("start bare workflow: %w", err)
	}
	return func(ctx context.Context, asked Work) error {
		handle, err := temporal.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
			WorkflowID: id, UpdateName: updateName, Args: []any{asked},
			WaitForStage: client.WorkflowUpdateStageCompleted,
		})
		if err != nil {
			return fmt.Errorf("update bare workflow: %w", err)
		}
		return handle.Get(ctx, nil)
	}, nil
}
