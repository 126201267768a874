package e2e

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
	"go.temporal.io/sdk/client"
	sdklog "go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/ppi-engine/ppi/internal/apiclient"
	"github.com/ppi-engine/ppi/internal/config"
	"github.com/ppi-engine/ppi/internal/engine"
	"github.com/ppi-engine/ppi/internal/metrics"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/internal/telemetry"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
	"github.com/ppi-engine/ppi/workflows"
)

// pause is between two looks at what is told a moment after an answer.
const pause = 20 * time.Millisecond

// traces keeps what is traced.
type traces struct {
	tracer trace.Tracer
	kept   *tracetest.InMemoryExporter
}

func newTraces(t *testing.T) *traces {
	t.Helper()
	kept := tracetest.NewInMemoryExporter()
	provider, err := telemetry.NewProvider(t.Context(), "test", sdktrace.WithSyncer(kept),
		sdktrace.WithSampler(sdktrace.AlwaysSample()))
	require.NoError(t, err)
	return &traces{tracer: provider.Tracer("test"), kept: kept}
}

// said lists the names of all that was traced, without what goes on by itself.
func (tr *traces) said() []string {
	var names []string
	for _, s := range tr.kept.GetSpans() {
		names = append(names, s.Name)
	}
	slices.Sort(names)
	return names
}

// everything is all that was traced, with what spans say of themselves.
func (tr *traces) everything(t *testing.T) string {
	t.Helper()
	text, err := json.Marshal(tr.kept.GetSpans())
	require.NoError(t, err)
	return string(text)
}

// of lists the spans of a trace by name.
func (tr *traces) of(id string) map[string]tracetest.SpanStub {
	spans := map[string]tracetest.SpanStub{}
	for _, s := range tr.kept.GetSpans() {
		if s.SpanContext.TraceID().String() == id {
			spans[s.Name] = s
		}
	}
	return spans
}

// asCaller sends a header with each request.
type asCaller struct{ name, value string }

func (c asCaller) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set(c.name, c.value)
	r.Header.Set("Tracestate", "caller=may-say-anything")
	return http.DefaultTransport.RoundTrip(r)
}

// One request is one trace, from the API through the run to the act and its transaction, and the log of each says
// which. The run's history replays without it.
func TestOneRequestIsOneTrace(t *testing.T) {
	t.Parallel()
	const id = "4bf92f3577b34da6a3ce929d0e0e4736"
	traced, log := newTraces(t), &diary{}
	b := setup(t, options{traces: traced.tracer, log: telemetry.NewLogger(log, slog.LevelInfo, config.LogText)})
	b.act(t, b.Lead, models.VerbStart, nil)
	board := *b.Buyers[0].Board
	board.HTTP = &http.Client{Transport: asCaller{"Traceparent", "00-" + id + "-00f067aa0ba902b7-01"}}
	b.act(t, &board, models.VerbSuspend, map[string]any{"reason": "a flood"})

	var spans map[string]tracetest.SpanStub
	const request, update, act = "post-v1-procurements-procurement-actions-suspend", "update suspend", "act suspend"
	require.Eventually(t, func() bool { spans = traced.of(id); return spans[request].Name != "" }, patience, pause)
	require.ElementsMatch(t, []string{request, update, act, "transaction"}, slices.Collect(maps.Keys(spans)))
	require.Equal(t, spans[request].SpanContext.SpanID(), spans[update].Parent.SpanID())
	require.Equal(t, spans[update].SpanContext.SpanID(), spans[act].Parent.SpanID())
	require.Contains(t, said(spans[act]), b.Procurement)
	for _, s := range spans {
		require.NotContains(t, said(s), "flood")
		require.Empty(t, s.SpanContext.TraceState().String())
	}
	command := spans[update].Attributes[slices.IndexFunc(spans[update].Attributes, func(a attribute.KeyValue) bool {
		return a.Key == "ppi.command"
	})].Value.AsString()
	for _, line := range []string{"msg=request", "msg=act"} {
		require.Regexp(t, "(?m)"+line+" .*"+command+".* trace="+id+"$", log.String())
	}

	workflowID := process.WorkflowID(models.ID(b.Procurement))
	history := b.history(t, workflowID, b.runs(t)[0])
	require.Contains(t, history.String(), id)
	require.NotContains(t, history.String(), "may-say-anything")
	for _, event := range history.GetEvents() {
		require.Empty(t, event.GetWorkflowExecutionStartedEventAttributes().GetHeader().GetFields(),
			"a run outlives the request that starts it")
	}
	replayer, err := worker.NewWorkflowReplayerWithOptions(worker.WorkflowReplayerOptions{})
	require.NoError(t, err)
	replayer.RegisterWorkflowWithOptions(workflows.Procurement,
		workflow.RegisterOptions{Name: process.WorkflowProcurement})
	require.NoError(t, replayer.ReplayWorkflowHistory(
		sdklog.NewStructuredLogger(slog.New(slog.DiscardHandler)), history))
}

func said(s tracetest.SpanStub) string {
	var text strings.Builder
	for _, a := range s.Attributes {
		text.WriteString(a.Value.String() + " ")
	}
	for _, e := range s.Events {
		text.WriteString(e.Name + " ")
	}
	return text.String() + s.Status.Description
}

// Runs that began without traces go on with them.
func TestSavedHistoriesReplayWhileTracesAreSent(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../workflows/testdata/histories/*.json")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	replayer, err := worker.NewWorkflowReplayerWithOptions(worker.WorkflowReplayerOptions{
		ContextPropagators: []workflow.ContextPropagator{engine.Propagator()},
	})
	require.NoError(t, err)
	replayer.RegisterWorkflowWithOptions(workflows.Procurement,
		workflow.RegisterOptions{Name: process.WorkflowProcurement})
	replayer.RegisterWorkflowWithOptions(workflows.PortalFeed,
		workflow.RegisterOptions{Name: process.WorkflowPortalFeed})
	for _, file := range files {
		text, err := os.Open(file)
		require.NoError(t, err)
		history, err := client.HistoryFromJSON(text, client.HistoryJSONOptions{})
		require.NoError(t, text.Close())
		require.NoError(t, err)
		require.NoError(t, replayer.ReplayWorkflowHistory(
			sdklog.NewStructuredLogger(slog.New(slog.DiscardHandler)), history), file)
	}
}

func TestCommandsAndRequestsAreCounted(t *testing.T) {
	t.Parallel()
	counted := metrics.New("test", logger(t))
	b := setup(t, options{metrics: counted})
	b.act(t, b.Lead, models.VerbStart, nil)
	request := apiclient.Request{
		Path: b.actionPath(models.VerbSuspend), In: map[string]any{"reason": "a flood"}, Key: "once", IfMatch: "*",
	}
	for range 2 { // a repeat is no other command
		_, problem := do(t, b.Buyers[0].Board, request)
		require.Nil(t, problem)
	}
	b.refused(t, models.CodePhaseNotOpen, b.Buyers[0].Board, models.VerbVote, map[string]any{
		"phase": "tender", "digest": strings.Repeat("0", 64), "choice": "approve",
	})
	_, err := b.Anonymous.Get(t.Context(), "/v1/me", nil)
	require.Error(t, err)
	b.settle(t)
	lines := []string{
		`ppi_build_info{go="go[^"]*",version="test"} 1`,
		`ppi_commands_total{outcome="completed",verb="start"} 1`,
		`ppi_commands_total{outcome="completed",verb="suspend"} 1`,
		`ppi_commands_total{outcome="refused",verb="vote"} 1`,
		`ppi_command_duration_seconds_count{verb="suspend"} 1`,
		`ppi_http_requests_total{class="2xx",operation="post-v1-procurements-procurement-actions-suspend"} 2`,
		`ppi_http_requests_total{class="4xx",operation="unrecognised"} 1`,
		`ppi_record_reachable 1`, `ppi_boxes_open 0`, `ppi_events_unplaced 0`,
		`ppi_database_connections_max{pool="record"} 16`, `ppi_database_connections_max{pool="receipt"} 4`,
		`ppi_sequencer_pass_timestamp_seconds 1\.[0-9e+]+`,
		`temporal_local_activity_execution_latency_seconds_count{activity_type="suspend",namespace="ppi"} 1`,
		`temporal_worker_task_slots_available{[^}]*worker_type="LocalActivityWorker"} [0-9]+`,
		`temporal_num_pollers{[^}]*poller_type="workflow_task"[^}]*} [0-9]+`,
	}
	var shown string
	require.EventuallyWithT(t, func(c *assert.CollectT) {
		shown = allShownBy(t, counted)
		for _, line := range lines {
			assert.Regexp(c, "(?m)^"+strings.NewReplacer("{", `\{`, "}", `\}`).Replace(line)+"$", shown)
		}
	}, patience, pause)
	history := b.history(t, process.WorkflowID(models.ID(b.Procurement)), b.runs(t)[0])
	require.NotContains(t, history.String(), "traceparent", "nothing is sent while nothing is traced")
	require.NotRegexp(t, `[a-z]{3}_[0-9a-f]{8}-|[0-9a-f]{64}`, shown, "no IDs")
}

// allShownBy is what a scrape sees.
func allShownBy(t *testing.T, m *metrics.Metrics) string {
	t.Helper()
	answer := httptest.NewRecorder()
	m.Handler().ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	require.Equal(t, http.StatusOK, answer.Code)
	return answer.Body.String()
}

// moves are metrics that move by themselves: those of Go and of the process, what workers of Temporal do while nothing
// happens, the beat of the sequencer, and the use of connections, which everything uses.
var moves = regexp.MustCompile(`^(go_|process_|ppi_sequencer_pass_timestamp_seconds |ppi_database_|` +
	`temporal_(num_pollers|worker_task_slots|sticky_cache_size|request_failure|long_request_failure|workflow_task))`)

// shownBy is what scrapes see, without metrics that move by themselves, once it stays the same: what a request leaves
// there comes a moment after its answer.
func shownBy(t *testing.T, m *metrics.Metrics) string {
	t.Helper()
	last, shown := "", still(t, m)
	require.Eventually(t, func() bool {
		last, shown = shown, still(t, m)
		return last == shown
	}, patience, 5*pause)
	return shown
}

func still(t *testing.T, m *metrics.Metrics) string {
	t.Helper()
	var lines bytes.Buffer
	for line := range strings.Lines(allShownBy(t, m)) {
		if !moves.MatchString(line) {
			lines.WriteString(line)
		}
	}
	return lines.String()
}

// vitals are what metrics say of the record, read anew; ages are left out.
func (p *tenderPlay) vitals(t *testing.T) store.Vitals {
	t.Helper()
	v, err := p.Store.Vitals(t.Context())
	require.NoError(t, err)
	v.CommandsOldest, v.DeliveriesOldest, v.EventsOldest = 0, 0, 0
	return v
}
