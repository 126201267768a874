package workflows

import (
	"cmp"
	"errors"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
)

// answerUpdates registers the handlers, which lets in the Updates that have been waiting.
func (p *procurement) answerUpdates(ctx workflow.Context) error {
	err := workflow.SetQueryHandlerWithOptions(ctx, process.QueryState,
		func() (process.State, error) { return p.state, nil },
		workflow.QueryHandlerOptions{Description: "What the workflow knows of the procurement"})
	if err != nil {
		return err
	}
	for _, verb := range models.Verbs() {
		if err := p.answerUpdate(ctx, string(verb)); err != nil {
			return err
		}
	}
	return p.answerUpdate(ctx, process.UpdateCommand) // in the histories of runs that began before Updates had verbs
}

func (p *procurement) answerUpdate(ctx workflow.Context, name string) error {
	return workflow.SetUpdateHandlerWithOptions(ctx, name, p.command, workflow.UpdateHandlerOptions{
		Validator:   p.mayWait,
		Description: "Carries out the command with this ID, written down in the record before",
	})
}

func (p *procurement) mayWait(ctx workflow.Context, cmd process.Command) error {
	switch verb := verbOf(ctx); {
	case !knows(verb):
		return temporal.NewApplicationError("this release does not know the command "+verb, process.ErrTypeUnknownVerb)
	case !models.ValidCommandID(cmd.ID):
		return temporal.NewNonRetryableApplicationError("a command's ID is 64 hexadecimal digits",
			process.ErrTypeMalformed, nil)
	case p.closing:
		return temporal.NewApplicationError("the run is handing over", process.ErrTypeClosing)
	}
	return nil
}

// command carries out one command under the mutex, step by step when it has several. When the activity does not answer,
// the run reads the record before anything else may run; the command is then answered as pending, and its sender sends
// it again. An error would be the answer to every repeat.
func (p *procurement) command(ctx workflow.Context, cmd process.Command) (process.Outcome, error) {
	pending := process.Outcome{CommandID: cmd.ID, Status: process.CommandPending}
	if err := p.mutex.Lock(ctx); err != nil {
		return pending, nil // the run was cancelled before the command's turn came
	}
	defer p.mutex.Unlock()
	verb := verbOf(ctx)
	for step := 0; ; step++ {
		var out process.Outcome
		err := p.act(ctx, verb, process.ActivityExecute, cmp.Or(cmd.Label, "carry out "+verb),
			process.Execute{ProcurementID: p.in.ProcurementID, CommandID: cmd.ID, Step: step, Known: p.known()}, &out)
		if recordBehind(err) {
			pending.Behind = true
			return pending, nil
		}
		if err != nil {
			workflow.GetLogger(ctx).Error("command without an answer", "command", cmd.ID, "error", err)
			p.doubt(ctx)
			return pending, nil
		}
		p.adopt(ctx, out.State)
		if !out.More {
			p.answered = p.answered || out.Verb == models.VerbStart
			out.State = nil // the caller reads the record
			return out, nil
		}
	}
}

// verbOf returns the name of the Update. Updates that had no name of their own have the verb in their ID.
func verbOf(ctx workflow.Context) string {
	info := workflow.GetCurrentUpdateInfo(ctx)
	if info.Name == process.UpdateCommand {
		return process.VerbOfUpdate(info.ID)
	}
	return info.Name
}

// doubt follows an act without an answer, which may have been carried out. The run reads the state of the procurement
// now or, if that fails, before the next act.
func (p *procurement) doubt(ctx workflow.Context) {
	p.state.Stale = true
	if err := p.load(ctx); err != nil {
		workflow.GetLogger(ctx).Error("the record could not be read", "error", err)
	}
}

// known is the version that the run knows. Runs that carry out acts by ordinary activities began before acts were told:
// their histories have the arguments.
func (p *procurement) known() int64 {
	if !p.local {
		return 0
	}
	return p.state.Version
}

// recordBehind tells whether an act did nothing because the record is older than the run. The run keeps what it knows,
// so that every further act finds the same, until ppi recover replaces the run.
func recordBehind(err error) bool {
	fault, ok := errors.AsType[*temporal.ApplicationError](err)
	return ok && fault.Type() == process.ErrTypeRecordBehind
}

// load replaces the state by that of the record, and retries for as long as the record is out of reach. The caller
// holds the mutex or is the only coroutine.
func (p *procurement) load(ctx workflow.Context) error {
	reading := workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		Summary:             "read where the procurement stands",
		StartToCloseTimeout: 10 * time.Second,
		RetryPolicy: &temporal.RetryPolicy{
			InitialInterval: 100 * time.Millisecond, BackoffCoefficient: 2,
			MaximumInterval: 10 * time.Second,
		},
	})
	var state process.State
	err := workflow.ExecuteActivity(reading, process.ActivityLoad, p.in.ProcurementID, p.state.Version).Get(ctx, &state)
	if err != nil {
		return err
	}
	p.adopt(ctx, &state)
	return nil
}
