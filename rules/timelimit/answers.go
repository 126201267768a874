package timelimit

import (
	"time"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/calendar"
)

// AnswersDue is the last day on which further information may reach those who prepare tenders for a lot, so that its
// deadline can stay (Directive 2014/24/EU, Articles 47(3)(a) and 53(2)). It refuses where the law is not known.
func (f Frame) AnswersDue(box models.Box) (calendar.Explained, error) {
	var urgent []calendar.Circumstance
	if f.dossier.TimeLimits().Claimed(models.ClaimUrgency) {
		urgent = append(urgent, calendar.Urgency)
	}
	// A deadline at midnight belongs to the day that ends.
	deadline := f.Day(box.Deadline.Add(-time.Nanosecond))
	q := calendar.Question{Rule: ruleAnswers, Event: deadline, Circumstances: urgent}
	if rule, err := f.Pack.Rule(ruleAnswers); err == nil && rule.Share != nil {
		q.Event, q.Until = f.Day(box.OpenedAt), deadline
	}
	return f.Pack.Answer(q, f.Holidays)
}

// CheckAnswers refuses further information to those who prepare tenders or requests while the deadline of an open lot
// is so near that it has to be moved first ([models.CodeDeadlineNotMoved]).
func CheckAnswers(d models.Dossier, field string) error {
	f, err := Of(d)
	if err != nil {
		return err
	}
	var faults []*models.Refusal
	for _, lot := range d.Tendering.Lots {
		if !lot.Open() {
			continue
		}
		due, err := f.AnswersDue(lot.Box())
		if err != nil {
			return models.At(field, err)
		}
		if f.Today().After(due.LastDay) {
			faults = append(faults, models.Refuse(models.CodeDeadlineNotMoved, field,
				"the deadline of lot %d is too near for further information: %s", lot.Number, due).
				Accepting("the same after the action move_deadline has left time enough"))
		}
	}
	return models.Refusals(faults)
}
