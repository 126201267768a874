package workflows

import (
	"go.temporal.io/sdk/workflow"

	"github.com/ppi-engine/ppi/models"
)

// engageMarket runs beside the main phases from the adopted need to the contract notice. Its timer
// finds a bulletin overdue.
func (p *procurement) engageMarket(ctx workflow.Context) error {
	return p.wheneverOpen(ctx, models.PhaseEngagement)
}

// wheneverOpen goes through the rounds of a phase that runs beside the main ones, until the run
// should hand over.
func (p *procurement) wheneverOpen(ctx workflow.Context, phase models.Phase) error {
	open := func() bool { return p.state.Phase(phase).Status == models.PhaseOpen }
	for {
		if err := workflow.Await(ctx, func() bool { return open() || p.rotate(ctx) }); err != nil {
			return err
		}
		if p.rotate(ctx) {
			return nil
		}
		if err := p.whileOpen(ctx, phase); err != nil {
			return err
		}
	}
}
