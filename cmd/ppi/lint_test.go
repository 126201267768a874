package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func linting(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(t.Context(), append([]string{"lint"}, args...), nil, &out, &errs)
	return code, out.String(), errs.String()
}

func written(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

func TestLintNamesLineWordsReasonAndArticle(t *testing.T) {
	t.Parallel()
	code, out, _ := linting(t, "--language", "en", written(t, "need.txt", "A neutral line.\nServers by Intel Xeon."))
	require.Equal(t, exitFailed, code)
	require.Contains(t, out, `need.txt: line 2: brand: "Intel Xeon" names a product`)
	require.Contains(t, out, "Article 42(4)")
}

func TestLintExitsWithoutAFaultWhereNothingIsFound(t *testing.T) {
	t.Parallel()
	for _, language := range []string{"en", "el"} {
		code, _, errs := linting(t, "--language", language, written(t, "need.txt", "42"))
		require.Equal(t, exitDone, code, errs)
	}
	_, out, _ := linting(t, "--language", "el", written(t, "need.txt", "Κείμενο"))
	require.Contains(t, out, "not checked in this language (el)")
}

func TestLintAdvisesOnNamesWithAnEquivalentWithoutAFault(t *testing.T) {
	t.Parallel()
	code, out, errs := linting(t, "--language", "de", written(t, "need.txt", "Laptop Dell Latitude 5440 o. glw."))
	require.Equal(t, exitDone, code, errs)
	require.Contains(t, out, "brand_or_equivalent")
}

func TestLintTellsFaultsOfTheCallFromFindings(t *testing.T) {
	t.Parallel()
	file := written(t, "need.txt", "42")
	for name, args := range map[string][]string{
		"no language":      {file},
		"no such language": {"--language", "xx-nowhere", file},
		"no such part":     {"--language", "en", "--part", "hat", file},
		"no such file":     {"--language", "en", file + ".not"},
		"a picture":        {"--language", "en", written(t, "a.png", "\x89PNG\r\n\x1a\n\x00")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, out, errs := linting(t, args...)
			require.Equal(t, exitUsage, code, errs)
			require.Empty(t, out)
			require.NotEmpty(t, errs)
		})
	}
}

func TestLintWritesJSONThatNamesEveryFile(t *testing.T) {
	t.Parallel()
	code, out, _ := linting(t, "--language", "de", "--json",
		written(t, "a.txt", "Server von Dell"), written(t, "b.txt", "Neutral"))
	require.Equal(t, exitFailed, code)
	var linted []lintedFile
	require.NoError(t, json.Unmarshal([]byte(out), &linted))
	require.Len(t, linted, 2)
	require.Equal(t, "line 1", linted[0].Findings[0].Where)
	require.Equal(t, []lintedFinding{}, linted[1].Findings)
}
