package evaluation

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
)

func TestThePublicIsToldNoOtherReasonWhereABoxCannotBeOpened(t *testing.T) {
	t.Parallel()
	refused := slices.DeleteFunc(models.NonAwardCodes(), func(c models.NonAwardCode) bool {
		return CheckSealedCode(c) == nil
	})
	require.Len(t, refused, len(models.NonAwardCodes())-2)
	require.NotContains(t, refused, models.NonAwardCode("tch-pr-error"))
	require.NotContains(t, refused, models.NonAwardCode("other"))
	requireRefused(t, models.CodeInvalidValue, CheckSealedCode("no-rece"))
}
