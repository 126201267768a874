package calendar

import (
	"fmt"
	"time"

	"github.com/ppi-engine/ppi/models"
)

// A Deadline is what a person wants to set: a local time in a zone, under a rule that runs from an event.
type Deadline struct {
	// Field is the JSON pointer a refusal names.
	Field string
	// Rule is the ID of the rule, such as open/tenders.
	Rule string
	// Event is the day from which the period runs, such as the dispatch of the notice.
	Event Date
	// Local and Zone say when it ends, as [Instant] reads them.
	Local, Zone   string
	Circumstances []Circumstance
}

// A Checked deadline is lawful.
type Checked struct {
	// At is the deadline as an instant.
	At time.Time
	// Earliest is the first lawful instant, Because how it was counted.
	Earliest time.Time
	Because  Explained
	// Warnings say what is lawful but unwise.
	Warnings []models.Warning
}

// CheckDeadline judges a deadline by its minimum period. The last day of the period ends at the place where the act is
// due, that of the holidays: in which zone the deadline is written changes nothing (Regulation 1182/71, Article 2(1)).
// It refuses one that is too early with [models.CodeBelowStatutoryMinimum], naming the earliest lawful one; an
// impossible local time with [models.CodeInvalidLocalTime]; and what [Pack.Count] refuses. A period in days ends with
// the last hour of its last day, so a deadline at noon of that day is too early.
func (p Pack) CheckDeadline(d Deadline, holidays *Holidays) (Checked, error) {
	at, err := Instant(d.Field, d.Local, d.Zone)
	if err != nil {
		return Checked{}, err
	}
	because, err := p.Count(d.Rule, d.Event, holidays, d.Circumstances...)
	if err != nil {
		return Checked{}, models.At(d.Field, err)
	}
	if rule, _ := p.Rule(d.Rule); rule.Bound != Minimum || rule.Backward {
		return Checked{}, models.Refuse(models.CodeRuleUnknown, d.Field, "%s sets no minimum for a deadline", d.Rule)
	}
	earliest, err := because.Ends()
	if err != nil {
		return Checked{}, err
	}
	checked := Checked{At: at, Earliest: earliest, Because: because}
	if at.Before(earliest) {
		return checked, models.Refuse(models.CodeBelowStatutoryMinimum, d.Field,
			"%s %s is too early: %s", d.Local, d.Zone, because).
			Accepting("%s or later", on(earliest, holidays.Zone()))
	}
	warnings, err := warn(d.Field, at, holidays)
	checked.Warnings = warnings
	return checked, err
}

// warn finds a deadline on a day on which nobody is at work to help, where it is due. A deadline at midnight belongs to
// the day that ends.
func warn(field string, at time.Time, holidays *Holidays) ([]models.Warning, error) {
	zone, err := Zone("zone", holidays.Zone())
	if err != nil {
		return nil, err
	}
	day := DateOf(at.Add(-time.Nanosecond), zone)
	working, why, err := holidays.Working(day)
	if err != nil || working {
		return nil, err
	}
	return []models.Warning{models.Warn(models.WarnHoliday, field,
		"the deadline falls on %s, which is not a working day (%s)", day, why)}, nil
}

// IDs of the rules that bound a planning notice which is to shorten time limits.
const (
	RulePlanningNoticeLatest   = "planning-notice/latest"
	RulePlanningNoticeEarliest = "planning-notice/earliest"
)

// CheckPlanningNotice judges whether a prior information notice sent on one day may shorten the time
// limits of a contract notice sent on another (Directive 2014/24/EU, Articles 27(2)(b) and 28(3)(b):
// between 35 days and 12 months before). It refuses with [models.CodeShorteningNotAllowed].
func (p Pack) CheckPlanningNotice(field string, sent, contractNotice Date) error {
	latest, err := p.Count(RulePlanningNoticeLatest, contractNotice, nil)
	if err != nil {
		return err
	}
	earliest, err := p.Count(RulePlanningNoticeEarliest, contractNotice, nil)
	if err != nil {
		return err
	}
	if !sent.After(latest.LastDay) && !sent.Before(earliest.LastDay) {
		return nil
	}
	gap := fmt.Sprintf("%d days older than", sent.DaysUntil(contractNotice))
	if !sent.Before(contractNotice) {
		gap = "not older than"
	}
	return models.Refuse(models.CodeShorteningNotAllowed, field,
		"the planning notice of %s is %s the contract notice of %s (%s)",
		sent, gap, contractNotice, latest.RuleSource).
		Accepting("a planning notice sent from %s to %s", earliest.LastDay, latest.LastDay)
}
