package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/rules/calendar"
)

func TestALimitIsCountedAndExplainedWithoutAServer(t *testing.T) {
	t.Parallel()
	code, stdout, _ := invoke(t, nil, "calendar", "count", "standstill", "2026-03-02", "--law", "ES",
		"--place", "FR-75", "--when", "electronic_letters")
	require.Equal(t, exitDone, code)
	require.Contains(t, stdout, "last day: 2026-03-23\nfree from: 2026-03-24 00:00 Europe/Paris\n")
	require.Contains(t, stdout, "Ley 9/2017, artículo 153.3")

	code, stdout, _ = invoke(t, nil, "calendar", "count", "30", "2026-05-05", "--place", "DE-NW", "--json",
		"--lang", "de")
	require.Equal(t, exitDone, code)
	var counted struct {
		LastDay   string `json:"last_day"`
		Explained string `json:"explained"`
	}
	require.NoError(t, json.Unmarshal([]byte(stdout), &counted))
	require.Equal(t, "2026-06-05", counted.LastDay)
	require.Contains(t, counted.Explained, "Fronleichnam")

	code, stdout, _ = invoke(t, nil, "calendar", "count", "answers", "2026-04-10", "--law", "NL")
	require.Equal(t, exitDone, code)
	require.Contains(t, stdout, "last day: 2026-03-31\n")

	code, stdout, _ = invoke(t, nil, "calendar", "count", "answers", "2026-04-10", "--law", "FR", "--when", "urgency",
		"--procedure", "comp-dial")
	require.Equal(t, exitDone, code)
	require.Contains(t, stdout, "last day: 2026-04-04\n")
	require.Contains(t, stdout, "It changes nothing here that it is urgent.")
}

func TestAnUnlawfulTimetableFailsAndShowsTheEarliestDates(t *testing.T) {
	t.Parallel()
	args := []string{
		"calendar", "timetable", "--law", "FR", "--place", "FR-75", "--when", "electronic_submission",
		"--notice", "2026-03-02", "--tenders",
	}
	code, stdout, _ := invoke(t, nil, append(args, "2026-04-01T12:00")...)
	require.Equal(t, exitFailed, code)
	require.Contains(t, stdout, "unlawful")
	require.Contains(t, stdout, "accepted: 2026-04-02T00:00:00 Europe/Paris or later")
	code, stdout, _ = invoke(t, nil, append(args, "2026-04-02T00:00", "--json")...)
	require.Equal(t, exitDone, code)
	var lines []map[string]any
	require.NoError(t, json.Unmarshal([]byte(stdout), &lines))
	require.NotEmpty(t, lines)
}

func TestWhatIsKnownOfALawIsListedWithWhatIsNot(t *testing.T) {
	t.Parallel()
	code, stdout, _ := invoke(t, nil, "calendar", "rules", "IE", "--on", "2026-03-02")
	require.Equal(t, exitDone, code)
	require.Regexp(t, `(?m)^standstill +16 days +letters_dispatch +S\.I\. No\. 130/2010$`, stdout)
	require.Contains(t, stdout, "not known here, to be certified with a source: answers, ")
	code, stdout, _ = invoke(t, nil, "calendar", "rules", "PT", "--json")
	require.Equal(t, exitDone, code)
	require.Contains(t, stdout, `"length": "1/3 of the time until the deadline"`)
	code, stdout, _ = invoke(t, nil, "calendar", "packs")
	require.Equal(t, exitDone, code)
	var page strings.Builder
	require.NoError(t, calendar.WriteCatalogue(&page))
	require.Equal(t, page.String(), stdout)
	code, stdout, _ = invoke(t, nil, "calendar", "holidays", "DE", "2026")
	require.Equal(t, exitDone, code)
	require.Regexp(t, `2026-06-04  Corpus Christi in DE-BW.* \(not settled\)`, stdout)
}

func TestAQuestionThatCannotBeAnsweredSaysWhatWouldBeTaken(t *testing.T) {
	t.Parallel()
	for accepted, args := range map[string][]string{
		"an ISO 3166-1 code":                       {"count", "30", "2026-03-02", "--law", "EL", "--place", "GR"},
		"certified with its source":                {"count", "standstill", "2026-03-02", "--law", "RO"},
		"a date such as":                           {"count", "standstill", "2 March", "--law", "FR"},
		"one of AT, BE":                            {"count", "30", "2026-03-02", "--place", "DE-XX"},
		"one of de, en, es, fr, it, tr":            {"count", "30", "2026-03-02", "--place", "DE", "--lang", "nl"},
		"a date from 2016 to 2036":                 {"count", "30", "2040-03-02", "--place", "DE"},
		"the place where the act is due":           {"count", "30", "2026-03-02", "--law", "EU"},
		"some of planning_notice":                  {"count", "answers", "2026-03-02", "--law", "FR", "--when", "rain"},
		"the ISO 3166-1 code of a country such as": {"count", "30", "2026-03-02"},
	} {
		code, stdout, stderr := invoke(t, nil, append([]string{"calendar"}, args...)...)
		require.Equal(t, exitFailed, code, "%v", args)
		require.Empty(t, stdout)
		require.Contains(t, stderr, "ppi: accepted: ", "%v", args)
		require.Contains(t, stderr, accepted, "%v", args)
	}
}
