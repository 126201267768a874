package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/api"
	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/internal/config"
	"github.com/ppi-engine/ppi/internal/engine"
	"github.com/ppi-engine/ppi/internal/keyring"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/views"
)

type serveCommand struct{}

func (serveCommand) Run(ctx context.Context, inv *invocation) error {
	a, err := newApp(ctx, inv, config.Serve)
	if err != nil {
		return err
	}
	stop, err := a.observe(ctx)
	if err != nil {
		return err
	}
	defer stop()
	return runServe(ctx, a, func() {})
}

// runServe serves the API until ctx ends, then finishes the requests under way; it calls ready once it can answer
// requests. PostgreSQL and Temporal may be unreachable at the start and later.
func runServe(ctx context.Context, a *app, ready func()) error {
	listener, err := a.listen(ctx)
	if err != nil {
		return err
	}
	front := &front{}
	front.show(rest.NotYet(version, a.log))
	server := rest.NewServer(front, timeouts(a.cfg), a.log)
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	a.log.InfoContext(ctx, "the API listens", slog.String("address", listener.Addr().String()))
	err = onRecord(ctx, a, func(ctx context.Context, handler http.Handler) error {
		front.show(handler)
		ready()
		select {
		case err := <-served:
			return fmt.Errorf("serve the API: %w", err)
		case <-ctx.Done():
		}
		return shutdown(ctx, a, server)
	})
	return errors.Join(err, server.Close())
}

// onRecord opens the record and the keys, makes the handler of the API from them, and calls serve, which returns when
// no request is under way any more. It returns nil when ctx ends before the record is there.
func onRecord(ctx context.Context, a *app, serve func(context.Context, http.Handler) error) error {
	record, err := openRecord(ctx, a, recordUse{receiptConns: a.cfg.ReceiptMaxConns, silence: silenceForCallers})
	if err != nil {
		return unlessEnded(ctx, err)
	}
	defer record.Close()
	defer a.shown.record(record)()
	held, err := holdKeys(ctx, a, record, keysOfAPI)
	if err != nil {
		return unlessEnded(ctx, err)
	}
	return withHeld(ctx, held, func(ctx context.Context) error {
		handler, closeAPI, err := openAPI(ctx, a, record, held.Keys)
		if err != nil {
			return err
		}
		defer closeAPI()
		return serve(ctx, handler)
	})
}

// A front is the handler of the API. Until the record was reached it asks clients to come again.
type front struct{ handler atomic.Pointer[http.Handler] }

func (f *front) show(h http.Handler) { f.handler.Store(&h) }

// ServeHTTP calls the handler that is shown now.
func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	(*f.handler.Load()).ServeHTTP(w, r)
}

func openAPI(ctx context.Context, a *app, record *store.Store, keys keyring.Keys) (http.Handler, func(), error) {
	tools, err := openWorkshop(a.cfg, keys)
	if err != nil {
		return nil, nil, err
	}
	temporal, err := engine.ConnectBy(a.cfg.Temporal, a.shown.ofTemporal(), a.log)
	if err != nil {
		return nil, nil, err
	}
	teller := engine.NewTeller(record.TellCommands, a.log)
	does := &acts.Acts{
		Store: record, Log: a.log, Receipts: tools.receipts, Courier: tools.courier, Limits: actLimits(a.cfg),
	}
	runs := engine.New(temporal, a.cfg.TaskQueue, teller.Told, engine.Runs{}).Rewriting(does.AskAgain)
	handler, err := api.New(api.Deps{
		Acts:   does,
		Views:  &views.Views{Store: record, Checkpoints: tools.checkpoints},
		Engine: runs, Logger: a.log,
		CursorKey: tools.cursors, BuildVersion: version, Limits: requestLimits(a.cfg),
		Closing: ctx.Done(), Observer: a.shown.ofAPI(), Tracer: a.shown.tracer,
		Ready: (&readiness{
			record: record, temporal: a.cfg.Temporal, worker: a.checkWorker, log: a.log, reached: time.Now(),
			patience: waitForAll,
		}).check,
	})
	telling, stop := context.WithCancel(context.WithoutCancel(ctx))
	var told sync.WaitGroup
	told.Go(func() { teller.Run(telling) })
	return handler, func() {
		stop()
		told.Wait()
		temporal.Close()
	}, err
}

func timeouts(c *config.Config) rest.Timeouts {
	return rest.Timeouts{Read: c.ReadTimeout, Write: c.WriteTimeout, Idle: c.IdleTimeout}
}

func requestLimits(c *config.Config) rest.Limits {
	return rest.Limits{
		PerKey: c.RequestsPerKey, PerAddress: c.RequestsPerAddress, WrongKeys: c.WrongKeysPerAddress,
		OfPerson: c.AtOncePerPerson, OfOrganisation: c.AtOncePerOrganisation, TrustedProxies: c.TrustedProxies,
	}
}

// actLimits leave half of the checks at once for others than the organisation that asks for most.
func actLimits(c *config.Config) acts.Limits {
	return acts.Limits{Checks: int64(c.ChecksAtOnce), ChecksOfOne: int64(c.ChecksAtOnce / 2)}
}

func shutdown(ctx context.Context, a *app, server *http.Server) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), a.cfg.ShutdownTimeout)
	defer cancel()
	if err := server.Shutdown(ctx); err != nil {
		return errors.Join(fmt.Errorf("finish the requests under way: %w", err), server.Close())
	}
	return nil
}
