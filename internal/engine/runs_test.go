package engine_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/api/serviceerror"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"

	"github.com/ppi-engine/ppi/internal/engine"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
)

// stopped is a run that was terminated, and that nobody answers for.
type stopped struct {
	client.Client

	history []*historypb.HistoryEvent
}

func (s *stopped) DescribeWorkflowExecution(
	context.Context, string, string,
) (*workflowservice.DescribeWorkflowExecutionResponse, error) {
	return &workflowservice.DescribeWorkflowExecutionResponse{
		WorkflowExecutionInfo: &workflowpb.WorkflowExecutionInfo{
			Status: enumspb.WORKFLOW_EXECUTION_STATUS_TERMINATED,
		},
	}, nil
}

func (s *stopped) QueryWorkflow(
	context.Context, string, string, string, ...any,
) (converter.EncodedValue, error) {
	return nil, serviceerror.NewWorkflowNotReady("closed before a step, or its steps fail")
}

func (s *stopped) GetWorkflowHistory(
	context.Context, string, string, bool, enumspb.HistoryEventFilterType,
) client.HistoryEventIterator {
	return &pages{s.history}
}

type pages struct{ left []*historypb.HistoryEvent }

func (p *pages) HasNext() bool { return len(p.left) > 0 }

func (p *pages) Next() (*historypb.HistoryEvent, error) {
	next := p.left[0]
	p.left = p.left[1:]
	return next, nil
}

func began(t *testing.T, in process.Input) *historypb.HistoryEvent {
	t.Helper()
	input, err := converter.GetDefaultDataConverter().ToPayloads(in)
	require.NoError(t, err)
	return &historypb.HistoryEvent{
		Attributes: &historypb.HistoryEvent_WorkflowExecutionStartedEventAttributes{
			WorkflowExecutionStartedEventAttributes: &historypb.WorkflowExecutionStartedEventAttributes{Input: input},
		},
	}
}

// Only a run that has made no step is known to know no more than what it began with.
func TestAStoppedRunThatCannotBeAskedKnewNothingOnlyIfItMadeNoStep(t *testing.T) {
	t.Parallel()
	id := models.NewID(models.PrefixProcurement)
	ask := func(history ...*historypb.HistoryEvent) (engine.Run, error) {
		return engine.New(&stopped{history: history}, "queue", nil, engine.Runs{}).AskRun(t.Context(), id)
	}
	first := began(t, process.Input{ProcurementID: id})
	run, err := ask(first, &historypb.HistoryEvent{EventType: enumspb.EVENT_TYPE_WORKFLOW_TASK_STARTED})
	require.NoError(t, err)
	require.True(t, run.Known)
	require.Nil(t, run.State)

	run, err = ask(began(t, process.Input{ProcurementID: id, State: &process.State{Version: 7}}))
	require.NoError(t, err)
	require.NotNil(t, run.State, "it goes on from another run")
	require.EqualValues(t, 7, run.State.Version)

	_, err = ask(first, &historypb.HistoryEvent{EventType: enumspb.EVENT_TYPE_WORKFLOW_TASK_COMPLETED})
	require.ErrorIs(t, err, engine.ErrUnavailable)
}
