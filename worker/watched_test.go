package worker

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/store/pgtest"
)

// beats counts what is told of the log of events.
type beats struct{ passes, stood, signed atomic.Int64 }

func (b *beats) Sequenced() { b.passes.Add(1) }
func (b *beats) StoodBy()   { b.stood.Add(1) }
func (b *beats) Signed()    { b.signed.Add(1) }

// A sequencer that works is seen whether or not there is anything to place; one that waits for its turn is not.
func TestTheSequencerThatWorksIsSeenAndTheOtherIsNot(t *testing.T) {
	t.Parallel()
	record := pgtest.Open(t, pgtest.NewDatabase(t).Application)
	var works, waits beats
	run := func(b *beats) (stop func()) {
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			Sequence(ctx, record, b, slog.New(slog.DiscardHandler))
		}()
		return func() { cancel(); <-ended }
	}
	first := run(&works)
	require.Eventually(t, func() bool { return works.passes.Load() > 1 }, time.Minute, time.Millisecond)
	second := run(&waits)
	before := works.passes.Load()
	require.Eventually(t, func() bool { return works.passes.Load() > before+3 }, time.Minute, time.Millisecond)
	require.Zero(t, waits.passes.Load())
	first()
	require.Equal(t, int64(1), works.stood.Load())
	require.Eventually(t, func() bool { return waits.passes.Load() > 0 }, time.Minute, time.Millisecond)
	second()
}

func TestOnlyARecordThatCouldBeSignedIsSaidToBe(t *testing.T) {
	t.Parallel()
	var told beats
	fails := errors.New("the disk is full")
	d := Deps{Watched: &told, Checkpoint: func(context.Context) error { return fails }}
	require.ErrorIs(t, d.sign(t.Context()), fails)
	require.Zero(t, told.signed.Load())
	d.Checkpoint = func(context.Context) error { return nil }
	require.NoError(t, d.sign(t.Context()))
	require.Equal(t, int64(1), told.signed.Load())
}
