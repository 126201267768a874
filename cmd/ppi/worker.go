package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/ppi-engine/ppi/internal/audit"
	"github.com/ppi-engine/ppi/internal/config"
	"github.com/ppi-engine/ppi/internal/engine"
	"github.com/ppi-engine/ppi/internal/keyring"
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
	stop, err := a.observe(ctx)
	if err != nil {
		return err
	}
	defer stop()
	return runWorker(ctx, a, func() {
		a.log.InfoContext(ctx, "the worker takes commands", slog.String("queue", a.cfg.TaskQueue))
	})
}

// runWorker runs workflows and activities until ctx ends; it calls ready whenever it begins to take commands.
// PostgreSQL and Temporal may be unreachable at the start and later.
func runWorker(ctx context.Context, a *app, ready func()) error {
	if err := mustWrite("PPI_CHECKPOINT_DIR", a.cfg.CheckpointDir, checkpointDirMode); err != nil {
		return err
	}
	record, err := openRecord(ctx, a, recordUse{})
	if err != nil {
		return unlessEnded(ctx, err)
	}
	defer record.Close()
	defer a.shown.record(record)()
	held, err := holdKeys(ctx, a, record, keysOfWorker)
	if err != nil {
		return unlessEnded(ctx, err)
	}
	return withHeld(ctx, held, func(ctx context.Context) error { return work(ctx, a, record, held.Keys, ready) })
}

// work keeps a worker running until ctx ends.
func work(ctx context.Context, a *app, record *store.Store, keys keyring.Keys, ready func()) error {
	deps, err := workerDeps(a, record, keys)
	if err != nil {
		return err
	}
	defer deps.Temporal.Close()
	defer deps.Service.Close()
	deps.Ready = func() {
		a.taken.Store(true)
		ready()
	}
	for ctx.Err() == nil {
		err := worker.Run(ctx, deps)
		a.taken.Store(false)
		if err != nil && ctx.Err() == nil {
			a.log.WarnContext(ctx, "the worker has failed, will try again", "error", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(workerPause):
		}
	}
	return nil
}

func workerDeps(a *app, record *store.Store, keys keyring.Keys) (worker.Deps, error) {
	tools, err := openWorkshop(a.cfg, keys)
	if err != nil {
		return worker.Deps{}, err
	}
	temporal, err := engine.ConnectBy(a.cfg.Temporal, a.shown.ofTemporal(), a.log)
	if err != nil {
		return worker.Deps{}, err
	}
	service, err := engine.ConnectBy(a.cfg.Temporal.In(a.cfg.ServiceNamespace), a.shown.ofTemporal(), a.log)
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
		Courier: tools.courier, Watched: a.shown.ofWorker(),
		Checkpoint: func(ctx context.Context) error {
			_, err := record.Log().Checkpoint(ctx, tools.checkpoints, audit.Archive(a.cfg.CheckpointDir))
			return err
		},
	}, nil
}
