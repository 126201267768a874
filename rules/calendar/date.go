package calendar

import (
	"fmt"
	"time"

	"github.com/ppi-engine/ppi/models"
)

// A Date is a day of the Gregorian calendar, without time of day or zone. Make one with [NewDate],
// [ParseDate] or [DateOf], which refuse or normalise days that do not exist.
type Date struct {
	year  int
	month time.Month
	day   int
}

// NewDate makes a date; a day past the end of its month runs into the next.
func NewDate(year int, month time.Month, day int) Date {
	return dateOf(time.Date(year, month, day, 0, 0, 0, 0, time.UTC))
}

// ParseDate reads a date written as 2026-03-02 (RFC 3339 full-date). It refuses anything else with
// [models.CodeInvalidValue].
func ParseDate(field, s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Date{}, models.Refuse(models.CodeInvalidValue, field, "%q is not a date", s).
			Accepting("a date such as 2026-03-02")
	}
	if t.Year() < firstYear || t.Year() >= Latest.Year() {
		return Date{}, models.Refuse(models.CodeInvalidValue, field, "the year %d must be a mistake", t.Year()).
			Accepting("a year from %d to %d", firstYear, Latest.Year()-1)
	}
	return dateOf(t), nil
}

// firstYear is the first year of a date that somebody may mean.
const firstYear = 1900

// DateOf returns the date on which an instant falls in a zone.
func DateOf(at time.Time, zone *time.Location) Date { return dateOf(at.In(zone)) }

func dateOf(t time.Time) Date {
	year, month, day := t.Date()
	return Date{year, month, day}
}

// Year returns the year.
func (d Date) Year() int { return d.year }

// Weekday returns the day of the week.
func (d Date) Weekday() time.Weekday { return d.utc().Weekday() }

// AddDays returns the date n days later, or earlier when n is negative.
func (d Date) AddDays(n int) Date { return NewDate(d.year, d.month, d.day+n) }

// AddMonths returns the day of the same number n months later, or the last day of that month when
// it is shorter (Regulation 1182/71, Article 3(2)(c)). A negative n goes back.
func (d Date) AddMonths(n int) Date {
	first := NewDate(d.year, d.month+time.Month(n), 1)
	last := NewDate(first.year, first.month+1, 0)
	return Date{first.year, first.month, min(d.day, last.day)}
}

// Compare returns -1, 0 or 1 as d is before, the same as or after other.
func (d Date) Compare(other Date) int { return d.utc().Compare(other.utc()) }

// Before tells whether d is earlier than other.
func (d Date) Before(other Date) bool { return d.Compare(other) < 0 }

// After tells whether d is later than other.
func (d Date) After(other Date) bool { return d.Compare(other) > 0 }

// DaysUntil returns how many days other is after d.
func (d Date) DaysUntil(other Date) int {
	const day = 24 * time.Hour // in UTC, where every day has 24 hours
	return int(other.utc().Sub(d.utc()) / day)
}

// IsZero tells whether d was never set.
func (d Date) IsZero() bool { return d == Date{} }

// String writes the date as 2026-03-02.
func (d Date) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.year, d.month, d.day) }

// OrNothing writes the date as String does, and nothing if it was never set.
func (d Date) OrNothing() string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}

// MarshalText writes the date as 2026-03-02.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads the date as [ParseDate] does.
func (d *Date) UnmarshalText(text []byte) error {
	parsed, err := ParseDate("", string(text))
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}

func (d Date) utc() time.Time { return time.Date(d.year, d.month, d.day, 0, 0, 0, 0, time.UTC) }
