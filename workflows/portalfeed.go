package workflows

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/ppi-engine/ppi/models/process"
)

// PortalFeed brings the events of one procurement to one endpoint, in order, and ends when none is left or
// only a person can go on. The record knows what is to be delivered and what has arrived; a signal says
// that there is more.
func PortalFeed(ctx workflow.Context, in process.FeedRun) error {
	f := &portalFeed{in: in, more: workflow.GetSignalChannel(ctx, process.SignalMore)}
	return f.run(ctx)
}

type portalFeed struct {
	in   process.FeedRun
	more workflow.ReceiveChannel
}

func (f *portalFeed) run(ctx workflow.Context) error {
	for {
		f.heard() // what was signalled before the activity starts, it finds in the record
		out, err := f.deliver(ctx)
		if err != nil {
			return err
		}
		workflow.SetCurrentDetails(ctx, feedDetails(out))
		switch out.Status {
		case process.FeedWaiting:
			if err := f.pause(ctx, out); err != nil {
				return err
			}
		case process.FeedMore:
		case process.FeedDrained, process.FeedHeld:
			// No yield between the look and the end: the server turns away an end that misses a signal.
			if !f.heard() {
				return nil
			}
		}
		if f.rotate(ctx) {
			f.heard() // the next run begins by looking at the record
			return workflow.NewContinueAsNewError(ctx, process.WorkflowPortalFeed, f.in)
		}
	}
}

// rotate tells whether the history is long enough.
func (f *portalFeed) rotate(ctx workflow.Context) bool {
	info := workflow.GetInfo(ctx)
	return info.GetContinueAsNewSuggested() || (f.in.MaxEvents > 0 && info.GetCurrentHistoryLength() >= f.in.MaxEvents)
}

// heard takes all signals that have come and tells whether there were any.
func (f *portalFeed) heard() bool {
	heard := false
	for f.more.ReceiveAsync(nil) {
		heard = true
	}
	return heard
}

// lostAfter is how soon deliveries whose worker died are begun anew: an attempt, after which the activity
// says that it is alive, and some time for the record.
const lostAfter = 30 * time.Second

// deliver is repeated however long the record is out of reach; what a receiver answers is no error.
func (f *portalFeed) deliver(ctx workflow.Context) (process.FeedOutcome, error) {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		Summary:             "deliver what waits",
		StartToCloseTimeout: time.Minute,
		HeartbeatTimeout:    lostAfter,
		RetryPolicy:         &temporal.RetryPolicy{InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: time.Minute},
	})
	var out process.FeedOutcome
	err := workflow.ExecuteActivity(ctx, process.ActivityDeliver, f.in.PortalFeed).Get(ctx, &out)
	return out, err
}

// pause waits for the next attempt, or until somebody asks to go on at once. The activity compares with
// the record's clock, so waking too early does no harm.
func (f *portalFeed) pause(ctx workflow.Context, out process.FeedOutcome) error {
	timing, cancel := workflow.WithCancel(ctx)
	defer cancel()
	timer := workflow.NewTimerWithOptions(timing, max(out.Wait, time.Millisecond), workflow.TimerOptions{
		Summary: fmt.Sprintf("attempt %d after %s", out.Attempt, out.Reason),
	})
	return workflow.Await(ctx, func() bool { return timer.IsReady() || f.more.Len() > 0 })
}

func feedDetails(out process.FeedOutcome) string {
	switch out.Status {
	case process.FeedWaiting:
		return fmt.Sprintf("The receiver did not take the last message (**%s**). Attempt %d follows in %s.", out.Reason, out.Attempt, out.Wait.Round(time.Second))
	case process.FeedHeld:
		return fmt.Sprintf("Waiting for a person: **%s**.", out.Reason)
	case process.FeedDrained:
		return "Everything was delivered."
	case process.FeedMore:
	}
	return "Delivering."
}
