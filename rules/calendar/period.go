package calendar

import (
	"fmt"

	"github.com/ppi-engine/ppi/models"
)

const regulation = "Regulation (EEC, Euratom) No 1182/71"

// EarliestEnd returns the last day of a period of n days that runs from an event (Regulation
// 1182/71, Article 3: the day of the event is not counted; a last day that is a Saturday, Sunday or
// public holiday moves to the next working day; at least two working days lie within). It refuses
// days whose holidays are not known with [models.CodeHolidayUnknown] and n < 1 with
// [models.CodeInvalidValue].
func EarliestEnd(event Date, n int, holidays *Holidays) (Explained, error) {
	return End(event, Length{n, Days}, holidays)
}

// End is [EarliestEnd] for a length in days, working days or months.
func End(event Date, length Length, holidays *Holidays) (Explained, error) {
	e := Explained{Event: event, Length: length, Place: holidays.Place()}
	if !length.valid() {
		return e, models.Refuse(models.CodeInvalidValue, "", "a period of %s cannot be counted", length)
	}
	c := count{Explained: &e, holidays: holidays}
	c.toRawDay()
	c.rollForward()
	c.includeTwoWorkingDays()
	return e, c.err
}

// LatestBefore returns the last day for an act that must be done a given period before a day: "six days before the time
// limit" (Regulation 1182/71, Article 3(4), second sentence: a period counted backwards does not move). No holidays are
// needed; a length in working days is refused with [models.CodeInvalidValue].
func LatestBefore(day Date, length Length) (Explained, error) {
	e := Explained{Event: day, Length: length, Backward: true}
	switch {
	case !length.valid() || length.Unit == WorkingDays:
		return e, models.Refuse(models.CodeInvalidValue, "", "%s cannot be counted backwards", length)
	case length.Unit == Months:
		e.RawDay = day.AddMonths(-length.N)
	default:
		e.RawDay = day.AddDays(-length.N)
	}
	e.LastDay = e.RawDay
	e.Articles = []string{"3(1)", "3(4) second sentence"}
	return e, nil
}

// count carries out one count; after the first error it does nothing more.
type count struct {
	*Explained
	holidays *Holidays
	err      error
}

func (c *count) toRawDay() {
	switch c.Length.Unit {
	case Months:
		c.cite("3(1)", "3(2)(c)")
		c.RawDay = c.Event.AddMonths(c.Length.N)
	case WorkingDays:
		c.cite("3(1)", "2(2)", "3(3)")
		c.RawDay = c.Event
		for range c.Length.N {
			c.RawDay = c.nextWorkingDay(c.RawDay)
		}
	default:
		c.cite("3(1)", "3(2)(b)")
		c.RawDay = c.Event.AddDays(c.Length.N)
	}
	c.LastDay = c.RawDay
}

// rollForward moves a last day that is not a working day (Article 3(4)) and says why.
func (c *count) rollForward() {
	for c.err == nil {
		working, why := c.working(c.LastDay)
		if working || c.err != nil {
			return
		}
		if c.LastDay == c.RawDay {
			c.cite("3(4)")
		}
		c.Moves = append(c.Moves, Move{c.LastDay, why})
		c.LastDay = c.LastDay.AddDays(1)
	}
}

// includeTwoWorkingDays lengthens a period of two days or more that has fewer than two working days
// (Article 3(5)).
func (c *count) includeTwoWorkingDays() {
	if c.Length == (Length{1, Days}) || c.Length == (Length{1, WorkingDays}) {
		return
	}
	for c.err == nil && !c.hasTwoWorkingDays() {
		if c.err != nil {
			return
		}
		c.cite("3(5)")
		c.Moves = append(c.Moves, Move{c.LastDay, "only one working day so far"})
		c.LastDay = c.nextWorkingDay(c.LastDay)
	}
}

func (c *count) hasTwoWorkingDays() bool {
	found := 0
	for d := c.LastDay; d.After(c.Event) && found < 2 && c.err == nil; d = d.AddDays(-1) {
		if working, _ := c.working(d); working {
			found++
		}
	}
	return found >= 2
}

func (c *count) nextWorkingDay(d Date) Date {
	for c.err == nil {
		d = d.AddDays(1)
		if working, _ := c.working(d); working {
			break
		}
	}
	return d
}

func (c *count) working(d Date) (bool, string) {
	if c.err != nil {
		return false, ""
	}
	working, why, err := c.holidays.Working(d)
	if err != nil {
		c.err = fmt.Errorf("count %s from %s: %w", c.Length, c.Event, err)
	}
	return working, why
}

func (c *count) cite(articles ...string) { c.Articles = append(c.Articles, articles...) }
