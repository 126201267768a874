package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/ppi-engine/ppi/internal/config"
	"github.com/ppi-engine/ppi/internal/store"
)

// headerTimeout ends connections that open and then say nothing.
const headerTimeout = 10 * time.Second

type serveCommand struct{}

func (serveCommand) Run(ctx context.Context, inv *invocation) error {
	a, err := newApp(ctx, inv, config.Serve)
	if err != nil {
		return err
	}
	return runServe(ctx, a)
}

// runServe serves the API until ctx ends, then finishes the requests under way.
// PostgreSQL and Temporal may be away, then and at the start.
func runServe(ctx context.Context, a *app) error {
	listener, err := a.listen(ctx)
	if err != nil {
		return err
	}
	var record atomic.Pointer[store.Store]
	server := &http.Server{
		Handler: healthRoutes(map[string]check{
			"database": func(ctx context.Context) error { return checkSchema(ctx, record.Load()) },
			"temporal": func(ctx context.Context) error { return checkTemporal(ctx, a.cfg.Temporal) },
		}),
		ReadHeaderTimeout: headerTimeout,
		ErrorLog:          slog.NewLogLogger(a.log.Handler(), slog.LevelWarn),
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	a.log.InfoContext(ctx, "the API listens", slog.String("address", listener.Addr().String()))

	opened, err := openRecord(ctx, a)
	if err == nil {
		record.Store(opened)
		defer opened.Close()
	}
	select {
	case err := <-served:
		return fmt.Errorf("serve the API: %w", err)
	case <-ctx.Done():
	}
	return shutdown(ctx, a, server)
}

func shutdown(ctx context.Context, a *app, server *http.Server) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), a.cfg.ShutdownTimeout)
	defer cancel()
	if err := server.Shutdown(ctx); err != nil {
		return errors.Join(fmt.Errorf("finish the requests under way: %w", err), server.Close())
	}
	return nil
}
