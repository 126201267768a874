package rest

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"

	"github.com/ppi-engine/ppi/models"
)

func TestNamesThatComposeToOneAreGivenTwice(t *testing.T) {
	t.Parallel()
	refusal, refused := models.RefusalOf(checkJSON(composed([]byte("{\"\u00e9\":1,\"e\u0301\":2}"))))
	require.True(t, refused)
	require.Contains(t, refusal.Detail, "twice")
}

func FuzzComposed(f *testing.F) {
	for _, seed := range []string{
		"{\"e\u0301\":\"a\u0308\"}", `"\u0061\u0308"`, `["\"e\u0301\\"]`,
		`"\ud83d\ude00\u0301"`, "e\u0301", `"e\u0301`, `{"a":1.0e5}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var before, after any
		if checkJSON(body) != nil || json.Unmarshal(body, &before) != nil {
			_ = composed(body) // must not panic
			return
		}
		got := composed(body)
		require.NoError(t, json.Unmarshal(got, &after))
		require.True(t, reflect.DeepEqual(recompose(before), after) || bytes.Contains(body, []byte(`:`)), "%s", got)
		require.Equal(t, string(got), string(composed(got)), "composed is composed")
	})
}

// recompose composes the strings of a value by another way.
func recompose(v any) any {
	switch v := v.(type) {
	case string:
		return norm.NFC.String(v)
	case []any:
		for i := range v {
			v[i] = recompose(v[i])
		}
	case map[string]any:
		for name, value := range v {
			delete(v, name)
			v[norm.NFC.String(name)] = recompose(value)
		}
	}
	return v
}
