package eligibility

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/calendar"
)

// A validity is whether one activity counts, and if not, or if that is not known, why.
type validity struct {
	finding models.Finding
	why     said
}

// A reasoned activity is one that does not count, or may not, with why.
type reasoned struct {
	activity Activity
	why      said
}

// name names an activity for people: its day and its title.
func (a Activity) name() string {
	title := a.Title["en"]
	for _, language := range slices.Sorted(maps.Keys(a.Title)) {
		if title == "" {
			title = a.Title[language]
		}
	}
	return strings.TrimSpace(a.Date.String() + " " + title)
}

// activityValid names the activities of a kind that do not count. One that does not count is no breach of the call: it
// only adds nothing to a quota, which is what the rules on quotas judge.
func (r Rule) activityValid(f Facts) finding {
	s := f.sort(r.Activity)
	return s.told(met("valid", "n", len(s.valid), "activity", thing(r.Activity)))
}

// validate judges one activity.
func (r Rule) validate(a Activity, eligible []string) validity {
	not := func(finding models.Finding, sentence string, fill ...any) validity {
		return validity{finding, said{sentence, fill}}
	}
	last := a.Date
	if !a.Until.IsZero() {
		last = a.Until
	}
	if !last.Before(a.Date.AddMonths(r.LongestMonths)) {
		return not(models.FindingNotMet, "too_long", "from", a.Date, "to", last, "months", r.LongestMonths)
	}
	if days := a.workingDays(last) - a.TravelDays; days < r.WorkingDays {
		return not(models.FindingNotMet, "too_short", "n", max(days, 0), "days", r.WorkingDays)
	}
	if !r.TwoCountries {
		return validity{finding: models.FindingMet}
	}
	visitors, hosts := a.countries(models.PartVisitor), a.countries(models.PartHost)
	if len(visitors) == 0 || len(hosts) == 0 || slices.Contains(visitors, "") || slices.Contains(hosts, "") {
		return not(models.FindingUnknown, "countries_unsaid")
	}
	for _, v := range visitors {
		if slices.Contains(hosts, v) {
			return not(models.FindingNotMet, "one_country", "country", v)
		}
	}
	for _, c := range slices.Concat(visitors, hosts) {
		if len(eligible) > 0 && !slices.Contains(eligible, c) {
			return not(models.FindingNotMet, "not_eligible", "country", c)
		}
	}
	return validity{finding: models.FindingMet}
}

// countries are those of the participants with a part, "" for one that is not recorded.
func (a Activity) countries(part string) []string {
	var all []string
	for _, p := range a.Participants {
		if p.Part == part {
			all = append(all, p.Country)
		}
	}
	return all
}

// workingDays counts the days from the first to last on which people work where the host is. Where its holidays are not
// known, every day from Monday to Friday counts.
func (a Activity) workingDays(last calendar.Date) int {
	var holidays *calendar.Holidays
	if hosts := a.countries(models.PartHost); len(hosts) > 0 {
		holidays, _ = calendar.HolidaysOf(hosts[0])
	}
	n := 0
	for day := a.Date; !day.After(last); day = day.AddDays(1) {
		weekend := day.Weekday() == time.Saturday || day.Weekday() == time.Sunday
		if holidays != nil {
			if name, err := holidays.Name(day); err == nil && name != "" {
				continue
			}
		}
		if !weekend {
			n++
		}
	}
	return n
}
