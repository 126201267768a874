package rest

import (
	_ "embed"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
)

// Programs branch on codes and statuses: a change of one that was published breaks them.
//
//go:embed testdata/statuses.txt
var publishedStatuses string

func TestARefusalKeepsItsStatus(t *testing.T) {
	t.Parallel()
	var now strings.Builder
	for _, refused := range models.RefusalTypes() {
		fmt.Fprintf(&now, "%s %d\n", refused.Code, httpStatus[refused.Kind])
	}
	require.Equal(t, publishedStatuses, now.String(),
		"testdata/statuses.txt lists what callers rely on; a new refusal adds its line, none is changed")
}

func TestEveryKindOfRefusalHasAStatusOfItsOwn(t *testing.T) {
	t.Parallel()
	kinds := map[int]models.RefusalKind{}
	for _, kind := range models.RefusalKinds() {
		status := httpStatus[kind]
		require.True(t, status >= 400 && status < 600, kind)
		require.NotContains(t, kinds, status, kind)
		kinds[status] = kind
	}
	require.Len(t, httpStatus, len(kinds))
}
