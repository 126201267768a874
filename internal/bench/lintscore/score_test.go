package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/rules/neutrality"
)

const set = "../../../rules/neutrality/testdata/labelled"

// The frozen half is for the figure only: whoever changed it with the rules in view would measure nothing.
func TestTheFrozenHalfIsAsItWasWhenItWasFrozen(t *testing.T) {
	t.Parallel()
	sums, err := os.ReadFile(filepath.Join(set, "frozen.sha256"))
	require.NoError(t, err)
	var files []string
	for line := range strings.Lines(string(sums)) {
		sum, name, ok := strings.Cut(strings.TrimSpace(line), "  ")
		require.True(t, ok, line)
		content, err := os.ReadFile(filepath.Join(set, name))
		require.NoError(t, err)
		digest := sha256.Sum256(content)
		require.Equal(t, sum, hex.EncodeToString(digest[:]), "%s was changed after it was frozen", name)
		files = append(files, filepath.Base(name))
	}
	for _, language := range languages() {
		require.Contains(t, files, language+".jsonl")
	}
}

func TestEachLanguageHasEnoughSentencesOfEachKindAndHalfOfThemWithoutFault(t *testing.T) {
	t.Parallel()
	for _, language := range languages() {
		total, ids := 0, map[string]bool{}
		for _, half := range []string{development, frozen} {
			all, err := read(set, half, language)
			require.NoError(t, err)
			total += len(all)
			counts, without := map[string]int{}, 0
			for _, s := range all {
				require.False(t, ids[s.ID], "%s is there twice", s.ID)
				ids[s.ID] = true
				require.NotEmpty(t, s.Source, s.ID)
				if len(s.Findings) == 0 {
					without++
				}
				for _, l := range s.Findings {
					require.Contains(t, kinds(), l.Kind, s.ID)
					require.Contains(t, s.Text, l.Words, s.ID)
					counts[l.Kind]++
				}
			}
			for _, kind := range kinds() {
				require.GreaterOrEqual(t, counts[kind], 5, "%s %s %s", half, language, kind)
			}
			require.InDelta(t, 0.45, share(without, len(all)), 0.05, "%s %s", half, language)
		}
		require.GreaterOrEqual(t, total, 120, language)
	}
}

func TestAFindingIsRightIfItOverlapsALabelOfItsClass(t *testing.T) {
	t.Parallel()
	s := score{Labels: map[string]int{}, Found: map[string]int{}}
	text := "Käse of ACME, made in Lyon, fast"
	at := func(code neutrality.Code, start, end int) neutrality.Finding {
		return neutrality.Finding{Code: code, Start: start, End: end, Text: string([]rune(text)[start:end])}
	}
	s.compare(labelled{ID: "x", Text: text, Findings: []label{
		{"brand", "ACME"}, {"origin", "made in Lyon"}, {"vague", "fast"},
	}}, []neutrality.Finding{
		at(neutrality.CodeBrand, 8, 12), at(neutrality.CodeOrigin, 22, 26), at(neutrality.CodeStandard, 28, 32),
		at(neutrality.CodeVague, 0, 4),
	})
	require.Equal(t, map[string]int{"brand": 1, "origin": 1}, s.Found)
	require.Equal(t, []string{`x vague: "fast"`}, s.Missed)
	require.Equal(t, []string{`x standard_without_equivalent: "fast"`, `x vague: "Käse"`}, s.Wrong)
	require.InDelta(t, 2.0/3, s.recall(), 1e-9)
	require.InDelta(t, 0.5, s.precision(), 1e-9)
}

func TestOfTheFrozenHalfOnlyFiguresAreShown(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.NoError(t, run(&out, set, "", true))
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	first := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, frozen) })
	require.Positive(t, first)
	for _, line := range lines[first:] {
		require.True(t, strings.HasPrefix(line, frozen), line)
	}
	require.Contains(t, out.String(), "    missed ")
}
