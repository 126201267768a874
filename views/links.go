package views

import (
	"context"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
)

// Links are the procurements before and after one: what was developed in a pre-commercial procurement is bought in
// another.
type Links struct {
	Follows    []models.PrecedingPCP
	FollowedBy []models.Procurement
}

// Links reads which pre-commercial procurements the reader's procurement follows, and which procurements follow it.
func (v *Views) Links(ctx context.Context, r Reader) (Links, error) {
	return inTx(ctx, v, r, OfLinks, func(tx *store.Tx, p models.ID) (Links, error) {
		var links Links
		entries, err := tx.Entries(p, models.EntryPrecedingPCP, "", 0)
		if err != nil {
			return links, err
		}
		for _, e := range entries {
			if before, ok := models.BodyOf[models.PrecedingPCP](e); ok && e.WithdrawnAt == nil {
				links.Follows = append(links.Follows, before)
			}
		}
		links.FollowedBy, err = tx.Successors(p)
		return links, err
	})
}
