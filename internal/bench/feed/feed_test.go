package feed_test

import (
	"context"
	"log/slog"
	"os"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/bench/feed"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/internal/store/pgtest"
	"github.com/ppi-engine/ppi/worker"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// BenchmarkFeed writes FEED_EVENTS events (20,000 unless told) by 64 writers.
func BenchmarkFeed(b *testing.B) {
	events := 20_000
	if n, err := strconv.Atoi(os.Getenv("FEED_EVENTS")); err == nil {
		events = n
	}
	for b.Loop() {
		figures := run(b, events, 64)
		figures.Print(os.Stdout)
		b.ReportMetric(figures.EventsPerSecond, "events/s")
		b.ReportMetric(figures.P99.Seconds()*1000, "p99-ms")
	}
}

func TestNoEventIsLostRepeatedOrOutOfOrder(t *testing.T) {
	t.Parallel()
	figures := run(t, 1000, 16)
	require.Equal(t, 1000, figures.Events)
	require.Zero(t, figures.Lost+figures.Repeated+figures.OutOfOrder)
	require.LessOrEqual(t, figures.P50, figures.P99)
	require.Positive(t, figures.P99)
}

func run(t testing.TB, events, writers int) feed.Figures {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{
		DSN: pgtest.NewDatabase(t).Application, MaxConns: writers + 2,
		Logger: slog.New(slog.DiscardHandler),
	})
	require.NoError(t, err)
	defer s.Close()
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		worker.Sequence(ctx, s, nil, slog.New(slog.DiscardHandler))
	}()
	figures, err := feed.Run(t.Context(), feed.Options{Store: s, Events: events, Writers: writers})
	stop()
	<-done
	require.NoError(t, err)
	return figures
}
