package award

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// The file was written by the release before criteria said what is rounded. Awards of that time are on record with the
// digests of such rankings.
func TestRankingsOfEarlierReleasesAreRenderedAsTheyWere(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/former_rankings.json")
	require.NoError(t, err)
	var records []struct {
		Scheme, Ranking json.RawMessage
		Tenders         []Tender
	}
	require.NoError(t, json.Unmarshal(text, &records))
	require.Len(t, records, 42, "seven methods, three roundings, with and without a minimum")
	for _, r := range records {
		var s Scheme
		require.NoError(t, json.Unmarshal(r.Scheme, &s))
		scheme, err := json.Marshal(s)
		require.NoError(t, err)
		require.JSONEq(t, string(r.Scheme), string(scheme))
		ranking, err := json.Marshal(rank(t, s, r.Tenders...))
		require.NoError(t, err)
		require.JSONEq(t, string(r.Ranking), string(ranking))
	}
}
