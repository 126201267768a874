package engine_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ppi-engine/ppi/internal/engine"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
)

// A server answers Updates as a Temporal server would. What an Update was answered once it is answered again.
type server struct {
	client.Client

	// answer is what becomes of the n-th new Update; absent ones and rejections are not kept.
	answer func(n int) (process.CommandStatus, error)
	kept   map[string]answer
	asked  int
	// run is what is known of the run: nil, or when it was closed.
	run func() (*workflowservice.DescribeWorkflowExecutionResponse, error)
}

type answer struct {
	status process.CommandStatus
	err    error
}

func (s *server) UpdateWorkflow(
	_ context.Context, o client.UpdateWorkflowOptions,
) (client.WorkflowUpdateHandle, error) {
	if a, ok := s.kept[o.UpdateID]; ok {
		return handle{answer: a}, nil
	}
	status, err := s.answer(s.asked)
	s.asked++
	if err != nil && !errors.As(err, new(*temporal.ApplicationError)) && !errors.As(err, new(*temporal.CanceledError)) {
		return nil, err
	}
	a := answer{status, err}
	if s.kept != nil {
		s.kept[o.UpdateID] = a
	}
	return handle{answer: a}, nil
}

func (s *server) DescribeWorkflowExecution(
	context.Context, string, string,
) (*workflowservice.DescribeWorkflowExecutionResponse, error) {
	return s.run()
}

type handle struct {
	client.WorkflowUpdateHandle

	answer answer
}

func (h handle) Get(_ context.Context, out any) error {
	*out.(*process.Outcome) = process.Outcome{Status: h.answer.status}
	return h.answer.err
}

var cast = models.Command{
	ID: strings.Repeat("a", 64), ProcurementID: models.NewID(models.PrefixProcurement),
	Verb: models.VerbVote,
}

// send sends a command for as long as an API does, and says who was told and how long it took.
func send(t *testing.T, s *server) (told bool, took time.Duration, err error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 25*time.Second)
	defer cancel()
	began := time.Now()
	out, err := engine.New(s, "queue", func(string) { told = true }, engine.Runs{}).Command(ctx, cast)
	if err == nil {
		require.Equal(t, process.CommandDone, out.Status)
	}
	return told, time.Since(began), err
}

func TestWhatEarlierSendersWereAnsweredCostsTheNextOnePauseAtMost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &server{kept: map[string]answer{}}
		// Temporal was asked by many senders while the record was away.
		s.answer = func(int) (process.CommandStatus, error) { return process.CommandPending, nil }
		for range 5 {
			told, _, err := send(t, s)
			require.ErrorIs(t, err, engine.ErrUnavailable)
			require.False(t, told)
		}
		require.Greater(t, s.asked, 10)
		s.answer = func(int) (process.CommandStatus, error) { return process.CommandDone, nil }
		told, took, err := send(t, s)
		require.NoError(t, err)
		require.True(t, told)
		require.LessOrEqual(t, took, 3*time.Second)
	})
}

// What a run failed with is kept by Temporal like an outcome, but it is none.
func TestAnUpdateThatFailedIsSentAnew(t *testing.T) {
	t.Parallel()
	for name, failure := range map[string]error{
		"a fault":                     temporal.NewApplicationError("a fault", "fault"),
		"a run that was cancelled":    temporal.NewCanceledError(),
		"a verb of a newer release":   temporal.NewApplicationError("unknown update teleport. KnownUpdates=[vote]", ""),
		"a verb, without an own name": temporal.NewApplicationError("unknown", process.ErrTypeUnknownVerb),
	} {
		synctest.Test(t, func(t *testing.T) {
			s := &server{kept: map[string]answer{}}
			s.answer = func(n int) (process.CommandStatus, error) {
				if n < 3 {
					return "", failure
				}
				return process.CommandDone, nil
			}
			told, _, err := send(t, s)
			require.NoError(t, err, name)
			require.True(t, told, name)
		})
	}
}

// A database that crashed may have lost a command whose run was already asked: no pause helps, writing it down does.
func TestACommandThatTheRecordLostIsWrittenDownAgain(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		failures int
		least    time.Duration
	}{"at once": {0, 0}, "when the database is there again": {2, 2 * time.Second}} {
		synctest.Test(t, func(t *testing.T) {
			written, failures := false, c.failures
			s := &server{kept: map[string]answer{}}
			s.answer = func(int) (process.CommandStatus, error) {
				if written {
					return process.CommandDone, nil
				}
				return process.CommandPending, nil
			}
			e := engine.New(s, "queue", nil, engine.Runs{}).
				Rewriting(func(_ context.Context, cmd models.Command) (bool, error) {
					require.Equal(t, cast, cmd)
					if failures--; failures >= 0 {
						return false, errors.New("the database is away")
					}
					lost := !written
					written = true
					return lost, nil
				})
			ctx, cancel := context.WithTimeout(t.Context(), 25*time.Second)
			defer cancel()
			began := time.Now()
			_, err := e.Command(ctx, cast)
			require.NoError(t, err, name)
			require.GreaterOrEqual(t, time.Since(began), c.least, name)
			require.LessOrEqual(t, time.Since(began), 2*c.least+2*time.Second*time.Duration(c.failures), name)
		})
	}
}

func TestAnUpdateIsRejectedForGoodOnlyWhenItIsMalformed(t *testing.T) {
	t.Parallel()
	s := &server{answer: func(int) (process.CommandStatus, error) {
		return "", temporal.NewNonRetryableApplicationError("no ID", process.ErrTypeMalformed, nil)
	}}
	_, _, err := send(t, s)
	require.ErrorIs(t, err, engine.ErrRejected)
	require.Equal(t, 1, s.asked)
}

// A server that was restarted has forgotten Updates, not runs.
func TestOnlyARunThatIsNotOpenIsNotRunning(t *testing.T) {
	t.Parallel()
	execution := func(closed *timestamppb.Timestamp) *workflowservice.DescribeWorkflowExecutionResponse {
		info := &workflowpb.WorkflowExecutionInfo{
			CloseTime: closed, Status: enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING,
		}
		return &workflowservice.DescribeWorkflowExecutionResponse{WorkflowExecutionInfo: info}
	}
	for name, c := range map[string]struct {
		run  *workflowservice.DescribeWorkflowExecutionResponse
		err  error
		want error
	}{
		"open":      {execution(nil), nil, nil},
		"closed":    {execution(timestamppb.Now()), nil, engine.ErrNotRunning},
		"absent":    {nil, serviceerror.NewNotFound("no run"), engine.ErrNotRunning},
		"not known": {nil, serviceerror.NewUnavailable("restarting"), engine.ErrUnavailable},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := &server{run: func() (*workflowservice.DescribeWorkflowExecutionResponse, error) {
				return c.run,
					c.err
			}}
			s.answer = func(n int) (process.CommandStatus, error) {
				if n < 2 {
					return "", serviceerror.NewNotFound("update not found")
				}
				return process.CommandDone, nil
			}
			_, _, err := send(t, s)
			require.ErrorIs(t, err, c.want, name)
		})
	}
}
