package views

import (
	"context"
	"slices"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/specification"
	"github.com/ppi-engine/ppi/rules/warning"
)

// Warnings lists what needs a thought on the reader's procurement: its value, earlier procurements that may belong to
// it, what in the specification leads nowhere or contradicts itself, and tenders that look agreed. Of the latter a
// reader learns what the reader may study, once quality is locked; earlier procurements are shown once they are
// published.
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
		specified, err := r.specified(tx, d)
		all = slices.Concat(warning.Of(d), warning.Incomplete(d), warning.Unsigned(d), specified,
			warning.Together(d, earlier), warning.Agreed(d, mayStudy))
		return err
	})
	return all, err
}

// specified warns of what in the specification deserves a thought. That a requirement repeats a response is told to
// those who may read responses.
func (r Reader) specified(tx *store.Tx, d models.Dossier) ([]models.Warning, error) {
	all, err := specification.Warnings(d)
	if err != nil {
		return nil, err
	}
	all = append(specification.TraceOf(d).Orphans, all...)
	mayRead := r.may(OfResponses) == nil
	if !mayRead || len(d.Of(models.EntryRequirement)) == 0 {
		return all, nil
	}
	responses, err := tx.Responses(models.ConsultationResponse{ProcurementID: d.Procurement.ID}, "", 0)
	return append(all, specification.Echoes(d, responses)...), err
}
