package views

import (
	"context"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/evaluation"
)

// A Shortlist says of every candidate for a lot whether it is invited, and if not, why.
type Shortlist = evaluation.Shortlist

// Shortlist judges the candidates of a lot by the record as it is now, for the buyers' side; it refuses people whose
// organisation is a candidate.
func (v *Views) Shortlist(ctx context.Context, r Reader, lot models.ID, to models.Going) (Shortlist, error) {
	var list Shortlist
	err := v.dossier(ctx, r, OfShortlist, func(_ *store.Tx, d models.Dossier) error {
		l, ok := d.Tendering.Lot(lot)
		if !ok {
			return models.NoSuchResource()
		}
		if err := d.MayStudy(r.Actor.OrganisationID, lot); err != nil {
			return err
		}
		var err error
		list, err = evaluation.ComposeShortlist(d, l, to)
		return err
	})
	return list, err
}
