package telemetry

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/ppi-engine/ppi/internal/span"
)

// Traces sends traces to where OpenTelemetry's variables say (OTEL_EXPORTER_OTLP_ENDPOINT and others), in the
// background: what cannot be sent is dropped. The caller calls stop, which sends the rest until its context ends.
func Traces(
	ctx context.Context, version string, log *slog.Logger,
) (tracer trace.Tracer, stop func(context.Context) error, err error) {
	exporter, err := otlptracehttp.New(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("set up traces: %w", err)
	}
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { log.WarnContext(ctx, "traces", "error", err) }))
	provider, err := NewProvider(ctx, version, sdktrace.WithBatcher(exporter))
	if err != nil {
		return nil, nil, errors.Join(err, exporter.Shutdown(ctx))
	}
	return provider.Tracer(span.Scope), provider.Shutdown, nil
}

// NewProvider makes the source of tracers. Which share of the traces is sent, and under which name of the service, is
// in OpenTelemetry's variables (OTEL_TRACES_SAMPLER, OTEL_SERVICE_NAME); the name is ppi by default.
func NewProvider(
	ctx context.Context, version string, options ...sdktrace.TracerProviderOption,
) (*sdktrace.TracerProvider, error) {
	about, err := resource.New(ctx,
		resource.WithAttributes(attribute.String("service.name", "ppi"), attribute.String("service.version", version)),
		resource.WithTelemetrySDK(), resource.WithFromEnv())
	if err != nil {
		return nil, fmt.Errorf("set up traces: %w", err)
	}
	return sdktrace.NewTracerProvider(append(options, sdktrace.WithResource(about))...), nil
}
