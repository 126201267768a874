package rest

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestEntityTagsAreFoundInAnyList(t *testing.T) {
	t.Parallel()
	tag := rapid.StringMatching(`(W/)?"[!#-~]{0,5}"`)
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.SliceOfN(tag, 1, 5).Draw(t, "tags")
		var list strings.Builder
		for i, tag := range want {
			if i > 0 {
				list.WriteString(rapid.StringMatching(`[ \t]?,[ \t,]{0,3}`).Draw(t, "separator"))
			}
			list.WriteString(tag)
		}
		got, ok := entityTags(list.String())
		require.True(t, ok)
		require.Equal(t, want, got)
		_, ok = entityTags(list.String() + rapid.StringMatching(`[ ,]{0,2}[a-z"]`).Draw(t, "garbage"))
		require.False(t, ok)
	})
}
