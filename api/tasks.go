package api

import (
	"context"
	"encoding/json"
	"time"

	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/models"
)

// A TaskView is something that people are asked to look after.
type TaskView struct {
	ID         models.ID       `json:"id"`
	Kind       string          `json:"kind" doc:"Such as bulletin_overdue or consortium_ineligible"`
	SubjectID  string          `json:"subject_id"`
	Status     string          `json:"status" enum:"open,done"`
	Detail     json.RawMessage `json:"detail"`
	RaisedAt   time.Time       `json:"raised_at" doc:"Procedure time"`
	RemindedAt *time.Time      `json:"reminded_at,omitempty" doc:"When people were last reminded of it"`
	DoneAt     *time.Time      `json:"done_at,omitempty"`
}

type tasksQuery struct {
	ProcurementPath
	rest.Paging
}

func (s *server) listTasks(ctx context.Context, in *tasksQuery) (*rest.Listed[TaskView], error) {
	return rest.List(ctx, in.Paging, nil,
		func(after models.ID, limit int) ([]models.Task, error) {
			return s.views.Tasks(ctx, rest.Reader(ctx), after, limit)
		},
		func(t models.Task) models.ID { return t.ID },
		func(t models.Task) TaskView {
			view := TaskView{
				ID: t.ID, Kind: t.Kind, SubjectID: t.SubjectID, Status: "open", Detail: t.Detail,
				RaisedAt: utc(t.RaisedAt), RemindedAt: utcOrNil(t.RemindedAt), DoneAt: utcOrNil(t.DoneAt),
			}
			if t.DoneAt != nil {
				view.Status = "done"
			}
			return view
		})
}
