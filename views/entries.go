package views

import (
	"context"
	"errors"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
)

// Entries lists the entries of a kind, withdrawn ones too, those after the given one.
func (v *Views) Entries(
	ctx context.Context, r Reader, kind models.EntryKind, after models.ID, limit int,
) ([]models.Entry, error) {
	return inTx(ctx, v, r, OfEntries, func(tx *store.Tx, p models.ID) ([]models.Entry, error) {
		return tx.Entries(p, kind, after, limit)
	})
}

// Entry reads an entry of a kind in its latest version.
func (v *Views) Entry(ctx context.Context, r Reader, kind models.EntryKind, id models.ID) (models.Entry, error) {
	return inTx(ctx, v, r, OfEntries, func(tx *store.Tx, p models.ID) (models.Entry, error) {
		e, err := tx.Entry(p, id)
		if errors.Is(err, store.ErrNoEntry) || (err == nil && e.Kind != kind) {
			return models.Entry{}, models.NoSuchResource()
		}
		return e, err
	})
}
