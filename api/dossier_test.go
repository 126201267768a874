package api

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/models"
)

func TestEveryKindOfEntryIsServedByTheTypeOfItsContent(t *testing.T) {
	t.Parallel()
	type worded interface{ Wording() []models.Wording }
	bound := map[models.EntryKind]reflect.Type{}
	for _, kind := range acts.EntryKinds() {
		require.NotContains(t, bound, kind.Kind)
		bound[kind.Kind] = kind.Content()
	}
	document := setup(t).server.router.Document()
	for _, rule := range models.EntryRules() {
		content, ok := bound[rule.Kind]
		require.True(t, ok, "no operations for %s", rule.Kind)
		require.Equal(t, content.Implements(reflect.TypeFor[worded]()), rule.Worded(),
			"%s: texts for people are those that its row reads", rule.Kind)
		body := document.Paths[ofProcurement+"/"+rule.Path].Post.RequestBody.Content[rest.MediaJSON].Schema
		require.Equal(t, content, document.Components.Schemas.TypeFromRef(body.Ref), rule.Kind)
	}
	require.Len(t, bound, len(models.EntryRules()))
}
