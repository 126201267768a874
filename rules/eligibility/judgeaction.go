package eligibility

import (
	"github.com/govalues/decimal"

	"github.com/ppi-engine/ppi/rules/calendar"
)

// action judges a rule about the action that was applied for.
func (r Rule) action(f Facts) finding {
	if f.Action == nil {
		return unknown("the action that was applied for is not recorded")
	}
	var found finding
	switch r.Kind {
	case KindDuration:
		found = metIf(r.Months.From <= f.Action.Months && f.Action.Months <= r.Months.To,
			"the action lasts %d months; %d to %d required", f.Action.Months, r.Months.From, r.Months.To)
	case KindCoFinancing:
		found = within(f.Action.CoFinancing, Amount{To: r.Percent}, "the rate of co-financing", "percent")
	case KindGrant:
		found = within(f.Action.Grant, r.Amount, "the grant", "euro")
	default:
		found = r.submission(*f.Action)
	}
	return found.on(f.actionEvidence)
}

func (r Rule) submission(a Action) finding {
	deadline, err := r.Deadline.Instant()
	if err != nil {
		return unknown("the deadline cannot be read: %v", err)
	}
	if a.SubmittedAt == nil {
		return unknown("it is not recorded when the application was submitted")
	}
	local, err := calendar.Local(*a.SubmittedAt, r.Deadline.Zone)
	if err != nil {
		return unknown("the zone of the deadline cannot be read: %v", err)
	}
	return metIf(!a.SubmittedAt.After(deadline),
		"the application was submitted at %s; the deadline was %s %s", local, r.Deadline.Local, r.Deadline.Zone)
}

// within compares a decimal number with the bounds of a rule.
func within(value string, bounds Amount, what, unit string) finding {
	v, err := decimal.Parse(value)
	if err != nil {
		return unknown("%s is not recorded", what)
	}
	if from, err := decimal.Parse(bounds.From); err == nil && v.Cmp(from) < 0 {
		return notMet("%s is %s %s; at least %s required", what, value, unit, bounds.From)
	}
	if to, err := decimal.Parse(bounds.To); err == nil && v.Cmp(to) > 0 {
		return notMet("%s is %s %s; at most %s allowed", what, value, unit, bounds.To)
	}
	return met("%s is %s %s", what, value, unit)
}
