package evaluation

import (
	"encoding/json"
	"time"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/timelimit"
)

// CheckChange refuses a significant change of a document for tenderers while the deadline of an open lot leaves less
// time than the law that governs gives again after it. Since is when tenderers got what is changed.
func CheckChange(d models.Dossier, lot models.Lot, effect models.ChangeEffect, since time.Time) error {
	f, known := timelimit.Governing(d)
	if !known {
		return nil // no law is known that asks for more than a later deadline
	}
	box := lot.Box()
	earliest, err := f.AfterChange(effect, box, deadlineBefore(d.Tendering, box, box.OpenedAt),
		deadlineBefore(d.Tendering, box, since))
	if err != nil || !f.Day(box.Deadline.Add(-time.Nanosecond)).Before(earliest) {
		return err
	}
	return models.Refuse(models.CodeDeadlineNotMoved, "/effect",
		"the law of %s gives time again after such a change: the deadline of lot %d is before %s", f.Law, lot.Number,
		earliest).
		Accepting("the change after the action move_deadline to %s or later", earliest)
}

// servedDay is how long a deadline that was moved serves significant changes of the tender pack after the first of
// them: those of one day are read together. Later ones take time anew. It is no legal period.
const servedDay = 24 * time.Hour

// TimeServed is the last significant change of the tender pack that has used up the time that deadlines were moved by;
// zero: none has.
func TimeServed(d models.Dossier) (at time.Time) {
	for _, n := range d.Tendering.Notices {
		var change DocumentNotice
		if n.Kind == models.NoticeChange && json.Unmarshal(n.Content, &change) == nil && change.Significant &&
			!n.DispatchedAt.Add(servedDay).After(d.Now) {
			at = latest(at, n.DispatchedAt)
		}
	}
	return at
}

// deadlineBefore is the deadline that a box had at an instant: what it was moved from first since then.
func deadlineBefore(t models.Tendering, box models.Box, at time.Time) time.Time {
	for _, n := range t.Notices {
		var change ChangeNotice
		if n.Kind == models.NoticeChange && n.DispatchedAt.After(at) && json.Unmarshal(n.Content, &change) == nil &&
			change.Box == box.ID {
			return change.From
		}
	}
	return box.Deadline
}
