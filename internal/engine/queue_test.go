package engine_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"github.com/ppi-engine/ppi/internal/engine"
	"github.com/ppi-engine/ppi/models/process"
)

// A narrow server takes ten Updates of a run at a time, as Temporal does, and a second for each.
type narrow struct {
	client.Client

	t                *testing.T
	inFlight, served atomic.Int32
}

func (s *narrow) UpdateWorkflow(
	ctx context.Context, _ client.UpdateWorkflowOptions,
) (client.WorkflowUpdateHandle, error) {
	require.LessOrEqual(s.t, s.inFlight.Add(1), int32(10), "the server would turn it away")
	defer s.inFlight.Add(-1)
	select {
	case <-time.After(time.Second):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	s.served.Add(1)
	return handle{answer: answer{status: process.CommandDone}}, nil
}

func TestCallersOnOneProcurementWaitInLine(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &narrow{t: t}
		e := engine.New(s, "queue", nil, engine.Runs{})
		var callers sync.WaitGroup
		for range 32 {
			callers.Go(func() {
				_, err := e.Command(t.Context(), cast)
				require.NoError(t, err)
			})
		}
		began := time.Now()
		callers.Wait()
		require.EqualValues(t, 32, s.served.Load())
		require.Equal(t, 4*time.Second, time.Since(began), "eight at a time")
	})
}
