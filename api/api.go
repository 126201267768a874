// Package api is the REST API: one table of operations, and a file for each resource that binds them to acts and views.
// What the operations have in common is in package rest.
package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
	"github.com/ppi-engine/ppi/views"
)

// An Engine carries process commands from the record to the workflows.
type Engine interface {
	// Start starts the run of a procurement unless one is open already. Title and buyers are public.
	Start(ctx context.Context, procurement models.ID, title string, buyers []string) error
	// Command sends a command that is written down and waits for its outcome.
	Command(ctx context.Context, cmd models.Command) (process.Outcome, error)
	// Anew does the same without regard to an earlier answer.
	Anew(ctx context.Context, cmd models.Command) (process.Outcome, error)
}

// An Observer counts requests and commands.
type Observer interface {
	rest.Observer
	// Command counts a command that got an answer, by its outcome.
	Command(verb models.Verb, outcome string, took time.Duration)
}

// Deps are what the API works with.
type Deps struct {
	// Acts change the record and Views read it; each holds the keys that it signs with. Acts need a courier of
	// webhooks.
	Acts   *acts.Acts
	Views  *views.Views
	Engine Engine
	Logger *slog.Logger
	// CursorKey signs the cursors of lists; at least 32 bytes, the same for all instances.
	CursorKey []byte
	// ProblemBase is the absolute URI that the types of problems begin with; empty means [rest.DefaultProblemBase].
	ProblemBase  string
	Limits       rest.Limits
	BuildVersion string
	// Observer counts what is answered, and Tracer traces it; either may be nil.
	Observer Observer
	Tracer   trace.Tracer
	// Ready returns why the instance should get no requests, or nil when it may get them.
	Ready func(context.Context) error
	// Closing is closed when the instance shuts down: requests that wait for events are then answered at once. It may
	// be nil.
	Closing <-chan struct{}
}

// check reports everything that is missing at once, except what the router checks itself.
func (d *Deps) check() error {
	return errors.Join(
		missing(d.Acts == nil, "acts"),
		missing(d.Acts != nil && d.Acts.Courier == nil, "acts with a courier of webhooks"),
		missing(d.Acts != nil && d.Acts.Receipts == nil, "acts that sign receipts"),
		missing(d.Views == nil, "views"),
		missing(d.Views != nil && d.Views.Checkpoints.Verifier() == "", "views with the key of checkpoints"),
		missing(d.Engine == nil, "an engine"),
		missing(d.Ready == nil, "a readiness check"),
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

// A server answers the operations of the table.
type server struct {
	acts        *acts.Acts
	views       *views.Views
	engine      Engine
	log         *slog.Logger
	readiness   readiness
	version     string
	feedCursors feedCursors
	tail        *tail
	closing     <-chan struct{}
	observer    Observer

	router *rest.Router
}

// receiptCallers finds callers on the connections for the receipt of tenders.
func receiptCallers(v *views.Views) rest.Callers {
	if v == nil {
		return nil // which is reported with what else is missing
	}
	return v.ForReceipt()
}

// New makes the handler of the whole API. It fails when a dependency is missing.
func New(d Deps) (http.Handler, error) {
	s, err := newServer(d)
	if err != nil {
		return nil, err
	}
	return s.router, nil
}

func newServer(d Deps) (*server, error) {
	s := &server{
		acts:      d.Acts,
		views:     d.Views,
		engine:    d.Engine,
		log:       d.Logger,
		readiness: readiness{run: d.Ready},
		version:   d.BuildVersion,
		closing:   d.Closing,
		observer:  d.Observer,
	}
	var unfit error
	s.router, unfit = rest.New(rest.Config{
		Callers: d.Views, Receipt: receiptCallers(d.Views), Logger: d.Logger, CursorKey: d.CursorKey,
		ProblemBase: d.ProblemBase, Limits: d.Limits, Observer: d.Observer, Tracer: d.Tracer,
		Version: d.BuildVersion, Alias: speakForModels, Describe: describeWebhooks,
	}, s.operations())
	if err := errors.Join(d.check(), unfit); err != nil {
		return nil, err
	}
	s.tail = newTail(d.Views, d.Logger)
	var err error
	s.feedCursors, err = newFeedCursors(d.CursorKey)
	return s, err
}
