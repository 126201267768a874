package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"syscall"

	"go.opentelemetry.io/otel/trace"

	"github.com/ppi-engine/ppi/api"
	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/internal/engine"
	"github.com/ppi-engine/ppi/internal/metrics"
	"github.com/ppi-engine/ppi/internal/telemetry"
	"github.com/ppi-engine/ppi/worker"
)

const metricsVariable = "PPI_METRICS_ADDRESS"

// An observation is what operators see of a process besides its log. Its zero value shows nothing.
type observation struct {
	metrics *metrics.Metrics
	tracer  trace.Tracer
}

// observe begins to show metrics and to send traces, as configured, until stop is called. It is called before any part
// of the process starts.
func (a *app) observe(ctx context.Context) (stop func(), err error) {
	a.shown.metrics = metrics.New(version, a.log)
	stopTraces := func(context.Context) error { return nil }
	if a.cfg.Traces {
		if a.shown.tracer, stopTraces, err = telemetry.Traces(ctx, version, a.log); err != nil {
			return nil, err
		}
	}
	stopMetrics, err := a.serveMetrics(ctx)
	if err != nil {
		return nil, err
	}
	return func() {
		stopMetrics()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopSlack)
		defer cancel()
		if err := stopTraces(ctx); err != nil {
			a.log.WarnContext(ctx, "the last traces were not sent", "error", err)
		}
	}, nil
}

// serveMetrics shows metrics on an address of their own: they are for operators, not for those who reach the API. The
// default address may be taken, by another process of the installation on this machine: then the process does without.
func (a *app) serveMetrics(ctx context.Context) (stop func(), err error) {
	address := a.cfg.MetricsAddress
	if !address.IsValid() {
		return func() {}, nil
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address.String())
	taken := errors.Is(err, syscall.EADDRINUSE)
	switch {
	case taken && !a.cfg.Given(metricsVariable):
		a.log.WarnContext(ctx, "metrics are not shown: another program uses the address; set "+metricsVariable,
			slog.String("address", address.String()))
		return func() {}, nil
	case taken:
		return nil, &portsTakenError{taken: []takenPort{{address.String(), "metrics", metricsVariable}}}
	case err != nil:
		return nil, &addressError{address.String(), "metrics", metricsVariable, err}
	}
	server := rest.NewServer(a.shown.metrics.Handler(), rest.Timeouts{}, a.log)
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(listener) // it ends when the server is closed
	}()
	a.log.InfoContext(ctx, "metrics are shown",
		slog.String("address", fmt.Sprintf("http://%s/metrics", listener.Addr())))
	return func() {
		_ = server.Close()
		<-served
	}, nil
}

// record shows the state of a record until stop is called.
func (o observation) record(r metrics.Record) (stop func()) {
	if o.metrics == nil {
		return func() {}
	}
	return o.metrics.Watch(r)
}

func (o observation) ofAPI() api.Observer {
	if o.metrics == nil {
		return nil
	}
	return o.metrics
}

func (o observation) ofWorker() worker.Watched {
	if o.metrics == nil {
		return nil
	}
	return o.metrics
}

// ofTemporal is how clients of Temporal are watched.
func (o observation) ofTemporal() engine.Watch {
	watch := engine.Watch{Tracer: o.tracer}
	if o.metrics != nil {
		watch.Sink = o.metrics
	}
	return watch
}
