package worker_test

import (
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"github.com/ppi-engine/ppi/internal/rig"
	"github.com/ppi-engine/ppi/internal/store/pgtest"
	"github.com/ppi-engine/ppi/internal/temporalserver/temporaltest"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
)

const patience = time.Minute

var maintained = []string{process.WorkflowReconcile, process.WorkflowCheckpoint, process.WorkflowCleanUp}

// An installation of an earlier release kept everything in one namespace. What moved is found where it is now, and
// nothing of it stays among the procurements.
func TestSchedulesAndFeedsLiveApartFromTheProcurements(t *testing.T) {
	t.Parallel()
	r, err := rig.Start(t.Context(), rig.Options{
		DSN: pgtest.NewDatabase(t).Application, TemporalAddress: temporaltest.Address(t),
		TaskQueue: `the-city's-\-` + uuid.NewString(), Log: slog.New(slog.DiscardHandler), Schedules: true,
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, r.Close()) })
	for _, workflow := range maintained {
		_, err := r.Temporal.ScheduleClient().Create(t.Context(), client.ScheduleOptions{
			ID:   process.ScheduleID(r.TaskQueue(), workflow),
			Spec: client.ScheduleSpec{Intervals: []client.ScheduleIntervalSpec{{Every: time.Hour}}},
			Action: &client.ScheduleWorkflowAction{
				ID: process.MaintenanceID(r.TaskQueue(), workflow), Workflow: workflow, TaskQueue: r.TaskQueue(),
			},
		})
		require.NoError(t, err)
	}
	feed := process.PortalFeedID(models.NewID(models.PrefixEndpoint), models.NewID(models.PrefixProcurement))
	options := client.StartWorkflowOptions{ID: feed, TaskQueue: r.TaskQueue()}
	_, err = r.Temporal.ExecuteWorkflow(t.Context(), options, process.WorkflowPortalFeed)
	require.NoError(t, err)

	// A worker finds by the list of workflows what to end, and the list lags.
	require.Eventually(t, func() bool {
		w := r.StartWorker(t.Context())
		defer func() { require.NoError(t, w.Stop()) }()
		requireKept(t, r)
		found, err := r.Temporal.DescribeWorkflowExecution(t.Context(), feed, "")
		return err == nil && found.GetWorkflowExecutionInfo().
			GetStatus() == enumspb.WORKFLOW_EXECUTION_STATUS_TERMINATED
	}, patience, 50*time.Millisecond)
	for _, workflow := range maintained {
		_, err := schedule(t, r, r.Temporal, workflow).Describe(t.Context())
		require.ErrorAs(t, err, new(*serviceerror.NotFound), "the schedule of %s is among the procurements", workflow)
		require.NoError(t, schedule(t, r, r.Service, workflow).Delete(t.Context()))
	}
}

func schedule(t *testing.T, r *rig.Rig, namespace client.Client, workflow string) client.ScheduleHandle {
	t.Helper()
	return namespace.ScheduleClient().GetHandle(t.Context(), process.ScheduleID(r.TaskQueue(), workflow))
}

// requireKept waits until every schedule is in the service namespace.
func requireKept(t *testing.T, r *rig.Rig) {
	t.Helper()
	for _, workflow := range maintained {
		require.Eventually(t, func() bool {
			found, err := schedule(t, r, r.Service, workflow).Describe(t.Context())
			if err != nil {
				return false
			}
			action, ok := found.Schedule.Action.(*client.ScheduleWorkflowAction)
			return ok && action.TaskQueue == r.TaskQueue() && action.Workflow == workflow
		}, patience, 20*time.Millisecond)
	}
}
