package views

import (
	"context"
	"slices"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/warning"
)

// Warnings lists what needs a thought on the reader's procurement: its value, earlier procurements that may belong to
// it, and tenders that look agreed. Of the latter a reader learns what the reader may study, once quality is locked;
// earlier procurements are shown once they are published.
func (v *Views) Warnings(ctx context.Context, r Reader) ([]models.Warning, error) {
	var all []models.Warning
	err := v.dossier(ctx, r, OfWarnings, func(tx *store.Tx, d models.Dossier) error {
		buyers := make([]models.ID, len(d.Buyers()))
		for i, m := range d.Buyers() {
			buyers[i] = m.OrganisationID
		}
		from, until := warning.Window(d)
		earlier, err := tx.PublishedBy(d.Procurement, buyers, from, until)
		if err != nil {
			return err
		}
		mayStudy := func(lot models.ID) bool {
			return r.Actor.HasAny(students()...) && r.mayStudy(d, lot) == nil
		}
		all = slices.Concat(warning.Of(d), warning.Incomplete(d),
			warning.Together(d, earlier), warning.Agreed(d, mayStudy))
		return nil
	})
	return all, err
}
