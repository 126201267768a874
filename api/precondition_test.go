package api

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/models"
)

func TestAChangeNamesTheVersionItWasMadeOn(t *testing.T) {
	t.Parallel()
	w := setup(t)
	leader := w.buyer()
	p := w.procurement(leader)
	patch := map[string]any{"zone": "Europe/Rome"}
	w.do(leader, PATCH, p.Self(), patch, without(headerIfMatch)).is(http.StatusPreconditionRequired).
		refused(models.CodeMissingIfMatch)
	for _, unreadable := range []string{
		"1", `"1`, "**", ",", `*, "1"`, `"1", *`, `"1" "2"`, `"1", 2`, `w/"1"`, `W"1"`, `W/ "1"`, `"1"x`, "\"\t1\"",
		`" 1"`,
		strings.Repeat(`"7",`, 101),
	} {
		w.do(leader, PATCH, p.Self(), patch, with(headerIfMatch, unreadable)).is(http.StatusBadRequest).
			refused(models.CodeInvalidRequest)
	}
	for _, another := range []string{
		`W/"1"`, `"7", W/"1"`, `"7"`, `"x"`, `"01"`, `"+1"`, `""`, `"9223372036854775808"`, `"7,"`, `"*"`, `"é"`,
		`"7", "9"`, `"1,1"`,
	} {
		w.do(leader, PATCH, p.Self(), patch, with(headerIfMatch, another)).is(http.StatusPreconditionFailed).
			refused(models.CodeStale)
	}
	changed := w.do(leader, PATCH, p.Self(), patch, with(headerIfMatch, `"1"`)).is(http.StatusOK)
	require.Equal(t, `"2"`, changed.etag())
	stale := w.do(leader, PATCH, p.Self(), patch, with(headerIfMatch, `"1"`)).is(http.StatusPreconditionFailed).
		refused(models.CodeStale)
	require.Contains(t, stale.Detail, "present version is 2")
	w.do(leader, PATCH, p.Self(), patch, with(headerIfMatch, "*")).is(http.StatusOK)
}

func TestAChangeMayNameSeveralVersions(t *testing.T) {
	t.Parallel()
	w := setup(t)
	leader := w.buyer()
	p := w.procurement(leader)
	patch := map[string]any{"zone": "Europe/Rome"}
	for _, list := range []string{`"7", "1"`, `"2","1"`, `,, "3" , "x,y",`, `W/"4", "4"`} {
		w.do(leader, PATCH, p.Self(), patch, with(headerIfMatch, list)).is(http.StatusOK)
	}
	lines := func(h http.Header) { h[headerIfMatch] = []string{`"7"`, `"5"`} }
	w.do(leader, PATCH, p.Self(), patch, lines).is(http.StatusOK)
	w.do(leader, PATCH, p.Self(), patch, lines).is(http.StatusPreconditionFailed)
	starred := func(h http.Header) { h[headerIfMatch] = []string{"*", `"6"`} }
	w.do(leader, PATCH, p.Self(), patch, starred).is(http.StatusBadRequest)
}

func TestACommandKeepsTheVersionsItMayBeCarriedOutOn(t *testing.T) {
	t.Parallel()
	w := setup(t)
	leader := w.buyer()
	p := w.procurement(leader)
	for header, kept := range map[string]string{"*": "any", `"7", "1"`: "[7, 1]", `W/"1"`: "[]", `"1"`: "[1]"} {
		// No engine runs in this test: the command stays as it was written down.
		w.do(leader, POST, p.Self()+"/actions/start", map[string]any{}, with(headerIfMatch, header)).
			is(http.StatusServiceUnavailable)
		require.Equal(t, 1, w.count("SELECT count(*) FROM commands WHERE coalesce(if_match::text, 'any') = $1", kept),
			header)
	}
}

func TestOfChangesMadeOnOneVersionOneSucceeds(t *testing.T) {
	t.Parallel()
	w := setup(t)
	leader := w.buyer()
	p := w.procurement(leader)
	succeeded := 0
	for _, a := range w.atOnce(16, func(int) response {
		return w.do(leader, PATCH, p.Self(), map[string]any{"profile": "EINFRA-21-2017"}, with(headerIfMatch, `"1"`))
	}) {
		if a.Code == http.StatusOK {
			succeeded++
			continue
		}
		a.is(http.StatusPreconditionFailed).refused(models.CodeStale)
	}
	require.Equal(t, 1, succeeded)
	require.Equal(t, 1, w.count("SELECT count(*) FROM events WHERE type = 'procurement.changed'"))
}

func TestAReaderThatHasTheVersionIsToldSo(t *testing.T) {
	t.Parallel()
	w := setup(t)
	leader := w.buyer()
	p := w.procurement(leader)
	for _, header := range []string{`"1"`, `W/"1"`, `"0", "1"`, `"0", W/"1"`, `"a,b","1"`, "*"} {
		r := w.do(leader, GET, p.Self(), nil, with(headerIfNoneMatch, header)).is(http.StatusNotModified)
		require.Empty(t, r.Body.String())
		require.Equal(t, `"1"`, r.etag())
	}
	lines := func(h http.Header) { h[headerIfNoneMatch] = []string{`"0"`, `W/"1"`} }
	w.do(leader, GET, p.Self(), nil, lines).is(http.StatusNotModified)
	for _, header := range []string{`"2"`, `W/"2"`, "1", `"a,"1",b"`, `W/W/"1"`} {
		w.do(leader, GET, p.Self(), nil, with(headerIfNoneMatch, header)).is(http.StatusOK)
	}
}

func TestEveryResourceHasAnETagThatChangesWithIt(t *testing.T) {
	t.Parallel()
	w := setup(t)
	leader := w.buyer()
	p := w.procurement(leader)
	given := w.give(leader, p, w.personOf(leader.organisation).person, models.RoleObserver)
	someone := w.personOf(leader.organisation)
	path := "/v1/people/" + string(someone.person)
	var keys rest.Page[Key]
	w.do(someone, GET, path+"/api-keys", nil).into(&keys)
	for _, c := range []struct {
		who    caller
		path   string
		method string
		body   any
	}{
		{w.admin, "/v1/organisations/" + string(leader.organisation), PATCH, map[string]any{"legal_name": "New"}},
		{leader, path, PATCH, map[string]any{"name": "New"}},
		{
			leader, p.Self() + "/members/" + string(leader.organisation), PUT,
			map[string]any{"lead": true, "budget_share": "50"},
		},
		{leader, given.Self(), DELETE, nil},
		{leader, path + "/api-keys/" + string(keys.Items[0].ID), DELETE, nil},
	} {
		reader := c.who
		before := w.do(reader, GET, c.path, nil).is(http.StatusOK)
		w.do(c.who, c.method, c.path, c.body, with(headerIfMatch, `"0"`)).is(http.StatusPreconditionFailed)
		changed := w.do(c.who, c.method, c.path, c.body, with(headerIfMatch, before.etag())).is(http.StatusOK)
		after := w.do(reader, GET, c.path, nil, with(headerIfNoneMatch, before.etag())).is(http.StatusOK)
		require.Equal(t, changed.etag(), after.etag(), c.path)
		require.NotEqual(t, before.etag(), after.etag(), c.path)
		require.JSONEq(t, changed.Body.String(), after.Body.String(), c.path)
	}
}
