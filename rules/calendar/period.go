package calendar

import (
	"fmt"

	"github.com/ppi-engine/ppi/models"
)

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
	if !length.valid() {
		return Explained{}, models.Refuse(models.CodeInvalidValue, "", "a period of %s cannot be counted", length)
	}
	return forward(event, length, Counting{}, holidays, Minimum)
}

// A Counting is how a law departs from the Regulation when it counts a period; the zero value is the Regulation.
type Counting struct {
	// FirstDay: the day of the event is the first day of the period.
	FirstDay bool `yaml:"first_day"`
	// Stays: a last day that is not a working day does not move.
	Stays bool `yaml:"stays"`
	// Own: the Regulation does not apply; there need not be two working days in the period.
	Own bool `yaml:"own"`
	// Extra are working days that follow the last day.
	Extra int `yaml:"extra_working_days"`
	// FreeOnWorkingDay: what had to wait is done on a working day.
	FreeOnWorkingDay bool `yaml:"free_on_working_day"`
}

// forward counts a period from an event. Where it matters whether an open day is a holiday, it takes the answer that
// breaks no law: the later end of a shortest period, the earlier one of a longest, and says which days are open.
func forward(event Date, length Length, how Counting, holidays *Holidays, bound Bound) (Explained, error) {
	if bound == Maximum && holidays.without != nil {
		holidays = holidays.without // what somebody has entered makes no longest period longer
	}
	all, err := countForward(event, length, how, holidays)
	if err != nil || len(holidays.undecided) == 0 {
		return all, err
	}
	none, err := countForward(event, length, how, holidays.settled())
	if err != nil || none.LastDay == all.LastDay && none.Free == all.Free {
		return none, err
	}
	from := event
	if length.Unit != WorkingDays {
		from = none.RawDay
	}
	unsettled := openDays(from, all.Free, holidays)
	if bound == Maximum {
		all = none
	}
	all.Unsettled = unsettled
	return all, nil
}

func openDays(event, until Date, holidays *Holidays) []Move {
	var open []Move
	for d := event; !d.After(until); d = d.AddDays(1) {
		if why := holidays.Unsettled(d); why != "" {
			open = append(open, Move{Day: d, Reason: MoveUnsettled, Name: why, Place: holidays.place})
		}
	}
	return open
}

func countForward(event Date, length Length, how Counting, holidays *Holidays) (Explained, error) {
	e := Explained{
		Event: event, Length: length, FirstDayCounts: how.FirstDay,
		Place: holidays.Place(), Zone: holidays.Zone(), Own: how.Own,
	}
	c := count{Explained: &e, holidays: holidays, how: how}
	c.toRawDay()
	if !how.Stays {
		c.rollForward()
	}
	if !how.Own {
		c.includeTwoWorkingDays()
	}
	c.addExtra()
	e.Free = e.LastDay.AddDays(1)
	if how.FreeOnWorkingDay {
		e.Free = c.nextWorkingDay(e.LastDay)
	}
	if holidays.listedUntil != 0 && e.LastDay.Year() > holidays.listedUntil {
		e.ListedUntil = holidays.listedUntil
	}
	if half := holidays.half[e.LastDay]; half != "" {
		e.HalfDay = half
	}
	return e, c.err
}

// LatestBefore returns the last day for an act that must be done a given period before a day: "six days before the time
// limit" (Regulation 1182/71, Article 3(4), second sentence: a period counted backwards does not move). No holidays are
// needed for days and months; working days are counted by those of a place, and refused without one with
// [models.CodeInvalidValue].
func LatestBefore(day Date, length Length, holidays *Holidays) (Explained, error) {
	e := Explained{Event: day, Length: length, Backward: true}
	if !length.valid() || length.Unit == WorkingDays && holidays == nil {
		return e, models.Refuse(models.CodeInvalidValue, "", "%s cannot be counted backwards", length)
	}
	e.cite("3(1)", "3(4) second sentence")
	c := count{Explained: &e, holidays: holidays}
	switch length.Unit {
	case WorkingDays:
		e.Place, e.Zone = holidays.Place(), holidays.Zone()
		e.RawDay = day
		for range length.N {
			e.RawDay = c.step(e.RawDay, -1)
		}
	case Months:
		e.RawDay = day.AddMonths(-length.N)
	default:
		e.RawDay = day.AddDays(-length.N)
	}
	e.LastDay = e.RawDay
	e.Free = e.LastDay.AddDays(1)
	return e, c.err
}

// count carries out one count; after the first error it does nothing more.
type count struct {
	*Explained
	holidays *Holidays
	how      Counting
	err      error
}

func (c *count) toRawDay() {
	before := c.Event // the day after which the first day of the period comes
	if c.how.FirstDay {
		before = c.Event.AddDays(-1)
	} else {
		c.cite("3(1)")
	}
	switch c.Length.Unit {
	case Months:
		c.cite("3(2)(c)")
		c.RawDay = before.AddMonths(c.Length.N)
	case WorkingDays:
		c.cite("2(2)", "3(3)")
		c.RawDay = before
		for range c.Length.N {
			c.RawDay = c.nextWorkingDay(c.RawDay)
		}
	default:
		c.cite("3(2)(b)")
		c.RawDay = before.AddDays(c.Length.N)
	}
	c.LastDay = c.RawDay
}

// rollForward moves a last day that is not a working day (Article 3(4)) and says why.
func (c *count) rollForward() {
	for c.err == nil {
		move, moves := c.holiday(c.LastDay)
		if !moves || c.err != nil {
			return
		}
		if c.LastDay == c.RawDay {
			c.cite("3(4)")
		}
		c.Moves = append(c.Moves, move)
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
		c.Moves = append(c.Moves, Move{Day: c.LastDay, Reason: MoveTwoWorkingDays})
		c.LastDay = c.nextWorkingDay(c.LastDay)
	}
}

func (c *count) hasTwoWorkingDays() bool {
	found := 0
	for d := c.LastDay; d.After(c.Event) && found < 2 && c.err == nil; d = d.AddDays(-1) {
		if _, off := c.holiday(d); !off {
			found++
		}
	}
	return found >= 2
}

// addExtra adds the working days that a law lets follow the last day.
func (c *count) addExtra() {
	for range c.how.Extra {
		c.Moves = append(c.Moves, Move{Day: c.LastDay, Reason: MoveExtra})
		c.LastDay = c.nextWorkingDay(c.LastDay)
	}
}

func (c *count) nextWorkingDay(d Date) Date { return c.step(d, 1) }

// step returns the next working day in a direction.
func (c *count) step(d Date, by int) Date {
	for c.err == nil {
		d = d.AddDays(by)
		if _, off := c.holiday(d); !off {
			break
		}
	}
	return d
}

// holiday tells whether a day is none on which people work, and why.
func (c *count) holiday(d Date) (Move, bool) {
	if c.err != nil {
		return Move{}, false
	}
	move, off, err := c.holidays.off(d)
	if err != nil {
		c.err = fmt.Errorf("count %s from %s: %w", c.Length, c.Event, err)
	}
	return move, off
}
