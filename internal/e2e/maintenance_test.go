package e2e

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"github.com/ppi-engine/ppi/internal/store/pgtest"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
	"github.com/ppi-engine/ppi/models/process"
)

// What nobody needs any more is removed by a schedule: abandoned uploads with their bytes, the answers of old
// requests, deliveries of long ago. What is younger, waits to be delivered, or is referred to remains.
func TestWhatNobodyNeedsIsRemovedBySchedule(t *testing.T) {
	t.Parallel()
	b := setup(t, options{noWorker: true, webhooks: quick, schedules: true})
	b.keepElsewhere(t)
	b.startWorker(t)
	b.settle(t)
	p, start := newPortal(t), now(t, b.Lead)
	id := b.endpoint(t, p, nil)
	var kept []models.ID
	for range 7 {
		kept = append(kept, b.upload(t, b.Lead, []byte("unused"), "document"))
	}
	written := b.upload(t, b.Lead, []byte("written"), "document")
	b.post(t, b.Lead, "/documents", map[string]any{
		"title": models.Text{"en": "T"}, "audience": "buyers",
		"upload": written,
	})
	b.change(t, 3)
	b.awaitSent(t, p, start)
	require.Eventually(t, func() bool { return b.backlog(t, id).Pending == 0 }, patience, 20*time.Millisecond)
	b.actOn(t, id, "pause", nil)
	b.change(t, 1)
	b.settle(t)

	conn := pgtest.Connect(t, b.database.Superuser)
	b.age(t, conn, "29 days")
	b.cleanUp(t, process.CleanedUp{})
	_, err := conn.Exec(t.Context(), `INSERT INTO attempts
			(person_id, type, subject, hour, event_id, procurement_id, n, last_at)
		SELECT actor_id, 'tender.refused', 'a tender', date_trunc('hour', clock_timestamp(), 'UTC') - interval
			'1 hour', id, procurement_id, 3, at
		FROM events WHERE procurement_id IS NOT NULL AND actor_id IS NOT NULL LIMIT 1`)
	require.NoError(t, err)
	b.cleanUp(t, process.CleanedUp{Attempts: 1})
	require.Equal(t, 1, b.countEvents(t, event.TenderRefusalsCounted{}))
	requests := count(t, conn, "SELECT count(*) FROM requests")
	b.age(t, conn, "2 days")
	b.cleanUp(t, process.CleanedUp{Requests: requests})
	b.age(t, conn, "60 days")
	b.cleanUp(t, process.CleanedUp{Uploads: int64(len(kept))})
	require.EqualValues(t, 1, count(t, conn, "SELECT count(*) FROM uploads"))
	require.EqualValues(t, 1, count(t, conn, "SELECT count(*) FROM upload_chunks"))
	b.age(t, conn, "90 days")
	delivered := count(t, conn, "SELECT count(*) FROM deliveries WHERE delivered_at IS NOT NULL")
	require.Positive(t, delivered)
	b.cleanUp(t, process.CleanedUp{Deliveries: delivered})
	require.Equal(t, 1, b.backlog(t, id).Pending, "what has not arrived is kept")
	b.actOn(t, id, "resume", nil)
	b.awaitSent(t, p, start)
}

// keepElsewhere creates the schedule as an earlier release did whose workers were elsewhere.
func (b *bundle) keepElsewhere(t *testing.T) {
	t.Helper()
	schedule, err := b.Service.ScheduleClient().Create(t.Context(), client.ScheduleOptions{
		ID:   process.ScheduleID(b.TaskQueue(), process.WorkflowCleanUp),
		Spec: client.ScheduleSpec{Intervals: []client.ScheduleIntervalSpec{{Every: 24 * time.Hour}}},
		Action: &client.ScheduleWorkflowAction{
			ID:       process.MaintenanceID("elsewhere", process.WorkflowCleanUp),
			Workflow: process.WorkflowCleanUp, TaskQueue: "elsewhere",
		},
	})
	require.NoError(t, err)
	t.Cleanup(func() { // the next test on this server begins without
		ctx := context.WithoutCancel(t.Context())
		require.NoError(t, schedule.Delete(ctx))
		for _, workflow := range []string{process.WorkflowReconcile, process.WorkflowCheckpoint} {
			require.NoError(t, b.Service.ScheduleClient().GetHandle(ctx, process.ScheduleID(b.TaskQueue(), workflow)).
				Delete(ctx))
		}
	})
}

// age makes everything older that is removed by its age.
func (b *bundle) age(t *testing.T, conn *pgx.Conn, by string) {
	t.Helper()
	for _, statement := range []string{
		"UPDATE uploads SET created_at = created_at - $1::interval, completed_at = completed_at - $1::interval",
		"UPDATE requests SET created_at = created_at - $1::interval",
		"UPDATE deliveries SET queued_at = queued_at - $1::interval, delivered_at = delivered_at - $1::interval",
	} {
		_, err := conn.Exec(t.Context(), "SET session_replication_role = replica") // a finished upload is never changed
		require.NoError(t, err)
		_, err = conn.Exec(t.Context(), statement, by)
		require.NoError(t, err)
	}
}

func count(t *testing.T, conn *pgx.Conn, query string) (n int64) {
	t.Helper()
	require.NoError(t, conn.QueryRow(t.Context(), query).Scan(&n))
	return n
}

// cleanUp has the schedule start a clean-up and asks what it removed.
func (b *bundle) cleanUp(t *testing.T, want process.CleanedUp) {
	t.Helper()
	schedule := b.Service.ScheduleClient().GetHandle(t.Context(),
		process.ScheduleID(b.TaskQueue(), process.WorkflowCleanUp))
	var before int
	require.Eventually(t, func() bool {
		found, err := schedule.Describe(t.Context())
		if err != nil {
			return false
		}
		before = found.Info.NumActions
		action, ok := found.Schedule.Action.(*client.ScheduleWorkflowAction)
		return ok && action.TaskQueue == b.TaskQueue() && len(found.Info.RunningWorkflows) == 0
	}, patience, 20*time.Millisecond)
	require.NoError(t, schedule.Trigger(t.Context(), client.ScheduleTriggerOptions{}))
	var run client.ScheduleActionResult
	require.Eventually(t, func() bool {
		found, err := schedule.Describe(t.Context())
		if err != nil || found.Info.NumActions <= before {
			return false
		}
		run = found.Info.RecentActions[len(found.Info.RecentActions)-1]
		return true
	}, patience, 20*time.Millisecond)
	var done process.CleanedUp
	started := run.StartWorkflowResult
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	require.NoError(t, b.Service.GetWorkflow(ctx, started.WorkflowID, started.FirstExecutionRunID).Get(ctx, &done))
	require.Equal(t, want, done)
}
