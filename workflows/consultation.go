package workflows

import (
	"go.temporal.io/sdk/workflow"

	"github.com/ppi-engine/ppi/models"
)

// consultMarket lasts until the route is confirmed. Its timer ends the time for responses.
func (p *procurement) consultMarket(ctx workflow.Context) error {
	return p.whileOpen(ctx, models.PhaseConsultation)
}
