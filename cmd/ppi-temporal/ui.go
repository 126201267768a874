package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/temporalio/ui-server/v2/server"
	uiconfig "github.com/temporalio/ui-server/v2/server/config"
	"github.com/temporalio/ui-server/v2/server/server_options"
)

// errEndedEarly means that the web UI stopped by itself while it started.
var errEndedEarly = errors.New("ended at once")

// startUI starts the web UI and waits until it answers. The UI has no login, so it listens on loopback only, and its
// server refuses every request that would change something.
func startUI(ctx context.Context, cfg config) (*server.Server, error) {
	ui := server.NewServer(server_options.WithConfigProvider(&uiconfig.Config{
		TemporalGRPCAddress: cfg.frontendAddress(),
		Host:                loopback,
		Port:                cfg.UIPort,
		EnableUI:            true,
		DefaultNamespace:    cfg.Namespace.Name,
		DisableWriteActions: true,
		DisableNewsFetch:    true, // the browser would ask temporal.io
		HideLogs:            true,
		CORS:                uiconfig.CORS{CookieInsecure: true}, // plain HTTP on loopback
	}))
	failed := make(chan error, 1)
	go func() { failed <- ui.Start() }()
	if err := awaitPort(ctx, cfg.uiAddress(), failed); err != nil {
		ui.Stop()
		return nil, fmt.Errorf("start web UI: %w", err)
	}
	return ui, nil
}

// awaitPort returns when connections to the address are accepted.
func awaitPort(ctx context.Context, address string, failed <-chan error) error {
	ctx, cancel := context.WithTimeout(ctx, readyWait)
	defer cancel()
	tick := time.NewTicker(readyPoll)
	defer tick.Stop()
	for {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
		if err == nil {
			_ = conn.Close()
			return nil
		}
		select {
		case ended := <-failed:
			return errors.Join(errEndedEarly, ended)
		case <-ctx.Done():
			return fmt.Errorf("wait for %s: %w", address, err)
		case <-tick.C:
		}
	}
}
