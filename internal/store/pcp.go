package store

import (
	"errors"
	"fmt"

	"gorm.io/gorm"

	"github.com/ppi-engine/ppi/models"
)

// A Predecessor is a procurement that another one follows.
type Predecessor struct {
	Mode models.Mode
	// Route is empty while none is confirmed.
	Route string
	// Contractors are the names of those that took part in its phases, as far as these are recorded.
	Contractors []string `gorm:"serializer:json"`
}

// Predecessor reads a procurement in which a buyer of another one buys or bought, too. It returns a refusal with
// [models.CodeNotFound] if there is none: of a procurement of strangers nothing is told.
func (tx *Tx) Predecessor(of, id models.ID) (Predecessor, error) {
	var found Predecessor
	err := tx.db().Raw(`SELECT p.mode, coalesce((SELECT e.body ->> 'route' FROM entries e
			WHERE e.procurement_id = p.id AND e.kind = 'route' AND e.withdrawn_at IS NULL), '') AS route,
			coalesce((SELECT jsonb_agg(DISTINCT c ->> 'name')
				FROM entries e, jsonb_array_elements(e.body -> 'contractors') c
				WHERE e.procurement_id = p.id AND e.kind = 'pcp_phase' AND e.withdrawn_at IS NULL), '[]') AS contractors
		FROM procurements p WHERE p.id = ? AND EXISTS (SELECT FROM consortium_members x JOIN consortium_members y
			ON y.organisation_id = x.organisation_id AND y.procurement_id = p.id
			WHERE x.procurement_id = ? AND x.kind = 'buyer' AND x.left_at IS NULL
				AND y.kind = 'buyer' AND y.accepted_at IS NOT NULL)`, id, of).Take(&found).Error
	switch {
	case errors.Is(err, gorm.ErrRecordNotFound):
		return found, models.NoSuchResource()
	case err != nil:
		return found, fmt.Errorf("read predecessor: %w", err)
	}
	return found, nil
}

// Successors lists the procurements that follow a pre-commercial procurement, oldest first.
func (tx *Tx) Successors(procurement models.ID) ([]models.Procurement, error) {
	var found []models.Procurement
	err := tx.db().Raw(`SELECT p.* FROM entries e JOIN procurements p ON p.id = e.procurement_id
		WHERE e.kind = 'preceding_pcp' AND e.withdrawn_at IS NULL AND e.subject = ? ORDER BY p.id`,
		string(procurement)).Scan(&found).Error
	if err != nil {
		return nil, fmt.Errorf("list successors: %w", err)
	}
	return found, nil
}
