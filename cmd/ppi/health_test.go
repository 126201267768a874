package main

import (
	"context"
	"log/slog"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/config"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/internal/store/pgtest"
)

func TestAnInstanceGetsRequestsAsLongAsTendersCanBeReceived(t *testing.T) {
	t.Parallel()
	database := pgtest.NewDatabase(t)
	record, err := store.Open(t.Context(), store.Options{DSN: database.Application, MaxConns: 1, ReceiptConns: 1})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, record.Close()) })
	temporal, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	cfg, err := config.Load([]string{
		"PPI_DATABASE_URL=postgres://a:b@127.0.0.1/ppi", "PPI_DATA_DIR=" + t.TempDir(),
		"TEMPORAL_ADDRESS=" + temporal.Addr().String(),
	}, config.Serve)
	require.NoError(t, err)
	instance := func(patience time.Duration) *readiness {
		return &readiness{
			record: record, temporal: cfg.Temporal, worker: func() error { return nil },
			log: slog.New(slog.DiscardHandler), reached: time.Now(), patience: patience,
		}
	}
	ready := instance(time.Hour)
	require.NoError(t, ready.check(t.Context()))

	require.NoError(t, temporal.Close())
	require.NoError(t, ready.check(t.Context()), "tenders can be received without Temporal")
	require.ErrorContains(t, instance(time.Hour).check(t.Context()), "reach Temporal", "a new instance waits for it")
	late := instance(0)
	require.NoError(t, late.check(t.Context()), "it has waited long enough")

	require.NoError(t, record.InTx(t.Context(), func(*store.Tx) error {
		return record.ForReceipt().InTx(t.Context(), func(*store.Tx) error {
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			require.NoError(t, late.check(ctx))
			return ready.check(ctx)
		})
	}), "all connections are taken: tenders are being received")

	_, err = pgtest.Connect(t, database.Superuser).Exec(t.Context(),
		"REVOKE CONNECT ON DATABASE "+database.Name+" FROM public, ppi_test_app")
	require.NoError(t, err)
	require.Error(t, ready.check(t.Context()))
	require.Error(t, late.check(t.Context()))
}
