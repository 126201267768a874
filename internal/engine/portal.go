package engine

import (
	"context"
	"fmt"
	"time"

	"go.temporal.io/sdk/client"

	"github.com/ppi-engine/ppi/models/process"
)

// StandardLinger is how long a run waits for more after everything was delivered, so that one run delivers the events
// of a sitting, and not one run each event.
const StandardLinger = time.Minute

// wakeTimeout bounds one attempt to wake a feed.
const wakeTimeout = 10 * time.Second

// Feeds wakes the runs that deliver webhooks. They live in a namespace of their own, apart from the procurements.
type Feeds struct {
	service client.Client
	options FeedOptions
}

// FeedOptions says how feeds run.
type FeedOptions struct {
	// TaskQueue is the task queue of the installation; see [process.FeedQueue].
	TaskQueue string
	// MaxEvents is the number of events in its history at which a run hands over to the next; 0 leaves it to the
	// server.
	MaxEvents int
	// Linger is how long a run waits for more; 0 ends it at once.
	Linger time.Duration
}

// NewFeeds makes Feeds that use a client of the service namespace.
func NewFeeds(service client.Client, o FeedOptions) *Feeds {
	return &Feeds{service: service, options: o}
}

// Wake tells the run that delivers a feed that there is more, up to a place of the procurement's log; it
// starts the run when none is open. The summary is public and shown in the Temporal UI. It returns
// [ErrUnavailable].
func (f *Feeds) Wake(ctx context.Context, feed process.PortalFeed, upTo int64, summary string) error {
	ctx, cancel := context.WithTimeout(ctx, wakeTimeout)
	defer cancel()
	id := process.PortalFeedID(feed.EndpointID, feed.ProcurementID)
	in := process.FeedRun{PortalFeed: feed, MaxEvents: f.options.MaxEvents, Linger: f.options.Linger}
	start := client.StartWorkflowOptions{
		TaskQueue: process.FeedQueue(f.options.TaskQueue), StaticSummary: process.Clip(summary, process.LongestSummary),
	}
	more := process.More{UpTo: upTo}
	_, err := f.service.SignalWithStartWorkflow(ctx, id, process.SignalMore, more, start, process.WorkflowPortalFeed,
		in)
	if err != nil {
		return fmt.Errorf("wake feed: %w (%w)", ErrUnavailable, err)
	}
	return nil
}
