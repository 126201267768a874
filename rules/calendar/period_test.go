package calendar

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ppi-engine/ppi/models"
)

// westernHolidays is the holiday set of the test vectors in our fact sheet.
const westernHolidays = `
country: XX
name: Test country
zone: Europe/Brussels
sources: [test vectors]
from: 2026
until: 2027
holidays:
  - {name: New Year's Day, on: "01-01"}
  - {name: Good Friday, easter: -2}
  - {name: Easter Monday, easter: 1}
  - {name: Labour Day, on: "05-01"}
  - {name: Ascension Day, easter: 39}
  - {name: Whit Monday, easter: 50}
  - {name: Christmas Day, on: "12-25"}
  - {name: St Stephen's Day, on: "12-26"}
`

func holidaysFrom(t require.TestingT, yaml string) *Holidays {
	var f holidayFile
	require.NoError(t, decode([]byte(yaml), &f))
	require.NoError(t, f.check())
	h, err := f.place("")
	require.NoError(t, err)
	return h
}

func holidaysOf(t require.TestingT, place string) *Holidays {
	h, err := HolidaysOf(place)
	require.NoError(t, err)
	return h
}

func date(t require.TestingT, s string) Date {
	d, err := ParseDate("", s)
	require.NoError(t, err)
	return d
}

func requireCode(t require.TestingT, code models.Code, err error) models.Refusal {
	refusal, ok := models.RefusalOf(err)
	require.True(t, ok, "want refusal %s, got %v", code, err)
	require.Equal(t, code, refusal.Code)
	return *refusal
}

func TestAPeriodEndsOnTheLastHourOfItsLastDayOrOfTheNextWorkingDay(t *testing.T) {
	t.Parallel()
	holidays := holidaysFrom(t, westernHolidays)
	for _, c := range []struct {
		name  string
		event string
		days  int
		raw   string
		last  string
		free  string
	}{
		{"open, electronic", "2026-03-02", 30, "2026-04-01", "2026-04-01", "2026-04-02"},
		{"open, ends on Easter Monday", "2026-03-02", 35, "2026-04-06", "2026-04-07", "2026-04-08"},
		{"open, urgent, ends on a Saturday", "2026-06-05", 15, "2026-06-20", "2026-06-22", "2026-06-23"},
		{"requests, end on Labour Day before a weekend", "2026-04-01", 30, "2026-05-01", "2026-05-04", "2026-05-05"},
		{"requests, end on Ascension Day", "2026-04-14", 30, "2026-05-14", "2026-05-15", "2026-05-16"},
		{"restricted tenders, electronic", "2026-09-14", 25, "2026-10-09", "2026-10-09", "2026-10-10"},
		{"standstill, electronic, ends at Christmas", "2026-12-15", 10, "2026-12-25", "2026-12-28", "2026-12-29"},
		{"standstill, post, ends at Christmas", "2026-12-10", 15, "2026-12-25", "2026-12-28", "2026-12-29"},
		{"over Easter, two working days", "2026-04-02", 4, "2026-04-06", "2026-04-08", "2026-04-09"},
		{"open, ends on Easter Monday 2027", "2027-02-22", 35, "2027-03-29", "2027-03-30", "2027-03-31"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			e, err := EarliestEnd(date(t, c.event), c.days, holidays)
			require.NoError(t, err)
			require.Equal(t, c.raw, e.RawDay.String(), "raw day")
			require.Equal(t, c.last, e.LastDay.String(), "last day: %s", e)
			require.Equal(t, c.free, e.Free.String(), "first free day")
		})
	}
}

func TestTheCountSaysWhyTheLastDayMoved(t *testing.T) {
	t.Parallel()
	e, err := EarliestEnd(date(t, "2026-04-02"), 4, holidaysFrom(t, westernHolidays))
	require.NoError(t, err)
	require.Equal(t, []Move{
		{Day: date(t, "2026-04-06"), Reason: MoveHoliday, Name: "Easter Monday", Place: "XX"},
		{Day: date(t, "2026-04-07"), Reason: MoveTwoWorkingDays},
	}, e.Moves)
	require.Equal(t, "only one working day so far", e.Moves[1].Why())
	require.Equal(t, []string{"3(1)", "3(2)(b)", "3(4)", "3(5)"}, e.Articles)
}

func TestAPeriodOfOneDayNeedsOnlyThatDay(t *testing.T) {
	t.Parallel()
	e, err := EarliestEnd(date(t, "2026-03-02"), 1, holidaysFrom(t, westernHolidays))
	require.NoError(t, err)
	require.Equal(t, "2026-03-03", e.LastDay.String())
}

func TestAPeriodInMonthsEndsOnTheSameNumberOrTheLastDayOfTheMonth(t *testing.T) {
	t.Parallel()
	holidays := holidaysOf(t, "BE")
	for _, c := range []struct {
		event  string
		months int
		last   string
	}{
		{"2026-01-15", 1, "2026-02-16"}, // 15 February 2026 is a Sunday
		{"2026-01-31", 1, "2026-03-02"}, // February ends on Saturday the 28th
		{"2028-01-31", 1, "2028-02-29"},
		{"2026-02-28", 1, "2026-03-30"}, // the 28th, not the last day, and that is a Saturday
		{"2026-05-31", 6, "2026-11-30"},
		{"2026-06-30", 12, "2027-06-30"},
	} {
		e, err := End(date(t, c.event), Length{c.months, Months}, holidays)
		require.NoError(t, err)
		require.Equal(t, c.last, e.LastDay.String(), e)
	}
}

func TestWorkingDaysSkipHolidaysSaturdaysAndSundays(t *testing.T) {
	t.Parallel()
	e, err := End(date(t, "2026-12-04"), Length{15, WorkingDays}, holidaysOf(t, "ES-CT"))
	require.NoError(t, err)
	// 7, 9 to 11, 14 to 18, 21 to 24, 28, 29 December: the 8th and the 25th are holidays.
	require.Equal(t, "2026-12-29", e.LastDay.String())
	require.Empty(t, e.Moves)
}

func TestAPeriodCountedBackwardsDoesNotMove(t *testing.T) {
	t.Parallel()
	e, err := LatestBefore(date(t, "2026-04-12"), Length{6, Days}, nil)
	require.NoError(t, err)
	require.Equal(t, "2026-04-06", e.LastDay.String(), "Easter Monday stays")

	e, err = LatestBefore(date(t, "2027-02-28"), Length{12, Months}, nil)
	require.NoError(t, err)
	require.Equal(t, "2026-02-28", e.LastDay.String())

	_, err = LatestBefore(date(t, "2026-04-12"), Length{6, WorkingDays}, nil)
	requireCode(t, models.CodeInvalidValue, err)
}

func TestHolidaysOfAnUnknownPlaceOrYearAreNotGuessed(t *testing.T) {
	t.Parallel()
	_, err := HolidaysOf("US")
	requireCode(t, models.CodeHolidayUnknown, err)
	_, err = HolidaysOf("DE-XX")
	requireCode(t, models.CodeHolidayUnknown, err)
	_, err = EarliestEnd(date(t, "2037-01-02"), 30, holidaysOf(t, "FR"))
	refusal := requireCode(t, models.CodeHolidayUnknown, err)
	require.Contains(t, refusal.Accepted, "2036")
}

// Whether 24 December 2026 is a holiday in Hungary was open when the data was written.
func TestADayTheLawHasNotSettledIsCountedSoThatNoLawIsBroken(t *testing.T) {
	t.Parallel()
	hungary := holidaysOf(t, "HU")
	least, err := EarliestEnd(date(t, "2026-12-14"), 10, hungary)
	require.NoError(t, err)
	require.Equal(t, "2026-12-28", least.LastDay.String())
	require.Len(t, least.Unsettled, 1)
	require.Equal(t, "2026-12-24", least.Unsettled[0].Day.String())
	require.Contains(t, least.String(), "It is not settled whether 2026-12-24 is a holiday in HU")
	most, err := forward(date(t, "2026-12-14"), Length{10, Days}, Counting{}, hungary, Maximum)
	require.NoError(t, err)
	require.Equal(t, "2026-12-24", most.LastDay.String())
	require.Len(t, most.Unsettled, 1)
	past, err := EarliestEnd(date(t, "2025-12-14"), 10, hungary)
	require.NoError(t, err)
	require.Equal(t, "2025-12-24", past.LastDay.String())
	require.Empty(t, past.Unsettled)
}

// A country of which no part is named may keep the days of any part; with the part it is certain.
func TestAPartOfACountryThatIsNotNamedIsAnOpenQuestion(t *testing.T) {
	t.Parallel()
	for place, last := range map[string]string{"DE": "2026-06-05", "DE-NW": "2026-06-05", "DE-HH": "2026-06-04"} {
		e, err := EarliestEnd(date(t, "2026-05-05"), 30, holidaysOf(t, place))
		require.NoError(t, err)
		require.Equal(t, last, e.LastDay.String(), place)
		require.Equal(t, place == "DE", len(e.Unsettled) > 0, place)
	}
}

func TestAPeriodOfNoDaysIsRefused(t *testing.T) {
	t.Parallel()
	for _, length := range []Length{{0, Days}, {-1, Days}, {3, "hours"}, {4000, Days}} {
		_, err := End(date(t, "2026-03-02"), length, holidaysOf(t, "FR"))
		requireCode(t, models.CodeInvalidValue, err)
	}
}

// settled draws a place of which every day is settled.
func settled(rt *rapid.T) *Holidays {
	return holidaysOf(rt, rapid.SampledFrom([]string{"FR", "DE-NW", "BE", "IT", "ES", "PL", "IE", "SE", "PT", "BG"}).
		Draw(rt, "place"))
}

func anyDate(rt *rapid.T) Date {
	return NewDate(2018, time.January, 1).AddDays(rapid.IntRange(0, 11*365).Draw(rt, "day"))
}

func TestPropertiesOfPeriods(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		holidays, event := settled(rt), anyDate(rt)
		n := rapid.IntRange(1, 120).Draw(rt, "n")
		e, err := EarliestEnd(event, n, holidays)
		require.NoError(rt, err)
		working, why, err := holidays.Working(e.LastDay)
		require.NoError(rt, err)
		require.True(rt, working, "ends on %s: %s", e.LastDay, why)
		require.GreaterOrEqual(rt, event.DaysUntil(e.LastDay), n, "never shorter than the law says")
		if n >= 2 {
			require.GreaterOrEqual(rt, workingDaysIn(rt, holidays, event, e.LastDay), 2)
		}

		longer, err := EarliestEnd(event, n+1, holidays)
		require.NoError(rt, err)
		require.False(rt, longer.LastDay.Before(e.LastDay), "one day more never ends earlier")
		later, err := EarliestEnd(event.AddDays(1), n, holidays)
		require.NoError(rt, err)
		require.False(rt, later.LastDay.Before(e.LastDay), "an event one day later never ends earlier")
		require.Equal(rt, event.DaysUntil(e.LastDay) == n, len(e.Moves) == 0, "a move is always explained")
	})
}

func workingDaysIn(rt *rapid.T, holidays *Holidays, event, last Date) int {
	found := 0
	for d := event.AddDays(1); !d.After(last); d = d.AddDays(1) {
		working, _, err := holidays.Working(d)
		require.NoError(rt, err)
		if working {
			found++
		}
	}
	return found
}
