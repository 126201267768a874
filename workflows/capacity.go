package workflows

import (
	"go.temporal.io/sdk/workflow"

	"github.com/ppi-engine/ppi/models"
)

// buildCapacity runs from kick-off beside the main phases, through each of its rounds.
func (p *procurement) buildCapacity(ctx workflow.Context) error {
	return p.wheneverOpen(ctx, models.PhaseCapacity)
}
