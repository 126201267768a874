package engine

import (
	"context"
	"fmt"
	"time"

	"go.temporal.io/sdk/client"

	"github.com/ppi-engine/ppi/models/process"
)

// wakeTimeout bounds one attempt to wake a feed.
const wakeTimeout = 10 * time.Second

// Wake tells the run that delivers a feed that there is more, up to a place of the procurement's log; it
// starts the run when none is open. The summary is public and shown in the Temporal UI. It returns
// [ErrUnavailable].
func (e *Engine) Wake(ctx context.Context, feed process.PortalFeed, upTo int64, summary string) error {
	ctx, cancel := context.WithTimeout(ctx, wakeTimeout)
	defer cancel()
	id := process.PortalFeedID(feed.EndpointID, feed.ProcurementID)
	_, err := e.temporal.SignalWithStartWorkflow(ctx, id, process.SignalMore, process.More{UpTo: upTo}, client.StartWorkflowOptions{
		TaskQueue: e.taskQueue, StaticSummary: process.Clip(summary, process.LongestSummary),
	}, process.WorkflowPortalFeed, process.FeedRun{PortalFeed: feed, MaxEvents: e.runs.MaxEvents})
	if err != nil {
		return fmt.Errorf("wake feed: %w (%w)", ErrUnavailable, err)
	}
	return nil
}
