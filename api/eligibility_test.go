package api

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/models"
)

func TestEverybodyMayReadWhatCallsAsk(t *testing.T) {
	t.Parallel()
	w := setup(t)
	var page rest.Page[CallProfileView]
	first := w.do(caller{}, GET, "/v1/call-profiles?limit=5", nil).is(http.StatusOK)
	first.into(&page)
	require.Len(t, page.Items, 5)
	require.Equal(t, "public, max-age=3600", first.Header().Get("Cache-Control"))
	var next rest.Page[CallProfileView]
	w.do(caller{}, GET, "/v1/call-profiles?limit=200&cursor="+page.NextCursor, nil).is(http.StatusOK).into(&next)
	require.Empty(t, next.NextCursor)
	require.Greater(t, next.Items[0].ID, page.Items[4].ID)

	var call CallRulesView
	w.do(caller{}, GET, "/v1/call-profiles/COS-CLUSTER-2020-3-03?lang=tr", nil).is(http.StatusOK).into(&call)
	require.Equal(t, &CallDeadlineView{"2021-02-02T17:00", "Europe/Brussels"}, call.Closes)
	require.Equal(t, "2020-11-03", call.Opens)
	require.Equal(t, "2020-11-03", call.TextDate)
	require.Equal(t, "Konsorsiyumda en az 3 farklı tüzel kişilik vardır.", call.Rules[0].Explained)
	require.JSONEq(t, `{"at_least": 3}`, string(call.Rules[0].Values.RawMessage))
	require.NotEmpty(t, call.Rules[0].Source)

	w.do(caller{}, GET, "/v1/call-profiles/COS-PPI-1066-1-01", nil).is(http.StatusNotFound).
		refused(models.CodeNotFound)
	w.do(caller{}, GET, "/v1/call-profiles/COS-PPI-2020-2-04?lang=la", nil).is(http.StatusUnprocessableEntity).
		refused(models.CodeInvalidValue)
	w.do(caller{}, GET, "/v1/call-profiles?cursor=x", nil).is(http.StatusBadRequest).
		refused(models.CodeInvalidCursor)
}

func TestADraftUnderACallThatDoesNotExistIsRefusedWithThoseNear(t *testing.T) {
	t.Parallel()
	w := setup(t)
	leader := w.buyer()
	p := w.procurement(leader)
	for _, r := range []response{
		w.do(leader, PATCH, p.Self(), map[string]any{"profile": "COS-PPI-2020-2-4"}),
		w.do(leader, POST, "/v1/procurements", map[string]any{
			"title": models.Text{"en": "Quiet trains"}, "languages": []string{"en"}, "mode": "rehearsal",
			"zone": "Europe/Paris", "profile": "COS-PPI-2020-2-4",
		}),
	} {
		var problem rest.Problem
		r.is(http.StatusUnprocessableEntity).refused(models.CodeInvalidValue)
		r.into(&problem)
		require.Equal(t, "/profile", problem.Errors[0].Pointer)
		require.Contains(t, problem.Errors[0].Accepted, "one of COS-PPI-2020-2-04, ")
		require.Contains(t, problem.Errors[0].Accepted, "GET /v1/call-profiles")
	}

	// A draft of an earlier release may have any profile. It changes in other things, and does not start.
	w.exec("UPDATE procurements SET profile = 'COS-PPI-1066-1-01' WHERE id = $1", p.ID)
	w.do(leader, PATCH, p.Self(), map[string]any{"zone": "Europe/Rome"}).is(http.StatusOK)
	var found EligibilityView
	w.do(leader, POST, p.Self()+"/eligibility", nil, without(headerIdempotencyKey)).
		is(http.StatusUnprocessableEntity).refused(models.CodeInvalidValue)
	w.do(leader, POST, p.Self()+"/eligibility", map[string]any{"call": "EINFRA-21-2017"}).is(http.StatusOK).into(&found)
	require.Equal(t, "EINFRA-21-2017", found.Call)
}

func TestAConsortiumReadsWhatItLacks(t *testing.T) {
	t.Parallel()
	w := setup(t)
	leader := w.buyer()
	p := w.procurement(leader)
	path := p.Self() + "/eligibility"
	w.do(leader, POST, path, nil).is(http.StatusUnprocessableEntity).refused(models.CodeInvalidValue)
	w.do(leader, PATCH, p.Self(), map[string]any{"profile": "COS-PPI-2020-2-04"}).is(http.StatusOK)
	events := w.count("SELECT count(*) FROM events")

	var found EligibilityView
	w.do(leader, POST, path+"?lang=tr", nil, without(headerIdempotencyKey)).is(http.StatusOK).into(&found)
	require.Equal(t, "COS-PPI-2020-2-04", found.Call)
	require.False(t, found.Eligible)
	require.Equal(t, len(found.Rules), found.Summary.Met+found.Summary.NotMet+found.Summary.Unknown)
	buyers := found.Rules[0]
	require.Equal(t, "buyers", buyers.ID)
	require.Equal(t, models.FindingNotMet, buyers.Finding)
	require.Equal(t, "1 ihale makamı; en az 2 gerekir", buyers.Reason)
	require.Equal(t, "1 tane daha.", buyers.Needed)
	require.Len(t, buyers.Counted, 1)
	require.NotNil(t, buyers.Evidence)

	before := map[string]any{"as_of": "2001-01-01T00:00:00Z"}
	w.do(leader, POST, path, before).is(http.StatusOK).into(&found)
	require.Equal(t, 2001, found.AsOf.Year())
	require.Empty(t, found.Rules[0].Counted, "nobody had joined")

	for _, wrong := range []map[string]any{{"call": "X"}, {"call": "a b"}, {"as_of": "soon"}, {"colour": "red"}} {
		w.do(leader, POST, path, wrong).is(http.StatusUnprocessableEntity).refused(models.CodeInvalidValue)
	}
	w.do(leader, POST, path+"?lang=la", nil).is(http.StatusUnprocessableEntity).refused(models.CodeInvalidValue)
	require.Equal(t, events, w.count("SELECT count(*) FROM events"), "it changes nothing")
}
