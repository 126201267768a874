package api

import (
	"context"
	"encoding/json"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/models"
)

// EntriesImport writes several entries of one kind.
type EntriesImport struct {
	ProcurementPath
	Body json.RawMessage
}

type importBody struct {
	Items []json.RawMessage `json:"items" minItems:"1" maxItems:"200"`
}

// EntriesView is what an import has written, in the order of the request.
type EntriesView struct {
	ProcurementID models.ID        `json:"procurement_id"`
	Kind          models.EntryKind `json:"kind"`
	Items         []EntryView      `json:"items"`
}

func (v EntriesView) Self() string {
	return "/v1/procurements/" + string(v.ProcurementID) + "/" + entryPath(v.Kind)
}

// AtVersion is 1: each entry that was written is at its first version.
func (v EntriesView) AtVersion() int64 { return 1 }

func (h entryHandler) importAll(ctx context.Context, in *EntriesImport) (*entryAnswer, error) {
	contents, err := h.readAll(in.Body)
	if err != nil {
		return nil, err
	}
	done, err := h.kind.Import(ctx, h.acts, rest.By(ctx), contents)
	view := EntriesView{ProcurementID: rest.Procurement(ctx), Kind: h.kind.Kind}
	for _, e := range done.Result {
		var item EntryView
		item, err = h.show(e, err)
		view.Items = append(view.Items, item)
	}
	return rest.Created(ctx, acts.Done[EntriesView]{Result: view, Again: done.Again}, err, asIs)
}

func (h entryHandler) readAll(body []byte) ([]acts.Content, error) {
	var in importBody
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, rest.DoesNotFit()
	}
	contents := make([]acts.Content, len(in.Items))
	for i, item := range in.Items {
		var err error
		if contents[i], err = h.read(item); err != nil {
			return nil, err
		}
	}
	return contents, nil
}
