package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/ppi-engine/ppi/internal/eventlog"
	"github.com/ppi-engine/ppi/models"
)

// held is the SQL condition that r, of the table role_assignments or the view seat_roles, is in force on procurement p
// at a real time. Every query for the roles of now uses it; [models.RoleAssignment.Holds] is the same rule in Go.
func held(at string) string {
	now := at + " + p.clock_offset * interval '1 microsecond'"
	return "r.valid_from <= " + now + " AND (r.valid_until IS NULL OR r.valid_until > " + now + ")"
}

var (
	heldNow = held("clock_timestamp()")
	// rolesNow selects, for the person of the parameter, the roles held on procurement p at the time c.at.
	rolesNow = `to_jsonb(` + rolesHeld("?") + `)`
)

// rolesHeld is the SQL array of the roles that a person holds on procurement p at the time c.at.
func rolesHeld(person string) string {
	return `ARRAY(SELECT r.role FROM seat_roles r WHERE r.procurement_id = p.id AND r.person_id = ` + person + `
		AND ` + held("c.at") + ` GROUP BY r.role ORDER BY min(r.id))`
}

type seatRow struct {
	Procurement models.Procurement `gorm:"embedded"`
	At          time.Time
	Roles       []models.Role `gorm:"serializer:json"`
}

func (r seatRow) seat() models.Seat {
	return models.Seat{Procurement: r.Procurement, Now: r.Procurement.Now(r.At.UTC()), Roles: r.Roles}
}

// Seat reads the seat of a person on a procurement that was locked before: the clock and the roles that the person
// holds now.
func (tx *Tx) Seat(p models.Procurement, person models.ID) (models.Seat, error) {
	var row seatRow
	err := tx.db().Raw(`SELECT c.at, `+rolesNow+
		` AS roles FROM procurements p, (SELECT clock_timestamp() AS at) c WHERE p.id = ?`, person, p.ID).
		Take(&row).Error
	if err != nil {
		return models.Seat{}, fmt.Errorf("read roles: %w", err)
	}
	row.Procurement = p
	return row.seat(), nil
}

// VisibleTo lists the procurements in which a person holds a role now. To represent a member is no such role.
func (s *Store) VisibleTo(ctx context.Context, person models.ID) ([]eventlog.Visible, error) {
	var found []eventlog.Visible
	err := s.rows(ctx).Raw(`SELECT p.id, p.mode, of.buyers
		FROM `+eachOfOwn+` CROSS JOIN LATERAL (SELECT bool_and(r.role NOT IN `+ofSuppliers+`) AS buyers
			FROM seat_roles r WHERE r.person_id = @person AND r.procurement_id = p.id AND r.role <> 'representative'
				AND `+heldNow+`) of
		WHERE of.buyers IS NOT NULL ORDER BY own.id`,
		map[string]any{"person": person, "after": ""}).Scan(&found).Error
	if err != nil {
		return nil, fmt.Errorf("list visible procurements: %w", err)
	}
	return found, nil
}

// notFound turns the absence of a row into a refusal.
func notFound(doing string, err error) error {
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return models.NoSuchResource()
	}
	return fmt.Errorf("%s: %w", doing, err)
}
