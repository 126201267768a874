package worker

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"github.com/ppi-engine/ppi/workflows"
)

const (
	attributesPatience = time.Minute
	attributesPoll     = 250 * time.Millisecond
	// attributesKnown is how many times in a row the frontend must know the attributes: the history service has a cache
	// of its own, refreshed at the same interval.
	attributesKnown = 12
)

// ensureSearchAttributes registers the attributes that operators filter by. A workflow that sets an unregistered
// attribute would fail its task.
func ensureSearchAttributes(ctx context.Context, temporal client.Client, namespace string) error {
	wanted := map[string]enumspb.IndexedValueType{
		workflows.AttributePhase.GetName():     enumspb.INDEXED_VALUE_TYPE_KEYWORD,
		workflows.AttributeStatus.GetName():    enumspb.INDEXED_VALUE_TYPE_KEYWORD,
		workflows.AttributeWaitingOn.GetName(): enumspb.INDEXED_VALUE_TYPE_KEYWORD,
		workflows.AttributeLeadBuyer.GetName(): enumspb.INDEXED_VALUE_TYPE_KEYWORD,
		workflows.AttributeTitle.GetName():     enumspb.INDEXED_VALUE_TYPE_KEYWORD,
		workflows.AttributeDeadline.GetName():  enumspb.INDEXED_VALUE_TYPE_DATETIME,
	}
	there, err := listSearchAttributes(ctx, temporal, namespace)
	if err != nil {
		return err
	}
	for name := range there.GetCustomAttributes() {
		delete(wanted, name)
	}
	if len(wanted) == 0 {
		return nil
	}
	_, err = temporal.OperatorService().AddSearchAttributes(ctx, &operatorservice.AddSearchAttributesRequest{
		Namespace: namespace, SearchAttributes: wanted,
	})
	if exists := new(serviceerror.AlreadyExists); err != nil && !errors.As(err, &exists) {
		return fmt.Errorf("add search attributes: %w", err)
	}
	return awaitSearchAttributes(ctx, temporal, namespace, slices.Sorted(maps.Keys(wanted)))
}

// listSearchAttributes lists the attributes that are registered. It is the first that a worker asks of Temporal. A
// server that has just come back is refused by a connection that still waits before it dials again, and the client
// repeats no question of this kind, so it is repeated here.
func listSearchAttributes(
	ctx context.Context, temporal client.Client, namespace string,
) (*operatorservice.ListSearchAttributesResponse, error) {
	ctx, cancel := context.WithTimeout(ctx, attributesPatience)
	defer cancel()
	for {
		there, err := temporal.OperatorService().
			ListSearchAttributes(ctx, &operatorservice.ListSearchAttributesRequest{Namespace: namespace})
		if unavailable := new(serviceerror.Unavailable); err == nil || !errors.As(err, &unavailable) {
			if err != nil {
				err = fmt.Errorf("list search attributes: %w", err)
			}
			return there, err
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("list search attributes: %w", err)
		case <-time.After(attributesPoll):
		}
	}
}

// awaitSearchAttributes waits until the caches of the server know the attributes that were just added. A workflow that
// sets one earlier would wait ten seconds for its next try.
func awaitSearchAttributes(ctx context.Context, temporal client.Client, namespace string, added []string) error {
	ctx, cancel := context.WithTimeout(ctx, attributesPatience)
	defer cancel()
	tick := time.NewTicker(attributesPoll)
	defer tick.Stop()
	for known := 0; known < attributesKnown; {
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for search attributes: %w", ctx.Err())
		case <-tick.C:
		}
		_, err := temporal.CountWorkflow(ctx, &workflowservice.CountWorkflowExecutionsRequest{
			Namespace: namespace, Query: strings.Join(added, " IS NOT NULL OR ") + " IS NOT NULL",
		})
		if err == nil {
			known++
		}
	}
	return nil
}
