package api

import (
	"context"

	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/models"
)

// LinksView names the procurements before and after one.
type LinksView struct {
	Follows    []models.PrecedingPCP `json:"follows" doc:"The pre-commercial procurements whose results are bought"`
	FollowedBy []SuccessorView       `json:"followed_by" doc:"The procurements that buy what was developed in this one"`
}

// SuccessorView is a procurement that follows another.
type SuccessorView struct {
	ProcurementID models.ID     `json:"procurement_id"`
	Title         models.Text   `json:"title"`
	Status        models.Status `json:"status"`
}

func (s *server) getLinks(ctx context.Context, _ *struct{ ProcurementPath }) (*rest.Shown[LinksView], error) {
	links, err := s.views.Links(ctx, rest.Reader(ctx))
	view := LinksView{Follows: links.Follows, FollowedBy: []SuccessorView{}}
	if view.Follows == nil {
		view.Follows = []models.PrecedingPCP{}
	}
	for _, p := range links.FollowedBy {
		view.FollowedBy = append(view.FollowedBy, SuccessorView{p.ID, p.Title, p.Status})
	}
	return &rest.Shown[LinksView]{Body: view}, err
}
