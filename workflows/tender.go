package workflows

import (
	"go.temporal.io/sdk/workflow"

	"github.com/ppi-engine/ppi/models"
)

// executeTender lasts until every buyer has purchased or said why not. Its timers close the boxes at
// their deadlines and end the standstill.
func (p *procurement) executeTender(ctx workflow.Context) error {
	return p.whileOpen(ctx, models.PhaseTender)
}
