package eligibility

import (
	"github.com/govalues/decimal"
)

// activities judges a quota.
func (r Rule) activities(f Facts) finding {
	var all []Activity
	var evidence []string
	for _, a := range f.Activities {
		if a.Activity == r.Activity {
			all = append(all, a)
			evidence = append(evidence, a.evidence)
		}
	}
	switch r.Kind {
	case KindActivityShare:
		return r.share(all).on(evidence...)
	case KindActivityYearly:
		return r.yearly(f, all).on(evidence...)
	default:
		return r.enough(len(all), "activities of kind "+r.Activity).on(evidence...)
	}
}

// share asks for a part of all activities of the kind. Without any activity, the share is unknown.
func (r Rule) share(all []Activity) finding {
	if len(all) == 0 {
		return unknown("no activity of kind %s is recorded, so there is no share of them", r.Activity)
	}
	with := 0
	for _, a := range all {
		if a.has(r.With) {
			with++
		}
	}
	return metIf(r.reaches(with, len(all)),
		"%d of %d activities of kind %s have participants of kind %s; at least %s %% required",
		with, len(all), r.Activity, r.With, r.Percent)
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

// yearly asks for a least number of activities in each full year of the action that is over.
func (r Rule) yearly(f Facts, all []Activity) finding {
	if f.Action == nil || f.Action.Starts.IsZero() {
		return unknown("it is not recorded when the action starts")
	}
	years := 0
	for ; (years+1)*12 <= f.Action.Months && !f.Action.Starts.AddMonths((years+1)*12).After(f.Today); years++ {
		from, to := f.Action.Starts.AddMonths(years*12), f.Action.Starts.AddMonths((years+1)*12)
		got := 0
		for _, a := range all {
			if !a.Date.Before(from) && a.Date.Before(to) {
				got++
			}
		}
		if got < r.AtLeast {
			return notMet(
				"%d activities of kind %s in the year from %s; at least %d required", got, r.Activity, from, r.AtLeast)
		}
	}
	return met("at least %d activities of kind %s in each of the %d full years so far", r.AtLeast, r.Activity, years)
}
