package engine

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestWhoGivesUpWaitingLeavesTheLine(t *testing.T) {
	t.Parallel()
	var q queues
	var leave []func()
	for range mostInFlight {
		l, err := q.enter(t.Context(), "a")
		require.NoError(t, err)
		leave = append(leave, l)
	}
	impatient, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	_, err := q.enter(impatient, "a")
	require.ErrorIs(t, err, context.DeadlineExceeded)

	other, err := q.enter(t.Context(), "b")
	require.NoError(t, err, "another procurement has a line of its own")
	other()
	leave[0]()
	again, err := q.enter(t.Context(), "a")
	require.NoError(t, err, "nobody stands before it")
	again()
	for _, l := range leave[1:] {
		l()
	}
	require.Empty(t, q.of, "lines end with the last in them")
}
