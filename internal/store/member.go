package store

import (
	"cmp"
	"context"
	"fmt"

	"github.com/ppi-engine/ppi/models"
)

// selectMembers reads budget shares as they were agreed: 25, not 25.000000 as the column stores it.
const selectMembers = `SELECT procurement_id, organisation_id, kind, lead,
	coalesce(trim_scale(budget_share)::text, '') AS budget_share, joined_at, accepted_at, accepted_by, left_at
	FROM consortium_members `

// Member reads one member of a consortium. It returns a refusal with [models.CodeNotFound].
func (s *Store) Member(ctx context.Context, procurement, organisation models.ID) (models.Member, error) {
	var m models.Member
	err := s.rows(ctx).Raw(selectMembers+"WHERE procurement_id = ? AND organisation_id = ?", procurement, organisation).
		Take(&m).Error
	if err != nil {
		return m, notFound("read member", err)
	}
	return m, nil
}

// ListMembers lists the members of a consortium by organisation, also those who left, those after the
// given one, at most limit.
func (s *Store) ListMembers(ctx context.Context, procurement, after models.ID, limit int) ([]models.Member, error) {
	var found []models.Member
	err := s.rows(ctx).Raw(selectMembers+`WHERE procurement_id = ? AND organisation_id > ?
		ORDER BY organisation_id LIMIT ?`, procurement, after, limit).Scan(&found).Error
	if err != nil {
		return nil, fmt.Errorf("list members: %w", err)
	}
	return found, nil
}

// PutMember inserts or replaces a member. The procurement must be locked.
func (tx *Tx) PutMember(m models.Member) error {
	err := tx.db().Exec(`INSERT INTO consortium_members (procurement_id, organisation_id, kind, lead, budget_share,
			joined_at, accepted_at, accepted_by)
		VALUES (?, ?, ?, ?, nullif(?, '')::numeric, ?, ?, ?)
		ON CONFLICT (procurement_id, organisation_id)
			DO UPDATE SET kind = excluded.kind, lead = excluded.lead, budget_share = excluded.budget_share,
				accepted_at = excluded.accepted_at, accepted_by = excluded.accepted_by`,
		m.ProcurementID, m.OrganisationID, cmp.Or(m.Kind, models.MemberBuyer), m.Lead, m.BudgetShare,
		m.JoinedAt, m.AcceptedAt, m.AcceptedBy).Error
	if err != nil {
		return fmt.Errorf("put member: %w", err)
	}
	return nil
}

// RemoveMember deletes a member of a draft; of a draft only the events are kept.
func (tx *Tx) RemoveMember(procurement, organisation models.ID) error {
	err := tx.db().Exec("DELETE FROM consortium_members WHERE procurement_id = ? AND organisation_id = ?",
		procurement, organisation).Error
	if err != nil {
		return fmt.Errorf("remove member: %w", err)
	}
	return nil
}
