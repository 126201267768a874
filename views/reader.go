package views

import (
	"context"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
)

// A Reader is who reads.
type Reader struct {
	// Actor is the person, with the roles held now on the procurement of the standing.
	Actor models.Actor
	// Standing is the procurement that is read, as the reader finds it; nil: none.
	Standing *models.Standing
}

// procurement is the ID of the procurement that is read, or nothing.
func (r Reader) procurement() models.ID {
	if r.Standing == nil {
		return ""
	}
	return r.Standing.Procurement.ID
}

// buyersEyes tells whether the reader sees what is not published.
func (r Reader) buyersEyes() bool { return r.Actor.HasAny(models.BuyerSide()...) }

// inTx lists by a method of a transaction.
func inTx[T any](ctx context.Context, v *Views, read func(*store.Tx) (T, error)) (T, error) {
	var found T
	err := v.Store.InTx(ctx, func(tx *store.Tx) error {
		var err error
		found, err = read(tx)
		return err
	})
	return found, err
}

// dossier lets read look at the whole dossier of the reader's procurement, as it is at one instant and without a
// lock: whoever watches must not keep commands out.
func (v *Views) dossier(ctx context.Context, r Reader, read func(*store.Tx, models.Dossier) error) error {
	if r.Standing == nil {
		return models.NoSuchResource()
	}
	return v.Store.Snapshot(ctx, func(tx *store.Tx) error {
		d, err := tx.Dossier(r.Standing.Procurement, r.Standing.Now)
		if err != nil {
			return err
		}
		return read(tx, d)
	})
}
