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

// ownProcurements are the IDs of the procurements, after that of a parameter, on which a person holds or held a role,
// in order: the person's own roles, and as a representative those of the organisation. Each branch reads an index in
// that order, so that however many procurements there are, no more are read than a reader takes. Which roles are in
// force, [held] decides.
const (
	ownProcurements = `SELECT DISTINCT procurement_id AS id FROM (
		SELECT procurement_id FROM role_assignments WHERE person_id = @person AND procurement_id > @after
		UNION ALL SELECT procurement_id FROM consortium_members
			WHERE organisation_id = ` + represented + ` AND procurement_id > @after
		UNION ALL SELECT procurement_id FROM role_assignments
			WHERE organisation_id = ` + represented + ` AND role = 'supplier' AND procurement_id > @after
		) roles ORDER BY procurement_id`
	represented = `(SELECT organisation_id FROM people WHERE id = @person AND representative)`
	// eachOfOwn reads the procurements one by one, by their IDs.
	eachOfOwn = `(` + ownProcurements + `) own
		CROSS JOIN LATERAL (SELECT * FROM procurements WHERE id = own.id LIMIT 1) p`
)

// seatsOf selects the procurements on which a person holds a role now.
var seatsOf = `SELECT p.*, c.at, to_jsonb(` + rolesHeld("@person") + `) AS roles
	FROM ` + eachOfOwn + ` CROSS JOIN (SELECT clock_timestamp() AS at) c
	WHERE EXISTS (SELECT FROM seat_roles r WHERE r.person_id = @person AND r.procurement_id = p.id
		AND ` + held("c.at") + `)
	AND (p.status = @status OR @status = '')
	ORDER BY own.id LIMIT @limit`

// Seats lists the procurements on which a person holds a role now, by ID, those after the given
// one, at most limit; an empty status means all.
func (s *Store) Seats(
	ctx context.Context, person models.ID, status models.Status, after models.ID, limit int,
) ([]models.Seat, error) {
	var rows []seatRow
	err := s.rows(ctx).Raw(seatsOf, map[string]any{
		"person": person, "after": string(after), "status": string(status), "limit": limit,
	}).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("list procurements: %w", err)
	}
	seats := make([]models.Seat, len(rows))
	for i, row := range rows {
		seats[i] = row.seat()
	}
	return seats, nil
}
