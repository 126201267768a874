package e2e

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/client"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
)

var update = flag.Bool("update", false, "save the histories of these tests for the replay tests")

// saveLastRun saves the last closed run of the procurement under the name, when asked to.
func (b *bundle) saveLastRun(t *testing.T, name string) {
	t.Helper()
	if !*update {
		return
	}
	closed := slices.DeleteFunc(b.runs(t), func(run string) bool { return b.open(t, run) })
	b.saveRuns(t, process.WorkflowID(models.ID(b.Procurement)), closed[len(closed)-1:], name)
}

// saveHistories saves each closed run of the procurement under the name, when asked to.
func (b *bundle) saveHistories(t *testing.T, name string) {
	t.Helper()
	if *update {
		b.saveRuns(t, process.WorkflowID(models.ID(b.Procurement)), b.runs(t), name)
	}
}

func (b *bundle) saveRuns(t *testing.T, workflow string, runs []string, name string) {
	t.Helper()
	directory := filepath.Join("..", "..", "workflows", "testdata", "histories")
	require.NoError(t, os.MkdirAll(directory, 0o755))
	for i, run := range runs {
		history := b.history(t, workflow, run)
		if b.isOpen(t, workflow, run) {
			continue
		}
		text, err := protojson.MarshalOptions{Indent: " "}.Marshal(history)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(directory, fmt.Sprintf("%s-%d.json", name, i+1)),
			append(text, '\n'), 0o644))
	}
}

// namespaceOf returns the client of the namespace in which a workflow lives.
func (b *bundle) namespaceOf(workflow string) client.Client {
	if process.ProcurementOf(workflow) == "" {
		return b.Service
	}
	return b.Temporal
}

func (b *bundle) history(t *testing.T, workflow, run string) *historypb.History {
	t.Helper()
	var history historypb.History
	events := b.namespaceOf(workflow).GetWorkflowHistory(t.Context(), workflow, run, false, 0)
	for events.HasNext() {
		event, err := events.Next()
		require.NoError(t, err)
		history.Events = append(history.Events, event)
	}
	return &history
}

func (b *bundle) open(t *testing.T, run string) bool {
	t.Helper()
	return b.isOpen(t, process.WorkflowID(models.ID(b.Procurement)), run)
}

func (b *bundle) isOpen(t *testing.T, workflow, run string) bool {
	t.Helper()
	d, err := b.namespaceOf(workflow).DescribeWorkflowExecution(t.Context(), workflow, run)
	require.NoError(t, err)
	return d.GetWorkflowExecutionInfo().GetCloseTime() == nil
}
