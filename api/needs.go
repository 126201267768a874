package api

import (
	"context"

	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/views"
)

// A NeedFindingView is something that stands in the way of one common need.
type NeedFindingView struct {
	Key           string      `json:"key" doc:"Names the finding; a resolution names it"`
	Code          string      `json:"code" doc:"What was found" example:"contradiction"`
	Digest        string      `json:"digest" doc:"Over the needs it is on: another one once they change"`
	Detail        string      `json:"detail" doc:"In words"`
	Entries       []models.ID `json:"entries" doc:"The needs it is on"`
	Organisations []models.ID `json:"organisations" doc:"The buyers whose needs they are"`
	Open          bool        `json:"open" doc:"Nobody has said what is done about it"`
	Resolution    models.ID   `json:"resolution,omitempty" doc:"The entry that says what is done about it"`
}

// NeedFindingsView lists findings: between needs first, then on the common need.
type NeedFindingsView struct {
	Items []NeedFindingView `json:"items"`
	Open  int               `json:"open" doc:"How many are not resolved"`
}

func (s *server) listNeedFindings(ctx context.Context, _ *ProcurementPath) (*rest.Shown[NeedFindingsView], error) {
	findings, err := s.views.NeedFindings(ctx, rest.Reader(ctx))
	view := NeedFindingsView{Items: []NeedFindingView{}}
	for _, f := range findings {
		view.add(f)
	}
	return &rest.Shown[NeedFindingsView]{Body: view}, err
}

func (v *NeedFindingsView) add(f views.NeedFinding) {
	item := NeedFindingView{
		Key: f.Key, Code: string(f.Code), Digest: f.Digest, Detail: f.Detail, Entries: f.Entries,
		Organisations: f.Organisations, Open: f.Open(),
	}
	if item.Open {
		v.Open++
	} else {
		item.Resolution = f.Resolution.ID
	}
	v.Items = append(v.Items, item)
}
