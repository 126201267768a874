// Package span divides what is traced into its parts. A part belongs to the trace of its context; where nothing is
// traced, nothing is done.
package span

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// Scope names the engine as the author of its spans.
const Scope = "github.com/ppi-engine/ppi"

// The attributes of spans: those of OpenTelemetry's semantic conventions, and our own.
const (
	Method   = attribute.Key("http.request.method")
	Route    = attribute.Key("http.route")
	Status   = attribute.Key("http.response.status_code")
	Database = attribute.Key("db.system.name")

	Operation   = attribute.Key("ppi.operation")
	Verb        = attribute.Key("ppi.verb")
	Procurement = attribute.Key("ppi.procurement")
	Command     = attribute.Key("ppi.command")
	Outcome     = attribute.Key("ppi.outcome")
)

// Begin begins a part of what ctx is traced in. The caller calls end with the error, if there was one; its text is not
// shown, because it may quote what people wrote.
func Begin(
	ctx context.Context, name string, kind trace.SpanKind, attributes ...attribute.KeyValue,
) (_ context.Context, end func(error)) {
	above := trace.SpanFromContext(ctx)
	if !above.IsRecording() {
		return ctx, func(error) {}
	}
	//nolint:spancheck // the caller ends it
	ctx, part := above.TracerProvider().Tracer(Scope).Start(ctx, name, trace.WithSpanKind(kind),
		trace.WithAttributes(attributes...))
	return ctx, func(err error) { End(part, err) } //nolint:spancheck // the caller ends it
}

// End ends a span, failed if there was an error.
func End(s trace.Span, err error) {
	if err != nil {
		s.SetStatus(codes.Error, "")
	}
	s.End()
}
