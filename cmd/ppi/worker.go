package main

import (
	"context"
	"time"

	"github.com/ppi-engine/ppi/internal/audit"
	"github.com/ppi-engine/ppi/internal/config"
	"github.com/ppi-engine/ppi/internal/engine"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/worker"
)

// workerPause is how long a worker that failed waits before it tries again, usually because Temporal is unreachable.
const workerPause = time.Second

type workerCommand struct{}

func (workerCommand) Run(ctx context.Context, inv *invocation) error {
	a, err := newApp(ctx, inv, config.Work)
	if err != nil {
		return err
	}
	return runWorker(ctx, a)
}

// runWorker runs workflows and activities until ctx ends. PostgreSQL and Temporal may be unreachable at the start and
// later.
func runWorker(ctx context.Context, a *app) error {
	record, err := openRecord(ctx, a, 0)
	switch {
	case ctx.Err() != nil && err != nil:
		return nil
	case err != nil:
		return err
	}
	defer record.Close()
	deps, err := workerDeps(a, record)
	if err != nil {
		return err
	}
	defer deps.Temporal.Close()
	defer deps.Service.Close()
	for ctx.Err() == nil {
		if err := worker.Run(ctx, deps); err != nil && ctx.Err() == nil {
			a.log.WarnContext(ctx, "the worker has failed, will try again", "error", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(workerPause):
		}
	}
	return nil
}

func workerDeps(a *app, record *store.Store) (worker.Deps, error) {
	keys, err := openKeyring(a.cfg)
	if err != nil {
		return worker.Deps{}, err
	}
	temporal, err := engine.ConnectBy(a.cfg.Temporal, a.log)
	if err != nil {
		return worker.Deps{}, err
	}
	service, err := engine.ConnectBy(a.cfg.Temporal.In(a.cfg.ServiceNamespace), a.log)
	if err != nil {
		temporal.Close()
		return worker.Deps{}, err
	}
	return worker.Deps{
		Temporal: temporal, Namespace: a.cfg.Temporal.Namespace(), Service: service, TaskQueue: a.cfg.TaskQueue,
		Store: record, Engine: engine.New(temporal, a.cfg.TaskQueue, nil, engine.Runs{}), Log: a.log, Schedules: true,
		Address: a.cfg.PublicURL.String(),
		Feeds: engine.NewFeeds(service,
			engine.FeedOptions{TaskQueue: a.cfg.TaskQueue, Linger: engine.StandardLinger}),
		Courier: keys.courier,
		Checkpoint: func(ctx context.Context) error {
			_, err := record.Log().Checkpoint(ctx, keys.checkpoints, audit.Archive(a.cfg.CheckpointDir))
			return err
		},
	}, nil
}
