package engine_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/engine"
)

// A record that is away for a moment loses nothing; what it loses when it is away for longer is sent again.
func TestWhatCouldNotBeNotedIsNotedOnceMore(t *testing.T) {
	t.Parallel()
	for failures, want := range map[int][]string{0: {"a", "b"}, 1: {"a", "b"}, 2: {"b"}} {
		synctest.Test(t, func(t *testing.T) {
			var noted []string
			tried := 0
			teller := engine.NewTeller(func(_ context.Context, ids []string) error {
				tried++
				if tried <= failures {
					return errors.New("the record is away")
				}
				noted = append(noted, ids...)
				return nil
			}, slog.New(slog.DiscardHandler))
			ctx, stop := context.WithCancel(t.Context())
			done := make(chan struct{})
			go func() {
				defer close(done)
				teller.Run(ctx)
			}()
			teller.Told("a")
			<-time.After(time.Second) // by the clock of the test
			teller.Told("b")
			stop()
			<-done
			require.Equal(t, want, noted, "%d failures", failures)
		})
	}
}
