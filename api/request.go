package api

import (
	"context"
	"crypto/sha256"

	"github.com/ppi-engine/ppi/models"
)

// A request is one request, with what the guard found out about it before its handler runs.
type request struct {
	// id is the request's X-Request-Id.
	id   string
	path string
	// instance is the path as a problem repeats it.
	instance string
	// server is the one that answers; nil outside of any request.
	server *server
	op     *operation
	// credential is the key the caller presented; its zero value means a public operation.
	credential models.Credential
	// actor is the caller with the roles held on the procurement of the path.
	actor models.Actor
	// seat is the procurement of the path as the caller found it; nil when the path names none.
	seat *models.Seat
	// key is the Idempotency-Key.
	key         string
	ifMatch     precondition
	ifNoneMatch string
	fingerprint [sha256.Size]byte
	// bytes are the body of an operation that takes bytes.
	bytes []byte
}

type requestKey struct{}

func withRequest(ctx context.Context, c *request) context.Context {
	return context.WithValue(ctx, requestKey{}, c)
}

// requestOf returns the request that ctx belongs to; outside of any request it is empty.
func requestOf(ctx context.Context) *request {
	if c, ok := ctx.Value(requestKey{}).(*request); ok {
		return c
	}
	return &request{}
}

// commandID is the ID under which a repeat of the request is recognised. The path stands for the
// route: the same key on another procurement is another request.
func (r *request) commandID() string {
	return models.CommandID(r.actor.PersonID, r.op.method, r.path, r.key)
}

// procurement returns the ID of the procurement that the path names, or nothing.
func (r *request) procurement() models.ID {
	if r.seat == nil {
		return ""
	}
	return r.seat.Procurement.ID
}
