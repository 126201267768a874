// Package rig puts API and worker together in one process on a given PostgreSQL and Temporal, for tests
// and benchmarks that drive the whole product over HTTP.
package rig

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"go.opentelemetry.io/otel/trace"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/api"
	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/internal/apiclient"
	"github.com/ppi-engine/ppi/internal/audit"
	"github.com/ppi-engine/ppi/internal/auth"
	"github.com/ppi-engine/ppi/internal/engine"
	"github.com/ppi-engine/ppi/internal/metrics"
	"github.com/ppi-engine/ppi/internal/seal"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/internal/store/pg"
	"github.com/ppi-engine/ppi/internal/webhook"
	"github.com/ppi-engine/ppi/models/process"
	"github.com/ppi-engine/ppi/views"
	"github.com/ppi-engine/ppi/worker"
)

const (
	namespace      = "ppi"
	service        = "ppi-service"
	shutdownPeriod = 5 * time.Second
	cursorKeyBytes = 32
	// many is every limit of a caller: one machine plays everybody, in seconds and not in months.
	many = 1_000_000
	// receiptConns are as many as the tests need; a server has many rigs.
	receiptConns = 4
	// refuseAfter is short: nobody here learns from the time of a refusal.
	refuseAfter = 10 * time.Millisecond
)

// Options says what the rig stands on.
type Options struct {
	// DSN is the application's, of a migrated database.
	DSN             string
	TemporalAddress string
	// TaskQueue keeps rigs on one Temporal server apart.
	TaskQueue string
	// MaxEvents rotates runs early; 0 leaves it to the server.
	MaxEvents int
	// OrdinaryActs has acts carried out by ordinary activities.
	OrdinaryActs bool
	MaxConns     int
	// Tracer is told of every statement that is sent to PostgreSQL; nil: nobody is.
	Tracer   pg.Tracer
	Log      *slog.Logger
	Webhooks Webhooks
	// Metrics count and Traces trace what happens; either may be nil.
	Metrics *metrics.Metrics
	Traces  trace.Tracer
	// Schedules has the workers keep the schedules, which all rigs on one Temporal server share.
	Schedules bool
}

// Webhooks says how webhooks are sent.
type Webhooks struct {
	// Pace multiplies the pauses between attempts; 0 leaves them as they are.
	Pace float64
	// Timeout bounds one attempt; 0 leaves it as it is.
	Timeout time.Duration
	// Allow lists what may be reached besides public addresses; nil: this machine.
	Allow []netip.Prefix
	// Linger is how long a run waits for more once all was delivered; 0 ends it at once.
	Linger time.Duration
	// Resolver looks up the names of hosts; nil: as the machine does.
	Resolver *net.Resolver
}

// A Rig is a running API with its store and its way to the workflows; workers are started on top.
type Rig struct {
	Store *store.Store
	// Temporal is where the procurements live, Service where webhooks and maintenance do.
	Temporal, Service client.Client
	Engine            *engine.Engine
	// Base is the API's address.
	Base string
	// Anonymous calls the API without a key.
	Anonymous *apiclient.Client

	options     Options
	courier     *webhook.Courier
	checkpoints audit.Key
	server      *http.Server
	workers     sync.WaitGroup
	telling     sync.WaitGroup
	stopTelling context.CancelFunc
}

// Start brings up store, Temporal client and API.
func Start(ctx context.Context, o Options) (_ *Rig, err error) {
	r := &Rig{options: o}
	if r.Store, err = store.Open(ctx, store.Options{
		DSN: o.DSN, MaxConns: o.MaxConns, ReceiptConns: receiptConns, Logger: o.Log,
		Tracer: o.Tracer,
	}); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, r.release())
		}
	}()
	if o.Metrics != nil {
		o.Metrics.Watch(r.Store)
	}
	if r.Temporal, err = dial(ctx, o, namespace); err != nil {
		return nil, err
	}
	if r.Service, err = dial(ctx, o, service); err != nil {
		return nil, err
	}
	teller := engine.NewTeller(r.Store.TellCommands, o.Log)
	telling, stop := context.WithCancel(context.WithoutCancel(ctx))
	r.stopTelling = stop
	r.telling.Go(func() { teller.Run(telling) })
	runs := engine.Runs{MaxEvents: o.MaxEvents, OrdinaryActs: o.OrdinaryActs}
	r.Engine = engine.New(r.Temporal, o.TaskQueue, teller.Told, runs)
	asking := engine.New(r.Temporal, o.TaskQueue, teller.Told, runs)
	if r.courier, err = o.Webhooks.courier(); err != nil {
		return nil, err
	}
	return r, r.serve(ctx, asking)
}

func dial(ctx context.Context, o Options, namespace string) (client.Client, error) {
	options := client.Options{
		HostPort: o.TemporalAddress, Namespace: namespace, Logger: log.NewStructuredLogger(o.Log),
	}
	o.watch().Apply(&options)
	c, err := client.DialContext(ctx, options)
	if err != nil {
		return nil, fmt.Errorf("reach Temporal's namespace %s: %w", namespace, err)
	}
	return c, nil
}

func (o Options) watch() engine.Watch {
	watch := engine.Watch{Tracer: o.Traces}
	if o.Metrics != nil {
		watch.Sink = o.Metrics
	}
	return watch
}

// release lets go of what the rig holds.
func (r *Rig) release() error {
	if r.stopTelling != nil {
		r.stopTelling()
		r.telling.Wait()
	}
	for _, c := range []client.Client{r.Temporal, r.Service} {
		if c != nil {
			c.Close()
		}
	}
	return r.Store.Close()
}

// courier makes one that all rigs on a database share the key of.
func (w Webhooks) courier() (*webhook.Courier, error) {
	key := sha256.Sum256([]byte("rig"))
	if w.Allow == nil {
		w.Allow = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	}
	schedule := webhook.StandardSchedule()
	if w.Pace > 0 {
		schedule = schedule.Scaled(w.Pace)
	}
	return webhook.NewCourier(webhook.Options{
		RefuseAfter: refuseAfter,
		MasterKey:   key[:], Schedule: schedule, Timeout: w.Timeout,
		Allow: w.Allow, Resolver: w.Resolver,
	})
}

func (r *Rig) serve(ctx context.Context, asking *engine.Engine) error {
	key := make([]byte, cursorKeyBytes)
	if _, err := rand.Read(key); err != nil {
		return fmt.Errorf("make cursor key: %w", err)
	}
	receipts, err := seal.NewSigner("rig/receipts", key)
	if err != nil {
		return err
	}
	if r.checkpoints, err = audit.NewKey("rig/log", key); err != nil {
		return err
	}
	var observer api.Observer
	if r.options.Metrics != nil {
		observer = r.options.Metrics
	}
	does := &acts.Acts{Store: r.Store, Log: r.options.Log, Receipts: receipts, Courier: r.courier}
	handler, err := api.New(api.Deps{
		Observer: observer, Tracer: r.options.Traces,
		Acts:   does,
		Views:  &views.Views{Store: r.Store, Checkpoints: r.checkpoints},
		Engine: asking.Rewriting(does.AskAgain), Logger: r.options.Log, CursorKey: key, BuildVersion: "rig",
		Ready:  func(ctx context.Context) error { return r.Store.Ping(ctx) },
		Limits: rest.Limits{PerKey: many, PerAddress: many, WrongKeys: many, OfPerson: many, OfOrganisation: many},
	})
	if err != nil {
		return err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	r.server = rest.NewServer(handler, rest.Timeouts{}, r.options.Log)
	r.Base = "http://" + listener.Addr().String()
	r.Anonymous = &apiclient.Client{
		Base: r.Base,
		HTTP: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 256}},
	}
	go func() { _ = r.server.Serve(listener) }()
	return nil
}

// A Worker is one worker of the rig.
type Worker struct {
	stop context.CancelFunc
	done chan error
}

// StartWorker starts a worker and the sequencer.
func (r *Rig) StartWorker(ctx context.Context) *Worker {
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	w := &Worker{stop: stop, done: make(chan error, 1)}
	r.workers.Go(func() { w.done <- worker.Run(ctx, r.workerDeps()) })
	return w
}

// Stop lets the worker finish what is under way and returns what it ended with.
func (w *Worker) Stop() error {
	w.stop()
	return <-w.done
}

func (r *Rig) workerDeps() worker.Deps {
	var watched worker.Watched
	if r.options.Metrics != nil {
		watched = r.options.Metrics
	}
	return worker.Deps{
		Watched:  watched,
		Temporal: r.Temporal, Namespace: namespace, Service: r.Service, TaskQueue: r.options.TaskQueue,
		Store: r.Store, Engine: r.Engine, Courier: r.courier, Log: r.options.Log, Schedules: r.options.Schedules,
		Feeds: engine.NewFeeds(r.Service, engine.FeedOptions{
			TaskQueue: r.options.TaskQueue, MaxEvents: r.options.MaxEvents, Linger: r.options.Webhooks.Linger,
		}),
		Checkpoint: func(ctx context.Context) error {
			_, err := r.Store.Log().Checkpoint(ctx, r.checkpoints, "")
			return err
		},
	}
}

// Administrator makes an administrator, as the command line does, and returns a client for them.
func (r *Rig) Administrator(ctx context.Context) (*apiclient.Client, error) {
	token, err := auth.CreateAdministrator(ctx, r.Store, auth.Administrator{
		Name: "Administrator", Organisation: "Platform", Country: "FR",
	})
	if err != nil {
		return nil, err
	}
	return r.Anonymous.As(token.Reveal()), nil
}

// State asks the run of a procurement what it knows.
func (r *Rig) State(ctx context.Context, workflowID string) (process.State, error) {
	var state process.State
	value, err := r.Temporal.QueryWorkflow(ctx, workflowID, "", process.QueryState)
	if err != nil {
		return state, fmt.Errorf("query run: %w", err)
	}
	if err := value.Get(&state); err != nil {
		return state, fmt.Errorf("decode state of run: %w", err)
	}
	return state, nil
}

// Close stops the API; workers must be stopped before.
func (r *Rig) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), shutdownPeriod)
	defer cancel()
	err := r.server.Shutdown(ctx)
	r.workers.Wait()
	return errors.Join(err, r.release())
}

// TaskQueue is the queue of the rig's workers.
func (r *Rig) TaskQueue() string { return r.options.TaskQueue }
