package workflows_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/ppi-engine/ppi/models/process"
	"github.com/ppi-engine/ppi/workflows"
)

type workerInterceptor = interceptor.WorkerInterceptor

// A recorder notes what a workflow asks of the server while it is replayed.
type recorder struct {
	interceptor.WorkerInterceptorBase
	did *deeds
}

func (r *recorder) InterceptWorkflow(
	_ workflow.Context, next interceptor.WorkflowInboundInterceptor,
) interceptor.WorkflowInboundInterceptor {
	return &inbound{WorkflowInboundInterceptorBase: interceptor.WorkflowInboundInterceptorBase{Next: next}, did: r.did}
}

type inbound struct {
	interceptor.WorkflowInboundInterceptorBase
	did *deeds
}

func (i *inbound) Init(next interceptor.WorkflowOutboundInterceptor) error {
	base := interceptor.WorkflowOutboundInterceptorBase{Next: next}
	return i.Next.Init(&outbound{WorkflowOutboundInterceptorBase: base, did: i.did})
}

type outbound struct {
	interceptor.WorkflowOutboundInterceptorBase
	did *deeds
}

func (o *outbound) ExecuteActivity(ctx workflow.Context, name string, args ...any) workflow.Future {
	o.did.activities = append(o.did.activities, name+" "+marshal(args[0]))
	return o.Next.ExecuteActivity(ctx, name, args...)
}

// ExecuteLocalActivity notes what was asked, because a local activity leaves only its outcome in the history.
func (o *outbound) ExecuteLocalActivity(ctx workflow.Context, name string, args ...any) workflow.Future {
	o.did.acts = append(o.did.acts, act{name, asked(args[0])})
	return o.Next.ExecuteLocalActivity(ctx, name, args...)
}

// An act is a local activity with what was asked of it; asked is empty when only a failure was recorded.
type act struct{ name, asked string }

func asked(arg any) string {
	switch in := arg.(type) {
	case process.Execute:
		return askedStep(in.CommandID, in.Step)
	case process.RunDue:
		return askedDue(in.Due)
	}
	return marshal(arg)
}

func askedStep(command string, step int) string { return fmt.Sprintf("%s step %d", command, step) }

func askedDue(due process.Due) string { return marshal(due) }

// askedBy reads from the outcome in a history what was asked.
func askedBy(name string, outcome []byte) (string, error) {
	if slices.Contains(process.DueKinds(), process.DueKind(name)) {
		var out process.DueOutcome
		err := json.Unmarshal(outcome, &out)
		return askedDue(out.Due), err
	}
	var out process.Outcome
	err := json.Unmarshal(outcome, &out)
	return askedStep(out.CommandID, out.Step), err
}

func (o *outbound) NewTimerWithOptions(
	ctx workflow.Context, d time.Duration, options workflow.TimerOptions,
) workflow.Future {
	o.did.timers = append(o.did.timers, d.String())
	return o.Next.NewTimerWithOptions(ctx, d, options)
}

func (o *outbound) UpsertTypedSearchAttributes(
	ctx workflow.Context, attributes ...temporal.SearchAttributeUpdate,
) error {
	set := temporal.NewSearchAttributes(attributes...)
	value := func(key temporal.SearchAttributeKeyKeyword) string {
		s, there := set.GetKeyword(key)
		if !there {
			return "" // runs of earlier releases do without some
		}
		return marshal(s)
	}
	o.did.attributes = append(o.did.attributes,
		fmt.Sprintf("%s %s %s %s %s", value(workflows.AttributePhase), value(workflows.AttributeStatus),
			value(workflows.AttributeWaitingOn), value(workflows.AttributeLeadBuyer), value(workflows.AttributeTitle)))
	return o.Next.UpsertTypedSearchAttributes(ctx, attributes...)
}

func (o *outbound) NewContinueAsNewError(ctx workflow.Context, fn any, args ...any) error {
	o.did.continued = append(o.did.continued, marshal(args[0]))
	return o.Next.NewContinueAsNewError(ctx, fn, args...)
}
