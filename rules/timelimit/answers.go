package timelimit

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/calendar"
	"github.com/ppi-engine/ppi/rules/procedure"
)

// AnswersDue is the last day on which further information may reach those who prepare tenders for a lot, so that its
// deadline can stay (Directive 2014/24/EU, Articles 47(3)(a) and 53(2)). It refuses where the law is not known.
func (f Frame) AnswersDue(box models.Box) (calendar.Explained, error) {
	// A deadline at midnight belongs to the day that ends.
	deadline := f.Day(box.Deadline.Add(-time.Nanosecond))
	q := f.asking(ruleAnswers, deadline)
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
		if !lot.Open() || lot.Box().Over(d.Now) {
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

// AnswersOver is the instant at which the last day for answers about a box is over, at the place.
func (f Frame) AnswersOver(box models.Box) (time.Time, error) {
	due, err := f.AnswersDue(box)
	if err != nil {
		return time.Time{}, err
	}
	return f.midnight(due.LastDay), nil
}

// midnight is the instant at which a day ends at the place.
func (f Frame) midnight(day calendar.Date) time.Time {
	at, _ := time.ParseInLocation(time.DateOnly, day.AddDays(1).String(), f.zone) // a date is always readable
	return at
}

// questionDays is how many days before the last day for answers the time for questions ends where neither the buyers
// nor the law say more: whoever asks in the last moment does not ask in good time, and cannot hold up the deadline.
const questionDays = 3

// QuestionsOver is the instant at which the time for questions about a box is over: by the law that governs, if it
// says, or at the end of a day before the last day for answers, which the buyers may announce.
func (f Frame) QuestionsOver(box models.Box) (time.Time, error) {
	due, err := f.AnswersDue(box)
	if err != nil {
		return time.Time{}, err
	}
	last := due.LastDay.AddDays(-cmp.Or(f.dossier.TimeLimits().QuestionDays, questionDays))
	if !f.Pack.Knows(ruleQuestions) {
		return f.midnight(last), nil
	}
	rule, err := f.Pack.Rule(ruleQuestions)
	if err != nil {
		return time.Time{}, err
	}
	deadline := f.Day(box.Deadline.Add(-time.Nanosecond))
	q := f.asking(ruleQuestions, deadline)
	if rule.Share != nil {
		q.Event, q.Until = f.Day(box.OpenedAt), deadline
	}
	counted, err := f.Pack.Answer(q, f.Holidays)
	if err != nil {
		return time.Time{}, err
	}
	if counted.LastDay.Before(last) {
		last = counted.LastDay
	}
	return f.midnight(last), nil
}

// FirstInTime is the earliest day, at the clock time of the deadline of a box, to which the deadline can be moved so
// that an answer of today is in time. It is the present deadline if that is late enough.
func (f Frame) FirstInTime(box models.Box) (models.LocalTime, error) {
	const most = 400 // days; no law asks for more than half of the time for tenders
	for days := range most {
		moved, err := f.Later(box, days)
		if err != nil {
			return models.LocalTime{}, err
		}
		due, err := f.AnswersDue(moved)
		if err != nil {
			return models.LocalTime{}, err
		}
		if !f.Today().After(due.LastDay) {
			return models.LocalTime{Local: moved.DeadlineLocal, Zone: moved.DeadlineZone}, nil
		}
	}
	return models.LocalTime{}, models.Refuse(models.CodeRuleUnknown, "/deadline",
		"no deadline within %d days leaves time enough for answers", most)
}

// Later is the box with its deadline so many days later, at the same time of its clock, on a working day.
func (f Frame) Later(box models.Box, days int) (models.Box, error) {
	if days == 0 {
		return box, nil
	}
	day, clock, _ := strings.Cut(box.DeadlineLocal, "T")
	from, err := calendar.ParseDate("/deadline", day)
	if err != nil {
		return box, err
	}
	moved := from.AddDays(days)
	for {
		works, _, err := f.Holidays.Working(moved)
		if err != nil {
			return box, err
		}
		if works {
			break
		}
		moved = moved.AddDays(1)
	}
	box.DeadlineLocal = moved.String() + "T" + clock
	box.Deadline, err = calendar.Instant("/deadline", box.DeadlineLocal, box.DeadlineZone)
	return box, err
}

// asking asks for the last day of answers or questions before a deadline. Urgency shortens it only in the procedures
// that can be accelerated.
func (f Frame) asking(rule string, deadline calendar.Date) calendar.Question {
	q := calendar.Question{Rule: rule, Event: deadline}
	if way, err := procedure.Of(f.dossier); err == nil {
		q.Procedure = string(way.Code)
	}
	if f.dossier.TimeLimits().Claimed(models.ClaimUrgency) {
		q.Circumstances = []calendar.Circumstance{calendar.Urgency}
	}
	return q
}

// CheckQuestion refuses a question about lots of which none takes questions now: none is open, or the time for
// questions is over ([models.CodeQuestionsClosed]).
func CheckQuestion(d models.Dossier, q models.TenderQuestion) error {
	f, err := Of(d)
	if err != nil {
		return err
	}
	refused := models.Refuse(models.CodeQuestionsClosed, "/lot", "no lot that the question is about is open").
		Accepting("a question about a lot that takes tenders")
	for _, lot := range d.Tendering.Lots {
		if !lot.Open() || !q.About(lot.ID) || !lot.Box().OpenTo(q.OrganisationID) {
			continue
		}
		over, err := f.QuestionsOver(lot.Box())
		if err != nil {
			return models.At("/lot", err)
		}
		if d.Now.Before(over) {
			return nil
		}
		refused = models.Refuse(models.CodeQuestionsClosed, "/lot", "the time for questions about lot %d ended at %s",
			lot.Number, over.UTC().Format(time.RFC3339)).
			Accepting("a question about a lot whose time for questions lasts")
	}
	return refused
}

// InGoodTime lists the open questions about a lot that were asked in good time for its present box: since it was
// opened, and before the time for questions was over. Only they move a deadline (Directive 2014/24/EU, Article 47(3)).
func (f Frame) InGoodTime(all []models.TenderQuestion, lot models.Lot) ([]models.TenderQuestion, error) {
	over, err := f.QuestionsOver(lot.Box())
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(models.OpenQuestions(all, lot.ID), func(q models.TenderQuestion) bool {
		return q.AskedAt.Before(lot.Box().OpenedAt) || !q.AskedAt.Before(over)
	}), nil
}

// CheckAnswersTo refuses answers that come too late for the deadline of a lot that they are about, and answers to which
// no lot is open any more.
func CheckAnswersTo(d models.Dossier, answered []models.TenderQuestion, field string) error {
	f, err := Of(d)
	if err != nil {
		return err
	}
	open := false
	var faults []*models.Refusal
	for _, lot := range d.Tendering.Lots {
		about := func(q models.TenderQuestion) bool { return q.About(lot.ID) }
		if !lot.Open() || !slices.ContainsFunc(answered, about) {
			continue
		}
		open = true
		due, err := f.AnswersDue(lot.Box())
		if err != nil {
			return models.At(field, err)
		}
		if !f.Today().After(due.LastDay) {
			continue
		}
		first, err := f.FirstInTime(lot.Box())
		if err != nil {
			return models.At(field, err)
		}
		faults = append(faults, models.Refuse(models.CodeDeadlineNotMoved, field,
			"the deadline of lot %d is too near for an answer: %s", lot.Number, due).
			Accepting("the answers together with a deadline of lot %d at %s (%s) or later", lot.Number, first.Local,
				first.Zone))
	}
	if !open && len(answered) > 0 {
		return models.Refuse(models.CodeLotClosed, "/questions", "no lot that the questions are about is open").
			Accepting("answers while tenders can still be changed")
	}
	return models.Refusals(faults)
}
