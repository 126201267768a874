package calendar

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/zone"
)

func TestEveryStateOfTheUnionAndItsNeighboursHasHolidays(t *testing.T) {
	t.Parallel()
	for _, country := range []string{
		"NO", "IS", "LI", "CH", "GB",
		"AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU",
		"IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
	} {
		h := holidaysOf(t, country)
		from, until := h.Covers()
		require.LessOrEqual(t, from, 2017, country)
		require.Equal(t, 2036, until, country)
		for year := from; year <= until; year++ {
			least := 8
			if country == "CH" || country == "GB" { // what all parts have in common
				least = 3
			}
			require.GreaterOrEqual(t, len(h.In(year)), least, "%s %d", country, year)
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

// paschalMoons are the days of March (those over 31 are of April) on which the paschal full moon of the Julian calendar
// falls, by golden number: the table of Dionysius Exiguus.
var paschalMoons = [19]int{36, 25, 44, 33, 22, 41, 30, 49, 38, 27, 46, 35, 24, 43, 32, 21, 40, 29, 48}

// Easter is the Sunday after the paschal full moon. The moons are found here by another road than in the rules: by the
// epacts of Clavius for the Gregorian calendar, by the table for the Julian one.
func TestEasterIsTheSundayAfterThePaschalFullMoon(t *testing.T) {
	t.Parallel()
	sundayAfter := func(moon Date) Date { return moon.AddDays(7 - int(moon.Weekday())) }
	for year := 1800; year < 2200; year++ {
		golden, century := year%19+1, year/100+1
		epact := (11*golden + 20 + (8*century+5)/25 - 5 - (3*century/4 - 12)) % 30
		if epact == 25 && golden > 11 || epact == 24 {
			epact++
		}
		moon := 44 - epact
		if moon < 21 {
			moon += 30
		}
		require.Equal(t, sundayAfter(NewDate(year, time.March, moon)), easter(year))

		lag := map[int]int{18: 12, 19: 13, 20: 13, 21: 14}[year/100]
		require.Equal(t, sundayAfter(NewDate(year, time.March, paschalMoons[golden-1]+lag)), orthodoxEaster(year), year)
	}
}

// Code du travail, L3133-1: eleven days.
func TestTheHolidaysOfAYearAreThoseOfThatYearInTheirOrder(t *testing.T) {
	t.Parallel()
	var days []string
	for _, d := range holidaysOf(t, "FR").In(2026) {
		days = append(days, d.String())
	}
	require.Equal(t, []string{
		"2026-01-01", "2026-04-06", "2026-05-01", "2026-05-08", "2026-05-14", "2026-05-25",
		"2026-07-14", "2026-08-15", "2026-11-01", "2026-11-11", "2026-12-25",
	}, days)
}

func TestAPlaceIsACountryOrAPartOfOne(t *testing.T) {
	t.Parallel()
	places, err := Places()
	require.NoError(t, err)
	require.IsIncreasing(t, places)
	require.Subset(t, places, []string{"AT", "DE", "DE-NW", "FR", "FR-67", "SK"})
	for _, place := range places {
		require.Equal(t, place, holidaysOf(t, place).Place())
	}
}

// A part is one by its ISO 3166-2 code; the Caribbean parts of the Netherlands keep other days and other clocks.
func TestAPlaceThatDoesNotExistIsRefused(t *testing.T) {
	t.Parallel()
	for _, place := range []string{
		"IT-TO", "AT-9", "NL-NH", "BE-BRU", "GR-I", "PL-14", "RO-B", "SE-AB", "DK-84", "IE-D", "TR-06", "FR-IDF",
		"SI-061", "NO-03", "CZ-10", "HU-BU", "LV-RIX", "IS-1", "ES-CN", "PT-30", "FI-01", "CH-GE", "GB-NIR", "DE-SH",
	} {
		require.Equal(t, place, holidaysOf(t, place).Place())
	}
	for _, place := range []string{
		"AT-99", "AT-0", "NL-BQ1", "NL-CW", "BE-XXX", "GR-ZZZ", "DE-XX", "DE-de", "DE-", "-DE", "DE-NW-1", "de", "EL",
		"UK", "XX", "", "FR-GES", "FR-NC", "DE NW", "ÅL", "FI-AX",
	} {
		_, err := HolidaysOf(place)
		requireCode(t, models.CodeHolidayUnknown, err)
	}
}

const (
	unsourced = "{country: XX, zone: UTC, name: X, "
	place     = unsourced + "sources: [s], "
)

func TestASingleDayOnAWeekendIsMadeUpForOnce(t *testing.T) {
	t.Parallel()
	h := holidaysFrom(t, place+"from: 2025, until: 2027, holidays: ["+
		"{name: Christmas Day, on: '12-25'}, {name: Assembly, dates: ['2026-08-15'], substitute: true}]}") // a Saturday
	require.Equal(t, []Date{date(t, "2026-08-15"), date(t, "2026-08-17"), date(t, "2026-12-25")}, h.In(2026))
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
		"no source": unsourced + "from: 2026, until: 2027, holidays: [{name: A, on: '01-01'}]}",
		"no years":  place + "holidays: [{name: A, on: '01-01'}]}",
		"years astray": place + "from: 2027, until: 2026, holidays: [{name: A, on: " +
			"'01-01'}]}",
		"no such day": place + "from: 2026, until: 2027, holidays: [{name: A, on: " +
			"'02-30'}]}",
		"no such week": place + "from: 2026, until: 2027, holidays: [{name: A, " +
			"weekday: Foo, on_or_after: '02-01'}]}",
		"nameless": place + "from: 2026, until: 2027, holidays: [{on: '01-01'}]}",
		"bad date": place + "from: 2026, until: 2027, holidays: [{name: A, dates: " +
			"['2026-13-01']}]}",
		"bad part": place + "from: 2026, until: 2027, holidays: [{name: A, on: " +
			"'01-01'}], subdivisions: {Y: {name: Y, holidays: [{name: B}]}}}",
		"without a day": place + "from: 2026, until: 2027, holidays: []}",
	} {
		var f holidayFile
		require.NoError(t, decode([]byte(yaml), &f), name)
		require.Error(t, f.check(), name)
	}
	holidaysFrom(t, place+"from: 2026, until: 2026, holidays: [{name: A, on: "+
		"'01-01'}]}") // one year will do
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
