package workflows

import (
	"go.temporal.io/sdk/workflow"

	"github.com/ppi-engine/ppi/models"
)

// assessNeeds lasts until the common need is adopted. Nothing falls due by law; the buyers' votes end it.
func (p *procurement) assessNeeds(ctx workflow.Context) error {
	return p.whileOpen(ctx, models.PhaseNeeds)
}
