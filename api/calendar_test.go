package api

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
)

// asking writes the path of a question to the calendar.
func asking(what string, query ...string) string {
	values := url.Values{}
	for i := 0; i < len(query); i += 2 {
		values.Add(query[i], query[i+1])
	}
	return "/v1/calendar/" + what + "?" + values.Encode()
}

func TestEverybodyMayAskTheCalendar(t *testing.T) {
	t.Parallel()
	w := setup(t)
	var places itemsOf[CalendarPlaceView]
	w.do(caller{}, GET, "/v1/calendar/places", nil).is(http.StatusOK).into(&places)
	require.Contains(t, places.Items, CalendarPlaceView{"DE-NW", "Europe/Berlin", 2016, 2036})

	var days itemsOf[CalendarHolidayView]
	w.do(caller{}, GET, asking("holidays", "place", "DE-NW", "year", "2026"), nil).is(http.StatusOK).into(&days)
	require.Contains(t, days.Items, CalendarHolidayView{"2026-06-04", "Corpus Christi", false})

	var law CalendarLawView
	w.do(caller{}, GET, "/v1/calendar/laws/NL?on=2026-03-02", nil).is(http.StatusOK).into(&law)
	require.Contains(t, law.Titles, "Aanbestedingswet 2012")
	require.Contains(t, law.Unknown, "retention")

	var standstill PeriodView
	w.do(caller{}, GET, asking("period", "law", "ES", "place", "FR-75", "rule", "standstill", "from", "2026-03-02",
		"circumstances", "electronic_letters", "lang", "es"), nil).is(http.StatusOK).into(&standstill)
	require.Equal(t, "2026-03-24", standstill.FreeDay)
	require.Equal(t, "working_days", standstill.Unit)
	require.Equal(t, "2026-03-23T23:00:00Z", standstill.Ends.Format("2006-01-02T15:04:05Z07:00"))
	require.Contains(t, standstill.Explained, "días hábiles")

	var table TimetableView
	w.do(caller{}, GET, asking("timetable", "law", "FR", "place", "FR-75", "notice", "2026-03-02", "tenders",
		"2026-04-01T12:00", "circumstances", "electronic_submission", "lang", "fr"), nil).is(http.StatusOK).into(&table)
	require.False(t, table.Lawful)
	require.Equal(t, "2026-04-02", table.Lines[0].Earliest)
	require.Equal(t, models.CodeBelowStatutoryMinimum, table.Lines[0].Violation.Code)
}

func TestAQuestionToTheCalendarThatHasNoAnswerIsRefused(t *testing.T) {
	t.Parallel()
	w := setup(t)
	const invalid, noRule, noDays = models.CodeInvalidValue, models.CodeRuleUnknown, models.CodeHolidayUnknown
	for path, want := range map[string]struct {
		status int
		code   models.Code
	}{
		asking("period", "from", "2026-03-02", "n", "30"):                              {422, invalid},
		asking("period", "law", "RO", "rule", "standstill", "from", "2026-03-02"):      {422, noRule},
		asking("period", "law", "FR", "rule", "coffee", "from", "2026-03-02"):          {422, noRule},
		asking("period", "law", "UK", "place", "FR", "n", "30", "from", "2026-03-02"):  {422, invalid},
		asking("period", "place", "DE-XX", "n", "30", "from", "2026-03-02"):            {422, noDays},
		asking("period", "place", "DE", "n", "30", "from", "2026-02-30"):               {422, invalid},
		asking("period", "place", "DE", "n", "30", "from", "2099-03-02"):               {422, noDays},
		asking("period", "place", "DE", "n", "3661", "from", "2026-03-02"):             {422, invalid},
		asking("period", "place", "DE", "n", "30", "from", "2026-03-02", "lang", "nl"): {422, invalid},
		asking("holidays", "place", "DE", "year", "2040"):                              {422, noDays},
		asking("holidays", "place", "EL", "year", "2026"):                              {422, noDays},
		"/v1/calendar/laws/ZZ": {422, invalid},
		asking("timetable", "law", "FR", "notice", "2026-03-02", "contract", "soon"):     {422, invalid},
		asking("timetable", "law", "FR", "notice", "2026-03-02", "procedure", "auction"): {422, invalid},
		asking("timetable", "law", "FR", "notice", "2026-03-02", "directive", "2009/81"): {422, invalid},
	} {
		answer := w.do(caller{}, GET, path, nil)
		answer.is(want.status)
		answer.refused(want.code)
	}
}

func TestTheTimetableOfAProcurementIsJudgedByItsOwnLaw(t *testing.T) {
	t.Parallel()
	w := setup(t)
	lead := w.buyer()
	p := w.procurement(lead)
	var table TimetableView
	w.do(lead, GET, p.Self()+"/timetable?notice=2026-03-02&tenders=2026-04-01T12:00", nil).
		is(http.StatusOK).into(&table)
	require.Equal(t, "FR", table.By.Law)
	require.False(t, table.By.Agreed)
	require.False(t, table.Lawful)
	require.Equal(t, "2026-04-02", table.Lines[0].Earliest, "tenders are electronic here")
	w.do(lead, GET, p.Self()+"/timetable?notice=soon", nil).is(http.StatusUnprocessableEntity)
}

func TestAnOrganisationNamesItsRegion(t *testing.T) {
	t.Parallel()
	w := setup(t)
	var made organisation
	w.do(w.admin, POST, "/v1/organisations", map[string]any{
		"legal_name": "Stadt Köln", "country": "DE", "region": "DE-NW", "kind": "contracting_authority",
	}).is(http.StatusCreated).into(&made)
	require.Equal(t, "DE-NW", made.Region)
	for _, region := range []string{"DE-XX", "FR-75", "NW", "DE-"} {
		w.do(w.admin, POST, "/v1/organisations", map[string]any{
			"legal_name": "Stadt", "country": "DE", "region": region, "kind": "contracting_authority",
		}).is(http.StatusUnprocessableEntity).refused(models.CodeInvalidValue)
	}
	w.do(w.admin, PATCH, made.Self(), map[string]any{"country": "FR"}).is(http.StatusUnprocessableEntity).
		refused(models.CodeInvalidValue)
	var moved organisation
	w.do(w.admin, PATCH, made.Self(), map[string]any{"country": "FR", "region": "FR-67"}).is(http.StatusOK).into(&moved)
	require.Equal(t, "FR-67", moved.Region)
	w.do(w.admin, PATCH, made.Self(), map[string]any{"region": ""}).is(http.StatusOK).into(&moved)
	require.Empty(t, moved.Region)
}
