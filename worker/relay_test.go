package worker_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/internal/store/pgtest"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
	"github.com/ppi-engine/ppi/worker"
)

// A stubborn waker wakes all feeds but one; those that it wakes find nothing to deliver.
type stubborn struct {
	never models.ID
	store *store.Store
}

func (s stubborn) Wake(ctx context.Context, feed process.PortalFeed, _ int64, _ string) error {
	if feed.ProcurementID == s.never {
		return errors.New("it does not wake")
	}
	_, err := s.store.EndTurn(ctx, store.PortalFeed(feed))
	return err
}

func TestAFeedThatCannotBeWokenDoesNotHoldUpTheOthers(t *testing.T) {
	t.Parallel()
	const feeds = 20
	db := pgtest.NewDatabase(t)
	s, sql := pgtest.Open(t, db.Application), pgtest.Connect(t, db.Superuser)
	exec := func(statement string, arguments ...any) {
		_, err := sql.Exec(t.Context(), statement, arguments...)
		require.NoError(t, err)
	}
	organisation, person, endpoint := models.NewID(models.PrefixOrganisation), models.NewID(models.PrefixPerson),
		models.NewID(models.PrefixEndpoint)
	exec(`INSERT INTO organisations (id, legal_name, country, kind)
		VALUES ($1, 'Buyer', 'FR', 'contracting_authority')`, organisation)
	exec("INSERT INTO people (id, organisation_id, name, email) VALUES ($1, $2, 'P', '')", person, organisation)
	exec(`INSERT INTO endpoints (id, organisation_id, owner_id, url, types, procurements, rehearsals, secret, status,
			since, version, created_at)
		VALUES ($1, $2, $3, 'https://portal.example.eu', '[]', '[]', false, 'sealed', 'active', 0, 1, now())`,
		endpoint, organisation, person)
	var oldest models.ID
	for range feeds {
		id := models.NewID(models.PrefixProcurement)
		exec(`INSERT INTO procurements (id, title, description, languages, mode, zone, status, created_by)
			VALUES ($1, '{"en": "Quiet trains"}', '{}', '["en"]', 'live', 'Europe/Paris', 'draft', $2)`, id, person)
		exec("INSERT INTO portal_feeds (endpoint_id, procurement_id) VALUES ($1, $2)", endpoint, id)
		if oldest == "" {
			oldest = id
		}
	}

	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		worker.Relay(ctx, s, stubborn{oldest, s}, slog.New(slog.DiscardHandler))
	}()
	require.Eventually(t, func() bool {
		var untold []models.ID
		err := sql.QueryRow(t.Context(), "SELECT array_agg(procurement_id::text) FROM portal_feeds WHERE told < asked").
			Scan(&untold)
		return err == nil && len(untold) == 1 && untold[0] == oldest
	}, time.Minute, 50*time.Millisecond)
	stop()
	<-done
}
