package calendar

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models/zone"
)

func TestEveryMemberStateHasHolidays(t *testing.T) {
	t.Parallel()
	for _, country := range []string{
		"AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU",
		"IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
	} {
		h := holidaysOf(t, country)
		from, until := h.Covers()
		require.LessOrEqual(t, from, 2017, country)
		require.GreaterOrEqual(t, until, 2027, country)
		for year := from; year <= until; year++ {
			require.GreaterOrEqual(t, len(h.In(year)), 8, "%s %d", country, year)
		}
	}
}

func TestEasterFallsWhereTheChurchesSay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ western, orthodox string }{
		{"2016-03-27", "2016-05-01"},
		{"2017-04-16", "2017-04-16"},
		{"2019-04-21", "2019-04-28"},
		{"2024-03-31", "2024-05-05"},
		{"2026-04-05", "2026-04-12"},
		{"2027-03-28", "2027-05-02"},
		{"2038-04-25", "2038-04-25"},
		{"1999-04-04", "1999-04-11"},
	} {
		western, orthodox := date(t, c.western), date(t, c.orthodox)
		require.Equal(t, western, easter(western.Year()))
		require.Equal(t, orthodox, orthodoxEaster(orthodox.Year()))
	}
}

func TestHolidaysMoveAsTheirLawsSay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		place, day, name string
	}{
		{"NL", "2025-04-26", "King's Day"}, // the 27th is a Sunday
		{"NL", "2025-04-27", ""},
		{"NL", "2026-04-27", "King's Day"},
		{"DK", "2023-05-05", "Great Prayer Day"},
		{"DK", "2024-04-26", ""}, // abolished
		{"IE", "2026-02-02", "St Brigid's Day"},
		{"IE", "2030-02-01", "St Brigid's Day"},
		{"IE", "2030-02-04", ""},
		{"IT", "2025-10-04", ""},
		{"IT", "2026-10-04", "St Francis of Assisi"},
		{"DE", "2017-10-31", "Reformation Day (500 years)"},
		{"DE", "2018-10-31", ""},
		{"DE-HH", "2018-10-31", "Reformation Day"},
		{"DE-SN", "2026-11-18", "Day of Repentance and Prayer"},
		{"DE-NW", "2026-06-04", "Corpus Christi"},
		{"DE", "2026-06-04", ""},
		{"FR-67", "2026-04-03", "Good Friday"},
		{"FR", "2026-04-03", ""},
		{"SE", "2026-06-19", "Midsummer Eve (equated for time limits)"},
		{"BG", "2022-12-28", "Christmas Day (substitute)"}, // 24 and 25 December on a weekend
		{"BG", "2028-01-03", "New Year's Day (substitute)"},
		{"LV", "2025-05-05", "Day of Restoration of Independence (substitute)"},
		{"GR", "2024-05-01", ""},
		{"GR", "2024-05-07", "Labour Day (moved by decision)"},
		{"SK", "2024-11-17", "Struggle for Freedom and Democracy Day"},
		{"SK", "2026-11-17", ""},
	} {
		name, err := holidaysOf(t, c.place).Name(date(t, c.day))
		require.NoError(t, err)
		require.Equal(t, c.name, name, "%s on %s", c.place, c.day)
	}
}

func TestAHolidayFileMustSayWhereItIsFrom(t *testing.T) {
	t.Parallel()
	for name, yaml := range map[string]string{
		"no source":     "{country: XX, name: X, from: 2026, until: 2027, holidays: [{name: A, on: '01-01'}]}",
		"no years":      "{country: XX, name: X, sources: [s], holidays: [{name: A, on: '01-01'}]}",
		"years astray":  "{country: XX, name: X, sources: [s], from: 2027, until: 2026, holidays: [{name: A, on: '01-01'}]}",
		"no such day":   "{country: XX, name: X, sources: [s], from: 2026, until: 2027, holidays: [{name: A, on: '02-30'}]}",
		"no such week":  "{country: XX, name: X, sources: [s], from: 2026, until: 2027, holidays: [{name: A, weekday: Foo, on_or_after: '02-01'}]}",
		"nameless":      "{country: XX, name: X, sources: [s], from: 2026, until: 2027, holidays: [{on: '01-01'}]}",
		"bad date":      "{country: XX, name: X, sources: [s], from: 2026, until: 2027, holidays: [{name: A, dates: ['2026-13-01']}]}",
		"bad part":      "{country: XX, name: X, sources: [s], from: 2026, until: 2027, holidays: [{name: A, on: '01-01'}], subdivisions: {Y: [{name: B}]}}",
		"without a day": "{country: XX, name: X, sources: [s], from: 2026, until: 2027, holidays: []}",
	} {
		var f holidayFile
		require.NoError(t, decode([]byte(yaml), &f), name)
		require.Error(t, f.check(), name)
	}
	var f holidayFile
	require.Error(t, decode([]byte("{country: XX, colour: red}"), &f), "unknown field")
}

func TestDatesAreCivilDays(t *testing.T) {
	t.Parallel()
	d := date(t, "2026-03-28")
	require.Equal(t, "2026-03-30", d.AddDays(2).String(), "over the change of clocks")
	require.Equal(t, 2, d.DaysUntil(date(t, "2026-03-30")))
	require.Equal(t, -365, date(t, "2027-01-01").DaysUntil(date(t, "2026-01-01")))
	brussels, known := zone.Load("Europe/Brussels")
	require.True(t, known)
	late := time.Date(2026, time.March, 2, 23, 30, 0, 0, time.UTC)
	require.Equal(t, "2026-03-03", DateOf(late, brussels).String())
	require.Equal(t, "2026-02-28", date(t, "2026-05-31").AddMonths(-3).String())
	var zero Date
	require.True(t, zero.IsZero())
	require.Error(t, zero.UnmarshalText([]byte("2026-02-29")))
}
