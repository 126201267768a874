package store

import (
	"fmt"
	"time"

	"github.com/ppi-engine/ppi/models"
)

// PublishedBy lists the other procurements of the same mode that some buyers buy in and that were published from one
// instant of procedure time until before another; those that were cancelled are left out. Of each buyer it looks at the
// hundred that were drafted last, so that it takes no longer where a buyer has many.
func (tx *Tx) PublishedBy(
	p models.Procurement, buyers []models.ID, from, until time.Time,
) ([]models.Published, error) {
	if len(buyers) == 0 {
		return nil, nil
	}
	var found []models.Published
	err := tx.db().Raw(`SELECT p.id, p.title, jsonb_agg(DISTINCT recent.organisation_id) AS buyers,
			min(b.opened_at) AS at
		FROM organisations o
		CROSS JOIN LATERAL (SELECT m.procurement_id, m.organisation_id FROM consortium_members m
			WHERE m.organisation_id = o.id AND m.kind = 'buyer' AND m.left_at IS NULL AND m.procurement_id <> ?
			ORDER BY m.procurement_id DESC LIMIT 100) recent
		JOIN procurements p ON p.id = recent.procurement_id
		JOIN boxes b ON b.procurement_id = p.id
		WHERE o.id IN ? AND p.mode = ? AND p.status <> ?
		GROUP BY p.id, p.title HAVING min(b.opened_at) >= ? AND min(b.opened_at) < ? ORDER BY p.id`,
		p.ID, buyers, p.Mode, models.StatusCancelled, from, until).Scan(&found).Error
	if err != nil {
		return nil, fmt.Errorf("list what buyers published: %w", err)
	}
	return found, nil
}
