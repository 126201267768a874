package acts

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
)

// A draft of an earlier release may name any profile: it does not start under one that nothing is known of.
func TestAStartUnderAnUnknownCallProfileNamesThoseNear(t *testing.T) {
	t.Parallel()
	refusal, ok := models.RefusalOf(eligible(models.Dossier{
		Procurement: models.Procurement{Profile: "COS-PPI-1066-1-01"},
	}))
	require.True(t, ok)
	require.Equal(t, models.CodeInvalidValue, refusal.Code)
	require.Equal(t, "/profile", refusal.Field)
	require.Contains(t, refusal.Accepted, "COS-PPI-2018-2-01")
	require.NoError(t, eligible(models.Dossier{}))
}
