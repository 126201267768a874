// Package workflows holds the processes that run for months: deterministic, without I/O. They wait
// for people and for instants; what happens then is decided and written by activities.
package workflows

import (
	"errors"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
)

// Procurement runs one public procurement of innovation from kick-off to the last buyer's purchase.
// A run lasts one main phase, or less when its history grows long, and hands over to the next.
func Procurement(ctx workflow.Context, in process.Input) error {
	p, err := newProcurement(ctx, in)
	if err != nil {
		return err
	}
	return p.run(ctx)
}

type procurement struct {
	in    process.Input
	state process.State
	// mutex is held by whoever runs an activity: at most one transaction of a procurement is under way.
	mutex workflow.Mutex
	// local tells that acts are carried out by local activities.
	local bool
	// opened is the main phase this run began with; the run ends with it.
	opened process.PhaseState
	// answered tells that a command has got its outcome, so that a draft whose start was refused can end.
	answered bool
	// closing is set when the run waits to hand over; no further command is let in.
	closing bool
	// beside counts the coroutines of phases that run beside the main one.
	beside int
	shown  process.Shown
	// titled tells whether the title is among what is shown.
	titled bool
}

func newProcurement(ctx workflow.Context, in process.Input) (*procurement, error) {
	p := &procurement{in: in, mutex: workflow.NewMutex(ctx), shown: in.Shown, local: actsLocally(ctx, in.OrdinaryActs)}
	p.titled = showsTitle(ctx)
	if in.State != nil {
		p.state = process.Migrate(*in.State)
	}
	// Registering must come before anything blocks, because an Update that finds no handler by then is turned away. The
	// mutex is held, so that the Updates let in wait until the state is loaded.
	if err := p.mutex.Lock(ctx); err != nil {
		return nil, err
	}
	defer p.mutex.Unlock()
	if err := p.answerUpdates(ctx); err != nil {
		return nil, err
	}
	if in.State == nil {
		if err := p.load(ctx); err != nil {
			return nil, err
		}
	}
	p.opened = p.mainPhase()
	return p, p.show(ctx)
}

func (p *procurement) run(ctx workflow.Context) error {
	if err := p.awaitStart(ctx); err != nil {
		return err
	}
	p.runBeside(ctx, "capacity", p.buildCapacity)
	p.runBeside(ctx, "engagement", p.engageMarket)
	story := map[models.Phase]func(workflow.Context) error{
		models.PhaseNeeds:         p.assessNeeds,
		models.PhaseConsultation:  p.consultMarket,
		models.PhaseSpecification: p.draftSpecification,
		models.PhaseTender:        p.executeTender,
	}
	step, ok := story[p.opened.Phase]
	if !ok {
		step = p.awaitPhase
	}
	if err := step(ctx); err != nil {
		return err
	}
	return p.handOver(ctx)
}

// awaitPhase waits while no main phase is open.
func (p *procurement) awaitPhase(ctx workflow.Context) error {
	return workflow.Await(ctx, func() bool { return p.rotate(ctx) })
}

// awaitStart waits until the procurement is no longer a draft. A refused start ends the run.
func (p *procurement) awaitStart(ctx workflow.Context) error {
	draft := func() bool { return p.state.Status == models.StatusDraft }
	err := workflow.Await(ctx, func() bool { return !draft() || p.answered })
	if err != nil {
		return err
	}
	if !draft() {
		p.opened = p.mainPhase()
		return nil
	}
	p.closing = true
	if err := p.awaitQuiet(ctx); err != nil {
		return err
	}
	if !draft() {
		return p.handOver(ctx) // another start was let in meanwhile and has succeeded
	}
	return startRefused(ctx)
}

// startRefused ends a run whose procurement stays a draft, so that the ID can be used again. In the Temporal UI, a
// cancelled run reads as one that was not needed; a failed run would be a red row that calls for help.
func startRefused(ctx workflow.Context) error {
	workflow.SetCurrentDetails(ctx,
		"The start was refused. The procurement stays a draft; a later start makes a new run.")
	if workflow.GetVersion(ctx, changeLocalActs, workflow.DefaultVersion, 1) >= 1 {
		return temporal.NewCanceledError("the start was refused; the procurement stays a draft")
	}
	return temporal.NewApplicationErrorWithOptions("the start was refused; the procurement stays a draft",
		process.ErrTypeStartRefused, temporal.ApplicationErrorOptions{
			NonRetryable: true,
			Category:     temporal.ApplicationErrorCategoryBenign,
		})
}

func (p *procurement) mainPhase() process.PhaseState {
	if phase, ok := p.state.Current(); ok {
		return p.state.Phase(phase)
	}
	return process.PhaseState{}
}

// adopt replaces what the workflow knows by the state that a transaction returned. Under the mutex the last answer is
// the newest. No act answers with a lower version than the run knows ([process.Execute]), but in runs with ordinary
// acts, which do not say what they know.
func (p *procurement) adopt(ctx workflow.Context, state *process.State) {
	if state == nil {
		return
	}
	p.state = process.Migrate(*state).Remember(p.state)
	if err := p.show(ctx); err != nil {
		workflow.GetLogger(ctx).Warn("showing the state failed", "error", err)
	}
}

// runBeside runs a phase that lasts beside the main ones, until the run hands over.
func (p *procurement) runBeside(ctx workflow.Context, name string, story func(workflow.Context) error) {
	p.beside++
	workflow.GoNamed(ctx, name, func(ctx workflow.Context) {
		defer func() { p.beside-- }()
		if err := story(ctx); err != nil && !errors.As(err, new(*temporal.CanceledError)) {
			workflow.GetLogger(ctx).Error("phase ended with an error", "phase", name, "error", err)
		}
	})
}
