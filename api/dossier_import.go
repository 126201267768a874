package api

import (
	"context"
	"net/http"
	"strconv"

	"github.com/ppi-engine/ppi/internal/store"
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

func (v EntriesView[T]) self() string {
	return "/v1/procurements/" + string(v.ProcurementID) + "/" + entryPath(v.Kind)
}

// version is that of what was written: each entry is at its first.
func (v EntriesView[T]) version() int64 { return 1 }

// importable adds to the rows of a kind one that writes many entries at once.
func importable[T content](what string) func(*server, models.EntryKind, string) []operation {
	one := entries[T](what)
	return func(s *server, kind models.EntryKind, path string) []operation {
		rule, _ := models.EntryRuleOf(kind)
		h := entryHandler[T]{s, kind, rule}
		return append(one(s, kind, path), op(http.MethodPost, "/v1/procurements/{procurement}/"+path+"/actions/import", roles(rule.Writers...),
			"Write up to 200 entries, all or none: "+what, h.importAll))
	}
}

// importAll writes all entries or, with all their faults, none. Each is judged by the dossier as it was before.
func (h entryHandler[T]) importAll(ctx context.Context, in *EntriesImport[T]) (*Answer[EntriesView[T]], error) {
	return create(ctx, h.s, func(tx *store.Tx) (EntriesView[T], error) {
		view := EntriesView[T]{ProcurementID: callOf(ctx).procurement(), Kind: h.kind}
		e, err := h.begin(ctx, tx)
		if err != nil {
			return view, err
		}
		if err := h.check(in.Body.Items); err != nil {
			return view, err
		}
		dossier := dossierOf(ctx, tx)
		for i, item := range in.Body.Items {
			written, err := h.save(ctx, tx, e, item, dossier)
			if err != nil {
				return view, within(err, i)
			}
			view.Items = append(view.Items, written)
		}
		return view, nil
	})
}

func (h entryHandler[T]) check(items []T) error {
	var faults []*models.Refusal
	for i, item := range items {
		faults = append(faults, models.Faults(within(item.Check(), i))...)
	}
	return models.Refusals(faults)
}

// within makes a refusal of item i say so.
func within(err error, i int) error {
	r, refused := models.RefusalOf(err)
	if !refused {
		return err
	}
	at := "/items/" + strconv.Itoa(i)
	moved := *r
	moved.Field = at + r.Field
	moved.Others = nil
	for _, other := range r.Others {
		o := *other
		o.Field = at + other.Field
		moved.Others = append(moved.Others, &o)
	}
	return &moved
}
