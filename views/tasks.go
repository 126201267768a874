package views

import (
	"context"

	"github.com/ppi-engine/ppi/models"
)

// Tasks lists what asks for attention in the reader's procurement, those after the given one.
func (v *Views) Tasks(ctx context.Context, r Reader, after models.ID, limit int) ([]models.Task, error) {
	return rows(r, OfTasks, func(p models.ID) ([]models.Task, error) { return v.Store.Tasks(ctx, p, after, limit) })
}
