package models_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// docs/irregularities.md promises a test for each irregularity. A test that is renamed or deleted is noticed here.
func TestEveryTestThatThePageOfIrregularitiesNamesExists(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../docs/irregularities.md")
	require.NoError(t, err)
	named := regexp.MustCompile("`([a-z0-9/]+)\\.(Test[A-Za-z0-9]+)`").FindAllStringSubmatch(string(page), -1)
	require.Greater(t, len(named), 40)
	for _, n := range named {
		files, err := filepath.Glob(filepath.Join("..", n[1], "*_test.go"))
		require.NoError(t, err)
		found := false
		for _, file := range files {
			source, err := os.ReadFile(file)
			require.NoError(t, err)
			found = found || strings.Contains(string(source), "func "+n[2]+"(")
		}
		require.True(t, found, "%s.%s", n[1], n[2])
	}
}

// The page counts its rows: how many are shown and how many are not yet.
func TestThePageOfIrregularitiesCountsItsRows(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../docs/irregularities.md")
	require.NoError(t, err)
	rows, open := 0, 0
	for line := range strings.Lines(string(page)) {
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| entry |") {
			continue
		}
		rows++
		if strings.Contains(line, "**not yet**") {
			open++
		}
	}
	require.Contains(t, string(page), fmt.Sprintf("Shown: %d rows of %d. Not yet: %d.", rows-open, rows, open))
}
