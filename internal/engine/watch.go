package engine

import (
	"context"
	"maps"
	"slices"
	"time"

	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/workflow"

	"github.com/ppi-engine/ppi/internal/span"
	"github.com/ppi-engine/ppi/models/process"
)

// A Watch is how a client of Temporal, and the workers that use it, are watched. Its zero value watches nothing.
type Watch struct {
	// Tracer traces acts: those that a request caused in the trace of the request, and what falls due in one of its
	// own; nil: nothing is traced, and no header is sent.
	Tracer trace.Tracer
	// Sink gets the metrics of Temporal's SDK; nil: nobody does.
	Sink Sink
}

// A Sink gets metrics. What it does not know it ignores.
type Sink interface {
	Add(name string, tags map[string]string, n int64)
	Set(name string, tags map[string]string, value float64)
	Took(name string, tags map[string]string, d time.Duration)
}

// Apply makes clients of the options be watched.
func (w Watch) Apply(options *client.Options) {
	if w.Sink != nil {
		options.MetricsHandler = meter{sink: w.Sink}
	}
	if w.Tracer != nil {
		options.ContextPropagators = append(options.ContextPropagators, Propagator())
		options.Interceptors = append(options.Interceptors, &tracing{tracer: w.Tracer})
	}
}

// Propagator carries the place of a request in its trace from whoever sends an Update through the run to its act. It is
// a header of the Update; it makes no event and no command of its own, so histories replay with and without it.
func Propagator() workflow.ContextPropagator { return propagator{} }

// headerTrace is the header; its content is that of W3C's traceparent. Callers' tracestate is not passed on: it may say
// anything.
const headerTrace = "traceparent"

type propagator struct{}

type traceKey struct{}

// Inject implements [workflow.ContextPropagator].
func (propagator) Inject(ctx context.Context, to workflow.HeaderWriter) error {
	carrier := propagation.MapCarrier{}
	propagation.TraceContext{}.Inject(ctx, carrier)
	return write(carrier[headerTrace], to)
}

// Extract implements [workflow.ContextPropagator].
func (propagator) Extract(ctx context.Context, from workflow.HeaderReader) (context.Context, error) {
	carrier := propagation.MapCarrier{headerTrace: read(from)}
	return propagation.TraceContext{}.Extract(ctx, carrier), nil
}

// InjectFromWorkflow implements [workflow.ContextPropagator].
func (propagator) InjectFromWorkflow(ctx workflow.Context, to workflow.HeaderWriter) error {
	at, _ := ctx.Value(traceKey{}).(string)
	return write(at, to)
}

// ExtractToWorkflow implements [workflow.ContextPropagator].
func (propagator) ExtractToWorkflow(ctx workflow.Context, from workflow.HeaderReader) (workflow.Context, error) {
	return workflow.WithValue(ctx, traceKey{}, read(from)), nil
}

func write(at string, to workflow.HeaderWriter) error {
	if at == "" {
		return nil
	}
	payload, err := converter.GetDefaultDataConverter().ToPayload(at)
	if err != nil {
		return err //nolint:wrapcheck // a string can be rendered
	}
	to.Set(headerTrace, payload)
	return nil
}

// read returns the header, or nothing if there is none that can be read.
func read(from workflow.HeaderReader) string {
	payload, ok := from.Get(headerTrace)
	if !ok {
		return ""
	}
	return text(payload)
}

func text(payload *commonpb.Payload) string {
	var at string
	if err := converter.GetDefaultDataConverter().FromPayload(payload, &at); err != nil {
		return ""
	}
	return at
}

// untraced is ctx outside of its trace: what begins now lasts longer than the request.
func untraced(ctx context.Context) context.Context { return trace.ContextWithSpan(ctx, nil) }

// tracing traces the acts of a worker.
type tracing struct {
	interceptor.InterceptorBase

	tracer trace.Tracer
}

// InterceptActivity implements [interceptor.WorkerInterceptor].
func (t *tracing) InterceptActivity(
	_ context.Context, next interceptor.ActivityInboundInterceptor,
) interceptor.ActivityInboundInterceptor {
	return &tracedActivity{
		ActivityInboundInterceptorBase: interceptor.ActivityInboundInterceptorBase{Next: next}, tracer: t.tracer,
	}
}

type tracedActivity struct {
	interceptor.ActivityInboundInterceptorBase

	tracer trace.Tracer
}

// ExecuteActivity implements [interceptor.ActivityInboundInterceptor]. Only what a request caused, or what fell due, is
// traced: maintenance and deliveries run all the time.
func (a *tracedActivity) ExecuteActivity(
	ctx context.Context, in *interceptor.ExecuteActivityInput,
) (any, error) {
	info := activity.GetInfo(ctx)
	name := info.ActivityType.Name
	due := name == process.ActivityRunDue || slices.Contains(process.DueKinds(), process.DueKind(name))
	if !due && !trace.SpanContextFromContext(ctx).IsValid() {
		return a.Next.ExecuteActivity(ctx, in) //nolint:wrapcheck // the error is the activity's
	}
	ctx, act := a.tracer.Start(ctx, "act "+name, trace.WithSpanKind(trace.SpanKindConsumer))
	if procurement := process.ProcurementOf(info.WorkflowExecution.ID); procurement != "" {
		act.SetAttributes(span.Procurement.String(string(procurement)))
	}
	if len(in.Args) > 0 {
		if asked, ok := in.Args[0].(process.Execute); ok {
			act.SetAttributes(span.Command.String(asked.CommandID))
		}
	}
	out, err := a.Next.ExecuteActivity(ctx, in)
	span.End(act, err)
	return out, err //nolint:wrapcheck // the error is the activity's
}

// A meter gives the metrics of Temporal's SDK to a sink.
type meter struct {
	sink Sink
	tags map[string]string
}

// WithTags implements [client.MetricsHandler].
func (m meter) WithTags(more map[string]string) client.MetricsHandler {
	tags := make(map[string]string, len(m.tags)+len(more))
	maps.Copy(tags, m.tags)
	maps.Copy(tags, more)
	return meter{m.sink, tags}
}

// Counter implements [client.MetricsHandler].
func (m meter) Counter(name string) client.MetricsCounter { return counter{m, name} }

// Gauge implements [client.MetricsHandler].
func (m meter) Gauge(name string) client.MetricsGauge { return level{m, name} }

// Timer implements [client.MetricsHandler].
func (m meter) Timer(name string) client.MetricsTimer { return timer{m, name} }

type counter struct {
	meter

	name string
}

// Inc implements [client.MetricsCounter].
func (c counter) Inc(n int64) { c.sink.Add(c.name, c.tags, n) }

type level struct {
	meter

	name string
}

// Update implements [client.MetricsGauge].
func (l level) Update(value float64) { l.sink.Set(l.name, l.tags, value) }

type timer struct {
	meter

	name string
}

// Record implements [client.MetricsTimer].
func (t timer) Record(d time.Duration) { t.sink.Took(t.name, t.tags, d) }
