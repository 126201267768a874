// Package rest carries requests over HTTP to acts and views. It serves a table of operations, stands guard before each,
// reads what every request says in the same way (who calls, which version is changed, whether the request is repeated),
// and answers with resources, pages and problems. It knows no resource.
package rest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"
	"go.opentelemetry.io/otel/trace"

	"github.com/ppi-engine/ppi/internal/auth"
	"github.com/ppi-engine/ppi/models"
)

// DefaultProblemBase is what the types of problems begin with unless configured otherwise.
const DefaultProblemBase = "https://ppi-engine.org/problems/"

// shortestCursorKey is in bytes.
const shortestCursorKey = 32

// Callers finds out who calls, and which roles they hold.
type Callers interface {
	// Credential reads an API key and its owner; a refusal with [models.CodeNotFound] says that there is none.
	Credential(ctx context.Context, key models.ID) (models.Credential, error)
	// KeyAndSeat reads, at once, a key and the seat of its owner on the procurement; the seat is nil when no
	// procurement has the ID.
	KeyAndSeat(ctx context.Context, key, procurement models.ID) (models.Credential, *models.Seat, error)
	// HasOutcome tells whether a command was carried out or refused.
	HasOutcome(ctx context.Context, command string) bool
}

// A Config is what a router works with.
type Config struct {
	Callers Callers
	// Receipt finds callers for the receipt of tenders, on connections of its own; nil: Callers does.
	Receipt Callers
	Logger  *slog.Logger
	// CursorKey signs the cursors of lists; at least 32 bytes, the same for all instances.
	CursorKey []byte
	// ProblemBase is an absolute URI that the types of problems begin with; empty: [DefaultProblemBase].
	ProblemBase string
	Limits      Limits
	// Observer counts requests, and Tracer traces them; either may be nil.
	Observer Observer
	Tracer   trace.Tracer
	// Version is that of the build, for the document.
	Version string
	// Alias describes types by other types in the document; Describe adds to it what is not an operation. Both may be
	// nil.
	Alias    func(huma.Registry)
	Describe func(*huma.OpenAPI)
}

// check reports everything that is missing at once.
func (c *Config) check() error {
	base, err := url.Parse(c.ProblemBase)
	return errors.Join(
		missing(c.Callers == nil, "views, which find callers"),
		missing(c.Logger == nil, "a logger"),
		missing(len(c.CursorKey) < shortestCursorKey,
			fmt.Sprintf("a cursor key of at least %d bytes", shortestCursorKey)),
		missing(err != nil || !base.IsAbs(), "an absolute problem base"),
		missing(c.Version == "", "a build version"),
		missing(!c.Limits.fit(), "limits that are not negative"),
	)
}

func missing(is bool, what string) error {
	if !is {
		return nil
	}
	return fmt.Errorf("the API needs %s", what)
}

func (c *Config) setDefaults() {
	c.ProblemBase, c.Limits = cmp.Or(c.ProblemBase, DefaultProblemBase), c.Limits.orDefaults()
	if c.Receipt == nil {
		c.Receipt = c.Callers
	}
}

// A Router serves a table of operations and the document that describes them. What is not in the table is not served.
type Router struct {
	callers       Callers
	receipt       Callers
	crowd         *crowd
	log           *slog.Logger
	observer      Observer
	tracer        trace.Tracer
	limits        Limits
	cursors       cursors
	translate     *translator
	authenticator *auth.Authenticator

	gin     *gin.Engine
	huma    huma.API
	schemas Schemas
	// rows finds the operation of a method and a route.
	rows map[string]*Operation
}

// New makes a router of a table of operations. It fails when something is missing.
func New(c Config, table []Operation) (*Router, error) {
	c.setDefaults()
	if err := c.check(); err != nil {
		return nil, err
	}
	setUpLibraries()
	r := &Router{
		callers:       c.Callers,
		receipt:       c.Receipt,
		crowd:         newCrowd(c.Limits),
		log:           c.Logger,
		observer:      c.Observer,
		tracer:        c.Tracer,
		limits:        c.Limits,
		cursors:       cursors{key: c.CursorKey},
		translate:     &translator{base: c.ProblemBase, log: c.Logger},
		authenticator: auth.NewAuthenticator(c.Callers),
		gin:           gin.New(),
		schemas:       newSchemas(c.Alias),
		rows:          map[string]*Operation{},
	}
	if err := r.setUpGin(); err != nil {
		return nil, err
	}
	r.huma = newHuma(r.gin, r.schemas, c.Version)
	for _, o := range table {
		r.Add(o)
	}
	if err := r.serveDocument(c.Describe); err != nil {
		return nil, err
	}
	r.answerHEAD()
	return r, nil
}

func (r *Router) setUpGin() error {
	if err := r.gin.SetTrustedProxies(nil); err != nil {
		return fmt.Errorf("trust no proxies: %w", err)
	}
	r.gin.HandleMethodNotAllowed = true
	r.gin.RedirectTrailingSlash = false
	r.gin.Use(r.begin, r.observe, r.recover, r.secure, r.count, r.refuseHostile, r.guard)
	r.gin.NoRoute(func(c *gin.Context) { Abort(c, noResource()) })
	r.gin.NoMethod(func(c *gin.Context) {
		Abort(c, models.Refuse(models.CodeMethodNotAllowed, "", "the path does not accept %s", c.Request.Method))
	})
	return nil
}

// answerHEAD routes HEAD to whatever answers GET (RFC 9110 §9.1, §9.3.2): the same row, guard and handler. The
// HTTP server sends no body.
func (r *Router) answerHEAD() {
	for _, route := range r.gin.Routes() {
		if route.Method == http.MethodGet {
			r.gin.HEAD(route.Path, route.HandlerFunc)
		}
	}
}

// ServeHTTP answers a request.
func (r *Router) ServeHTTP(w http.ResponseWriter, req *http.Request) { r.gin.ServeHTTP(w, req) }

// Add serves one more operation. An operation that is added after New is not in the document.
func (r *Router) Add(o Operation) {
	if o.maxBody == 0 {
		o.maxBody = r.limits.Body
	}
	if o.within == 0 {
		o.within = r.limits.Changing
		if o.Method == http.MethodGet {
			o.within = r.limits.Reading
		}
	}
	r.rows[o.Method+" "+o.route()] = &o
	o.bind(r, &o)
}

// Operations are what is served.
func (r *Router) Operations() []Operation {
	all := make([]Operation, 0, len(r.rows))
	for _, o := range r.rows {
		all = append(all, *o)
	}
	return all
}

// Document describes what is served.
func (r *Router) Document() *huma.OpenAPI { return r.huma.OpenAPI() }

// row finds the operation that answers a method on a route; nil: there is none.
func (r *Router) row(method, route string) *Operation {
	if method == http.MethodHead {
		method = http.MethodGet
	}
	return r.rows[method+" "+route]
}

// setUpLibraries sets what gin and huma keep in package variables, once for the process.
//
//nolint:gochecknoglobals // what it sets are the libraries' globals, which tests that run at once must not set twice
var setUpLibraries = sync.OnceFunc(func() {
	gin.SetMode(gin.ReleaseMode)
	huma.DefaultArrayNullable = false // else null passes for a list
	huma.ValidateStrictCasing = true  // else "Title" passes for "title"
	huma.NewError = func(status int, message string, errs ...error) huma.StatusError {
		return bindingProblem(context.Background(), status, message, errs)
	}
	huma.NewErrorWithContext = func(c huma.Context, status int, message string, errs ...error) huma.StatusError {
		return bindingProblem(c.Context(), status, message, errs)
	}
})
