package main

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/temporalio/ui-server/v2/server"
	uiconfig "github.com/temporalio/ui-server/v2/server/config"
	"github.com/temporalio/ui-server/v2/server/server_options"
)

// startUI starts the web UI and waits until it answers. It has no login, hence loopback, and its server refuses
// everything that would change something.
func startUI(ctx context.Context, cfg config) (*server.Server, error) {
	ui := server.NewServer(server_options.WithConfigProvider(&uiconfig.Config{
		TemporalGRPCAddress: cfg.frontendAddress(),
		Host:                loopback,
		Port:                cfg.UIPort,
		EnableUI:            true,
		DefaultNamespace:    cfg.Namespace,
		DisableWriteActions: true,
		DisableNewsFetch:    true, // the browser would ask temporal.io
		HideLogs:            true,
		CORS:                uiconfig.CORS{CookieInsecure: true}, // plain HTTP on loopback
	}))
	failed := make(chan error, 1)
	go func() { failed <- ui.Start() }()
	if err := awaitUI(ctx, "http://"+cfg.uiAddress()+"/healthz", failed); err != nil {
		ui.Stop()
		return nil, err
	}
	return ui, nil
}

func awaitUI(ctx context.Context, url string, failed <-chan error) error {
	ctx, cancel := context.WithTimeout(ctx, readyWait)
	defer cancel()
	tick := time.NewTicker(readyPoll)
	defer tick.Stop()
	for {
		err := get(ctx, url)
		if err == nil {
			return nil
		}
		select {
		case ended := <-failed:
			return fmt.Errorf("start web UI: %w", ended)
		case <-ctx.Done():
			return fmt.Errorf("start web UI: %w", err)
		case <-tick.C:
		}
	}
}

func get(ctx context.Context, url string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return fmt.Errorf("build request: %w", err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("get %s: %w", url, err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("get %s: %s", url, resp.Status)
	}
	return nil
}
