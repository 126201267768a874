package rest

import (
	"context"
	"crypto/sha256"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
	"go.opentelemetry.io/otel/trace"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/views"
)

// A request is one request, with what the guard found out about it before its handler runs.
type request struct {
	// id is the request's X-Request-Id.
	id   string
	path string
	// instance is the path as a problem repeats it.
	instance string
	// router is the one that answers; nil outside of any request.
	router *Router
	op     *Operation
	// credential is the key the caller presented; its zero value means a public operation.
	credential models.Credential
	// actor is the caller with the roles held on the procurement of the path.
	actor models.Actor
	// seat is the procurement of the path as the caller found it; nil when the path names none.
	seat *models.Seat
	// key is the Idempotency-Key.
	key         string
	ifMatch     acts.Versions
	ifNoneMatch string
	fingerprint [sha256.Size]byte
	// whole is the context of the request without any limit of ours; it ends when the client goes.
	whole context.Context //nolint:containedctx // it is the request's own
	// release ends the limit that is set.
	release context.CancelFunc
	// bytes are the body of an operation that takes bytes.
	bytes []byte
	// origin is whom the request is counted for.
	origin origin
	// leaving gives back the places that the request has taken.
	leaving []func()
	// began is when its head had arrived; span is its part of a trace, nil where it is not traced.
	began time.Time
	span  trace.Span
	// code is that of the problem that answers it; empty: there is none.
	code models.Code
}

// leave gives back the places that the request has taken.
func (r *request) leave() {
	for _, leave := range r.leaving {
		if leave != nil {
			leave()
		}
	}
	r.leaving = nil
}

type requestKey struct{}

func withRequest(ctx context.Context, r *request) context.Context {
	return context.WithValue(ctx, requestKey{}, r)
}

// requestOf returns the request that ctx belongs to; outside of any request it is empty.
func requestOf(ctx context.Context) *request {
	if r, ok := ctx.Value(requestKey{}).(*request); ok {
		return r
	}
	return &request{}
}

// limit gives what follows so much time.
func (r *request) limit(c *gin.Context, d time.Duration) {
	r.release()
	var ctx context.Context
	ctx, r.release = context.WithTimeout(r.whole, d)
	c.Request = c.Request.WithContext(ctx)
}

// recognition gives the look at who calls so much time. It does not end when the client goes: a question that is broken
// off costs its connection to the database, and whoever calls and hangs up could take them all away.
func (r *request) recognition(c *gin.Context, d time.Duration) {
	r.release()
	var ctx context.Context
	ctx, r.release = context.WithTimeout(context.WithoutCancel(r.whole), d)
	c.Request = c.Request.WithContext(ctx)
}

// Streaming is the context of an answer that has begun and goes on for as long as it moves: whoever writes it bounds
// each part. It ends when the client goes.
func Streaming(ctx context.Context) context.Context {
	if whole := requestOf(ctx).whole; whole != nil {
		return whole
	}
	return ctx
}

// commandID is the ID under which a repeat of the request is recognised. It is made from the path, not from the route:
// the same key on another procurement is another request.
func (r *request) commandID() string {
	return models.CommandID(r.actor.PersonID, r.op.Method, r.path, r.key)
}

// discreet tells whether the request shows that somebody supplies, or means to.
func (r *request) discreet() bool {
	return r.op != nil && r.op.discreet || r.actor.Supplies()
}

// undisclosed tells whether the request is of somebody who supplies or might, or shows that somebody does. Such
// requests are neither counted nor traced, and the log has next to nothing of them: their number would tell how many
// will tender (Directive 2014/24/EU, Article 21).
func (r *request) undisclosed() bool {
	return r.discreet() || r.credential.Kind == models.OrganisationEconomicOperator
}

// operation names the operation of a request that may be told of. Of a caller who is not known it tells nothing: a
// supplier may have forgotten its key.
func (r *request) operation() string {
	switch {
	case r.op == nil:
		return "none"
	case r.op.Access.kind != accessPublic && r.actor.PersonID == "":
		return "unrecognised"
	}
	return r.op.ID()
}

// outcome says in one word how a request with this status ended.
func outcomeOf(status int) string {
	switch {
	case status >= http.StatusInternalServerError:
		return "failed"
	case status >= http.StatusBadRequest:
		return "refused"
	}
	return "done"
}

// procurement returns the ID of the procurement that the path names, or nothing.
func (r *request) procurement() models.ID {
	if r.seat == nil {
		return ""
	}
	return r.seat.Procurement.ID
}

// By says who asks for an act, in which roles and by which request.
func By(ctx context.Context) acts.By {
	req := requestOf(ctx)
	return acts.By{
		Actor: req.actor, Key: req.credential.Key.ID, Seat: req.seat, Roles: req.op.Access.onProcurement(),
		Request: acts.Request{ID: req.commandID(), Fingerprint: req.fingerprint},
		On:      req.ifMatch,
	}
}

// Reader is the caller as a reader of views.
func Reader(ctx context.Context) views.Reader {
	req := requestOf(ctx)
	return views.Reader{Actor: req.actor, Seat: req.seat}
}

// Credential is the key that the caller presented, and whose it is.
func Credential(ctx context.Context) models.Credential { return requestOf(ctx).credential }

// Procurement is the ID of the procurement that the path names and the caller holds a role on, or nothing.
func Procurement(ctx context.Context) models.ID { return requestOf(ctx).procurement() }

// Bytes are the body of an operation that takes bytes.
func Bytes(ctx context.Context) []byte { return requestOf(ctx).bytes }

// RequestID is the request's X-Request-Id, which finds it in the log.
func RequestID(ctx context.Context) string { return requestOf(ctx).id }
