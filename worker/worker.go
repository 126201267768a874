// Package worker runs the workflows and activities: registration, options, search attributes, schedules,
// the sequencer of the event log and the relay of webhooks.
package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"go.temporal.io/sdk/client"
	"golang.org/x/sync/errgroup"

	"github.com/ppi-engine/ppi/activities"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/internal/webhook"
)

// stopTimeout is how long activities may continue when the worker stops; a command that is cut off would wait for its
// timeout.
const stopTimeout = 20 * time.Second

// Deps are what a worker works with.
type Deps struct {
	// Temporal is a client of the namespace that contains the procurements and nothing else; Service is a client of the
	// namespace for webhooks and maintenance.
	Temporal  client.Client
	Namespace string
	Service   client.Client
	// TaskQueue is the task queue of the installation, in both namespaces; deliveries have a queue of their own beside
	// it.
	TaskQueue string
	Store     *store.Store
	Engine    activities.Engine
	Feeds     waker
	// Address is where clients reach the API, without a slash at the end, for letters.
	Address string
	// Courier brings messages to webhook endpoints.
	Courier *webhook.Courier
	Log     *slog.Logger
	// Checkpoint signs the head of the event log.
	Checkpoint func(ctx context.Context) error
	// Ready is called once the worker takes commands; it may be nil.
	Ready func()
	// Watched is told when events were given their places and when the record was signed; nil: nobody is.
	Watched Watched
	// Schedules tells whether this worker keeps the schedules; tests do without.
	Schedules bool
}

// Watched is told how the log of events is kept.
type Watched interface {
	// Sequenced tells of a pass of the sequencer, with or without events; StoodBy, that it works no more.
	Sequenced()
	StoodBy()
	// Signed tells that the record is signed up to date.
	Signed()
}

// unwatched is told and does nothing.
type unwatched struct{}

func (unwatched) Sequenced() {}
func (unwatched) StoodBy()   {}
func (unwatched) Signed()    {}

func (d Deps) check() error {
	var faults []error
	for what, missing := range map[string]bool{
		"a Temporal client": d.Temporal == nil, "a namespace": d.Namespace == "", "a task queue": d.TaskQueue == "",
		"a client of the service namespace": d.Service == nil, "feeds": d.Feeds == nil,
		"a store": d.Store == nil, "an engine": d.Engine == nil, "a logger": d.Log == nil,
		"a checkpoint": d.Checkpoint == nil, "a courier of webhooks": d.Courier == nil,
	} {
		if missing {
			faults = append(faults, fmt.Errorf("the worker needs %s", what))
		}
	}
	return errors.Join(faults...)
}

// sign signs the head of the log and tells so.
func (d Deps) sign(ctx context.Context) error {
	err := d.Checkpoint(ctx)
	if err == nil {
		d.Watched.Signed()
	}
	return err
}

// Run works until ctx ends and then finishes what is under way. It returns an error when it could not begin, or when
// the worker met a fatal one.
func Run(ctx context.Context, d Deps) error {
	if err := d.check(); err != nil {
		return err
	}
	if d.Watched == nil {
		d.Watched = unwatched{}
	}
	group, working := errgroup.WithContext(ctx)
	// The log of events needs no Temporal.
	group.Go(func() error {
		Sequence(working, d.Store, d.Watched, d.Log)
		return nil
	})
	group.Go(func() error {
		Relay(working, d.Store, d.Feeds, d.Log)
		return nil
	})
	group.Go(func() error {
		Retell(working, d.Store, d.Engine, d.Log)
		return nil
	})
	group.Go(func() error {
		opened := &activities.Activities{Store: d.Store, Log: d.Log, Address: d.Address}
		Read(working, d.Store, opened.ReadEnvelopes, d.Log)
		return nil
	})
	group.Go(func() error { return prepareAndWork(working, d) })
	if err := group.Wait(); ctx.Err() == nil {
		return err
	}
	return nil // what was broken off by the end of ctx is not an error
}

func prepareAndWork(ctx context.Context, d Deps) error {
	if err := ensureSearchAttributes(ctx, d.Temporal, d.Namespace); err != nil {
		return err
	}
	if d.Schedules {
		if err := moveOut(ctx, d.Temporal, d.TaskQueue); err != nil {
			return err
		}
		if err := ensureSchedules(ctx, d.Service, d.TaskQueue); err != nil {
			return err
		}
	}
	return runWorkers(ctx, d)
}
