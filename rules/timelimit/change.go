package timelimit

import (
	"time"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/calendar"
)

// What national laws say on how far a change moves a deadline. The Directive asks for proportion only (2014/24/EU,
// Article 47(3)), so most laws have none of these rules.
const (
	// ruleMoved is how much time a moved deadline leaves from the dispatch of its notice.
	ruleMoved = "change/deadline"
	// ruleWider is how much of the first time for tenders is given again if more may be able to take part.
	ruleWider = "change/wider"
	// ruleFundamental is how much of the time for tenders is given again after a change of fundamental points.
	ruleFundamental = "change/fundamental"
)

// CheckMoved refuses to move a deadline, by decision, to one that leaves less time from the dispatch of the notice than
// the law that governs asks for, if it does.
func CheckMoved(d models.Dossier, field string, at models.LocalTime) error {
	f, err := Of(d)
	if _, unknown := models.RefusalOf(err); unknown || err == nil && !f.Pack.Knows(ruleMoved) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = f.Pack.CheckDeadline(calendar.Deadline{
		Field: field, Rule: ruleMoved, Event: f.Today(), Local: at.Local, Zone: at.Zone,
	}, f.Holidays)
	return err
}

// AfterChange is the earliest day of a deadline after a significant change of today, where the law that governs gives
// time again: for tenders from the opening of their box until its first deadline, or until the one before the change.
// It is the zero day where the law says no more than the Directive. It refuses where the law asks for the effect of the
// change, and none is named.
func (f Frame) AfterChange(effect models.ChangeEffect, box models.Box, first, before time.Time) (calendar.Date, error) {
	none := calendar.Date{}
	if effect == "" && (f.Pack.Knows(ruleWider) || f.Pack.Knows(ruleFundamental)) {
		return none, models.Refuse(models.CodeInvalidValue, "/effect",
			"the law of %s gives time by what a change does, and that is not said", f.Law).
			Accepting("one of %v", models.ChangeEffects())
	}
	rule, until := ruleWider, first
	switch effect {
	case models.EffectWider:
	case models.EffectFundamental:
		rule, until = ruleFundamental, before
	case models.EffectNone:
		return none, nil
	default:
		return none, nil
	}
	if !f.Pack.Knows(rule) {
		return none, nil
	}
	whole, err := f.Pack.Answer(calendar.Question{
		Rule: rule, Event: f.Day(box.OpenedAt), Until: f.Day(until.Add(-time.Nanosecond)),
	}, f.Holidays)
	return f.Today().AddDays(whole.Length.N), err
}
