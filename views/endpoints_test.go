package views_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/views"
)

func TestWhatGoesToAnEndpointConcernsItsOwnerOnly(t *testing.T) {
	t.Parallel()
	r := setUp(t)
	e := models.Endpoint{
		ID: models.NewID(models.PrefixEndpoint), OrganisationID: r.buyer, OwnerID: r.procurement.CreatedBy,
		URL: "https://portal.example.eu/hooks", Types: []string{}, Procurements: []models.ID{},
		Secret: []byte("sealed"), Status: models.EndpointActive,
	}
	r.tx(func(tx *store.Tx) error { return tx.CreateEndpoint(&e) })
	owner := views.Reader{Actor: models.Actor{PersonID: e.OwnerID}}
	admin := views.Reader{Actor: models.Actor{PersonID: models.NewID(models.PrefixPerson), Administrator: true}}
	stranger := views.Reader{Actor: models.Actor{PersonID: models.NewID(models.PrefixPerson)}}

	for _, reader := range []views.Reader{owner, admin} {
		seen, err := r.views.Endpoint(t.Context(), reader, e.ID)
		require.NoError(t, err)
		require.Equal(t, e.ID, seen.ID)
	}
	require.True(t, views.Owns(owner, e))
	require.False(t, views.Owns(admin, e))
	_, err := r.views.Endpoint(t.Context(), stranger, e.ID)
	refused(t, err, models.CodeNotFound)
	listed, err := r.views.Endpoints(t.Context(), stranger, "", 10)
	require.NoError(t, err)
	require.Empty(t, listed)

	waiting, err := r.views.Backlog(t.Context(), owner, e.ID)
	require.NoError(t, err)
	require.Zero(t, waiting.Pending)
	_, err = r.views.Deliveries(t.Context(), owner, e.ID, views.DeliveryFilter{}, "", 10)
	require.NoError(t, err)
	for reader, code := range map[*views.Reader]models.Code{
		&admin:    models.CodeForbidden,
		&stranger: models.CodeNotFound,
	} {
		_, err = r.views.Backlog(t.Context(), *reader, e.ID)
		refused(t, err, code)
		_, err = r.views.Deliveries(t.Context(), *reader, e.ID, views.DeliveryFilter{}, "", 10)
		refused(t, err, code)
	}
}
