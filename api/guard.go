package api

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/internal/auth"
	"github.com/ppi-engine/ppi/models"
)

// guard stands before every handler: it finds the row of the table, recognises the caller, judges
// access, reads the headers the row asks for, and reads the body. A route without a row is not served.
func (s *server) guard(c *gin.Context) {
	if c.FullPath() == "" {
		return // no route: gin's answer for that is next
	}
	current := callOf(c.Request.Context())
	current.op = s.row(c.Request.Method, c.FullPath())
	if current.op == nil {
		s.abort(c, noResource())
		return
	}
	for _, step := range []func(*gin.Context, *call) error{s.admit, readHeaders, s.readInput} {
		if err := step(c, current); err != nil {
			s.abort(c, err)
			return
		}
	}
}

// admit recognises the caller and judges access. Who may not even know that something exists is told
// that it does not.
func (s *server) admit(c *gin.Context, call *call) error {
	if call.op.access.kind == accessPublic {
		return nil
	}
	if err := s.recognise(c, call); err != nil {
		return err
	}
	switch call.op.access.kind {
	case accessPublic, accessAuthenticated:
		return nil
	case accessAdministrator:
		return s.mustAdminister(c, call, false)
	case accessSelf:
		return s.mustAdminister(c, call, c.Param("person") == string(call.actor.PersonID))
	case accessRoles:
		return s.mustHold(c, call)
	}
	return s.denied(c.Request.Context(), models.Refuse(models.CodeForbidden, "", "nobody may call this operation"))
}

func (s *server) recognise(c *gin.Context, call *call) error {
	authorization, err := single(c.Request.Header, "Authorization", models.CodeInvalidRequest)
	if err != nil {
		return err
	}
	call.credential, err = s.authenticator.AuthenticateBy(c.Request.Context(), authorization, s.lookUp(c, call))
	if err != nil {
		call.seat = nil
		return err
	}
	p := call.credential.Person
	call.actor = models.Actor{PersonID: p.ID, OrganisationID: p.OrganisationID, Administrator: p.Administrator}
	return nil
}

// lookUp finds a key and, where access hangs on a procurement, that too, all in one query.
func (s *server) lookUp(c *gin.Context, call *call) auth.Lookup {
	procurement := models.ID(c.Param("procurement"))
	if call.op.access.kind != accessRoles || !procurement.Is(models.PrefixProcurement) {
		return s.views.Credential
	}
	return func(ctx context.Context, key models.ID) (models.Credential, error) {
		credential, seat, err := s.views.Admission(ctx, key, procurement)
		call.seat = seat
		return credential, err
	}
}

func (s *server) mustAdminister(c *gin.Context, call *call, own bool) error {
	if own {
		return nil
	}
	if err := acts.Administer(call.actor); err != nil {
		return s.denied(c.Request.Context(), err)
	}
	return nil
}

func (s *server) mustHold(c *gin.Context, call *call) error {
	ctx := c.Request.Context()
	if call.seat == nil {
		return noResource()
	}
	seat := call.seat
	call.actor.Roles = seat.Roles
	if err := call.actor.MustHoldAny(call.op.access.roles...); err != nil && !s.answered(c, call) {
		call.seat = nil // what the caller may not see does not show in log or answer
		return s.denied(ctx, err)
	}
	c.Header(headerMode, string(seat.Procurement.Mode))
	return nil
}

// answered tells whether the call repeats a command of the same person that has its outcome: whoever
// asked may learn it, even if the command itself ended the role it was asked in.
func (s *server) answered(c *gin.Context, call *call) bool {
	if !call.op.command {
		return false
	}
	var err error
	if call.key, err = idempotencyKey(c.Request.Header); err != nil {
		return false
	}
	return s.views.HasOutcome(c.Request.Context(), call.commandID())
}

// denied leaves a trace of an attempt that the rules of access turned away (Directive 2014/24/EU,
// Annex IV (g): infringements and attempts must be clearly detectable).
func (s *server) denied(ctx context.Context, err error) error {
	call := callOf(ctx)
	s.log.WarnContext(ctx, "access denied", "request", call.id, "person", call.actor.PersonID, "method", call.op.method, "path", call.path, "reason", err.Error())
	return err
}

func noResource() *models.Refusal { return models.NoSuchResource() }

func readHeaders(c *gin.Context, call *call) error {
	var err error
	h := c.Request.Header
	if call.op.keyed {
		if call.key, err = idempotencyKey(h); err != nil {
			return err
		}
	}
	if call.op.conditional {
		if call.ifMatch, err = ifMatch(h); err != nil {
			return err
		}
	}
	if call.op.method == http.MethodGet {
		// What serves files looks at one line only.
		if call.ifNoneMatch = joined(h, headerIfNoneMatch); call.ifNoneMatch != "" {
			h.Set(headerIfNoneMatch, call.ifNoneMatch)
		}
	}
	return nil
}

func (s *server) readInput(c *gin.Context, call *call) error {
	switch {
	case call.op.method == http.MethodGet:
		return nil
	case call.op.takesBytes:
		return s.readBytes(c, call)
	}
	return s.readBody(c, call)
}
