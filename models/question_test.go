package models

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAQuestionDoesNotNameWhoAsks(t *testing.T) {
	t.Parallel()
	for text, code := range map[string]Code{
		"May nodes be cooled by water?":        "",
		"ACME  Pumps, asks: may we use water?": CodeNamesAsker,
		"Must pumps be from acme-pumps?":       CodeNamesAsker,
		"Are acmepumps allowed?":               "",
		"   ":                                  CodeInvalidValue,
		strings.Repeat("a", longestQuestion+1): CodeInvalidValue,
	} {
		err := CheckQuestion(text, "en", "Acme Pumps")
		if code == "" {
			require.NoError(t, err, text)
			continue
		}
		refusal, ok := RefusalOf(err)
		require.True(t, ok, text)
		require.Equal(t, code, refusal.Code, text)
	}
	require.Error(t, CheckQuestion("May we?", "english", "Acme"))
}

func TestTheBuyersNeverSeeWhoAsks(t *testing.T) {
	t.Parallel()
	q := TenderQuestion{OrganisationID: "org_1", PersonID: "per_1", Number: 3, Text: "Why?"}
	shown := q.WithoutAsker()
	require.Empty(t, shown.OrganisationID)
	require.Empty(t, shown.PersonID)
	require.Zero(t, shown.Number)
	require.Equal(t, "Why?", shown.Text)
}
