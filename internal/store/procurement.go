package store

import (
	"context"
	"fmt"

	"github.com/ppi-engine/ppi/models"
)

// CreateProcurement inserts a procurement.
func (tx *Tx) CreateProcurement(p *models.Procurement) error {
	if err := tx.db().Create(p).Error; err != nil {
		return fmt.Errorf("create procurement: %w", err)
	}
	return nil
}

// SaveDraft writes back what can change of a locked draft and raises its version.
func (tx *Tx) SaveDraft(p *models.Procurement) error {
	p.Version++
	err := tx.db().Model(p).Select("title", "description", "languages", "profile", "zone", "version").Updates(p).Error
	if err != nil {
		return fmt.Errorf("save draft: %w", err)
	}
	return nil
}

// standingsOf selects the procurements on which the person of the parameter holds a role now.
var standingsOf = `SELECT p.*, c.at, ` + rolesNow + ` AS roles
	FROM procurements p CROSS JOIN (SELECT clock_timestamp() AS at) c
	WHERE p.id > ? AND p.id IN (SELECT r.procurement_id FROM seat_roles r
		WHERE r.person_id = ? AND ` + held("c.at") + `)
	AND (p.status = ? OR ? = '')
	ORDER BY p.id LIMIT ?`

// Seats lists the procurements on which a person holds a role now, by ID, those after the given
// one, at most limit; an empty status means all.
func (s *Store) Seats(
	ctx context.Context, person models.ID, status models.Status, after models.ID, limit int,
) ([]models.Seat, error) {
	var rows []seatRow
	err := s.rows(ctx).Raw(standingsOf, person, after, person, status, status, limit).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("list procurements: %w", err)
	}
	standings := make([]models.Seat, len(rows))
	for i, row := range rows {
		standings[i] = row.seat()
	}
	return standings, nil
}
