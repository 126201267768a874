package e2e

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	historypb "go.temporal.io/api/history/v1"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
)

var update = flag.Bool("update", false, "save the histories of these tests for the replay tests")

// saveHistories saves each closed run of the procurement under the name, when asked to.
func (b *bundle) saveHistories(t *testing.T, name string) {
	t.Helper()
	if !*update {
		return
	}
	directory := filepath.Join("..", "..", "workflows", "testdata", "histories")
	require.NoError(t, os.MkdirAll(directory, 0o755))
	for i, run := range b.runs(t) {
		history := b.history(t, run)
		if b.open(t, run) {
			continue
		}
		text, err := protojson.MarshalOptions{Indent: " "}.Marshal(history)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(directory, fmt.Sprintf("%s-%d.json", name, i+1)), append(text, '\n'), 0o644))
	}
}

func (b *bundle) history(t *testing.T, run string) *historypb.History {
	t.Helper()
	var history historypb.History
	events := b.Temporal.GetWorkflowHistory(t.Context(), process.WorkflowID(models.ID(b.Procurement)), run, false, 0)
	for events.HasNext() {
		event, err := events.Next()
		require.NoError(t, err)
		history.Events = append(history.Events, event)
	}
	return &history
}

func (b *bundle) open(t *testing.T, run string) bool {
	t.Helper()
	d, err := b.Temporal.DescribeWorkflowExecution(t.Context(), process.WorkflowID(models.ID(b.Procurement)), run)
	require.NoError(t, err)
	return d.GetWorkflowExecutionInfo().GetCloseTime() == nil
}
