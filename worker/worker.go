// Package worker runs the workflows and activities: registration, options, search attributes, schedules,
// the sequencer of the event log and the relay of webhooks.
package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
	"golang.org/x/sync/errgroup"

	"github.com/ppi-engine/ppi/activities"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/internal/webhook"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
	"github.com/ppi-engine/ppi/workflows"
)

// stopTimeout is how long activities may go on when the worker stops; cut off, a command would wait for
// its timeout.
const stopTimeout = 20 * time.Second

// An Engine starts and wakes runs and sends commands to them.
type Engine interface {
	activities.Engine
	waker
}

// Deps are what a worker works with.
type Deps struct {
	Temporal  client.Client
	Namespace string
	TaskQueue string
	Store     *store.Store
	Engine    Engine
	// Courier brings messages to webhook endpoints.
	Courier *webhook.Courier
	Log     *slog.Logger
	// Checkpoint signs the head of the event log.
	Checkpoint func(ctx context.Context) error
	// Schedules tells whether this worker keeps the schedules; tests do without.
	Schedules bool
}

func (d Deps) check() error {
	var faults []error
	for what, missing := range map[string]bool{
		"a Temporal client": d.Temporal == nil, "a namespace": d.Namespace == "", "a task queue": d.TaskQueue == "",
		"a store": d.Store == nil, "an engine": d.Engine == nil, "a logger": d.Log == nil,
		"a checkpoint": d.Checkpoint == nil, "a courier of webhooks": d.Courier == nil,
	} {
		if missing {
			faults = append(faults, fmt.Errorf("the worker needs %s", what))
		}
	}
	return errors.Join(faults...)
}

// Run works until ctx ends and then finishes what is under way. It returns an error when it could not
// begin, or when the worker met one that it cannot work with.
func Run(ctx context.Context, d Deps) error {
	if err := d.check(); err != nil {
		return err
	}
	group, working := errgroup.WithContext(ctx)
	// The log of events needs no Temporal.
	group.Go(func() error {
		Sequence(working, d.Store, d.Log)
		return nil
	})
	group.Go(func() error {
		Relay(working, d.Store, d.Engine, d.Log)
		return nil
	})
	group.Go(func() error {
		Retell(working, d.Store, d.Engine, d.Log)
		return nil
	})
	group.Go(func() error { return prepareAndWork(working, d) })
	if err := group.Wait(); ctx.Err() == nil {
		return err
	}
	return nil // what was broken off because it was to end is no failure
}

func prepareAndWork(ctx context.Context, d Deps) error {
	if err := ensureSearchAttributes(ctx, d.Temporal, d.Namespace); err != nil {
		return err
	}
	if d.Schedules {
		if err := ensureSchedules(ctx, d.Temporal, d.TaskQueue); err != nil {
			return err
		}
	}
	return runWorker(ctx, d)
}

func runWorker(ctx context.Context, d Deps) error {
	fatal := make(chan error, 1)
	w := worker.New(d.Temporal, d.TaskQueue, worker.Options{
		WorkerStopTimeout:           stopTimeout,
		DisableRegistrationAliasing: true,
		OnFatalError: func(err error) {
			select {
			case fatal <- err:
			default:
			}
		},
	})
	register(w, d)
	if err := w.Start(); err != nil {
		return fmt.Errorf("start worker: %w", err)
	}
	defer w.Stop()
	select {
	case <-ctx.Done():
		return nil
	case err := <-fatal:
		return fmt.Errorf("worker stopped: %w", err)
	}
}

func register(w worker.Registry, d Deps) {
	w.RegisterWorkflowWithOptions(workflows.Procurement, workflow.RegisterOptions{Name: process.WorkflowProcurement})
	w.RegisterWorkflowWithOptions(workflows.Reconcile, workflow.RegisterOptions{Name: process.WorkflowReconcile})
	w.RegisterWorkflowWithOptions(workflows.Checkpoint, workflow.RegisterOptions{Name: process.WorkflowCheckpoint})
	w.RegisterWorkflowWithOptions(workflows.CleanUp, workflow.RegisterOptions{Name: process.WorkflowCleanUp})
	w.RegisterWorkflowWithOptions(workflows.PortalFeed, workflow.RegisterOptions{Name: process.WorkflowPortalFeed})

	transactions := &activities.Activities{Store: d.Store, Log: d.Log}
	maintenance := &activities.Maintenance{Store: d.Store, Engine: d.Engine, Log: d.Log, Checkpoint: d.Checkpoint}
	portals := &activities.Portals{Store: d.Store, Courier: d.Courier, Log: d.Log}
	for name, run := range map[string]any{
		process.ActivityDeliver:    portals.Deliver,
		process.ActivityLoad:       transactions.Load,
		process.ActivityExecute:    transactions.Execute,
		process.ActivityRunDue:     transactions.RunDue,
		process.ActivityReconcile:  maintenance.Reconcile,
		process.ActivityCheckpoint: maintenance.SignCheckpoint,
		process.ActivityCleanUp:    maintenance.CleanUp,
	} {
		w.RegisterActivityWithOptions(run, activity.RegisterOptions{Name: name})
	}
	// Local activities, under the names that histories and the Temporal UI show.
	for _, verb := range models.Verbs() {
		w.RegisterActivityWithOptions(transactions.Execute, activity.RegisterOptions{Name: string(verb)})
	}
	for _, kind := range process.DueKinds() {
		w.RegisterActivityWithOptions(transactions.RunDue, activity.RegisterOptions{Name: string(kind)})
	}
}
