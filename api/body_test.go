package api

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
)

// largestBody is what a body may have unless an operation says otherwise.
const largestBody = 1 << 20

func TestBodiesAreBoundedAndOfOneMediaType(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.do(w.admin, POST, "/v1/organisations", `{"legal_name":"`+strings.Repeat("a", largestBody)+`"}`).
		is(http.StatusRequestEntityTooLarge).refused(models.CodeBodyTooLarge)
	exact := `{"legal_name":"A","country":"FR","kind":"other"}`
	w.do(w.admin, POST, "/v1/organisations", exact+strings.Repeat(" ", largestBody-len(exact))).is(http.StatusCreated)
	for _, media := range []string{
		"text/plain", "application/x-www-form-urlencoded", "application/jsonx",
		"application/merge-patch+json", "", "x",
	} {
		w.do(w.admin, POST, "/v1/organisations", exact, with("Content-Type", media)).
			is(http.StatusUnsupportedMediaType).refused(models.CodeUnsupportedMediaType)
	}
	w.do(w.admin, POST, "/v1/organisations", exact, with("Content-Type", "Application/JSON; charset=utf-8")).
		is(http.StatusCreated)
	w.do(w.admin, PATCH, "/v1/organisations/"+string(w.admin.organisation), `{}`,
		with("Content-Type", "application/merge-patch+json")).is(http.StatusOK)
	w.do(w.admin, POST, "/v1/organisations", nil).is(http.StatusBadRequest).refused(models.CodeInvalidRequest)
	k := w.do(w.admin, DELETE, "/v1/people/"+string(w.admin.person)+"/api-keys/x", `{"x":1}`)
	k.is(http.StatusBadRequest).refused(models.CodeInvalidRequest)
}

func TestEveryFaultOfABodyIsToldAtOnceWithoutRepeatingIt(t *testing.T) {
	t.Parallel()
	w := setup(t)
	body := `{"legal_name":"  ","country":"France","kind":"bank","sme":"hush-hush","password":"hush-hush",` +
		`"Country":"FR"}`
	r := w.do(w.admin, POST, "/v1/organisations", body).is(http.StatusUnprocessableEntity)
	problem := r.refused(models.CodeInvalidValue)
	pointers := map[string]bool{}
	for _, fault := range problem.Errors {
		pointers[fault.Pointer] = true
		require.Equal(t, models.CodeInvalidValue, fault.Code)
	}
	require.Equal(t, map[string]bool{
		"/legal_name": true, "/country": true, "/kind": true, "/sme": true,
		"/password": true, "/Country": true,
	}, pointers)
	require.NotContains(t, r.Body.String(), "hush-hush")
}

func TestNullIsNoListAndNoName(t *testing.T) {
	t.Parallel()
	w := setup(t)
	buyer := w.buyer()
	body := draft()
	body["languages"] = nil
	problem := w.do(buyer, POST, "/v1/procurements", body).is(http.StatusUnprocessableEntity).
		refused(models.CodeInvalidValue)
	require.Equal(t, "/languages", problem.Errors[0].Pointer)
	body["languages"] = []any{nil}
	w.do(buyer, POST, "/v1/procurements", body).is(http.StatusUnprocessableEntity)
	body["languages"] = []string{}
	w.do(buyer, POST, "/v1/procurements", body).is(http.StatusUnprocessableEntity)
}

func TestAURLIsReadInOneWayOnly(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for path, code := range map[string]models.Code{
		"/v1/people?limit=1&limit=2":         models.CodeInvalidRequest,
		"/v1/people?limits=1":                models.CodeInvalidRequest,
		"/v1/people?Limit=1":                 models.CodeInvalidRequest,
		"/v1/people?limit=%zz":               models.CodeInvalidRequest,
		"/v1/people?limit=1;cursor=2":        models.CodeInvalidRequest,
		"/v1/people?cursor=%00":              models.CodeInvalidText,
		"/v1/people?cursor=%ff":              models.CodeInvalidText,
		"/v1/people?%00=1":                   models.CodeInvalidText,
		"/v1/people/%00":                     models.CodeInvalidText,
		"/v1/people/%ff":                     models.CodeInvalidText,
		"/v1/people/":                        models.CodeNotFound,
		"/v1/people//":                       models.CodeNotFound,
		"/V1/people":                         models.CodeNotFound,
		"/v1/people/..%2fme":                 models.CodeNotFound,
		"/v1/nothing":                        models.CodeNotFound,
		"/":                                  models.CodeNotFound,
		"/v1/organisations/" + "org_" + "..": models.CodeNotFound,
	} {
		w.do(w.admin, GET, path, nil).refused(code)
	}
	r := w.do(w.admin, "TRACE", "/v1/people", nil).is(http.StatusMethodNotAllowed)
	r.refused(models.CodeMethodNotAllowed)
	require.ElementsMatch(t, []string{"GET", "HEAD", "POST"}, strings.Split(r.Header().Get("Allow"), ", "))
}
