package main

import (
	"net"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/config"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/internal/store/pgtest"
)

func TestAnInstanceGetsRequestsAsLongAsTendersCanBeReceived(t *testing.T) {
	t.Parallel()
	record, err := store.Open(t.Context(), store.Options{
		DSN: pgtest.NewDatabase(t).Application, MaxConns: 1, ReceiptConns: 1,
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, record.Close()) })
	temporal, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	cfg, err := config.Load([]string{
		"PPI_DATABASE_URL=postgres://a:b@127.0.0.1/ppi", "PPI_DATA_DIR=" + t.TempDir(),
		"TEMPORAL_ADDRESS=" + temporal.Addr().String(),
	}, config.Serve)
	require.NoError(t, err)
	instance := func() *readiness {
		return &readiness{record: record, temporal: cfg.Temporal, worker: func() error { return nil }}
	}
	ready := instance()
	require.NoError(t, ready.check(t.Context()))

	require.NoError(t, temporal.Close())
	require.NoError(t, ready.check(t.Context()), "tenders can be received without Temporal")
	require.ErrorContains(t, instance().check(t.Context()), "reach Temporal", "a new instance waits for it")

	require.NoError(t, record.InTx(t.Context(), func(*store.Tx) error {
		return ready.check(t.Context()) // the only connection for anything else is taken
	}))
	require.NoError(t, record.ForReceipt().Close())
	require.Error(t, ready.check(t.Context()))
}
