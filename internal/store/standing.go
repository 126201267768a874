package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/ppi-engine/ppi/models"
)

// assignmentsOf selects, for the person of the parameter, the assignments on procurement p as JSON.
const assignmentsOf = `(SELECT coalesce(jsonb_agg(jsonb_build_object(
		'role', r.role, 'valid_from', r.valid_from, 'valid_until', r.valid_until) ORDER BY r.id), '[]')
	FROM role_assignments r WHERE r.procurement_id = p.id AND r.person_id = ?)`

type standingRow struct {
	Procurement models.Procurement `gorm:"embedded"`
	Clock       time.Time
	Assignments []byte
}

func (r standingRow) standing() (models.Standing, error) {
	s := models.Standing{Procurement: r.Procurement, Now: r.Procurement.Now(r.Clock.UTC())}
	roles, err := rolesAt(r.Assignments, s.Now)
	s.Roles = roles
	return s, err
}

func rolesAt(assignments []byte, now time.Time) ([]models.Role, error) {
	var all []struct {
		Role       models.Role `json:"role"`
		ValidFrom  time.Time   `json:"valid_from"`
		ValidUntil *time.Time  `json:"valid_until"`
	}
	if err := json.Unmarshal(assignments, &all); err != nil {
		return nil, fmt.Errorf("read role assignments: %w", err)
	}
	var held []models.Role
	for _, a := range all {
		if (models.RoleAssignment{ValidFrom: a.ValidFrom, ValidUntil: a.ValidUntil}).Holds(now) {
			held = append(held, a.Role)
		}
	}
	return held, nil
}

// Standing reads the clock and the roles a person holds now on a procurement that was locked before.
func (tx *Tx) Standing(p models.Procurement, person models.ID) (models.Standing, error) {
	row := standingRow{Procurement: p}
	err := tx.db.Raw(`SELECT clock_timestamp(), `+assignmentsOf+` FROM (SELECT ?::text AS id) p`, person, p.ID).
		Row().Scan(&row.Clock, &row.Assignments)
	if err != nil {
		return models.Standing{}, fmt.Errorf("read roles: %w", err)
	}
	return row.standing()
}

// notFound turns the absence of a row into a refusal.
func notFound(doing string, err error) error {
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return models.Refuse(models.CodeNotFound, "", "there is no such resource")
	}
	return fmt.Errorf("%s: %w", doing, err)
}
