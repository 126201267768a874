package worker

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/taskqueue/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
	"golang.org/x/sync/semaphore"

	"github.com/ppi-engine/ppi/activities"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
	"github.com/ppi-engine/ppi/workflows"
)

// deliveriesAtOnce is how many feeds one worker delivers at the same time. Most of that time it waits for receivers: 32
// of them that do not answer leave no room, at [store.TurnsAtOnce] each.
const deliveriesAtOnce = 128

// A queue is work that a worker takes. Each has slots of its own, so that no queue holds up another.
type queue struct {
	client client.Client
	name   string
	// atOnce bounds the activities under way, actsAtOnce the local ones; 0 leaves it to the SDK.
	atOnce     int
	actsAtOnce int
	workflows  map[string]any
	activities map[string]any
}

// queuesOf lists the work of an installation: commands on procurements, maintenance, and deliveries, which may be slow
// because servers of others are.
func queuesOf(d Deps) []queue {
	transactions := &activities.Activities{Store: d.Store, Log: d.Log, Address: d.Address}
	maintenance := &activities.Maintenance{Store: d.Store, Engine: d.Engine, Log: d.Log, Checkpoint: d.sign}
	portals := &activities.Portals{
		Store: d.Store, Courier: d.Courier, Log: d.Log,
		Conns: semaphore.NewWeighted(int64(deliveryConns(d.Store.MaxConns()))),
	}
	return []queue{
		{
			client: d.Temporal, name: d.TaskQueue, actsAtOnce: actsAtOnce(d.Store.MaxConns()),
			workflows:  map[string]any{process.WorkflowProcurement: workflows.Procurement},
			activities: actsOf(transactions),
		},
		{
			client: d.Service, name: d.TaskQueue,
			workflows: map[string]any{
				process.WorkflowReconcile:  workflows.Reconcile,
				process.WorkflowCheckpoint: workflows.Checkpoint,
				process.WorkflowCleanUp:    workflows.CleanUp,
			},
			activities: map[string]any{
				process.ActivityReconcile:  maintenance.Reconcile,
				process.ActivityCheckpoint: maintenance.SignCheckpoint,
				process.ActivityCleanUp:    maintenance.CleanUp,
			},
		},
		{
			client: d.Service, name: process.FeedQueue(d.TaskQueue), atOnce: deliveriesAtOnce,
			workflows:  map[string]any{process.WorkflowPortalFeed: workflows.PortalFeed},
			activities: map[string]any{process.ActivityDeliver: portals.Deliver},
		},
	}
}

// actsAtOnce is how many acts a worker carries out at the same time: as many as get a connection, with a quarter left
// for what else it does. More acts would only wait for a connection while the timeouts of their attempts run.
func actsAtOnce(connections int) int { return connections - connections/4 }

// deliveryConns is how many connections deliveries use at the same time: half of those that acts leave.
func deliveryConns(connections int) int { return max(1, connections/8) }

// actsOf lists the activities that change the record: ordinary ones, and local ones under the names that histories and
// the Temporal UI show.
func actsOf(transactions *activities.Activities) map[string]any {
	acts := map[string]any{
		process.ActivityLoad:    transactions.Load,
		process.ActivityExecute: transactions.Execute,
		process.ActivityRunDue:  transactions.RunDue,
	}
	for _, verb := range models.Verbs() {
		acts[string(verb)] = transactions.Execute
	}
	for _, kind := range process.DueKinds() {
		acts[string(kind)] = transactions.RunDue
	}
	return acts
}

// runWorkers works on every queue until ctx ends or a worker meets a fatal error, which it returns.
func runWorkers(ctx context.Context, d Deps) error {
	fatal := make(chan error, 1)
	identity := newIdentity()
	for _, q := range queuesOf(d) {
		w := q.worker(fatal, identity)
		if err := w.Start(); err != nil {
			return fmt.Errorf("start worker of queue %s: %w", q.name, err)
		}
		defer w.Stop()
	}
	watching, stop := context.WithCancel(ctx)
	seen := make(chan struct{})
	go func() {
		defer close(seen)
		if d.Ready != nil && seenByServer(watching, d, identity) {
			d.Ready()
		}
	}()
	defer func() { stop(); <-seen }()
	select {
	case <-ctx.Done():
		return nil
	case err := <-fatal:
		return fmt.Errorf("worker stopped: %w", err)
	}
}

// seenPause is the time between two questions to the server whether it knows the worker.
const seenPause = 20 * time.Millisecond

// newIdentity tells one start of a worker from every other, also from one before it in the same process.
func newIdentity() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return fmt.Sprintf("%d@%s@%08x", os.Getpid(), host, rand.Uint32()) //nolint:gosec // only to differ
}

// seenByServer waits until the server has the worker wait for commands; false when ctx ends before.
func seenByServer(ctx context.Context, d Deps, identity string) bool {
	pause := time.NewTicker(seenPause)
	defer pause.Stop()
	for {
		queue, err := d.Temporal.DescribeTaskQueue(ctx, d.TaskQueue, enumspb.TASK_QUEUE_TYPE_WORKFLOW)
		if err == nil && slices.ContainsFunc(queue.GetPollers(), func(p *taskqueue.PollerInfo) bool {
			return p.GetIdentity() == identity
		}) {
			return true
		}
		select {
		case <-ctx.Done():
			return false
		case <-pause.C:
		}
	}
}

func (q queue) worker(fatal chan<- error, identity string) worker.Worker {
	w := worker.New(q.client, q.name, worker.Options{
		Identity:                                identity,
		MaxConcurrentActivityExecutionSize:      q.atOnce,
		MaxConcurrentLocalActivityExecutionSize: q.actsAtOnce,
		WorkerStopTimeout:                       stopTimeout,
		DisableRegistrationAliasing:             true,
		OnFatalError: func(err error) {
			select {
			case fatal <- err:
			default:
			}
		},
	})
	for name, run := range q.workflows {
		w.RegisterWorkflowWithOptions(run, workflow.RegisterOptions{Name: name})
	}
	for name, run := range q.activities {
		w.RegisterActivityWithOptions(run, activity.RegisterOptions{Name: name})
	}
	return w
}
