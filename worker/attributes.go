package worker

import (
	"context"
	"errors"
	"fmt"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"github.com/ppi-engine/ppi/workflows"
)

// ensureSearchAttributes registers what operators filter by. A workflow that sets an unregistered one
// would fail its task.
func ensureSearchAttributes(ctx context.Context, temporal client.Client, namespace string) error {
	wanted := map[string]enumspb.IndexedValueType{
		workflows.AttributePhase.GetName():     enumspb.INDEXED_VALUE_TYPE_KEYWORD,
		workflows.AttributeStatus.GetName():    enumspb.INDEXED_VALUE_TYPE_KEYWORD,
		workflows.AttributeWaitingOn.GetName(): enumspb.INDEXED_VALUE_TYPE_KEYWORD,
		workflows.AttributeLeadBuyer.GetName(): enumspb.INDEXED_VALUE_TYPE_KEYWORD,
		workflows.AttributeDeadline.GetName():  enumspb.INDEXED_VALUE_TYPE_DATETIME,
	}
	there, err := temporal.OperatorService().ListSearchAttributes(ctx, &operatorservice.ListSearchAttributesRequest{Namespace: namespace})
	if err != nil {
		return fmt.Errorf("list search attributes: %w", err)
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
	return nil
}
