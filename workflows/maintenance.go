package workflows

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/ppi-engine/ppi/models/process"
)

// Reconcile makes process and record agree; a schedule starts it.
func Reconcile(ctx workflow.Context) (process.Reconciled, error) {
	var done process.Reconciled
	err := workflow.ExecuteActivity(maintaining(ctx,
		"send again what was interrupted, and restart runs that are missing", 10*time.Minute),
		process.ActivityReconcile).Get(ctx, &done)
	return done, err
}

// Checkpoint signs the head of the event log; a schedule starts it.
func Checkpoint(ctx workflow.Context) error {
	return workflow.ExecuteActivity(maintaining(ctx, "sign the record as it stands", time.Minute),
		process.ActivityCheckpoint).Get(ctx, nil)
}

// CleanUp removes what nobody needs any more; a schedule starts it.
func CleanUp(ctx workflow.Context) (process.CleanedUp, error) {
	var done process.CleanedUp
	err := workflow.ExecuteActivity(maintaining(ctx, "remove abandoned uploads, old answers and old deliveries",
		10*time.Minute),
		process.ActivityCleanUp).Get(ctx, &done)
	return done, err
}

// heartbeat is how soon a maintenance activity is begun anew after its worker died.
const heartbeat = time.Minute

func maintaining(ctx workflow.Context, summary string, limit time.Duration) workflow.Context {
	return workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		Summary: summary, StartToCloseTimeout: limit, ScheduleToCloseTimeout: 3 * limit, HeartbeatTimeout: heartbeat,
	})
}
