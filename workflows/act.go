package workflows

import (
	"fmt"
	"slices"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
)

// changeLocalActs marks the runs that carry out acts by local activities. Runs that began before go on with ordinary
// ones.
const changeLocalActs = "local-acts"

// actsLocally decides once, at the run's start, how its acts are carried out.
func actsLocally(ctx workflow.Context, ordinary bool) bool {
	return workflow.GetVersion(ctx, changeLocalActs, workflow.DefaultVersion, 1) >= 1 && !ordinary
}

// How long a transaction is tried: for a minute when the database cannot be reached, and not at all otherwise.
const (
	actTimeout  = 10 * time.Second
	actPatience = time.Minute
)

func actRetries() *temporal.RetryPolicy {
	return &temporal.RetryPolicy{
		InitialInterval: 100 * time.Millisecond, BackoffCoefficient: 2,
		MaximumInterval: 5 * time.Second,
	}
}

// act carries out one transaction under the mutex. As a local activity it is part of the workflow task that asked for
// it: its outcome is in the history, or the task is done again and the transaction answers from the record. A local
// activity goes by its own name, which the Temporal UI shows, an ordinary one by that of its kind.
//
// A worker that does not know the name is of an earlier release. It panics, which fails the workflow task and leaves it
// to another worker: an error would leave no marker, and no worker could replay the run any more.
func (p *procurement) act(ctx workflow.Context, name, ordinary, summary string, in, out any) error {
	if p.state.Stale {
		if err := p.load(ctx); err != nil {
			return err
		}
	}
	summary = process.Clip(summary, process.LongestSummary)
	if p.local {
		if !knows(name) {
			panic(fmt.Sprintf("this release does not know the act %q", name))
		}
		ctx = workflow.WithLocalActivityOptions(ctx, workflow.LocalActivityOptions{
			Summary: summary, StartToCloseTimeout: actTimeout, ScheduleToCloseTimeout: actPatience,
			RetryPolicy: actRetries(),
		})
		return workflow.ExecuteLocalActivity(ctx, name, in).Get(ctx, out)
	}
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		Summary: summary, StartToCloseTimeout: actTimeout, ScheduleToCloseTimeout: actPatience,
		RetryPolicy: actRetries(),
	})
	return workflow.ExecuteActivity(ctx, ordinary, in).Get(ctx, out)
}

// knows tells whether this release has an act of the name.
func knows(name string) bool {
	return slices.Contains(models.Verbs(), models.Verb(name)) ||
		slices.Contains(process.DueKinds(), process.DueKind(name))
}
