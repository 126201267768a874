package api

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/models"
)

func TestAListIsReadPageByPageWithoutGapOrRepeat(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for i := range 7 {
		w.do(w.admin, POST, "/v1/organisations",
			map[string]any{"legal_name": strconv.Itoa(i), "country": "DE", "kind": "other"}).is(http.StatusCreated)
	}
	var names []string
	pages := 0
	for path := "/v1/organisations?limit=3"; path != ""; pages++ {
		var page rest.Page[organisation]
		r := w.do(w.admin, GET, path, nil).is(http.StatusOK).into(&page)
		for _, o := range page.Items {
			names = append(names, o.LegalName)
		}
		path = ""
		if page.NextCursor != "" {
			link := r.Header().Get("Link")
			path = strings.TrimSuffix(strings.TrimPrefix(link, "<"), `>; rel="next"`)
			require.Equal(t, page.NextCursor, mustQuery(t, path).Get("cursor"))
		} else {
			require.Empty(t, r.Header().Get("Link"))
		}
	}
	require.Equal(t, []string{"Operator", "0", "1", "2", "3", "4", "5", "6"}, names)
	require.Equal(t, 3, pages)
}

func mustQuery(t *testing.T, path string) url.Values {
	t.Helper()
	u, err := url.Parse(path)
	require.NoError(t, err)
	return u.Query()
}

func TestACursorServesItsOwnListOnly(t *testing.T) {
	t.Parallel()
	w := setup(t)
	a := w.buyer()
	for range 3 {
		w.procurement(a)
	}
	other := w.personOf(a.organisation)
	var page rest.Page[procurement]
	w.do(a, GET, "/v1/procurements?limit=1", nil).into(&page)
	cursor := page.NextCursor
	w.do(a, GET, "/v1/procurements?limit=2&cursor="+cursor, nil).is(http.StatusOK)

	refuse := func(c caller, path, cursor string) {
		w.do(c, GET, path+"limit=1&cursor="+url.QueryEscape(cursor), nil).is(http.StatusBadRequest).
			refused(models.CodeInvalidCursor)
	}
	refuse(other, "/v1/procurements?", cursor)
	refuse(a, "/v1/organisations?", cursor)
	refuse(a, "/v1/procurements?status=draft&", cursor)
	for i := range cursor {
		refuse(a, "/v1/procurements?", cursor[:i]+string(rune('A'+(cursor[i]-'A'+1)%26))+cursor[i+1:])
	}
	for _, forged := range []string{"x", "=", cursor + "A", cursor[1:], strings.Repeat("A", 400), cursor + "=", "ä"} {
		refuse(a, "/v1/procurements?", forged)
	}
}

func TestWhoMayNotSeeAListIsToldThatBeforeItsCursorIsLookedAt(t *testing.T) {
	t.Parallel()
	w := setup(t)
	p, stranger := w.procurement(w.buyer()), w.buyer()
	for _, path := range []string{
		p.Self() + "/releases?cursor=x", p.Self() + "/consultations?cursor=x", p.Self() + "/members?cursor=x",
		"/v1/events?after=x&procurement=" + string(p.ID),
		"/v1/endpoints/" + string(models.NewID(models.PrefixEndpoint)) + "/deliveries?cursor=x",
	} {
		w.do(stranger, GET, path, nil).is(http.StatusNotFound).refused(models.CodeNotFound)
	}
	w.do(stranger, GET, "/v1/events?after=x", nil).is(http.StatusBadRequest).refused(models.CodeInvalidCursor)
}

func TestLimitsAreBounded(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for _, limit := range []string{"0", "-1", "201", "x", "1.5", "99999999999999999999"} {
		problem := w.do(w.admin, GET, "/v1/people?limit="+limit, nil).is(http.StatusUnprocessableEntity).
			refused(models.CodeInvalidValue)
		require.Equal(t, "limit", problem.Errors[0].Parameter)
	}
	w.do(w.admin, GET, "/v1/people?limit=200", nil).is(http.StatusOK)
}

func TestFiltersNarrowAListAndStayWithItsPages(t *testing.T) {
	t.Parallel()
	w := setup(t)
	a := w.buyer()
	w.personOf(a.organisation)
	w.buyer()
	path := "/v1/people?limit=1&organisation_id=" + string(a.organisation)
	var first, second rest.Page[PersonView]
	r := w.do(w.admin, GET, path, nil).is(http.StatusOK).into(&first)
	next := strings.TrimSuffix(strings.TrimPrefix(r.Header().Get("Link"), "<"), `>; rel="next"`)
	w.do(w.admin, GET, next, nil).is(http.StatusOK).into(&second)
	require.Empty(t, second.NextCursor)
	for _, page := range []rest.Page[PersonView]{first, second} {
		require.Equal(t, a.organisation, page.Items[0].OrganisationID)
	}
	w.do(w.admin, GET, "/v1/people?organisation_id=x", nil).is(http.StatusUnprocessableEntity).
		refused(models.CodeInvalidID)
}
