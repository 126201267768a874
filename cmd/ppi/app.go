package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"syscall"

	"github.com/ppi-engine/ppi/internal/config"
	"github.com/ppi-engine/ppi/internal/telemetry"
)

// app is what the long-running parts of the product share; runServe and runWorker need nothing else.
type app struct {
	// cfg is the effective configuration; standalone has filled in the addresses of its own PostgreSQL and Temporal.
	cfg *config.Config
	log *slog.Logger
	// listen opens the API's listener.
	listen func(ctx context.Context) (net.Listener, error)
	// taken tells whether a worker in this process takes commands; alone says that there is no worker elsewhere.
	taken atomic.Bool
	alone bool
	// shown is what operators see besides the log.
	shown observation
}

// newApp reads the configuration for a command and sets up its log.
func newApp(ctx context.Context, inv *invocation, purpose config.Purpose) (*app, error) {
	cfg, err := config.Load(inv.environ, purpose)
	if err != nil {
		return nil, err
	}
	a := &app{cfg: cfg, log: telemetry.NewLogger(inv.stderr, cfg.LogLevel, cfg.LogFormat)}
	a.listen = func(ctx context.Context) (net.Listener, error) { return listenAPI(ctx, cfg.Listen) }
	a.log.InfoContext(ctx, "starting", slog.String("version", version), slog.Any("config", cfg))
	return a, nil
}

// portsTakenError says which ports are in use, and which settings choose others.
type portsTakenError struct{ taken []takenPort }

type takenPort struct {
	address, use, variable string
}

func (e *portsTakenError) Error() string {
	lines := make([]string, len(e.taken))
	for i, t := range e.taken {
		lines[i] = t.address + ", the address of " + t.use + ", is in use by another program: stop that one, or set " +
			t.variable + " to another port (0 is any free one)"
	}
	return strings.Join(lines, "\n")
}

// listenAPI opens the API's listener. It returns a *portsTakenError when another program uses the port.
func listenAPI(ctx context.Context, address netip.AddrPort) (net.Listener, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address.String())
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, &portsTakenError{taken: []takenPort{{address.String(), "the API", "PPI_LISTEN"}}}
	}
	if err != nil {
		return nil, &addressError{address.String(), "the API", "PPI_LISTEN", err}
	}
	return listener, nil
}

// An addressError says that an address cannot be listened on, for another reason than that it is in use.
type addressError struct {
	address, use, variable string
	cause                  error
}

func (e *addressError) Error() string {
	text := fmt.Sprintf("%s, the address of %s (%s), cannot be used: %v", e.address, e.use, e.variable, e.cause)
	switch {
	case errors.Is(e.cause, syscall.EACCES):
		return text + ". Ports below 1024 are for privileged programs: set " + e.variable + " to a port from 1024 on"
	case errors.Is(e.cause, syscall.EADDRNOTAVAIL):
		return text + ". This machine does not have that address: set " + e.variable + " to one it has, such as " +
			"127.0.0.1, or 0.0.0.0 for all"
	}
	return text
}

func (e *addressError) Unwrap() error { return e.cause }
