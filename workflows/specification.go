package workflows

import (
	"go.temporal.io/sdk/workflow"

	"github.com/ppi-engine/ppi/models"
)

// draftSpecification lasts until all buyers have approved one version.
func (p *procurement) draftSpecification(ctx workflow.Context) error {
	return p.whileOpen(ctx, models.PhaseSpecification)
}
