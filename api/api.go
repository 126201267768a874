// Package api is the REST API: one table of operations, a guard before every handler, and one file per
// resource.
package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/internal/auth"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
	"github.com/ppi-engine/ppi/views"
)

// DefaultProblemBase is what the types of problems begin with unless configured otherwise.
const DefaultProblemBase = "https://ppi-engine.org/problems/"

// An Engine carries process commands from the record to the workflows.
type Engine interface {
	// Start starts the run of a procurement unless one is open already. Title and buyers are public.
	Start(ctx context.Context, procurement models.ID, title string, buyers []string) error
	// Command sends a command that is written down and waits for its outcome.
	Command(ctx context.Context, cmd models.Command) (process.Outcome, error)
}

// Limits bound what one request may cost. Zero values take the defaults.
type Limits struct {
	// Body is the largest body in bytes, where an operation sets none of its own; 1 MiB.
	Body int64
	// BodyTimeout is how long a body may take to arrive; 15 s.
	BodyTimeout time.Duration
}

const (
	defaultBody        = 1 << 20
	defaultBodyTimeout = 15 * time.Second
	shortestCursorKey  = 32
)

// Deps are what the API works with.
type Deps struct {
	// Acts change the record, Views read it; each with the keys that it signs with. Acts have a courier of webhooks.
	Acts   *acts.Acts
	Views  *views.Views
	Engine Engine
	Logger *slog.Logger
	// CursorKey signs the cursors of lists; at least 32 bytes, the same for all instances.
	CursorKey []byte
	// ProblemBase is an absolute URI that the types of problems begin with; empty: [DefaultProblemBase].
	ProblemBase  string
	Limits       Limits
	BuildVersion string
	// Ready tells why the instance should get no requests; nil: it should.
	Ready func(context.Context) error
	// Closing is closed when the instance is to end: requests that wait for events are then answered. It may
	// be nil.
	Closing <-chan struct{}
}

// check reports all that is missing at once.
func (d *Deps) check() error {
	base, err := url.Parse(d.ProblemBase)
	return errors.Join(
		missing(d.Acts == nil, "acts"),
		missing(d.Acts != nil && d.Acts.Courier == nil, "acts with a courier of webhooks"),
		missing(d.Views == nil, "views"),
		missing(d.Engine == nil, "an engine"),
		missing(d.Logger == nil, "a logger"),
		missing(d.Acts != nil && d.Acts.Receipts == nil, "acts that sign receipts"),
		missing(d.Views != nil && d.Views.Checkpoints.Verifier() == "", "views with the key of checkpoints"),
		missing(len(d.CursorKey) < shortestCursorKey,
			fmt.Sprintf("a cursor key of at least %d bytes", shortestCursorKey)),
		missing(err != nil || !base.IsAbs(), "an absolute problem base"),
		missing(d.BuildVersion == "", "a build version"),
		missing(d.Ready == nil, "a readiness check"),
		missing(d.Limits.Body < 0 || d.Limits.BodyTimeout < 0, "limits that are not negative"),
		d.limitsOfActs(),
	)
}

func (d *Deps) limitsOfActs() error {
	if d.Acts == nil {
		return nil
	}
	return d.Acts.Limits.Check()
}

func missing(is bool, what string) error {
	if !is {
		return nil
	}
	return fmt.Errorf("the API needs %s", what)
}

func (d *Deps) setDefaults() {
	l := &d.Limits
	d.ProblemBase = cmp.Or(d.ProblemBase, DefaultProblemBase)
	l.Body, l.BodyTimeout = cmp.Or(l.Body, defaultBody), cmp.Or(l.BodyTimeout, defaultBodyTimeout)
}

type server struct {
	acts          *acts.Acts
	views         *views.Views
	engine        Engine
	log           *slog.Logger
	limits        Limits
	ready         func(context.Context) error
	version       string
	cursors       cursors
	feedCursors   feedCursors
	tail          *tail
	exports       chan struct{}
	closing       <-chan struct{}
	translate     *translator
	authenticator *auth.Authenticator

	gin  *gin.Engine
	huma huma.API
	// table finds the operation of a method and a route.
	table map[string]*operation
}

// New makes the handler of the whole API. It fails when a dependency is missing.
func New(d Deps) (http.Handler, error) {
	s, err := newServer(d)
	if err != nil {
		return nil, err
	}
	return s.gin, nil
}

func newServer(d Deps) (*server, error) {
	d.setDefaults()
	if err := d.check(); err != nil {
		return nil, err
	}
	setUpLibraries()
	feed, err := newFeedCursors(d.CursorKey)
	if err != nil {
		return nil, err
	}
	s := &server{
		acts:          d.Acts,
		views:         d.Views,
		engine:        d.Engine,
		log:           d.Logger,
		limits:        d.Limits,
		ready:         d.Ready,
		version:       d.BuildVersion,
		cursors:       cursors{key: d.CursorKey},
		feedCursors:   feed,
		tail:          newTail(d.Views, d.Logger),
		exports:       make(chan struct{}, exportsAtOnce),
		closing:       d.Closing,
		translate:     &translator{base: d.ProblemBase, log: d.Logger},
		authenticator: auth.NewAuthenticator(d.Views),
		table:         map[string]*operation{},
	}
	if err := s.route(); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *server) route() error {
	s.gin = gin.New()
	if err := s.gin.SetTrustedProxies(nil); err != nil {
		return fmt.Errorf("trust no proxies: %w", err)
	}
	s.gin.HandleMethodNotAllowed = true
	s.gin.RedirectTrailingSlash = false
	s.gin.Use(s.begin, s.logAccess, s.recover, s.secure, s.refuseHostile, s.guard)
	s.gin.NoRoute(func(c *gin.Context) { s.abort(c, noResource()) })
	s.gin.NoMethod(func(c *gin.Context) {
		s.abort(c, models.Refuse(models.CodeMethodNotAllowed, "", "%s is not allowed here", c.Request.Method))
	})
	s.huma = s.newHuma()
	for _, row := range s.operations() {
		s.add(&row)
	}
	if err := s.serveDocument(); err != nil {
		return err
	}
	s.answerHEAD()
	return nil
}

// answerHEAD routes HEAD to whatever answers GET (RFC 9110 §9.1, §9.3.2): the same row, guard and handler. The
// HTTP server sends no body.
func (s *server) answerHEAD() {
	for _, route := range s.gin.Routes() {
		if route.Method == http.MethodGet {
			s.gin.HEAD(route.Path, route.HandlerFunc)
		}
	}
}

// row finds the operation that answers a method on a route; nil: there is none.
func (s *server) row(method, route string) *operation {
	if method == http.MethodHead {
		method = http.MethodGet
	}
	return s.table[method+" "+route]
}

func (s *server) add(o *operation) {
	if o.maxBody == 0 {
		o.maxBody = s.limits.Body
	}
	s.table[o.method+" "+o.route()] = o
	o.bind(s, o)
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
