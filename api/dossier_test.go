package api

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
)

func TestEveryKindOfEntryIsServedByTheTypeOfItsContent(t *testing.T) {
	t.Parallel()
	type worded interface{ Wording() []models.Wording }
	bound := map[models.EntryKind]reflect.Type{}
	for _, row := range dossierRows() {
		require.NotContains(t, bound, row.kind)
		bound[row.kind] = row.content
	}
	for _, rule := range models.EntryRules() {
		content, ok := bound[rule.Kind]
		require.True(t, ok, "no operations for %s", rule.Kind)
		require.Equal(t, content.Implements(reflect.TypeFor[worded]()), rule.Worded(),
			"%s: texts for people are those that its row reads", rule.Kind)
	}
	require.Len(t, bound, len(models.EntryRules()))
}
