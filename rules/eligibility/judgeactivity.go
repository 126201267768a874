package eligibility

import (
	"slices"

	"github.com/govalues/decimal"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/calendar"
)

// A sorted list of the activities of a kind: those that count, those of which the record does not say enough, and those
// that do not count.
type sorted struct {
	valid, unsaid []Activity
	evidence      []string
	// why are the names of those that do not count, or may not, each with its reason.
	why []any
}

// sort looks at each activity of the kind by the rule on their validity, if the call has one.
func (f Facts) sort(activity string) sorted {
	var s sorted
	rule, bound := f.profile.validity(activity)
	for _, a := range f.Activities {
		if a.Activity != activity {
			continue
		}
		s.evidence = append(s.evidence, a.evidence)
		verdict := validity{finding: models.FindingMet}
		if bound {
			verdict = rule.validate(a, f.profile.eligible())
		}
		if verdict.finding == models.FindingMet {
			s.valid = append(s.valid, a)
			continue
		}
		s.why = append(s.why, reasoned{a, verdict.why})
		if verdict.finding == models.FindingUnknown {
			s.unsaid = append(s.unsaid, a)
		}
	}
	return s
}

// told adds to a finding what was counted, and what was not and why.
func (s sorted) told(found finding) finding {
	names := make([]string, len(s.valid))
	for i, a := range s.valid {
		names[i] = a.name()
	}
	found = found.of(names).on(s.evidence...)
	if len(s.why) == 0 {
		return found
	}
	for _, w := range s.why {
		if r, ok := w.(reasoned); ok {
			found.missing = append(found.missing, r.activity.name())
		}
	}
	return found.also("not_counted", "activities", s.why)
}

// mend says what would meet a quota: more activities, or the rest of what must be known of those recorded.
func (s sorted) mend(found finding, sentence string, fill ...any) finding {
	if found.Finding == models.FindingUnknown && len(s.unsaid) > 0 {
		return found.needing("complete", "n", len(s.unsaid))
	}
	return found.needing(sentence, fill...)
}

func (r Rule) activityCount(f Facts) finding {
	s := f.sort(r.Activity)
	n := len(s.valid)
	found := r.enough(n, "activities", "activity", thing(r.Activity))
	if n < r.AtLeast && n+len(s.unsaid) >= r.AtLeast {
		found.Finding = models.FindingUnknown
	}
	return s.told(s.mend(found, "more", "more", r.AtLeast-n))
}

// activityShare asks for a part of all activities of the kind. Without any activity, the share is unknown.
func (r Rule) activityShare(f Facts) finding {
	s := f.sort(r.Activity)
	fill := []any{
		"activity", thing(r.Activity), "participants", thing(r.With), "percent", r.Percent,
		"with", having(s.valid, r.With), "n", len(s.valid),
	}
	if len(s.valid)+len(s.unsaid) == 0 {
		return s.told(unknown("share_none", fill...).needing("share", fill...))
	}
	// Those of which not enough is known count against the share, or for it: if both ways it is reached or missed, that
	// settles it.
	worst := r.reaches(having(s.valid, r.With), len(s.valid)+len(s.unsaid))
	best := r.reaches(having(s.valid, r.With)+having(s.unsaid, r.With), len(s.valid)+having(s.unsaid, r.With))
	found := metIf(worst, "share", fill...)
	if !worst && best {
		found = unknown("share", fill...)
	}
	return s.told(s.mend(found, "share", fill...))
}

func having(all []Activity, kind ParticipantKind) int {
	n := 0
	for _, a := range all {
		if a.has(kind) {
			n++
		}
	}
	return n
}

// reaches tells whether part / whole ≥ percent / 100, without division.
func (r Rule) reaches(part, whole int) bool {
	percent, err := decimal.Parse(r.Percent)
	if err != nil {
		return false
	}
	got, errGot := decimal.New(int64(part)*100, 0)
	total, errTotal := decimal.New(int64(whole), 0)
	if errGot != nil || errTotal != nil {
		return false
	}
	wanted, err := percent.Mul(total)
	return err == nil && got.Cmp(wanted) >= 0
}

// activityYearly asks for a least number of activities in each full year of the action that is over.
func (r Rule) activityYearly(f Facts) finding {
	r.EveryMonths = 12
	return r.periods(f, "yearly")
}

// activityPeriodic asks for it in each period, or in the days after it.
func (r Rule) activityPeriodic(f Facts) finding { return r.periods(f, "periodic") }

func (r Rule) periods(f Facts, sentence string) finding {
	if f.Action == nil || f.Action.Starts.IsZero() {
		return unknown("not_recorded", "what", thing("start")).needing("record_action")
	}
	s, starts := f.sort(r.Activity), f.Action.Starts
	fill := []any{"activity", thing(r.Activity), "at_least", r.AtLeast, "months", r.EveryMonths, "days", r.WithinDays}
	n := 0
	for ; r.over(*f.Action, n, f.Today); n++ {
		from, to := starts.AddMonths(n*r.EveryMonths), starts.AddMonths((n+1)*r.EveryMonths).AddDays(r.WithinDays)
		got := during(s.valid, from, to)
		if got >= r.AtLeast {
			continue
		}
		found := notMet(sentence+"_short", append(fill, "n", got, "from", from)...)
		if got+during(s.unsaid, from, to) >= r.AtLeast {
			found.Finding = models.FindingUnknown
		}
		return s.told(s.mend(found, "record_activity", fill...))
	}
	return s.told(met(sentence, append(fill, "n", n)...))
}

// over tells whether the n-th period of the action, with the days after it, is over; periods that the action does not
// fill ask for nothing.
func (r Rule) over(a Action, n int, today calendar.Date) bool {
	end := a.Starts.AddMonths((n + 1) * r.EveryMonths).AddDays(r.WithinDays)
	return (n+1)*r.EveryMonths <= a.Months && !end.After(today)
}

// during counts the activities from a day until before another.
func during(all []Activity, from, to calendar.Date) int {
	return len(slices.DeleteFunc(slices.Clone(all), func(a Activity) bool {
		return a.Date.Before(from) || !a.Date.Before(to)
	}))
}
