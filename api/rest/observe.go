package rest

import (
	"errors"
	"time"

	"github.com/gin-gonic/gin"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"github.com/ppi-engine/ppi/internal/span"
)

// An Observer counts requests.
type Observer interface {
	// Request counts a request that was answered, by the ID of its operation and its HTTP status.
	Request(operation string, status int, took time.Duration)
	// UndisclosedFault counts a request that met a fault of ours, and of which nothing else may be told.
	UndisclosedFault()
}

// observe tells the log, the observer and the trace of a request how it ended.
func (r *Router) observe(c *gin.Context) {
	c.Next()
	req := requestOf(c.Request.Context())
	took := time.Since(req.began)
	r.logAccess(c, req, took)
	r.countAnswer(req, c.Writer.Status(), took)
	req.endSpan(c.Writer.Status())
}

// logAccess writes one line per request: who did what with which result, and nothing of what was sent. Of a request
// that is not disclosed it tells neither who, nor where, nor what, nor what came of it: whoever reads the log would
// know who registered and how many tender. Attempts that were refused are told by [Denied].
func (r *Router) logAccess(c *gin.Context, req *request, took time.Duration) {
	outcome := outcomeOf(c.Writer.Status())
	if req.undisclosed() {
		r.log.InfoContext(c.Request.Context(), "request", "request", req.id, "outcome", outcome)
		return
	}
	line := []any{
		"request", req.id, "method", c.Request.Method, "route", c.FullPath(), "operation", req.operation(),
		"procurement", req.procurement(), "person", req.actor.PersonID, "status", c.Writer.Status(),
		"outcome", outcome, "bytes", max(0, c.Writer.Size()), "duration", took,
	}
	if req.code != "" {
		line = append(line, "code", req.code)
	}
	if req.op != nil && req.op.keepsOutcome && req.key != "" {
		line = append(line, "command", req.commandID())
	}
	r.log.InfoContext(c.Request.Context(), "request", line...)
}

func (r *Router) countAnswer(req *request, status int, took time.Duration) {
	switch {
	case r.observer == nil:
	case !req.undisclosed():
		r.observer.Request(req.operation(), status, took)
	case outcomeOf(status) == "failed":
		r.observer.UndisclosedFault()
	}
}

// trace begins the request's part of a trace once it is known who calls: the trace that the caller names, or a new one.
// What may not be disclosed is not traced at all, nor are looks at the health of the instance.
func (r *Router) trace(c *gin.Context, req *request) error {
	if r.tracer == nil || req.undisclosed() || req.op.uncounted {
		return nil
	}
	// Callers' tracestate is not passed on: it may say anything.
	named := propagation.MapCarrier{headerTrace: c.GetHeader(headerTrace)}
	ctx := propagation.TraceContext{}.Extract(req.whole, named)
	//nolint:spancheck // it is ended by endSpan, when the answer is complete
	_, req.span = r.tracer.Start(ctx, req.op.ID(), trace.WithSpanKind(trace.SpanKindServer),
		trace.WithTimestamp(req.began), trace.WithAttributes(
			span.Operation.String(req.op.ID()), span.Method.String(c.Request.Method), span.Route.String(req.op.Path)))
	if p := req.procurement(); p != "" {
		req.span.SetAttributes(span.Procurement.String(string(p)))
	}
	req.whole = trace.ContextWithSpan(req.whole, req.span)
	c.Request = c.Request.WithContext(trace.ContextWithSpan(c.Request.Context(), req.span))
	return nil
}

func (r *request) endSpan(status int) {
	if r.span == nil {
		return
	}
	outcome := outcomeOf(status)
	r.span.SetAttributes(span.Status.Int(status), span.Outcome.String(outcome))
	if r.op.keepsOutcome && r.key != "" {
		r.span.SetAttributes(span.Command.String(r.commandID()))
	}
	var fault error
	if outcome == "failed" {
		fault = errFailed
	}
	span.End(r.span, fault)
}

var errFailed = errors.New("the request met a fault")
