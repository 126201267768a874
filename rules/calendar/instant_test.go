package calendar

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ppi-engine/ppi/models"
)

func TestALocalTimeIsOneInstant(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ local, zone, utc string }{
		{"2018-07-09T12:00", "Europe/Paris", "2018-07-09T10:00:00Z"},
		{"2021-01-26T17:00:00", "Europe/Brussels", "2021-01-26T16:00:00Z"},
		{"2026-03-29T01:59:59", "Europe/Brussels", "2026-03-29T00:59:59Z"},
		{"2026-03-29T03:00", "Europe/Brussels", "2026-03-29T01:00:00Z"},
		{"2026-10-25T01:59", "Europe/Brussels", "2026-10-24T23:59:00Z"},
		{"2026-10-25T03:00", "Europe/Brussels", "2026-10-25T02:00:00Z"},
		{"2026-03-02T12:00", "UTC", "2026-03-02T12:00:00Z"},
		{"2026-07-01T00:00", "Europe/Istanbul", "2026-06-30T21:00:00Z"},
	} {
		at, err := Instant("/deadline", c.local, c.zone)
		require.NoError(t, err)
		require.Equal(t, c.utc, at.Format(time.RFC3339), "%s %s", c.local, c.zone)
	}
}

func TestAnHourThatAClockChangeSkipsOrRepeatsIsRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ local, zone, why string }{
		{"2026-03-29T02:00", "Europe/Brussels", "does not exist"},
		{"2026-03-29T02:59:59", "Europe/Brussels", "does not exist"},
		{"2026-10-25T02:00", "Europe/Brussels", "happens twice"},
		{"2026-10-25T02:59:59", "Europe/Brussels", "happens twice"},
		{"2026-03-29T01:30", "Europe/Lisbon", "does not exist"},
		{"2026-03-29T00:30", "Atlantic/Azores", "does not exist"},
		{"2026-04-05T01:45", "Australia/Lord_Howe", "happens twice"}, // a change of half an hour
		{"2011-12-30T12:00", "Pacific/Apia", "does not exist"},       // a day that Samoa left out
	} {
		_, err := Instant("/deadline", c.local, c.zone)
		refusal := requireCode(t, models.CodeInvalidLocalTime, err)
		require.Equal(t, "/deadline", refusal.Field)
		require.Contains(t, refusal.Detail, c.why, "%s %s", c.local, c.zone)
	}
}

func TestADeadlineIsAtMostFiveYearsAhead(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	at, err := InstantAhead("/deadline", "2031-03-02T10:00", "Europe/Paris", now)
	require.NoError(t, err)
	require.Equal(t, now.AddDate(5, 0, 0), at)
	for local, code := range map[string]models.Code{
		"2031-03-02T10:00:01": models.CodeInvalidValue,
		"9000-12-31T12:00":    models.CodeInvalidLocalTime,
		"2200-01-01T00:00":    models.CodeInvalidLocalTime,
		"1989-12-31T23:59":    models.CodeInvalidLocalTime,
		"2026-03-29T02:30":    models.CodeInvalidLocalTime,
	} {
		_, err := InstantAhead("/deadline", local, "Europe/Paris", now)
		require.Equal(t, "/deadline", requireCode(t, code, err).Field, local)
	}
	for _, local := range []string{"1990-01-01T00:00", "2199-12-31T23:59:59"} {
		_, err := Instant("/deadline", local, "America/New_York")
		require.NoError(t, err)
	}
}

func TestAZoneMustBeNamed(t *testing.T) {
	t.Parallel()
	for _, zone := range []string{"", "Local", "Brussels", "Europe/Bruxelles", "+01:00", "../etc/passwd"} {
		_, err := Instant("/deadline", "2026-03-02T12:00", zone)
		requireCode(t, models.CodeInvalidLocalTime, err)
		_, err = Local(time.Unix(0, 0), zone)
		requireCode(t, models.CodeInvalidLocalTime, err)
		_, err = StartOfDay(date(t, "2026-03-02"), zone)
		requireCode(t, models.CodeInvalidLocalTime, err)
	}
	for _, local := range []string{
		"", "2026-03-02", "2026-03-02T12:00Z", "2026-03-02T12:00+01:00", "2026-02-29T12:00",
		"2026-03-02T24:00",
	} {
		_, err := Instant("/deadline", local, "Europe/Brussels")
		requireCode(t, models.CodeInvalidLocalTime, err)
	}
}

func TestADayStartsAtMidnightOrWhenTheClockReachesIt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ day, zone, utc string }{
		{"2026-04-02", "Europe/Paris", "2026-04-01T22:00:00Z"},
		{"2026-03-29", "Atlantic/Azores", "2026-03-29T01:00:00Z"}, // midnight is skipped
		{"2026-10-25", "Atlantic/Azores", "2026-10-25T00:00:00Z"}, // midnight comes twice
	} {
		at, err := StartOfDay(date(t, c.day), c.zone)
		require.NoError(t, err)
		require.Equal(t, c.utc, at.Format(time.RFC3339), "%s %s", c.day, c.zone)
	}
}

func TestInstantAndLocalAreInverse(t *testing.T) {
	t.Parallel()
	zones := []string{"Europe/Brussels", "Europe/Lisbon", "Atlantic/Azores", "Europe/Athens", "Europe/Dublin", "UTC"}
	rapid.Check(t, func(rt *rapid.T) {
		zone := rapid.SampledFrom(zones).Draw(rt, "zone")
		at := time.Unix(rapid.Int64Range(1_450_000_000, 1_950_000_000).Draw(rt, "at"), 0).UTC()
		local, err := Local(at, zone)
		require.NoError(rt, err)
		back, err := Instant("", local, zone)
		if err != nil {
			require.Contains(rt, err.Error(), "twice", "only a repeated hour has no way back")
			return
		}
		require.Equal(rt, at, back)
	})
}

func TestTheLastDayOfALeapYearEndsAfterTheZonesLastListedChange(t *testing.T) {
	t.Parallel()
	for day, want := range map[Date]string{
		NewDate(2040, time.December, 30): "2040-12-29T23:00:00Z",
		NewDate(2040, time.December, 31): "2040-12-30T23:00:00Z",
		NewDate(2041, time.January, 1):   "2040-12-31T23:00:00Z",
		NewDate(2096, time.December, 31): "2096-12-30T23:00:00Z",
	} {
		start, err := StartOfDay(day, "Europe/Paris")
		require.NoError(t, err)
		require.Equal(t, want, start.Format(time.RFC3339), day.String())
	}
}
