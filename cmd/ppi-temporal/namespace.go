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
	// readyWait is how long the started server may take until it answers for the namespaces.
	readyWait = 30 * time.Second
	readyPoll = 20 * time.Millisecond
	day       = 24 * time.Hour
)

// A namespace keeps workflows apart: procurements, which people watch, and maintenance and webhooks, which run by
// themselves.
type namespace struct {
	Name string
	// RetentionDays is how long the history of a closed workflow is kept.
	RetentionDays int
}

func (n namespace) retention() time.Duration { return time.Duration(n.RetentionDays) * day }

// ensureNamespaces creates both namespaces, or sets the retention of existing ones to the configured one.
func ensureNamespaces(ctx context.Context, cfg config, logger *slog.Logger) error {
	ctx, cancel := context.WithTimeout(ctx, readyWait)
	defer cancel()
	for _, n := range []namespace{cfg.Namespace, cfg.Service} {
		if err := ensureNamespace(ctx, cfg.frontendAddress(), n, logger); err != nil {
			return err
		}
	}
	return nil
}

// ensureNamespace returns when workflows can be started in the namespace. The retention that counts for a workflow is
// the one at its close, so a new retention does not change workflows that are closed already.
func ensureNamespace(ctx context.Context, frontend string, n namespace, logger *slog.Logger) error {
	c, err := client.DialContext(ctx, client.Options{
		HostPort:  frontend,
		Namespace: n.Name,
		Logger:    sdklog.NewStructuredLogger(logger),
	})
	if err != nil {
		return fmt.Errorf("reach own frontend: %w", err)
	}
	defer c.Close()
	if err := settleNamespace(ctx, c.WorkflowService(), n); err != nil {
		return err
	}
	return awaitNamespace(ctx, c, n.Name)
}

func settleNamespace(ctx context.Context, service workflowservice.WorkflowServiceClient, n namespace) error {
	found, err := service.DescribeNamespace(ctx, &workflowservice.DescribeNamespaceRequest{Namespace: n.Name})
	var absent *serviceerror.NamespaceNotFound
	switch {
	case errors.As(err, &absent):
		return registerNamespace(ctx, service, n)
	case err != nil:
		return fmt.Errorf("look up namespace %q: %w", n.Name, err)
	case found.GetConfig().GetWorkflowExecutionRetentionTtl().AsDuration() == n.retention():
		return nil
	}
	_, err = service.UpdateNamespace(ctx, &workflowservice.UpdateNamespaceRequest{
		Namespace: n.Name,
		Config:    &namespacepb.NamespaceConfig{WorkflowExecutionRetentionTtl: durationpb.New(n.retention())},
	})
	if err != nil {
		return fmt.Errorf("set retention of namespace %q: %w", n.Name, err)
	}
	return nil
}

func registerNamespace(ctx context.Context, service workflowservice.WorkflowServiceClient, n namespace) error {
	_, err := service.RegisterNamespace(ctx, &workflowservice.RegisterNamespaceRequest{
		Namespace:                        n.Name,
		Description:                      "Public procurements of innovation",
		WorkflowExecutionRetentionPeriod: durationpb.New(n.retention()),
	})
	var exists *serviceerror.NamespaceAlreadyExists
	if err != nil && !errors.As(err, &exists) {
		return fmt.Errorf("create namespace %q: %w", n.Name, err)
	}
	return nil
}

// awaitNamespace asks for a workflow that does not exist until the server answers that it does not: then the frontend's
// cache knows the namespace, and the history service has its shards.
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
