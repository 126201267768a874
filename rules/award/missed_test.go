package award

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Whoever is out by an announced bound is told which; whoever was excluded by a decision, or is in, missed none. The
// ranking is rendered as if nothing of this were known, because decisions name its digest.
func TestABoundIsNamedForWhoIsOutByOneAndForNobodyElse(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		s, tenders := anyScheme(rt), anyTenders(rt)
		if s.Method != FixedPrice { // there, no price is opened for anything
			s.Best = rapid.IntRange(0, 3).Draw(rt, "best")
		}
		r := rank(rt, s, tenders...)
		for _, p := range r.Places {
			m, missed := r.MissedBy(p.Tender)
			require.Equal(rt, p.Excluded != "" && p.Excluded != "late", missed, p.Excluded)
			if missed {
				require.Contains(rt, p.Excluded, m.Reached)
				require.Contains(rt, p.Excluded, m.Needed)
			}
		}
		rendered, err := json.Marshal(r)
		require.NoError(rt, err)
		require.False(rt, strings.Contains(string(rendered), "Missed") || strings.Contains(string(rendered), "Needed"))
		var again Ranking
		require.NoError(rt, json.Unmarshal(rendered, &again))
		require.True(rt, r.Same(again))
	})
}
