package acts

import (
	"slices"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// raise asks people to look after something; raising it twice changes nothing.
func (c *call) raise(kind, subject string, detail map[string]any) error {
	id, fresh, err := c.tx.RaiseTask(c.p.ID, kind, subject, detail, c.now)
	if err != nil || !fresh {
		return err
	}
	return c.record(event.TaskRaised{TaskID: id, Kind: kind, SubjectID: models.ID(subject)})
}

// raise is the same for an act of content.
func (d *deed) raise(kind, subject string, detail map[string]any) error {
	id, fresh, err := d.tx.RaiseTask(d.procurement(), kind, subject, detail, d.Seat.Now)
	if err != nil || !fresh {
		return err
	}
	return d.record(event.TaskRaised{TaskID: id, Kind: kind, SubjectID: models.ID(subject)})
}

// finish ends the open task of a kind about a subject, if there is one, in an act of content.
func (d *deed) finish(kind, subject string) error {
	id, err := d.tx.FinishTask(d.procurement(), kind, subject, d.Seat.Now)
	if err != nil || id == "" {
		return err
	}
	return d.record(event.TaskDone{TaskID: id, Kind: kind})
}

// finish ends the open task of a kind about a subject, if there is one.
func (c *call) finish(kind, subject string) error {
	task, open, err := c.openTask(kind, subject)
	if err != nil || !open {
		return err
	}
	if _, err := c.tx.FinishTask(c.p.ID, kind, subject, c.now); err != nil {
		return err
	}
	return c.record(event.TaskDone{TaskID: task.ID, Kind: kind})
}

// openTask finds the open task of a kind about a subject; false: there is none.
func (c *call) openTask(kind, subject string) (models.Task, bool, error) {
	r, err := c.reading(false)
	if err != nil {
		return models.Task{}, false, err
	}
	task, open := taskIn(r, kind, subject)
	return task, open, nil
}

func taskIn(r store.Reading, kind, subject string) (models.Task, bool) {
	at := slices.IndexFunc(r.Tasks, func(t models.Task) bool { return t.Kind == kind && t.SubjectID == subject })
	if at < 0 {
		return models.Task{}, false
	}
	return r.Tasks[at], true
}
