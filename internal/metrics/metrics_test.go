package metrics_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/metrics"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
)

func newMetrics() *metrics.Metrics { return metrics.New("test", slog.New(slog.DiscardHandler)) }

func shownBy(t *testing.T, m *metrics.Metrics) string {
	t.Helper()
	answer := httptest.NewRecorder()
	m.Handler().ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	require.Equal(t, http.StatusOK, answer.Code, answer.Body)
	return answer.Body.String()
}

// kept is a record in a test.
type kept struct {
	asked  atomic.Int64
	vitals store.Vitals
	err    error
	pools  store.Pools
}

func (k *kept) Vitals(ctx context.Context) (store.Vitals, error) {
	k.asked.Add(1)
	if _, bounded := ctx.Deadline(); !bounded {
		return store.Vitals{}, errors.New("asked for any length of time")
	}
	return k.vitals, k.err
}

func (k *kept) Pools() store.Pools { return k.pools }

func TestARecordThatFailsLeavesAllOtherMetrics(t *testing.T) {
	t.Parallel()
	m := newMetrics()
	m.Request("get-v1-me", http.StatusServiceUnavailable, time.Second)
	require.Contains(t, shownBy(t, m), "\nppi_record_reachable 0\n", "before the record is opened")
	m.Watch(&kept{err: errors.New("gone"), pools: store.Pools{Record: store.Pool{Most: 16, InUse: 16, Waits: 3}}})
	shown := shownBy(t, m)
	for _, line := range []string{
		"ppi_record_reachable 0", `ppi_http_requests_total{class="5xx",operation="get-v1-me"} 1`,
		`ppi_database_connections_max{pool="record"} 16`, "ppi_database_connections_in_use 16",
		"ppi_database_waits_total 3",
	} {
		require.Contains(t, shown, "\n"+line+"\n")
	}
	require.NotContains(t, shown, "\nppi_boxes_open", "no value is better than an old one")
}

// Prometheus sees that a counter rises only if it saw it before.
func TestWhatAlertsWaitForIsShownBeforeItHappens(t *testing.T) {
	t.Parallel()
	m := newMetrics()
	first := shownBy(t, m)
	m.UndisclosedFault()
	m.Command(models.VerbVote, "failed", time.Second)
	second := shownBy(t, m)
	for _, line := range []string{
		`ppi_http_requests_total{class="5xx",operation="undisclosed"} `,
		`ppi_commands_total{outcome="failed",verb="vote"} `,
	} {
		require.Contains(t, first, "\n"+line+"0\n")
		require.Contains(t, second, "\n"+line+"1\n")
	}
}

func TestTheRecordIsAskedOnceForAllWhoLook(t *testing.T) {
	t.Parallel()
	m, k := newMetrics(), &kept{vitals: store.Vitals{
		BoxesOpen: 3, TasksOpen: 4, CommandsPending: 5, CommandsOldest: time.Minute, DeliveriesQueued: 6,
		DeliveriesParked: 7, DeliveriesOldest: time.Hour, EventsUnplaced: 8, EventsOldest: time.Second,
	}}
	m.Watch(k)
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() { shownBy(t, m) })
	}
	all.Wait()
	shown := shownBy(t, m)
	require.Equal(t, int64(1), k.asked.Load())
	for _, line := range []string{
		"ppi_record_reachable 1", "ppi_boxes_open 3", "ppi_tasks_open 4", "ppi_commands_pending 5",
		"ppi_commands_pending_oldest_seconds 60", `ppi_deliveries_waiting{state="queued"} 6`,
		`ppi_deliveries_waiting{state="parked"} 7`, "ppi_deliveries_queued_oldest_seconds 3600",
		"ppi_events_unplaced 8",
		"ppi_events_unplaced_oldest_seconds 1",
	} {
		require.Contains(t, shown, "\n"+line+"\n")
	}
}

// API and worker of one process each have their connections; when one is restarted, counters go on.
func TestWhatWaitedForConnectionsIsNotForgotten(t *testing.T) {
	t.Parallel()
	m := newMetrics()
	api := &kept{pools: store.Pools{
		Record:  store.Pool{Most: 16, InUse: 2, Waits: 3, Waited: time.Second},
		Receipt: store.Pool{Most: 8, InUse: 1, Waits: 1},
	}}
	stop := m.Watch(api)
	m.Watch(&kept{pools: store.Pools{Record: store.Pool{Most: 16, InUse: 1, Waits: 1, Waited: time.Second}}})
	require.Contains(t, shownBy(t, m), "\nppi_database_waits_total 5\n")
	require.Contains(t, shownBy(t, m), "\nppi_database_connections_in_use 4\n")
	stop()
	shown := shownBy(t, m)
	require.Contains(t, shown, "\nppi_database_waits_total 5\n")
	require.Contains(t, shown, "\nppi_database_wait_seconds_total 2\n")
	require.Contains(t, shown, "\nppi_database_connections_in_use 1\n")
}

// A pool that only the receipt of tenders uses would show when tenders come in.
func TestNoConnectionsOfTheReceiptAreShownByThemselves(t *testing.T) {
	t.Parallel()
	m := newMetrics()
	k := &kept{pools: store.Pools{
		Record:  store.Pool{Most: 16, Open: 5, InUse: 4, Waits: 3, Waited: time.Second},
		Receipt: store.Pool{Most: 8, Open: 1},
	}}
	m.Watch(k)
	quiet := ofOurs(shownBy(t, m))
	require.Contains(t, quiet, `ppi_database_connections_max{pool="receipt"} 8`+"\n")
	k.pools = store.Pools{
		Record:  store.Pool{Most: 16, Open: 5, InUse: 1, Waits: 1},
		Receipt: store.Pool{Most: 8, Open: 8, InUse: 3, Waits: 2, Waited: time.Second},
	}
	require.Equal(t, quiet, ofOurs(shownBy(t, m)), "whichever pool is used")
}

// ofOurs are the lines of metrics of our own.
func ofOurs(shown string) (lines []string) {
	for line := range strings.Lines(shown) {
		if strings.HasPrefix(line, "ppi_") {
			lines = append(lines, line)
		}
	}
	return lines
}

// Who knows the size of a tender would see it come in by what the process receives and allocates.
func TestTheTrafficOfTheProcessIsNotShown(t *testing.T) {
	t.Parallel()
	shown := shownBy(t, newMetrics())
	require.Contains(t, shown, "\nprocess_open_fds ")
	require.Contains(t, shown, "\ngo_goroutines ")
	for _, telling := range []string{"process_network", "receive_bytes", "alloc_bytes", "mallocs", "heap"} {
		require.NotContains(t, shown, telling)
	}
}

func TestLabelsOfTemporalAreFewAndNeverIDs(t *testing.T) {
	t.Parallel()
	m := newMetrics()
	for i := range 1000 {
		m.Add("temporal_request_failure", map[string]string{
			"namespace": "ppi", "operation": fmt.Sprintf("Operation%d", i), "status_code": "none",
			"workflow_id": "secret",
		}, 1)
		m.Set("temporal_num_pollers", map[string]string{"namespace": "ppi", "poller_type": "workflow_task"}, float64(i))
		m.Took("temporal_local_activity_execution_latency", map[string]string{"activity_type": "vote"}, time.Second)
		m.Add("temporal_anything_else", nil, 1)
	}
	shown := shownBy(t, m)
	require.Equal(t, 101, strings.Count(shown, "\ntemporal_request_failure_total{"))
	require.Contains(t, shown, `temporal_request_failure_total{namespace="ppi",operation="other",status_code=""} 900`)
	require.Contains(t, shown, `temporal_num_pollers{namespace="ppi",poller_type="workflow_task",task_queue=""} 999`)
	require.Contains(t, shown,
		`temporal_local_activity_execution_latency_seconds_count{activity_type="vote",namespace=""} 1000`)
	require.NotContains(t, shown, "secret")
	require.NotContains(t, shown, "anything_else")
}
