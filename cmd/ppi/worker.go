package main

import (
	"context"

	"github.com/ppi-engine/ppi/internal/config"
)

type workerCommand struct{}

func (workerCommand) Run(ctx context.Context, inv *invocation) error {
	a, err := newApp(ctx, inv, config.Work)
	if err != nil {
		return err
	}
	return runWorker(ctx, a)
}

// runWorker runs workflows and activities until ctx ends. PostgreSQL and Temporal
// may be away, then and at the start.
func runWorker(ctx context.Context, a *app) error {
	record, err := openRecord(ctx, a)
	if err != nil {
		return nil // ctx has ended
	}
	defer record.Close()
	a.log.InfoContext(ctx, "the worker is up", "task_queue", a.cfg.TaskQueue, "temporal", a.cfg.Temporal)
	<-ctx.Done()
	return nil
}
