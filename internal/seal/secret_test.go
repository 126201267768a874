package seal_test

import (
	"testing"

	"filippo.io/age"
	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/seal"
	"github.com/ppi-engine/ppi/internal/seal/envelope"
	"github.com/ppi-engine/ppi/models"
)

func TestASecretKeyIsRefusedWhereverItStands(t *testing.T) {
	t.Parallel()
	identity, err := age.GenerateX25519Identity()
	require.NoError(t, err)
	opener, err := envelope.NewKey(envelope.Owner{
		Mode: models.ModeLive, Procurement: models.NewID(models.PrefixProcurement),
		Buyer: models.NewID(models.PrefixOrganisation), Person: models.NewID(models.PrefixPerson),
	})
	require.NoError(t, err)
	kept, err := opener.Keep()
	require.NoError(t, err)
	announced, err := opener.Announce()
	require.NoError(t, err)
	public, err := envelope.Render(announced)
	require.NoError(t, err)
	for _, secret := range []string{identity.String(), string(kept)} {
		refused := seal.RefuseSecret([]byte(`{"note": "` + secret + `"}`))
		require.NotNil(t, refused)
		require.Equal(t, models.CodeSecretKey, refused.Code)
		require.NotContains(t, refused.Detail, secret)
	}
	require.Nil(t, seal.RefuseSecret(public))
}
