package workflows_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
	"google.golang.org/protobuf/proto"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
	"github.com/ppi-engine/ppi/workflows"
)

// The server's own check when it replays compares the shape of a history only: another activity
// argument, another timer or another state passes. So each saved history is compared here with what the
// workflow does today in full.
func TestReplayOfSavedHistories(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/histories/*.json")
	require.NoError(t, err)
	require.NotEmpty(t, files, "no history is saved: go test ./internal/e2e -update saves them")
	covered, phases := map[string]*coverage{}, map[string]bool{}
	for _, file := range files {
		history := read(t, file)
		did, err := replay(history)
		require.NoError(t, err, file)
		said := recorded(t, history)
		require.Equal(t, said.activities, did.activities, "%s: activities and their arguments", file)
		require.Equal(t, said.acts, sameFailures(said.acts, did.acts),
			"%s: acts, and the commands, steps and instants asked", file)
		require.Equal(t, said.attributes, did.attributes, "%s: search attributes", file)
		require.Equal(t, said.continued, did.continued, "%s: state carried to the next run", file)
		requireWithin(t, said.timers, did.timers, file)
		for _, phase := range said.phases {
			phases[phase] = true
		}
		// What runs beside the main phases is in no search attribute; the grid saves it under its name.
		if name, _, _ := strings.Cut(filepath.Base(file), "-"); slices.Contains(models.Phases(), models.Phase(name)) {
			phases[name] = true
		}
		workflow := workflowOf(history)
		if covered[workflow] == nil {
			covered[workflow] = &coverage{}
		}
		covered[workflow].add(said)
	}
	for _, workflow := range []string{process.WorkflowProcurement, process.WorkflowPortalFeed} {
		require.NotNil(t, covered[workflow], "no history of %s is saved", workflow)
		require.Positive(t, covered[workflow].carried, "no history of %s hands over", workflow)
		t.Logf("%s: %s", workflow, covered[workflow])
	}
	require.Positive(t, covered[process.WorkflowProcurement].failed, "no history holds an act that failed")
	require.Positive(t, covered[process.WorkflowProcurement].cancelled, "no history ends with a refused start")
	require.Len(t, phases, len(models.Phases()), "phases covered: %v", phases)
	t.Logf("phases covered: %s", strings.Join(slices.Sorted(maps.Keys(phases)), ", "))
}

// coverage counts what was compared of the histories of one workflow.
type coverage struct{ histories, arguments, acts, failed, timers, carried, cancelled int }

func (c *coverage) add(said deeds) {
	c.histories++
	c.arguments += len(said.activities)
	c.acts += len(said.acts)
	for _, a := range said.acts {
		if a.asked == "" {
			c.failed++
		}
	}
	if said.cancelled {
		c.cancelled++
	}
	c.timers += len(said.timers)
	c.carried += len(said.continued)
}

func (c *coverage) String() string {
	return fmt.Sprintf("%d histories replayed; compared: %d activity arguments, %d local acts, %d of them failed, %d "+
		"timers, %d carried states",
		c.histories, c.arguments, c.acts, c.failed, c.timers, c.carried)
}

func workflowOf(history *historypb.History) string {
	return history.GetEvents()[0].GetWorkflowExecutionStartedEventAttributes().GetWorkflowType().GetName()
}

func TestReplayFindsAChangedActivityArgument(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/histories/*.json")
	require.NoError(t, err)
	tried := map[string]bool{}
	for _, file := range files {
		history := read(t, file)
		if tried[workflowOf(history)] {
			continue
		}
		tried[workflowOf(history)] = true
		requireChangeFound(t, history)
	}
	require.Len(t, tried, 2)
}

func requireChangeFound(t *testing.T, history *historypb.History) {
	t.Helper()
	changed := false
	for _, event := range history.GetEvents() {
		if scheduled := event.GetActivityTaskScheduledEventAttributes(); scheduled != nil && !changed {
			scheduled.GetInput().GetPayloads()[0].Data = []byte(`"prc_00000000-0000-7000-8000-000000000000"`)
			changed = true
		}
	}
	require.True(t, changed)
	did, err := replay(history)
	require.NoError(t, err, "the replayer itself does not see it")
	require.NotEqual(t, recorded(t, history).activities, did.activities)
}

// A local activity's argument is in no history; its outcome says what was asked.
func TestReplayFindsAnActAskedOfAnotherCommand(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/histories/*.json")
	require.NoError(t, err)
	kinds := map[bool]int{}
	for _, file := range files {
		history := read(t, file)
		for i, event := range history.GetEvents() {
			said, ok := localAct(t, event)
			due := slices.Contains(process.DueKinds(), process.DueKind(said.name))
			if !ok || said.asked == "" || kinds[due] > 0 {
				continue
			}
			changed := proto.CloneOf(history)
			result := changed.GetEvents()[i].GetMarkerRecordedEventAttributes().GetDetails()["result"].GetPayloads()[0]
			result.Data = askedOfAnother(t, result.GetData(), due)
			did, err := replay(changed)
			require.NoError(t, err, "%s: the replayer itself does not see it", file)
			require.NotEqual(t, recorded(t, changed).acts, did.acts, "%s: the %s asked", file, said.name)
			kinds[due]++
		}
	}
	require.Len(t, kinds, 2, "histories of commands and of what fell due")
}

// askedOfAnother has an outcome say that another command, or what is due to another subject, was asked for. The state
// in it stays, so that the run goes on as before.
func askedOfAnother(t *testing.T, outcome []byte, due bool) []byte {
	t.Helper()
	var out map[string]any
	decoder := json.NewDecoder(bytes.NewReader(outcome))
	decoder.UseNumber()
	require.NoError(t, decoder.Decode(&out))
	if due {
		asked, ok := out["due"].(map[string]any)
		require.True(t, ok)
		asked["subject"] = models.NewID(models.PrefixLot)
	} else {
		out["command_id"] = strings.Repeat("0", 64)
	}
	changed, err := json.Marshal(out)
	require.NoError(t, err)
	return changed
}

func read(t *testing.T, file string) *historypb.History {
	t.Helper()
	f, err := os.Open(file)
	require.NoError(t, err)
	defer f.Close()
	history, err := client.HistoryFromJSON(f, client.HistoryJSONOptions{})
	require.NoError(t, err, file)
	return history
}

func replay(history *historypb.History) (*deeds, error) {
	did := &deeds{}
	replayer, err := worker.NewWorkflowReplayerWithOptions(worker.WorkflowReplayerOptions{
		Interceptors: []workerInterceptor{&recorder{did: did}},
	})
	if err != nil {
		return nil, err
	}
	replayer.RegisterWorkflowWithOptions(workflows.Procurement,
		workflow.RegisterOptions{Name: process.WorkflowProcurement})
	replayer.RegisterWorkflowWithOptions(workflows.PortalFeed,
		workflow.RegisterOptions{Name: process.WorkflowPortalFeed})
	return did, replayer.ReplayWorkflowHistory(log.NewStructuredLogger(slog.New(slog.DiscardHandler)), history)
}

// deeds are what a run asked of the server, in order.
type deeds struct {
	activities, attributes, continued, timers []string
	acts                                      []act
	phases                                    []string
	cancelled                                 bool
}

// recorded reads from a history what the run did when it was saved.
func recorded(t *testing.T, history *historypb.History) deeds {
	t.Helper()
	var d deeds
	phases := map[string]bool{}
	for _, event := range history.GetEvents() {
		switch event.GetEventType() {
		case enumspb.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
			a := event.GetActivityTaskScheduledEventAttributes()
			d.activities = append(d.activities, a.GetActivityType().GetName()+" "+
				string(a.GetInput().GetPayloads()[0].GetData()))
		case enumspb.EVENT_TYPE_MARKER_RECORDED:
			if a, ok := localAct(t, event); ok {
				d.acts = append(d.acts, a)
			}
		case enumspb.EVENT_TYPE_TIMER_STARTED:
			d.timers = append(d.timers, event.GetTimerStartedEventAttributes().GetStartToFireTimeout().AsDuration().
				String())
		case enumspb.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES:
			fields := event.GetUpsertWorkflowSearchAttributesEventAttributes().GetSearchAttributes().GetIndexedFields()
			phase := strings.Trim(string(fields["PPIPhase"].GetData()), `"`)
			phases[phase] = true
			if fields["PPIPhase"] == nil {
				continue // the versions that the SDK notes
			}
			d.attributes = append(d.attributes, fmt.Sprintf("%s %s %s %s %s", fields["PPIPhase"].GetData(),
				fields["PPIStatus"].GetData(),
				fields["PPIWaitingOn"].GetData(), fields["PPILeadBuyer"].GetData(), fields["PPITitle"].GetData()))
		case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED:
			d.cancelled = true
		case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW:
			in := event.GetWorkflowExecutionContinuedAsNewEventAttributes().GetInput().GetPayloads()[0].GetData()
			d.continued = append(d.continued, string(in))
		default:
		}
	}
	delete(phases, "")
	d.phases = slices.Sorted(maps.Keys(phases))
	return d
}

// localAct reads a local activity that ended; an attempt that is to be repeated is no end.
func localAct(t *testing.T, event *historypb.HistoryEvent) (act, bool) {
	t.Helper()
	marker := event.GetMarkerRecordedEventAttributes()
	if marker.GetMarkerName() != "LocalActivity" {
		return act{}, false
	}
	var data struct {
		ActivityType string
		Backoff      time.Duration
	}
	require.NoError(t, json.Unmarshal(marker.GetDetails()["data"].GetPayloads()[0].GetData(), &data))
	if data.Backoff > 0 {
		return act{}, false
	}
	a := act{name: data.ActivityType}
	if result := marker.GetDetails()["result"]; result != nil {
		var err error
		a.asked, err = askedBy(a.name, result.GetPayloads()[0].GetData())
		require.NoError(t, err)
	}
	return a, true
}

// sameFailures forgets what was asked of the acts that are recorded as failed.
func sameFailures(said, did []act) []act {
	same := slices.Clone(did)
	for i := range min(len(said), len(did)) {
		if said[i].asked == "" {
			same[i].asked = ""
		}
	}
	return same
}

// requireWithin asks that every timer of the history was started again, in order. A timer that was
// started and cancelled within one task leaves no event.
func requireWithin(t *testing.T, said, did []string, file string) {
	t.Helper()
	for _, timer := range said {
		i := slices.Index(did, timer)
		require.GreaterOrEqual(t, i, 0, "%s: a timer of %s is not started today", file, timer)
		did = did[i+1:]
	}
}

func marshal(v any) string {
	bytes, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(bytes)
}
