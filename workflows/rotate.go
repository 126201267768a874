package workflows

import (
	"go.temporal.io/sdk/workflow"

	"github.com/ppi-engine/ppi/models/process"
)

// rotate tells whether this run should hand over: the main phase it began with is over, the
// procurement has ended, or the history is long enough.
func (p *procurement) rotate(ctx workflow.Context) bool {
	if p.closing || p.state.Status.Ended() || p.mainPhase() != p.opened {
		return true
	}
	info := workflow.GetInfo(ctx)
	return info.GetContinueAsNewSuggested() || (p.in.MaxEvents > 0 && info.GetCurrentHistoryLength() >= p.in.MaxEvents)
}

// handOver ends the run: for good when the procurement has ended, else by continuing as new with
// the state. From closing on no command is let in, so that a steady stream of them cannot keep the
// run from ending; the callers' API sends them again to the next run.
func (p *procurement) handOver(ctx workflow.Context) error {
	p.closing = true
	if err := p.awaitQuiet(ctx); err != nil {
		return err
	}
	// No yield from here on: nothing may begin that the next run would not know of.
	if p.state.Status.Ended() {
		return nil
	}
	state := p.state
	return workflow.NewContinueAsNewError(ctx, process.WorkflowProcurement, process.Input{
		ProcurementID: p.in.ProcurementID,
		MaxEvents:     p.in.MaxEvents,
		State:         &state,
		Shown:         p.shown,
		OrdinaryActs:  p.in.OrdinaryActs,
	})
}

// awaitQuiet waits until no handler, no activity and no coroutine of a phase is under way.
func (p *procurement) awaitQuiet(ctx workflow.Context) error {
	return workflow.Await(ctx, func() bool {
		return p.beside == 0 && !p.mutex.IsLocked() && workflow.AllHandlersFinished(ctx)
	})
}
