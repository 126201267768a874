package process_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models/process"
)

func TestATextIsCutToWhatItTakesInJSON(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, want string }{
		"short":                    {"lot 1", "lot 1"},
		"as long as may be":        {strings.Repeat("a", 38), strings.Repeat("a", 38)},
		"one byte more":            {strings.Repeat("a", 39), strings.Repeat("a", 35) + "…"},
		"characters that take six": {strings.Repeat("&", 7), strings.Repeat("&", 5) + "…"},
		"of several bytes each":    {strings.Repeat("ü", 20), strings.Repeat("ü", 17) + "…"},
		"no text at all":           {"\xff\xfe" + strings.Repeat("a", 40), ""},
		"nothing":                  {"", ""},
	} {
		got := process.Clip(c.text, 40)
		if c.want != "" || c.text == "" {
			require.Equal(t, c.want, got, name)
		}
		text, err := json.Marshal(got)
		require.NoError(t, err)
		require.LessOrEqual(t, len(text), 40, name)
	}
}

func TestEachCharacterIsMeasuredAsItIsWritten(t *testing.T) {
	t.Parallel()
	for r := range rune(0x3000) {
		whole := string(r) + "abc"
		text, err := json.Marshal(whole)
		require.NoError(t, err)
		require.Equal(t, whole, process.Clip(whole, len(text)), "%U", r)
		require.NotEqual(t, whole, process.Clip(whole, len(text)-1), "%U", r)
	}
}
