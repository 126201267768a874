package calendar

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The rows of the states that are not in the Union, for the years that were read. Sundays are no working days anyway.
func TestTheHolidaysOfEachStateThatWasRead(t *testing.T) {
	t.Parallel()
	for place, days := range map[string]string{
		"NO": "2026: 01-01 04-02 04-03 04-06 05-01 05-14 05-17 05-25 12-25 12-26",
		"IS": "2024: 01-01 03-28 03-29 04-01 04-25 05-01 05-09 05-20 06-17 08-05 12-25 12-26; " +
			"2025: 01-01 04-17 04-18 04-21 04-24 05-01 05-29 06-09 06-17 08-04 12-25 12-26; " +
			"2026: 01-01 04-02 04-03 04-06 04-23 05-01 05-14 05-25 06-17 08-03 12-25 12-26; " +
			"2027: 01-01 03-25 03-26 03-29 04-22 05-01 05-06 05-17 06-17 08-02 12-25 12-26",
		"LI": "2024: 01-01 01-02 01-06 02-02 02-13 03-19 03-29 04-01 05-01 05-09 05-20 05-30 08-15 09-08 11-01 12-08 " +
			"12-24 12-25 12-26 12-31; " +
			"2027: 01-01 01-02 01-06 02-02 02-09 03-19 03-26 03-29 05-01 05-06 05-17 05-27 08-15 09-08 11-01 12-08 " +
			"12-24 12-25 12-26 12-31",
		"CH": "2026: 01-01 05-14 08-01 12-25",
		"GB-ENG": "2024: 01-01 03-29 04-01 05-06 05-27 08-26 12-25 12-26; " +
			"2025: 01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26; " +
			"2026: 01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-26 12-28; " +
			"2027: 01-01 03-26 03-29 05-03 05-31 08-30 12-25 12-26 12-27 12-28",
		"GB-NIR": "2024: 01-01 03-17 03-18 03-29 04-01 05-06 05-27 07-12 08-26 12-25 12-26; " +
			"2025: 01-01 03-17 04-18 04-21 05-05 05-26 07-12 07-14 08-25 12-25 12-26; " +
			"2026: 01-01 03-17 04-03 04-06 05-04 05-25 07-12 07-13 08-31 12-25 12-26 12-28",
		"GB-SCT": "2024: 01-01 01-02 03-29 05-06 05-27 08-05 11-30 12-02 12-25 12-26; " +
			"2025: 01-01 01-02 04-18 05-05 05-26 08-04 11-30 12-01 12-25 12-26; " +
			"2026: 01-01 01-02 04-03 05-04 05-25 06-15 08-03 11-30 12-25 12-26 12-28; " +
			"2027: 01-01 01-02 01-04 03-26 05-03 05-31 08-02 11-30 12-25 12-26 12-27 12-28",
		"TR": "2024: 01-01 04-10 04-11 04-12 04-23 05-01 05-19 06-16 06-17 06-18 06-19 07-15 08-30 10-29; " +
			"2025: 01-01 03-30 03-31 04-01 04-23 05-01 05-19 06-06 06-07 06-08 06-09 07-15 08-30 10-29; " +
			"2026: 01-01 03-20 03-21 03-22 04-23 05-01 05-19 05-27 05-28 05-29 05-30 07-15 08-30 10-29; " +
			"2027: 01-01 03-09 03-10 03-11 04-23 05-01 05-16 05-17 05-18 05-19 07-15 08-30 10-29",
	} {
		for year := range strings.SplitSeq(days, "; ") {
			number, list, _ := strings.Cut(year, ": ")
			var want []string
			for day := range strings.FieldsSeq(list) {
				want = append(want, number+"-"+day)
			}
			require.Equal(t, want, yearOf(t, place, date(t, number+"-01-01").Year()), "%s %s", place, number)
		}
	}
	require.Equal(t, yearOf(t, "GB-ENG", 2030), yearOf(t, "GB-WLS", 2030))
}

func yearOf(t *testing.T, place string, year int) []string {
	t.Helper()
	var days []string
	for _, d := range holidaysOf(t, place).In(year) {
		days = append(days, d.String())
	}
	return days
}

func TestHalfHolidaysAreNoHolidaysButAreTold(t *testing.T) {
	t.Parallel()
	for place, days := range map[string][]string{
		"IS": {"2026-12-24", "2026-12-31"},
		"TR": {"2026-10-28", "2026-03-19", "2026-05-26", "2027-03-08", "2027-05-15"},
	} {
		for _, day := range days {
			h := holidaysOf(t, place)
			require.NotEmpty(t, h.half[date(t, day)], "%s %s", place, day)
			name, err := h.Name(date(t, day))
			require.NoError(t, err)
			require.Empty(t, name, "%s %s", place, day)
		}
	}
}

// The rows of the Swiss cantons. What the list has must be among the days here, which may be more: more days only make
// a period longer. A day that holds in some years or districts is a holiday, or not settled.
func TestTheHolidaysOfEachSwissCantonThatWereRead(t *testing.T) {
	t.Parallel()
	days := map[string]string{
		"GF": "2026-04-03", "EM": "2026-04-06", "WM": "2026-05-25", "CC": "2026-06-04", "15A": "2028-08-15",
		"1N": "2028-11-01", "8D": "2026-12-08", "26D": "2028-12-26", "2J": "2026-01-02", "6J": "2026-01-06",
		"19M": "2026-03-19", "1M": "2026-05-01", "1 Aug": "2028-08-01", "25 Sep": "2026-09-25", "23 Jun": "2026-06-23",
		"29 Jun": "2026-06-29", "1 Mar": "2027-03-01", "31 Dec": "2026-12-31", "Genevan Fast": "2026-09-10",
		"Fast Monday": "2026-09-21", "Näfels": "2025-04-03",
	}
	for canton, row := range map[string]string{
		"AG": "2J GF EM 1M WM CC 15A 1N 8D 26D", "AI": "GF EM WM CC 15A 1N 8D 26D", "AR": "GF EM WM 26D",
		"BE": "2J GF EM WM 26D", "BL": "GF EM 1M WM 26D", "BS": "GF EM 1M WM 26D", "FR": "GF",
		"GE": "GF EM WM,Genevan Fast,31 Dec", "GL": "Näfels,GF EM WM 1N 26D", "GR": "EM WM 26D",
		"JU": "2J GF EM 1M WM CC,23 Jun,15A 1N", "LU": "2J GF EM WM CC 15A 1N 8D 26D", "NE": "2J,1 Mar,GF 1M CC 26D",
		"NW": "19M GF CC 15A 1N 8D", "OW": "GF CC 15A,25 Sep,1N 8D", "SG": "GF EM WM 1N 26D", "SH": "GF EM 1M WM 26D",
		"SO": "GF", "SZ": "6J 19M GF EM WM CC 15A 1N 8D 26D", "TG": "2J GF EM 1M WM 26D",
		"TI": "6J 19M EM 1M WM CC,29 Jun,15A 1N 8D 26D", "UR": "6J 19M GF EM WM CC 15A 1N 8D 26D",
		"VD": "2J GF EM WM,Fast Monday", "VS": "19M CC 15A 1N 8D", "ZG": "GF CC 15A 1N 8D", "ZH": "GF EM 1M WM 26D",
	} {
		h := holidaysOf(t, "CH-"+canton)
		var keys []string
		for part := range strings.SplitSeq(row, ",") {
			if _, whole := days[part]; whole {
				keys = append(keys, part)
				continue
			}
			keys = append(keys, strings.Fields(part)...)
		}
		for _, key := range append(keys, "1 Aug") {
			require.Contains(t, days, key)
			working, why, err := h.Working(date(t, days[key]))
			require.NoError(t, err)
			require.False(t, working, "%s %s %s", canton, key, why)
		}
	}
	places, err := Places()
	require.NoError(t, err)
	cantons := 0
	for _, place := range places {
		if strings.HasPrefix(place, "CH-") {
			cantons++
		}
	}
	require.Equal(t, 26, cantons)
}

// The patron days of the Länder are kept by offices and schools only; they are no holidays under federal law.
func TestThePatronDaysOfAustriaAreNoHolidays(t *testing.T) {
	t.Parallel()
	for part, day := range map[int]string{
		1: "2026-11-11", 2: "2026-03-19", 3: "2027-11-15", 4: "2026-05-04", 5: "2026-09-24", 6: "2026-03-19",
		7: "2026-03-19", 8: "2026-03-19", 9: "2027-11-15",
	} {
		name, err := holidaysOf(t, fmt.Sprintf("AT-%d", part)).Name(date(t, day))
		require.NoError(t, err)
		require.Empty(t, name, part)
	}
}

// Munich keeps Assumption Day, Nuremberg does not: a period does not end on it, and a Bavarian buyer is told why.
func TestADayThatSomeMunicipalitiesKeepIsCountedPrudently(t *testing.T) {
	t.Parallel()
	for place, c := range map[string]struct{ event, last string }{
		"DE-BY": {"2025-07-16", "2025-08-18"}, // Assumption Day is a Friday
		"DE-SL": {"2025-07-16", "2025-08-18"}, // where all keep it
		"DE-BE": {"2025-07-16", "2025-08-15"},
		"DE-SN": {"2026-05-05", "2026-06-05"}, // Corpus Christi
		"DE-TH": {"2026-05-05", "2026-06-05"},
		"DE-BB": {"2026-05-05", "2026-06-04"},
		"DE":    {"2026-05-05", "2026-06-05"}, // of which part nobody has said
	} {
		e, err := EarliestEnd(date(t, c.event), 30, holidaysOf(t, place))
		require.NoError(t, err)
		require.Equal(t, c.last, e.LastDay.String(), "%s: %s", place, e)
		open := place == "DE-BY" || place == "DE-SN" || place == "DE-TH" || place == "DE"
		require.Equal(t, open, len(e.Unsettled) > 0, place)
	}
}

// Easter and what hangs on it, and days that move, until the last year of the data; each by its own law.
func TestDaysThatMoveUntilTheLastYear(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ place, day, name string }{
		{"FR-75", "2028-04-17", "Easter Monday"},
		{"DE-NW", "2030-06-20", "Corpus Christi"},
		{"GR", "2030-04-26", "Orthodox Good Friday"}, // Easter of both on 28 and 21 April
		{"RO", "2033-04-25", "Orthodox Easter Monday"},
		{"CY", "2036-03-03", "Green Monday"},
		{"BG", "2034-04-07", "Orthodox Good Friday"},
		{"IE", "2036-02-01", "St Brigid's Day"},
		{"IE", "2029-02-05", "St Brigid's Day"},
		{"SE", "2031-06-20", "Midsummer Eve (equated for time limits)"},
		{"FI", "2033-06-24", "Midsummer Eve (equated for time limits)"},
		{"NL", "2031-04-26", "King's Day"}, // the 27th is a Sunday
		{"NL", "2036-04-26", "King's Day"},
		{"GB-ENG", "2033-12-27", "Christmas Day (substitute)"},
		{"GB-SCT", "2028-01-04", "Second Day of the New Year (substitute)"},
		{"GB-NIR", "2030-07-12", "Battle of the Boyne"},
		{"PL", "2036-12-24", "Christmas Eve"},
		{"DE-SN", "2033-11-16", "Day of Repentance and Prayer"},
		{"PT", "2027-05-27", "Corpus Christi"},
		{"IT", "2034-10-04", "St Francis of Assisi"},
		{"SK", "2027-05-08", "Victory over Fascism Day"},
	} {
		name, err := holidaysOf(t, c.place).Name(date(t, c.day))
		require.NoError(t, err)
		require.Equal(t, c.name, name, "%s on %s", c.place, c.day)
	}
}
