package store

import (
	"fmt"
	"slices"
	"time"

	"github.com/ppi-engine/ppi/models"
)

// RolesHeld lists the roles a person holds on a procurement at the procedure time at.
func (tx *Tx) RolesHeld(procurement, person models.ID, at time.Time) ([]models.RoleAssignment, error) {
	var roles []models.RoleAssignment
	err := tx.db.Where("procurement_id = ? AND person_id = ?", procurement, person).Order("id").Find(&roles).Error
	if err != nil {
		return nil, fmt.Errorf("list roles held: %w", err)
	}
	return slices.DeleteFunc(roles, func(a models.RoleAssignment) bool { return !a.Holds(at) }), nil
}

// Members lists the members of a consortium with their organisations, the lead buyer first; those who left too.
func (tx *Tx) Members(procurement models.ID) ([]models.Member, map[models.ID]models.Organisation, error) {
	var members []models.Member
	err := tx.db.Where("procurement_id = ?", procurement).Order("lead DESC, joined_at, organisation_id").Find(&members).Error
	if err != nil {
		return nil, nil, fmt.Errorf("list members: %w", err)
	}
	ids := make([]models.ID, len(members))
	for i, m := range members {
		ids[i] = m.OrganisationID
	}
	organisations := make(map[models.ID]models.Organisation, len(members))
	var rows []models.Organisation
	if err := tx.db.Where("id IN ?", ids).Find(&rows).Error; err != nil {
		return nil, nil, fmt.Errorf("list organisations of members: %w", err)
	}
	for _, o := range rows {
		organisations[o.ID] = o
	}
	return members, organisations, nil
}

// LeaveConsortium ends a membership and the roles of the member's people at the procedure time at.
func (tx *Tx) LeaveConsortium(procurement, organisation models.ID, at time.Time) error {
	err := tx.db.Exec(`UPDATE consortium_members SET left_at = ? WHERE procurement_id = ? AND organisation_id = ? AND left_at IS NULL`,
		at, procurement, organisation).Error
	if err != nil {
		return fmt.Errorf("leave consortium: %w", err)
	}
	err = tx.db.Exec(`UPDATE role_assignments SET valid_until = greatest(valid_from, ?) WHERE procurement_id = ? AND organisation_id = ?
		AND (valid_until IS NULL OR valid_until > ?)`, at, procurement, organisation, at).Error
	if err != nil {
		return fmt.Errorf("end roles: %w", err)
	}
	return nil
}
