package acts

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
)

func TestNoOrganisationTakesAllTheTurnsForChecks(t *testing.T) {
	t.Parallel()
	var c checks
	limits := Limits{Checks: 2, ChecksOfOne: 1}
	turn := func(ctx context.Context, organisation models.ID) (func(), error) {
		u := models.Upload{ID: models.NewID(models.PrefixUpload), OrganisationID: organisation}
		_, err := c.begin(u, limits)
		require.NoError(t, err)
		return c.turn(ctx, u, limits)
	}
	mine, err := turn(t.Context(), "org_a")
	require.NoError(t, err)
	gone, leave := context.WithCancel(t.Context())
	leave()
	_, err = turn(gone, "org_a")
	require.ErrorIs(t, err, context.Canceled, "the second of an organisation waits")

	waits := make(chan func())
	go func() {
		done, err := turn(t.Context(), "org_a")
		if err == nil {
			waits <- done
		}
	}()
	others, err := turn(t.Context(), "org_b")
	require.NoError(t, err, "another organisation has its turn at once")
	mine()
	next := <-waits
	others()
	next()
	require.Empty(t, c.of, "nobody is remembered who does not wait")
}

func TestAnUploadIsCheckedOnceAtATime(t *testing.T) {
	t.Parallel()
	var c checks
	u := models.Upload{ID: "upl_1"}
	leave, err := c.begin(u, Limits{Checks: 1})
	require.NoError(t, err)
	_, err = c.begin(u, Limits{Checks: 1})
	refusal, refused := models.RefusalOf(err)
	require.True(t, refused)
	require.Equal(t, models.CodeUploadInCheck, refusal.Code)
	require.Equal(t, inCheck, refusal.Wait)
	leave()
	_, err = c.begin(u, Limits{Checks: 1})
	require.NoError(t, err)
}
