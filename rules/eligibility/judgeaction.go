package eligibility

import (
	"errors"
	"slices"

	"github.com/govalues/decimal"

	"github.com/ppi-engine/ppi/rules/calendar"
)

// ofAction judges a rule about the action that was applied for.
func ofAction(find func(Rule, Action) finding) func(Rule, Facts) finding {
	return func(r Rule, f Facts) finding {
		if f.Action == nil {
			return unknown("action_unknown").needing("record_action")
		}
		return find(r, *f.Action).on(f.actionEvidence)
	}
}

func (r Rule) duration(a Action) finding {
	return metIf(r.Months.From <= a.Months && a.Months <= r.Months.To, "duration", "n", a.Months,
		"from", r.Months.From, "to", r.Months.To).needing("change_action")
}

func (r Rule) starts(a Action) finding {
	if a.Starts.IsZero() {
		return unknown("not_recorded", "what", thing("start")).needing("record_action")
	}
	fits := !a.Starts.Before(r.Days.From) && (r.Days.To.IsZero() || !a.Starts.After(r.Days.To))
	return metIf(fits, r.bounded("starts", r.Days.From.OrNothing(), r.Days.To.OrNothing()), "day", a.Starts,
		"from", r.Days.From, "to", r.Days.To).needing("change_action")
}

// bounded is the sentence for bounds on both sides, or on one.
func (r Rule) bounded(sentence, from, to string) string {
	switch {
	case from == "":
		return sentence + "_to"
	case to == "":
		return sentence + "_from"
	}
	return sentence
}

// coFinancing judges the rate, and the higher one for support that is passed on to others, where a call has one.
func (r Rule) coFinancing(a Action) finding {
	found := within(a.CoFinancing, Amount{To: r.Percent}, "rate", "percent")
	if r.PassedOn == "" || a.PassedOn == "" {
		return found
	}
	passed := within(a.PassedOn, Amount{To: r.PassedOn}, "rate_passed_on", "percent")
	if worse(passed, found) {
		found.Finding, found.needs = passed.Finding, passed.needs
	}
	found.says = append(found.says, passed.says...)
	return found
}

// costShare compares what is no cost of procurement with all eligible costs. Costs of procurement that are more than
// all costs are a mistake, and tell nothing.
func (r Rule) costShare(a Action) finding {
	other, fits, known := r.otherCosts(a)
	if !known {
		return unknown("not_recorded", "what", thing("costs")).needing("record_action")
	}
	return metIf(fits, "cost_share", "other", other.String(), "all", a.Eligible, "percent", r.Percent).
		needing("change_action")
}

// otherCosts are the costs beside those of the procurement, and whether they are within the share of the rule; not
// known where an amount is not recorded or cannot be.
func (r Rule) otherCosts(a Action) (other decimal.Decimal, fits, known bool) {
	all, errAll := decimal.Parse(a.Eligible)
	procurement, errOwn := decimal.Parse(a.Procurement)
	percent, errPercent := decimal.Parse(r.Percent)
	if errors.Join(errAll, errOwn, errPercent) != nil {
		return other, false, false
	}
	other, errOther := all.Sub(procurement)
	got, errGot := other.Mul(decimal.Hundred)
	most, errMost := percent.Mul(all)
	if errors.Join(errOther, errGot, errMost) != nil || other.IsNeg() || !all.IsPos() {
		return other, false, false
	}
	return other, got.Cmp(most) <= 0, true
}

func (r Rule) grant(a Action) finding { return within(a.Grant, r.Amount, "grant", "euro") }

func (r Rule) submission(a Action) finding {
	submitted, what := a.SubmittedAt, thing("submission")
	if r.Stage == 2 {
		submitted, what = a.SecondAt, "second_submission"
	}
	surely, atMost, err := r.Deadline.bounds()
	if err != nil {
		return unknown("deadline_unread", "why", err.Error())
	}
	if submitted == nil {
		return unknown("not_recorded", "what", what).needing("record_action")
	}
	local, err := calendar.Local(*submitted, r.Deadline.Zone)
	if err != nil {
		return unknown("deadline_unread", "why", err.Error())
	}
	fill := []any{"what", what, "at", LocalTime{local, r.Deadline.Zone}, "deadline", r.Deadline}
	if submitted.After(surely) && !submitted.After(atMost) {
		return unknown("submission_day", fill...).needing("check_hour", fill...)
	}
	return metIf(!submitted.After(surely), "submitted", fill...).needing("too_late")
}

// targetCountries counts countries outside of the Union.
func (r Rule) targetCountries(f Facts) finding {
	return ofAction(func(r Rule, a Action) finding {
		if len(a.Targets) == 0 {
			return unknown("not_recorded", "what", thing("targets")).needing("record_action")
		}
		states, day, err := r.union(f)
		if err != nil {
			return unknown("states_unread", "why", err.Error())
		}
		outside := slices.DeleteFunc(slices.Clone(a.Targets), func(c string) bool { return slices.Contains(states, c) })
		slices.Sort(outside)
		outside = slices.Compact(outside)
		return r.enough(len(outside), "targets", "list", outside, "day", day).of(outside).
			needing("more_countries", "more", r.AtLeast-len(outside))
	})(r, f)
}

// within compares a decimal number with the bounds of a rule.
func within(value string, bounds Amount, what thing, unit string) finding {
	v, err := decimal.Parse(value)
	if err != nil {
		return unknown("not_recorded", "what", what).needing("record_action")
	}
	fill := []any{"what", what, "value", value, "from", bounds.From, "to", bounds.To}
	if from, err := decimal.Parse(bounds.From); err == nil && v.Cmp(from) < 0 {
		return notMet("value_low_"+unit, fill...).needing("change_action")
	}
	if to, err := decimal.Parse(bounds.To); err == nil && v.Cmp(to) > 0 {
		return notMet("value_high_"+unit, fill...).needing("change_action")
	}
	return met("value_"+unit, fill...)
}
