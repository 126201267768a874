package worker_test

import (
	"context"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"github.com/ppi-engine/ppi/internal/engine"
	"github.com/ppi-engine/ppi/internal/store/pgtest"
	"github.com/ppi-engine/ppi/internal/webhook"
	"github.com/ppi-engine/ppi/worker"
)

// deps are those of a worker whose Temporal is away.
func deps(t *testing.T) worker.Deps {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	temporal, err := engine.Connect(client.Options{HostPort: "127.0.0.1:1"}, log)
	require.NoError(t, err)
	t.Cleanup(temporal.Close)
	courier, err := webhook.NewCourier(webhook.Options{MasterKey: make([]byte, 32)})
	require.NoError(t, err)
	return worker.Deps{
		Temporal: temporal, Namespace: "ppi", Service: temporal, TaskQueue: "worker", Store: pgtest.New(t),
		Engine: engine.New(temporal, "worker", nil, engine.Runs{}),
		Feeds:  engine.NewFeeds(temporal, engine.FeedOptions{TaskQueue: "worker"}), Courier: courier, Log: log,
		Checkpoint: func(context.Context) error { return nil },
	}
}

func TestAWorkerThatIsToEndBeforeItCouldBeginHasNotFailed(t *testing.T) {
	t.Parallel()
	d := deps(t)
	ctx, stop := context.WithCancel(t.Context())
	stop()
	require.NoError(t, worker.Run(ctx, d))
	d.TaskQueue = ""
	require.ErrorContains(t, worker.Run(ctx, d), "a task queue")
}

func TestAWorkerThatCannotBeginSaysSo(t *testing.T) {
	t.Parallel()
	require.Error(t, worker.Run(t.Context(), deps(t)))
}
