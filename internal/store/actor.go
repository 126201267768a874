package store

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/ppi-engine/ppi/models"
)

// RolesHeld lists the roles a person holds on a procurement at the procedure time at.
func (tx *Tx) RolesHeld(procurement, person models.ID, at time.Time) ([]models.RoleAssignment, error) {
	var roles []models.RoleAssignment
	err := tx.db().Where("procurement_id = ? AND person_id = ?", procurement, person).Order("id").Find(&roles).Error
	if err != nil {
		return nil, fmt.Errorf("list roles held: %w", err)
	}
	return slices.DeleteFunc(roles, func(a models.RoleAssignment) bool { return !a.Holds(at) }), nil
}

// Members lists the members of a consortium with their organisations, the lead buyer first; those who left too.
func (tx *Tx) Members(procurement models.ID) ([]models.Member, map[models.ID]models.Organisation, error) {
	var rows []struct {
		Member       models.Member       `gorm:"embedded"`
		Organisation models.Organisation `gorm:"embedded;embeddedPrefix:o_"`
	}
	err := tx.db().Raw(`SELECT m.procurement_id, m.organisation_id, m.kind, m.lead,
			coalesce(trim_scale(m.budget_share)::text, '') AS budget_share, m.joined_at, m.accepted_at, m.accepted_by,
			m.left_at,
			o.id AS o_id, o.legal_name AS o_legal_name, o.country AS o_country, o.region AS o_region, o.kind AS o_kind,
			o.address AS o_address, o.sme AS o_sme,
			o.less_developed_region AS o_less_developed_region, o.version AS o_version, o.created_at AS o_created_at
		FROM consortium_members m JOIN organisations o ON o.id = m.organisation_id
		WHERE m.procurement_id = ? ORDER BY m.lead DESC, m.joined_at, m.organisation_id`, procurement).Scan(&rows).Error
	if err != nil {
		return nil, nil, fmt.Errorf("list members: %w", err)
	}
	members := make([]models.Member, len(rows))
	organisations := make(map[models.ID]models.Organisation, len(rows))
	for i, row := range rows {
		members[i], organisations[row.Member.OrganisationID] = row.Member, row.Organisation
	}
	return members, organisations, nil
}

// LeaveConsortium ends a membership, at the procedure time at, with the roles of the member's people and of those whom
// the member engaged. It returns these roles.
func (tx *Tx) LeaveConsortium(
	procurement, organisation models.ID, at time.Time,
) (ended []models.RoleAssignment, err error) {
	err = tx.db().Exec(`UPDATE consortium_members SET left_at = ?
		WHERE procurement_id = ? AND organisation_id = ? AND left_at IS NULL`,
		at, procurement, organisation).Error
	if err != nil {
		return nil, fmt.Errorf("leave consortium: %w", err)
	}
	err = tx.db().Raw(`UPDATE role_assignments SET valid_until = greatest(valid_from, ?)
		WHERE procurement_id = ? AND (organisation_id = ? OR engaged_by = ?)
			AND (valid_until IS NULL OR valid_until > ?) RETURNING *`,
		at, procurement, organisation, organisation, at).Scan(&ended).Error
	if err != nil {
		return nil, fmt.Errorf("end roles: %w", err)
	}
	slices.SortFunc(ended, func(a, b models.RoleAssignment) int { return cmp.Compare(a.ID, b.ID) })
	return ended, nil
}
