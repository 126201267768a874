package api

import (
	"context"

	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/models"
)

// WarningsView lists what needs a thought; nothing of it is refused.
type WarningsView struct {
	Items []models.Warning `json:"items"`
}

func (s *server) listWarnings(ctx context.Context, _ *ProcurementPath) (*rest.Shown[WarningsView], error) {
	all, err := s.views.Warnings(ctx, rest.Reader(ctx))
	return &rest.Shown[WarningsView]{Body: WarningsView{Items: orEmpty(all)}}, err
}
