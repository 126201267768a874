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
			"the action lasts %d months, %d to %d required", f.Action.Months, r.Months.From, r.Months.To)
	case KindCoFinancing:
		found = within(f.Action.CoFinancing, Amount{To: r.Percent}, "percent co-financing")
	case KindGrant:
		found = within(f.Action.Grant, r.Amount, "euro of grant")
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
		return unknown("when the application was submitted is not recorded")
	}
	local, err := calendar.Local(*a.SubmittedAt, r.Deadline.Zone)
	if err != nil {
		return unknown("the zone of the deadline cannot be read: %v", err)
	}
	return metIf(!a.SubmittedAt.After(deadline),
		"submitted %s, deadline %s %s", local, r.Deadline.Local, r.Deadline.Zone)
}

// within compares a decimal number with the bounds of a rule.
func within(value string, bounds Amount, what string) finding {
	v, err := decimal.Parse(value)
	if err != nil {
		return unknown("the %s are not recorded", what)
	}
	if from, err := decimal.Parse(bounds.From); err == nil && v.Cmp(from) < 0 {
		return notMet("%s %s, at least %s required", value, what, bounds.From)
	}
	if to, err := decimal.Parse(bounds.To); err == nil && v.Cmp(to) > 0 {
		return notMet("%s %s, at most %s allowed", value, what, bounds.To)
	}
	return met("%s %s", value, what)
}
