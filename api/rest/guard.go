package rest

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/internal/auth"
	"github.com/ppi-engine/ppi/models"
)

// guard stands before every handler: it finds the row of the table, recognises the caller, judges
// access, reads the headers the row asks for, and reads the body. A route without a row is not served.
func (r *Router) guard(c *gin.Context) {
	if c.FullPath() == "" {
		return // no route: gin's answer for that is next
	}
	current := requestOf(c.Request.Context())
	current.op = r.row(c.Request.Method, c.FullPath())
	if current.op == nil {
		Abort(c, noResource())
		return
	}
	defer func() {
		current.leave()
		current.release()
	}()
	current.recognition(c, r.limits.Recognition)
	for _, step := range []func(*gin.Context, *request) error{r.letIn, r.trace, r.giveTime, readHeaders, r.readInput} {
		if err := step(c, current); err != nil {
			Abort(c, err)
			return
		}
	}
	current.limit(c, current.op.within)
	c.Next()
}

// letIn recognises the caller and judges access. A caller who may not even know that something exists is told that it
// does not.
func (r *Router) letIn(c *gin.Context, req *request) error {
	if req.op.Access.kind == accessPublic {
		return nil
	}
	if err := r.recognise(c, req); err != nil {
		return err
	}
	switch req.op.Access.kind {
	case accessPublic, accessAuthenticated:
		return nil
	case accessPlatform:
		return mustStand(c, req)
	case accessRoles:
		return r.mustHold(c, req)
	}
	return Denied(c.Request.Context(), models.Refuse(models.CodeForbidden, "", "nobody may call this operation"))
}

func (r *Router) recognise(c *gin.Context, req *request) error {
	authorization, err := single(c.Request.Header, "Authorization", models.CodeInvalidRequest)
	if err != nil {
		return err
	}
	if err := r.crowd.mayTry(req.origin); err != nil {
		return err
	}
	req.credential, err = r.authenticator.AuthenticateBy(c.Request.Context(), authorization, r.lookUp(c, req))
	r.crowd.tried(req.origin, err)
	if err != nil {
		req.seat = nil
		return err
	}
	p := req.credential.Person
	req.actor = models.Actor{
		PersonID: p.ID, OrganisationID: p.OrganisationID,
		Administrator: p.Administrator, Representative: p.Representative,
	}
	return nil
}

// lookUp finds a key and, where access depends on a procurement, the seat of its owner there, in one query.
func (r *Router) lookUp(c *gin.Context, req *request) auth.Lookup {
	procurement, callers := models.ID(c.Param("procurement")), r.callers
	if req.op.receives {
		callers = r.receipt
	}
	if req.op.Access.kind != accessRoles || !procurement.Is(models.PrefixProcurement) {
		return callers.Credential
	}
	return func(ctx context.Context, key models.ID) (models.Credential, error) {
		credential, seat, err := callers.KeyAndSeat(ctx, key, procurement)
		req.seat = seat
		return credential, err
	}
}

// mustStand judges what the caller is on the platform, outside of any procurement.
func mustStand(c *gin.Context, req *request) error {
	for _, who := range req.op.Access.roles {
		if who == models.RoleAdministrator && req.actor.Administrator ||
			who == models.RoleRepresentative && req.actor.Representative ||
			who == self && c.Param("person") == string(req.actor.PersonID) {
			return nil
		}
	}
	return Denied(c.Request.Context(), models.Refuse(models.CodeForbidden, "", "you may not do this").
		Accepting("one of: %s", req.op.Access.Names()))
}

func (r *Router) mustHold(c *gin.Context, req *request) error {
	ctx := c.Request.Context()
	if req.seat == nil {
		return noResource()
	}
	seat := req.seat
	req.actor.Roles = seat.Roles
	if err := req.actor.MustHoldAny(req.op.Access.roles...); err != nil && !r.answered(c, req) {
		req.seat = nil // what the caller may not see does not show in log or answer
		return Denied(ctx, err)
	}
	c.Header(headerMode, string(seat.Procurement.Mode))
	return nil
}

// answered tells whether the request repeats a command of the same person that has its outcome. The person may learn
// the outcome even if the command itself ended the role in which the person asked. The ID of the command is made from
// the Idempotency-Key, so that is read first.
func (r *Router) answered(c *gin.Context, req *request) bool {
	if !req.op.keepsOutcome {
		return false
	}
	var err error
	if req.key, err = idempotencyKey(c.Request.Header); err != nil {
		return false
	}
	return r.callers.HasOutcome(c.Request.Context(), req.commandID())
}

// Denied logs an attempt that the rules of access refused (Directive 2014/24/EU, Annex IV (g): infringements and
// attempts must be clearly detectable).
func Denied(ctx context.Context, err error) error {
	req := requestOf(ctx)
	reason, path := err.Error(), req.path
	if req.undisclosed() {
		reason, path = "not allowed", "" // that somebody supplies or might, and where, is told to nobody
	}
	req.router.log.WarnContext(ctx, "access denied", "request", req.id, "person", req.actor.PersonID,
		"method", req.op.Method, "path", path, "reason", reason)
	return err
}

// traced logs an attempt that was denied only by the act itself.
func traced(ctx context.Context, err error) error {
	if denied, ok := errors.AsType[*acts.Denied](err); ok {
		return Denied(ctx, denied.Refusal)
	}
	return err
}

func noResource() *models.Refusal { return models.NoSuchResource() }

func readHeaders(c *gin.Context, req *request) error {
	var err error
	h := c.Request.Header
	if req.op.Keyed {
		if req.key, err = idempotencyKey(h); err != nil {
			return err
		}
	}
	if req.op.Conditional {
		if req.ifMatch, err = ifMatch(h); err != nil {
			return err
		}
	}
	if req.op.Method == http.MethodGet {
		// http.ServeContent reads only the first line of the header.
		if req.ifNoneMatch = joined(h, headerIfNoneMatch); req.ifNoneMatch != "" {
			h.Set(headerIfNoneMatch, req.ifNoneMatch)
		}
	}
	return nil
}

// giveTime takes a place for work, before its body is read, and says until when the answer must be taken.
func (r *Router) giveTime(c *gin.Context, req *request) error {
	if d := req.op.answerTimeout; d > 0 {
		// A recorder in a test has no deadline.
		_ = http.NewResponseController(c.Writer).SetWriteDeadline(time.Now().Add(d))
	}
	if req.op.work == "" {
		return nil
	}
	who := req.actor
	if req.op.Access.kind == accessPublic { // nobody was recognised: a network has places, not all of them together
		who.PersonID = models.ID(req.origin.network.String())
		who.OrganisationID = who.PersonID
	}
	leave, err := r.crowd.enter(req.op.work, who)
	req.leaving = append(req.leaving, leave)
	return err
}

func (r *Router) readInput(c *gin.Context, req *request) error {
	switch {
	case req.op.Method == http.MethodGet:
		return nil
	case req.op.takesBytes:
		return readBytes(c, req)
	}
	return r.readBody(c, req)
}
