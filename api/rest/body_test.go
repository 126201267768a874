package rest

import (
	"encoding/json"
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
