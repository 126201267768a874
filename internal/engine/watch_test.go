package engine_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/trace"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/client"

	"github.com/ppi-engine/ppi/internal/engine"
)

func TestAClientThatNobodyWatchesIsLeftAsItIs(t *testing.T) {
	t.Parallel()
	var options client.Options
	engine.Watch{}.Apply(&options)
	require.Equal(t, client.Options{}, options)
}

// header is a header of Temporal in a test.
type header map[string]*commonpb.Payload

func (h header) Set(name string, value *commonpb.Payload) { h[name] = value }

func (h header) Get(name string) (*commonpb.Payload, bool) {
	value, ok := h[name]
	return value, ok
}

func (h header) ForEachKey(f func(string, *commonpb.Payload) error) error {
	for name, value := range h {
		if err := f(name, value); err != nil {
			return err
		}
	}
	return nil
}

func TestATraceIsCarriedWithoutWhatTheCallerSays(t *testing.T) {
	t.Parallel()
	state, err := trace.ParseTraceState("caller=may-say-anything")
	require.NoError(t, err)
	at := trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: trace.TraceID{1}, SpanID: trace.SpanID{2}, TraceFlags: trace.FlagsSampled, TraceState: state,
	})
	carried := header{}
	require.NoError(t, engine.Propagator().Inject(trace.ContextWithSpanContext(t.Context(), at), carried))
	require.Len(t, carried, 1)
	got, err := engine.Propagator().Extract(context.Background(), carried)
	require.NoError(t, err)
	found := trace.SpanContextFromContext(got)
	require.Equal(t, at.TraceID(), found.TraceID())
	require.Equal(t, at.SpanID(), found.SpanID())
	require.True(t, found.IsSampled())
	require.Empty(t, found.TraceState().String())
}

func TestAHeaderThatCannotBeReadIsNoTrace(t *testing.T) {
	t.Parallel()
	for _, broken := range []header{{}, {"traceparent": {Data: []byte("{")}}, {"traceparent": nil}} {
		ctx, err := engine.Propagator().Extract(t.Context(), broken)
		require.NoError(t, err)
		require.False(t, trace.SpanContextFromContext(ctx).IsValid())
	}
	none := header{}
	require.NoError(t, engine.Propagator().Inject(t.Context(), none))
	require.Empty(t, none)
}
