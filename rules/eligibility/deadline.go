package eligibility

import (
	"time"

	"github.com/ppi-engine/ppi/rules/calendar"
)

// A LocalTime is what clocks show in an IANA zone. Where no source gives the hour of a deadline, it is a date alone:
// then only what was done before that day is certainly in time.
type LocalTime struct {
	Local string `yaml:"local,omitempty"`
	Zone  string `yaml:"zone,omitempty"`
}

// IsZero tells whether nothing is said.
func (l LocalTime) IsZero() bool { return l == LocalTime{} }

// String is the local time and its zone, for people.
func (l LocalTime) String() string { return l.Local + " " + l.Zone }

// hourless tells whether only the day is known.
func (l LocalTime) hourless() bool { return len(l.Local) == len("2006-01-02") }

// bounds are the instant up to which everything is in time, and the one after which nothing is.
func (l LocalTime) bounds() (surely, atMost time.Time, err error) {
	if !l.hourless() {
		at, err := calendar.Instant("deadline", l.Local, l.Zone)
		return at, at, err
	}
	day, err := calendar.ParseDate("deadline", l.Local)
	if err != nil {
		return surely, atMost, err
	}
	if surely, err = calendar.StartOfDay(day, l.Zone); err != nil {
		return surely, atMost, err
	}
	end, err := calendar.StartOfDay(day.AddDays(1), l.Zone)
	return surely.Add(-time.Nanosecond), end.Add(-time.Nanosecond), err
}

// day returns the date of the local time.
func (l LocalTime) day() (calendar.Date, error) {
	return calendar.ParseDate("deadline", l.Local[:min(len(l.Local), len("2006-01-02"))])
}

func (l LocalTime) valid() bool {
	_, _, err := l.bounds()
	return err == nil
}
