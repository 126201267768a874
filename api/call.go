package api

import (
	"context"
	"crypto/sha256"

	"github.com/ppi-engine/ppi/models"
)

// A call is what the guard found out about a request before its handler runs.
type call struct {
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

type callKey struct{}

func withCall(ctx context.Context, c *call) context.Context {
	return context.WithValue(ctx, callKey{}, c)
}

// callOf returns the call that ctx belongs to; outside of any request it is empty.
func callOf(ctx context.Context) *call {
	if c, ok := ctx.Value(callKey{}).(*call); ok {
		return c
	}
	return &call{}
}

// commandID is the ID under which a repeat of the request is recognised. The path stands for the
// route: the same key on another procurement is another request.
func (c *call) commandID() string {
	return models.CommandID(c.actor.PersonID, c.op.method, c.path, c.key)
}

// procurement returns the ID of the procurement that the path names, or nothing.
func (c *call) procurement() models.ID {
	if c.seat == nil {
		return ""
	}
	return c.seat.Procurement.ID
}
