package api

import (
	"context"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/models"
)

// EntriesImport writes several entries of one kind.
type EntriesImport[T content] struct {
	ProcurementPath
	Body struct {
		Items []T `json:"items" minItems:"1" maxItems:"200"`
	}
}

// EntriesView is what an import has written, in the order of the request.
type EntriesView[T content] struct {
	ProcurementID models.ID        `json:"procurement_id"`
	Kind          models.EntryKind `json:"kind"`
	Items         []EntryView[T]   `json:"items"`
}

func (v EntriesView[T]) Self() string {
	return "/v1/procurements/" + string(v.ProcurementID) + "/" + entryPath(v.Kind)
}

// AtVersion is that of what was written: each entry is at its first.
func (v EntriesView[T]) AtVersion() int64 { return 1 }

func (h entryHandler[T]) importAll(ctx context.Context, in *EntriesImport[T]) (*rest.Answer[EntriesView[T]], error) {
	done, err := h.kind.Import(ctx, h.s.acts, rest.By(ctx), in.Body.Items)
	view := EntriesView[T]{ProcurementID: rest.Procurement(ctx), Kind: h.kind.Kind}
	for _, e := range done.Result {
		var item EntryView[T]
		item, err = viewEntry[T](e, err)
		view.Items = append(view.Items, item)
	}
	return rest.Created(ctx, acts.Done[EntriesView[T]]{Result: view, Again: done.Again}, err, asIs)
}
