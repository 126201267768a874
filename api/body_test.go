package api

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
)

func TestJSONThatCouldBeReadInTwoWaysIsRefused(t *testing.T) {
	t.Parallel()
	deep := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	for body, want := range map[string]models.Refusal{
		`{"a":1,"a":2}`:                       {Code: models.CodeInvalidRequest, Field: "/a"},
		`{"a":1,"\u0061":2}`:                  {Code: models.CodeInvalidRequest, Field: "/a"},
		`[{"x":{"b":1}},{"x":{"b":1,"b":2}}]`: {Code: models.CodeInvalidRequest, Field: "/1/x/b"},
		`{"a":"\u0000"}`:                      {Code: models.CodeInvalidText, Field: "/a"},
		`{"a":{"b":["","\u0000"]}}`:           {Code: models.CodeInvalidText, Field: "/a/b/1"},
		`{"\u0000":1}`:                        {Code: models.CodeInvalidText},
		"{\"a\":\"\x00\"}":                    {Code: models.CodeInvalidRequest, Field: "/a"},
		"{\"a\":\"\xff\"}":                    {Code: models.CodeInvalidText},
		`"\ud800"`:                            {Code: models.CodeInvalidText},
		`"\udc00\ud800"`:                      {Code: models.CodeInvalidText},
		`"\ud83d x"`:                          {Code: models.CodeInvalidText},
		`"\ud83d\ud83d"`:                      {Code: models.CodeInvalidText},
		`{}{}`:                                {Code: models.CodeInvalidRequest},
		`1 2`:                                 {Code: models.CodeInvalidRequest},
		`{"a":1}]`:                            {Code: models.CodeInvalidRequest},
		`{"a":1`:                              {Code: models.CodeInvalidRequest},
		`{"a":1,}`:                            {Code: models.CodeInvalidRequest},
		`{'a':1}`:                             {Code: models.CodeInvalidRequest},
		`NaN`:                                 {Code: models.CodeInvalidRequest},
		` `:                                   {Code: models.CodeInvalidRequest},
		"\ufeff{}":                            {Code: models.CodeInvalidRequest},
		`{"a/b":{"~":"\u0000"}}`:              {Code: models.CodeInvalidText, Field: "/a~1b/~0"},
		deep(deepestJSON + 1): {
			Code:  models.CodeInvalidRequest,
			Field: strings.Repeat("/0", deepestJSON),
		},
	} {
		refusal, refused := models.RefusalOf(checkJSON([]byte(body)))
		require.True(t, refused, body)
		require.Equal(t, want.Code, refusal.Code, body)
		if want.Field != "" {
			require.Equal(t, want.Field, refusal.Field, body)
		}
	}
	for _, body := range []string{
		`{}`, ` [] `, `null`, `"x"`, `1e400`, `{"a":{"a":1},"b":[{"a":1},{"a":1}]}`, `"\ud83d\ude00 \\ud800 \n"`,
		`{"":{"":1}}`, deep(deepestJSON), `"�"`,
	} {
		require.NoError(t, checkJSON([]byte(body)), body)
	}
}

func FuzzCheckJSON(f *testing.F) {
	for _, seed := range []string{
		`{"a":[1,{"b":"\ud83d\ude00"}]}`, `{"a":1,"a":2}`, `[[[[]]]]`, `"\ud800"`,
		`{"a":"\u0000"}`, "\x00", `1 1`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if checkJSON(body) != nil {
			return
		}
		// What passes is JSON, and Go reads it without altering it.
		var once, twice any
		d := json.NewDecoder(strings.NewReader(string(body)))
		d.UseNumber()
		require.NoError(t, d.Decode(&once))
		rendered, err := json.Marshal(once)
		require.NoError(t, err)
		require.NoError(t, checkJSON(rendered))
		d = json.NewDecoder(strings.NewReader(string(rendered)))
		d.UseNumber()
		require.NoError(t, d.Decode(&twice))
		require.Equal(t, once, twice)
		require.NotContains(t, string(rendered), `\u0000`)
	})
}

func TestBodiesAreBoundedAndOfOneMediaType(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.do(w.admin, POST, "/v1/organisations", `{"legal_name":"`+strings.Repeat("a", defaultBody)+`"}`).
		is(http.StatusRequestEntityTooLarge).refused(models.CodeBodyTooLarge)
	exact := `{"legal_name":"A","country":"FR","kind":"other"}`
	w.do(w.admin, POST, "/v1/organisations", exact+strings.Repeat(" ", defaultBody-len(exact))).is(http.StatusCreated)
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
		with("Content-Type", mediaMergePatch)).is(http.StatusOK)
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
