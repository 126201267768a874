package views

import (
	"context"
	"fmt"
	"time"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/calendar"
	"github.com/ppi-engine/ppi/rules/timelimit"
)

// What is asked of the calendar, and what it answers, outside of any procurement.
type (
	// CalendarSetting is under which law and where.
	CalendarSetting = timelimit.Setting
	// CalendarPeriod is one question about one time limit.
	CalendarPeriod = timelimit.Period
	// CalendarIntention is a timetable that somebody intends.
	CalendarIntention = timelimit.Intention
	// CalendarLine is one judged step of it.
	CalendarLine = timelimit.Line
	// CalendarLaw is what is known of a law.
	CalendarLaw = timelimit.Rules
	// CalendarCount is a counted period.
	CalendarCount = calendar.Explained
)

// A CalendarPlace is a place whose holidays are known.
type CalendarPlace struct {
	Place, Zone string
	// From and Until are the years that are known.
	From, Until int
}

// CalendarPlaces lists the places whose holidays are known.
func CalendarPlaces() ([]CalendarPlace, error) {
	codes, err := calendar.Places()
	if err != nil {
		return nil, err
	}
	places := make([]CalendarPlace, len(codes))
	for i, code := range codes {
		h, err := calendar.HolidaysOf(code)
		if err != nil {
			return nil, err
		}
		from, until := h.Covers()
		places[i] = CalendarPlace{code, h.Zone(), from, until}
	}
	return places, nil
}

// A CalendarHoliday is a holiday of a place; Unsettled says why it may be none.
type CalendarHoliday struct {
	Day, Name string
	Unsettled bool
}

// CalendarHolidays lists the holidays of a place in a year, weekends left out.
func CalendarHolidays(place string, year int) ([]CalendarHoliday, error) {
	h, err := calendar.HolidaysOf(place)
	if err != nil {
		return nil, models.At("/place", err)
	}
	first := calendar.NewDate(year, 1, 1)
	if _, err := h.Name(first); err != nil {
		return nil, models.At("/year", err)
	}
	var days []CalendarHoliday
	for d := first; d.Year() == year; d = d.AddDays(1) {
		name, err := h.Name(d)
		if err != nil {
			return nil, fmt.Errorf("list holidays of %s: %w", place, err)
		}
		if name != "" {
			days = append(days, CalendarHoliday{d.String(), name, false})
		} else if open := h.Unsettled(d); open != "" {
			days = append(days, CalendarHoliday{d.String(), open, true})
		}
	}
	return days, nil
}

// CalendarLawOf returns what is known of a law, at an instant unless another day is asked for.
func CalendarLawOf(s CalendarSetting, now time.Time) (CalendarLaw, error) {
	return timelimit.RulesOf(s, calendar.DateOf(now, time.UTC))
}

// CheckCalendarLanguage refuses a language in which counts are not told.
func CheckCalendarLanguage(language string) error { return calendar.CheckLanguage("/lang", language) }

// A ProcurementTimetable is a timetable judged for a procurement, and by what.
type ProcurementTimetable struct {
	Law    string
	Agreed bool
	Place  string
	Zone   string
	// Unknown are the time limits that nobody knows and that the procurement needs.
	Unknown []string
	Lines   []CalendarLine
}

// Timetable judges what buyers intend for their procurement.
func (v *Views) Timetable(ctx context.Context, r Reader, in CalendarIntention) (t ProcurementTimetable, err error) {
	err = v.dossier(ctx, r, OfTimetable, func(_ *store.Tx, d models.Dossier) error {
		lines, f, err := in.JudgeFor(d)
		if err != nil {
			return err
		}
		t = ProcurementTimetable{
			Law: f.Law, Agreed: f.Agreed, Place: f.Holidays.Place(), Zone: f.Holidays.Zone(), Unknown: f.Unknown(),
			Lines: lines,
		}
		return nil
	})
	return t, err
}
