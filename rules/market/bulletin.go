package market

import (
	"time"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/calendar"
	"github.com/ppi-engine/ppi/rules/timelimit"
)

// A Window is the time for which the last bulletins on budget, timing and needs are recent enough.
type Window struct {
	// Since is the day from which the interval runs: that of the oldest of the last bulletins on each topic,
	// or the one on which engagement began, if that is later.
	Since calendar.Date
	Days  int
	Zone  string
}

// WindowOf returns the window of the plan in force; false without a plan.
func WindowOf(d models.Dossier) (Window, bool, error) {
	plan, _, ok := d.Plan()
	if !ok || plan.Days() == 0 {
		return Window{}, false, nil
	}
	began := d.Round(models.PhaseEngagement).OpenedAt
	var since time.Time
	for _, topic := range models.Topics() {
		told := began
		if b, ok := d.LastOn(topic); ok && b.Release.ReleasedAt.After(began) {
			told = b.Release.ReleasedAt
		}
		if since.IsZero() || told.Before(since) {
			since = told
		}
	}
	day, err := dayOf(d, since)
	return Window{Since: day, Days: plan.Days(), Zone: d.Procurement.Zone}, true, err
}

// Overdue returns the first instant after the given one at which the market has gone uninformed for another whole
// interval: the first time when the last day of the window is over, then every interval. A zero instant asks for the
// first. Days are calendar days in the lead buyer's zone; the day of the bulletin is not counted, and no day moves,
// because this is not a legal period.
func (w Window) Overdue(after time.Time) (time.Time, error) {
	intervals := 1
	if !after.IsZero() {
		zone, err := calendar.Zone("/zone", w.Zone)
		if err != nil {
			return time.Time{}, err
		}
		intervals = max(1, (w.Since.DaysUntil(calendar.DateOf(after, zone))-1)/w.Days)
	}
	for {
		due, err := calendar.StartOfDay(w.Since.AddDays(intervals*w.Days+1), w.Zone)
		if err != nil || due.After(after) {
			return due, err
		}
		intervals++
	}
}

func dayOf(d models.Dossier, at time.Time) (calendar.Date, error) {
	zone, err := calendar.Zone("/zone", d.Procurement.Zone)
	if err != nil {
		return calendar.Date{}, err
	}
	return calendar.DateOf(at, zone), nil
}

// Stale tells whether a bulletin is older than the interval of the plan allows.
func Stale(d models.Dossier, b models.ReleasedBulletin, days int) (bool, error) {
	told, err := dayOf(d, b.Release.ReleasedAt)
	if err != nil {
		return false, err
	}
	today, err := dayOf(d, d.Now)
	return told.DaysUntil(today) > days, err
}

// CheckPlanningNotice judges whether one of the planning notices that were sent may shorten the time limits
// of a contract notice sent on the day that is planned, or today if that is past (Directive 2014/24/EU,
// Articles 27(2) and 28(3)). It returns the entry of the notice, or a refusal.
func CheckPlanningNotice(d models.Dossier, plan models.EngagementPlan) (models.Entry, error) {
	contract, err := calendar.ParseDate("/contract_notice", max(plan.ContractNotice, d.Today()))
	if err != nil {
		return models.Entry{}, err
	}
	f, err := timelimit.Of(d)
	if err != nil {
		return models.Entry{}, err
	}
	return f.PlanningNotice(contract)
}
