package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"go.temporal.io/server/common/cluster"
	temporalconfig "go.temporal.io/server/common/config"
	"go.temporal.io/server/common/dynamicconfig"
	"go.temporal.io/server/common/membership/static"
	"go.temporal.io/server/common/primitives"
	"go.temporal.io/server/temporal"
)

const (
	clusterName = "active"
	// idColumn is the width of the identifier columns in the SQL schema.
	idColumn = 255
)

// temporalServer is all four services of Temporal in this process.
type temporalServer struct {
	temporal.Server
	logger *slog.Logger
}

// startServer starts the services. It stops waiting when ctx ends; the start of the server itself cannot be
// interrupted.
func startServer(ctx context.Context, cfg config, logs logs) (*temporalServer, error) {
	type result struct {
		server *temporalServer
		err    error
	}
	started := make(chan result, 1)
	go func() {
		server, err := newServer(ctx, cfg, logs)
		if err == nil {
			err = server.Start()
		}
		started <- result{server, err}
	}()
	select {
	case <-ctx.Done():
		return nil, fmt.Errorf("start Temporal server: %w", context.Cause(ctx))
	case r := <-started:
		if r.err != nil {
			return nil, fmt.Errorf("start Temporal server: %w", r.err)
		}
		return r.server, nil
	}
}

// stop ends the services gracefully. When that takes longer than timeout, it leaves them running.
func (s *temporalServer) stop(timeout time.Duration) {
	done := make(chan error, 1)
	go func() { done <- s.Stop() }()
	select {
	case err := <-done:
		if err != nil {
			s.logger.Warn("Temporal server did not stop cleanly", slog.Any("error", err))
		}
	case <-time.After(timeout):
		s.logger.Warn("Temporal server did not stop in time", slog.Duration("timeout", timeout))
	}
}

func newServer(ctx context.Context, cfg config, logs logs) (*temporalServer, error) {
	services, hosts, err := cfg.services(ctx)
	if err != nil {
		return nil, err
	}
	serverConfig := cfg.serverConfig(services)
	server, err := temporal.NewServer(
		temporal.WithConfig(serverConfig),
		temporal.ForServices(temporal.DefaultServices),
		temporal.WithStaticHosts(hosts),
		temporal.WithLogger(logs.temporal),
		temporal.WithDynamicConfigClient(dynamicConfig()),
	)
	if err != nil {
		return nil, fmt.Errorf("assemble services: %w", err)
	}
	// By now the server has replaced the number by the one the data was created with.
	if kept := int(serverConfig.Persistence.NumHistoryShards); kept != cfg.HistoryShards {
		return nil, refuse("database %q was created with %d history shards, which cannot change: start with "+
			"-history-shards %d, or choose other databases", cfg.DB.Name, kept, kept)
	}
	return &temporalServer{Server: server, logger: logs.slog}, nil
}

// services gives every service its port: the frontend the configured one, the others free ones on loopback. All
// services run in this process, so membership is fixed and no gossip ring is needed. A ring would open four more ports
// and, after a kill, wait for members that no longer exist.
func (c *config) services(ctx context.Context) (
	map[string]temporalconfig.Service, map[primitives.ServiceName]static.Hosts, error,
) {
	internal := []primitives.ServiceName{
		primitives.HistoryService, primitives.MatchingService,
		primitives.WorkerService,
	}
	ports, err := freePorts(ctx, len(internal))
	if err != nil {
		return nil, nil, err
	}
	services := map[string]temporalconfig.Service{
		string(primitives.FrontendService): {RPC: temporalconfig.RPC{GRPCPort: c.FrontendPort, BindOnIP: c.Bind}},
	}
	hosts := map[primitives.ServiceName]static.Hosts{
		primitives.FrontendService: static.SingleLocalHost(c.frontendAddress()),
	}
	for i, name := range internal {
		services[string(name)] = temporalconfig.Service{RPC: temporalconfig.RPC{GRPCPort: ports[i], BindOnIP: loopback}}
		hosts[name] = static.SingleLocalHost(loopbackAddress(ports[i]))
	}
	return services, hosts, nil
}

func (c *config) serverConfig(services map[string]temporalconfig.Service) *temporalconfig.Config {
	const history, visibility = "history", "visibility"
	return &temporalconfig.Config{
		Services: services,
		Persistence: temporalconfig.Persistence{
			DefaultStore:     history,
			VisibilityStore:  visibility,
			NumHistoryShards: int32(c.HistoryShards), //nolint:gosec // at most maxHistoryShards
			DataStores: map[string]temporalconfig.DataStore{
				history:    {SQL: c.DB.store(c.DB.Name, c.DB.MaxConns)},
				visibility: {SQL: c.DB.store(c.DB.VisibilityName, c.DB.VisibilityMaxConns)},
			},
		},
		ClusterMetadata: &cluster.Config{
			FailoverVersionIncrement: 10,
			MasterClusterName:        clusterName,
			CurrentClusterName:       clusterName,
			ClusterInformation: map[string]cluster.ClusterInformation{
				clusterName: {Enabled: true, InitialFailoverVersion: 1, RPCAddress: c.frontendAddress()},
			},
		},
		DCRedirectionPolicy: temporalconfig.DCRedirectionPolicy{Policy: "noop"},
		PublicClient:        temporalconfig.PublicClient{HostPort: c.frontendAddress()},
		Archival: temporalconfig.Archival{
			History:    temporalconfig.HistoryArchival{State: disabled},
			Visibility: temporalconfig.VisibilityArchival{State: disabled},
		},
		NamespaceDefaults: temporalconfig.NamespaceDefaults{Archival: temporalconfig.ArchivalNamespaceDefaults{
			History:    temporalconfig.HistoryArchivalNamespaceDefaults{State: disabled},
			Visibility: temporalconfig.VisibilityArchivalNamespaceDefaults{State: disabled},
		}},
	}
}

const disabled = "disabled"

// dynamicConfig keeps the server's defaults except two settings.
func dynamicConfig() dynamicconfig.Client {
	return dynamicconfig.StaticClient{
		// The version check would send version and platform to version-info.temporal.io once a day.
		dynamicconfig.EnableServerVersionCheck.Key(): false,
		// The frontend then refuses a longer ID; otherwise it would be retried against PostgreSQL without end.
		dynamicconfig.MaxIDLengthLimit.Key(): idColumn,
	}
}
