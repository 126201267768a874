package api

import (
	"context"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/views"
)

// An operation is one row of the table of operations.
type operation struct {
	method, path, summary string
	access                access

	// status is that of success.
	status int
	// maxBody bounds the body in bytes; 0 takes the server's limit.
	maxBody int64
	// takesBody tells whether there is a body to bind; takesBytes, that the body is bytes for the handler.
	takesBody, takesBytes bool
	// bodyTimeout is how long the body may take to arrive; 0 takes the server's limit.
	bodyTimeout time.Duration
	// givesBytes tells that the answer is a file rather than a resource.
	givesBytes bool
	// takes and gives are the types of body and answer where the handler's own do not say them.
	takes, gives reflect.Type
	// content describes an answer that the handler renders by itself.
	content func(huma.Registry) map[string]*huma.MediaType
	// refuses are statuses of problems besides those that its kind implies.
	refuses []int
	// keyed operations need an Idempotency-Key, conditional ones an If-Match.
	keyed, conditional bool
	// mayCreate marks a PUT that answers 201 when there was nothing before.
	mayCreate bool
	// command operations write a command down for the procurement's workflow.
	command bool
	// hidden operations are served but not part of the described API.
	hidden bool

	bind func(*server, *operation)
}

// An option departs from what a method implies.
type option func(*operation)

// conditional makes a POST ask for If-Match, because it acts on a version of what exists.
func conditional() option { return func(o *operation) { o.conditional = true } }

// commands marks an operation whose outcome is kept for good under its Idempotency-Key.
func commands() option { return func(o *operation) { o.command = true } }

// answers sets the status of success where the method's usual one does not fit.
func answers(status int) option { return func(o *operation) { o.status = status } }

// noContent is the status of success of a removal.
const noContent = http.StatusNoContent

// mayCreate says that a PUT answers 201 when there was nothing before.
func mayCreate() option { return func(o *operation) { o.mayCreate = true } }

// takesBytes says that the body is bytes of [mediaBytes], at most n and within the time: the handler finds
// them in the call.
func takesBytes(n int64, within time.Duration) option {
	return func(o *operation) { o.takesBytes, o.maxBody, o.bodyTimeout = true, n, within }
}

// givesBytes says that the answer is a file.
func givesBytes() option { return func(o *operation) { o.givesBytes = true } }

// exchanges says what a body must be and what an answer is, where the handler takes and gives anything.
func exchanges(body, answer reflect.Type) option {
	return func(o *operation) { o.takes, o.gives = body, answer }
}

// mayRefuse adds statuses of problems to those that the operation's kind implies.
func mayRefuse(statuses ...int) option { return func(o *operation) { o.refuses = statuses } }

// unconditional spares a PUT the If-Match, because it says the same whatever was there before.
func unconditional() option { return func(o *operation) { o.conditional = false } }

// op makes a row whose handler is bound, validated and described by huma. By its method a row needs an
// Idempotency-Key (POST) or an If-Match (PUT, PATCH, DELETE), and its status of success is 201 for POST
// and 200 otherwise.
func op[I, O any](method, path string, access access, summary string,
	handle func(context.Context, *I) (*O, error), options ...option,
) operation {
	o := operation{
		method: method, path: path, access: access, summary: summary,
		status:      http.StatusOK,
		takesBody:   hasField[I]("Body"),
		keyed:       method == http.MethodPost,
		conditional: slices.Contains([]string{http.MethodPut, http.MethodPatch, http.MethodDelete}, method),
	}
	if method == http.MethodPost {
		o.status = http.StatusCreated
	}
	for _, apply := range options {
		apply(&o)
	}
	o.bind = func(s *server, o *operation) {
		huma.Register(s.huma, s.describe(o), func(ctx context.Context, in *I) (*O, error) {
			out, err := handle(ctx, in)
			if err != nil {
				return nil, s.translate.problem(ctx, s.traced(ctx, err))
			}
			return out, nil
		})
		s.documentHeaders(o)
	}
	return o
}

// page makes a row that gin serves by itself: files rather than resources.
func page(path, summary string, handle gin.HandlerFunc) operation {
	return operation{
		method: http.MethodGet, path: path, access: public(), summary: summary, status: http.StatusOK, hidden: true,
		bind: func(s *server, o *operation) { s.gin.GET(o.path, handle) },
	}
}

func hasField[T any](name string) bool {
	_, ok := reflect.TypeFor[T]().FieldByName(name)
	return ok
}

// id names the operation in the OpenAPI document, such as get-v1-procurements-procurement.
func (o *operation) id() string {
	return strings.ToLower(o.method) + strings.NewReplacer("/", "-", "{", "", "}", "").Replace(o.path)
}

// route is the path in gin's notation.
func (o *operation) route() string { return strings.NewReplacer("{", ":", "}", "").Replace(o.path) }

// onProcurement tells whether the operation concerns the procurement that its path names.
func (o *operation) onProcurement() bool { return o.access.kind == accessRoles }

// access says who may call an operation. Its zero value lets nobody in.
type access struct {
	kind  accessKind
	roles []models.Role
}

type accessKind string

const (
	accessPublic        accessKind = "public"
	accessAuthenticated accessKind = "authenticated"
	accessAdministrator accessKind = "administrator"
	accessSelf          accessKind = "self"
	accessRoles         accessKind = "roles"
)

// public lets everyone in.
func public() access { return access{kind: accessPublic} }

// authenticated lets everyone in who has an API key.
func authenticated() access { return access{kind: accessAuthenticated} }

// administrator lets in who runs the platform.
func administrator() access { return access{kind: accessAdministrator} }

// self lets in administrators and the person of the path.
func self() access { return access{kind: accessSelf} }

// roles lets in who holds one of the roles on the procurement of the path, now in its procedure time.
func roles(allowed ...models.Role) access { return access{kind: accessRoles, roles: allowed} }

// reads lets in who may read a subject, as views judge it.
func reads(of views.Subject) access { return roles(views.Readers(of)...) }

// names lists who may call, for people and for the OpenAPI document.
func (a access) names() []string {
	if a.kind != accessRoles {
		return []string{string(a.kind)}
	}
	names := make([]string, len(a.roles))
	for i, r := range a.roles {
		names[i] = string(r)
	}
	return names
}
