package workflows

import (
	"fmt"
	"strings"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
)

// PortalFeed delivers the events of one procurement to one endpoint, in order. It ends when none is left and none has
// come for a while, or when a person has to act. The record knows what is to be delivered and what has arrived; a
// signal says that there is more.
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
		f.heard() // the activity finds in the record what was signalled before it starts
		out, err := f.deliver(ctx)
		if err != nil {
			return err
		}
		workflow.SetCurrentDetails(ctx, feedDetails(out, f.in.Linger))
		switch out.Status {
		case process.FeedWaiting, process.FeedBusy:
			if err := f.pause(ctx, out.Wait, pauseSummary(out)); err != nil {
				return err
			}
		case process.FeedMore:
		case process.FeedDrained:
			if err := f.linger(ctx); err != nil {
				return err
			}
			fallthrough
		case process.FeedHeld:
			// No yield between this look and the end: the server rejects an end that misses a signal.
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

// lostAfter is how soon deliveries are begun anew after their worker died: the time of one attempt, after which the
// activity reports that it is alive, and some time for the record.
const lostAfter = 30 * time.Second

// deliver is repeated for as long as the record is out of reach; an answer of the receiver is never an error.
func (f *portalFeed) deliver(ctx workflow.Context) (process.FeedOutcome, error) {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		Summary:             "bring what waits to the receiver, oldest first",
		StartToCloseTimeout: time.Minute,
		HeartbeatTimeout:    lostAfter,
		RetryPolicy: &temporal.RetryPolicy{
			InitialInterval: time.Second, BackoffCoefficient: 2,
			MaximumInterval: time.Minute,
		},
	})
	var out process.FeedOutcome
	err := workflow.ExecuteActivity(ctx, process.ActivityDeliver, f.in.PortalFeed).Get(ctx, &out)
	return out, err
}

// pause waits for the next attempt, or until a signal asks to go on at once. The activity compares with the record's
// clock, so waking too early does no harm.
func (f *portalFeed) pause(ctx workflow.Context, wait time.Duration, summary string) error {
	timing, cancel := workflow.WithCancel(ctx)
	defer cancel()
	timer := workflow.NewTimerWithOptions(timing, max(wait, time.Millisecond), workflow.TimerOptions{Summary: summary})
	return workflow.Await(ctx, func() bool { return timer.IsReady() || f.more.Len() > 0 })
}

// linger waits a while for more, so that one run delivers what happens within one working session. Runs that an earlier
// release started have no Linger and end at once.
func (f *portalFeed) linger(ctx workflow.Context) error {
	if f.in.Linger <= 0 || f.more.Len() > 0 {
		return nil
	}
	return f.pause(ctx, f.in.Linger, "all is delivered; wait whether more happens")
}

func pauseSummary(out process.FeedOutcome) string {
	if out.Status == process.FeedBusy {
		return "wait for the receiver, which is taking events of other procurements"
	}
	return fmt.Sprintf("wait before attempt %d, because %s", out.Attempt, faultText(out.Reason))
}

// feedDetails describes a feed in Markdown.
func feedDetails(out process.FeedOutcome, linger time.Duration) string {
	switch out.Status {
	case process.FeedWaiting:
		return fmt.Sprintf("**The last message did not arrive:** %s. Attempt %d follows after %s; "+
			"later messages wait.",
			faultText(out.Reason), out.Attempt, out.Wait.Round(time.Second))
	case process.FeedBusy:
		return "**Waiting for the receiver**, which is taking the events of other procurements."
	case process.FeedHeld:
		return fmt.Sprintf("**Waiting for a person:** %s. Nothing is sent until somebody resumes it.",
			faultText(out.Reason))
	case process.FeedDrained:
		if linger > 0 {
			return fmt.Sprintf("**Everything was delivered.** This run ends when nothing happens for %s.", linger)
		}
		return "**Everything was delivered.**"
	case process.FeedMore:
	}
	return "**Delivering**, oldest first."
}

var faultTexts = map[string]string{
	string(models.FaultRedirect):    "the receiver sends us to another address",
	string(models.FaultGone):        "the receiver said that it wants no more",
	string(models.FaultTimeout):     "the receiver did not answer in time",
	string(models.FaultAddress):     "the receiver's host name leads nowhere, or to where webhooks may not be sent",
	string(models.FaultTLS):         "the receiver's certificate is not valid",
	string(models.FaultNetwork):     "the receiver cannot be reached",
	string(models.EndpointPaused):   "the endpoint is paused",
	string(models.EndpointDisabled): "the endpoint is disabled",
	string(models.EndpointRemoved):  "the endpoint was removed",
	models.ParkedOwner:              "the endpoint's owner no longer leads this procurement",
	models.ParkedSecret:             "the endpoint's secret cannot be read by this installation",
}

// faultText puts the reason of a failed delivery into words: a code, which the status of the answer may follow.
func faultText(reason string) string {
	code, status, _ := strings.Cut(reason, " ")
	text, known := faultTexts[string(models.DeliveryFault(code).Shown())]
	switch {
	case code == string(models.FaultStatus) && status != "":
		return "the receiver answered with status " + status
	case !known:
		return reason
	case status != "":
		return text + " (status " + status + ")"
	}
	return text
}
