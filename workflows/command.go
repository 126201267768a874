package workflows

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
)

// answerCalls registers the handlers, which lets in the calls that have been waiting.
func (p *procurement) answerCalls(ctx workflow.Context) error {
	err := workflow.SetQueryHandlerWithOptions(ctx, process.QueryState,
		func() (process.State, error) { return p.state, nil },
		workflow.QueryHandlerOptions{Description: "What the workflow knows of the procurement"})
	if err != nil {
		return err
	}
	return workflow.SetUpdateHandlerWithOptions(ctx, process.UpdateCommand, p.command,
		workflow.UpdateHandlerOptions{
			Validator:   p.admit,
			Description: "Carries out the command with this ID, written down in the record before",
		})
}

func (p *procurement) admit(cmd process.Command) error {
	switch {
	case !models.ValidCommandID(cmd.ID):
		return temporal.NewNonRetryableApplicationError("a command's ID is 64 hexadecimal digits", process.ErrTypeMalformed, nil)
	case p.closing:
		return temporal.NewApplicationError("the run is handing over", process.ErrTypeClosing)
	}
	return nil
}

// command carries out one command under the mutex, step by step when it has several. When no answer
// comes from the activity it looks up what is true before anything else may run; the command is then
// answered as pending and its sender sends it again.
func (p *procurement) command(ctx workflow.Context, cmd process.Command) (process.Outcome, error) {
	if err := p.mutex.Lock(ctx); err != nil {
		return process.Outcome{}, err
	}
	defer p.mutex.Unlock()
	for step := 0; ; step++ {
		var out process.Outcome
		err := workflow.ExecuteActivity(p.transaction(ctx, "carry out "+callName(ctx)), process.ActivityExecute,
			process.Execute{ProcurementID: p.in.ProcurementID, CommandID: cmd.ID, Step: step}).Get(ctx, &out)
		if err != nil {
			workflow.GetLogger(ctx).Error("command without an answer", "command", cmd.ID, "error", err)
			return process.Outcome{CommandID: cmd.ID, Status: process.CommandPending}, p.load(ctx)
		}
		p.adopt(ctx, out.State)
		if !out.More {
			p.answered = p.answered || out.Verb == models.VerbStart
			out.State = nil // the caller reads the record
			return out, nil
		}
	}
}

// callName is the readable part of the Update's ID, such as "vote".
func callName(ctx workflow.Context) string {
	if info := workflow.GetCurrentUpdateInfo(ctx); info != nil {
		return process.VerbOfUpdate(info.ID)
	}
	return "command"
}

// transaction gives ctx the options of an activity that commits one transaction: it is repeated for a
// minute when the database cannot be reached and not at all otherwise.
func (*procurement) transaction(ctx workflow.Context, summary string) workflow.Context {
	return workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		Summary:                summary,
		StartToCloseTimeout:    10 * time.Second,
		ScheduleToCloseTimeout: time.Minute,
		RetryPolicy: &temporal.RetryPolicy{
			InitialInterval:    100 * time.Millisecond,
			BackoffCoefficient: 2,
			MaximumInterval:    5 * time.Second,
		},
	})
}

// load replaces the state by the record's, however long the record is out of reach. The caller holds
// the mutex or is the only coroutine.
func (p *procurement) load(ctx workflow.Context) error {
	reading := workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		Summary:             "read where the procurement stands",
		StartToCloseTimeout: 10 * time.Second,
		RetryPolicy:         &temporal.RetryPolicy{InitialInterval: 100 * time.Millisecond, BackoffCoefficient: 2, MaximumInterval: 10 * time.Second},
	})
	var state process.State
	if err := workflow.ExecuteActivity(reading, process.ActivityLoad, p.in.ProcurementID).Get(ctx, &state); err != nil {
		return err
	}
	p.adopt(ctx, &state)
	return nil
}
