package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	namespacepb "go.temporal.io/api/namespace/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	sdklog "go.temporal.io/sdk/log"
	"google.golang.org/protobuf/types/known/durationpb"
)

const (
	// readyWait is how long the started server may take until it answers for the namespace.
	readyWait = 30 * time.Second
	readyPoll = 20 * time.Millisecond
	day       = 24 * time.Hour
)

// ensureNamespace creates the namespace or sets its retention to the configured one, and returns when workflows can be
// started in it. Retention is taken when a workflow closes: a new one does not change what happens to those closed before.
func ensureNamespace(ctx context.Context, cfg config, logger *slog.Logger) error {
	ctx, cancel := context.WithTimeout(ctx, readyWait)
	defer cancel()
	c, err := client.DialContext(ctx, client.Options{
		HostPort:  cfg.frontendAddress(),
		Namespace: cfg.Namespace,
		Logger:    sdklog.NewStructuredLogger(logger),
	})
	if err != nil {
		return fmt.Errorf("reach own frontend: %w", err)
	}
	defer c.Close()
	if err := settleNamespace(ctx, c.WorkflowService(), cfg); err != nil {
		return err
	}
	return awaitNamespace(ctx, c, cfg.Namespace)
}

func settleNamespace(ctx context.Context, service workflowservice.WorkflowServiceClient, cfg config) error {
	retention := time.Duration(cfg.RetentionDays) * day
	found, err := service.DescribeNamespace(ctx, &workflowservice.DescribeNamespaceRequest{Namespace: cfg.Namespace})
	var absent *serviceerror.NamespaceNotFound
	switch {
	case errors.As(err, &absent):
		return registerNamespace(ctx, service, cfg.Namespace, retention)
	case err != nil:
		return fmt.Errorf("look up namespace %q: %w", cfg.Namespace, err)
	case found.GetConfig().GetWorkflowExecutionRetentionTtl().AsDuration() == retention:
		return nil
	}
	_, err = service.UpdateNamespace(ctx, &workflowservice.UpdateNamespaceRequest{
		Namespace: cfg.Namespace,
		Config:    &namespacepb.NamespaceConfig{WorkflowExecutionRetentionTtl: durationpb.New(retention)},
	})
	if err != nil {
		return fmt.Errorf("set retention of namespace %q: %w", cfg.Namespace, err)
	}
	return nil
}

func registerNamespace(ctx context.Context, service workflowservice.WorkflowServiceClient, name string, retention time.Duration) error {
	_, err := service.RegisterNamespace(ctx, &workflowservice.RegisterNamespaceRequest{
		Namespace:                        name,
		Description:                      "Public procurements of innovation",
		WorkflowExecutionRetentionPeriod: durationpb.New(retention),
	})
	var exists *serviceerror.NamespaceAlreadyExists
	if err != nil && !errors.As(err, &exists) {
		return fmt.Errorf("create namespace %q: %w", name, err)
	}
	return nil
}

// awaitNamespace asks for a workflow that does not exist until the answer is just that: then the frontend's cache knows
// the namespace and the history service has its shards.
func awaitNamespace(ctx context.Context, c client.Client, name string) error {
	tick := time.NewTicker(readyPoll)
	defer tick.Stop()
	for {
		_, err := c.DescribeWorkflowExecution(ctx, "ppi-temporal-ready", "")
		var noWorkflow *serviceerror.NotFound
		if err == nil || errors.As(err, &noWorkflow) {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for namespace %q: %w", name, err)
		case <-tick.C:
		}
	}
}
