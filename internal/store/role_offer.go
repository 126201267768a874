package store

import (
	"context"
	"fmt"
	"time"

	"github.com/ppi-engine/ppi/internal/store/pg"
	"github.com/ppi-engine/ppi/models"
)

// OfferRole inserts the offer of a role. It returns a refusal with [models.CodeAlreadyExists] while the same is open.
func (tx *Tx) OfferRole(o *models.RoleOffer) error {
	err := tx.db().Create(o).Error
	if violation, _ := pg.ViolationOf(err); violation.Constraint == "role_offers_open" {
		return models.Refuse(models.CodeAlreadyExists, "/role", "the person was offered this role before").
			Accepting("another role, or this one after that offer was withdrawn")
	}
	if err != nil {
		return fmt.Errorf("offer role: %w", err)
	}
	return nil
}

// LockRoleOffer reads an offer to answer or to withdraw it. It returns a refusal with [models.CodeNotFound].
func (tx *Tx) LockRoleOffer(id models.ID) (models.RoleOffer, error) {
	return takeByID[models.RoleOffer](tx.db().Clauses(forChange()), "lock role offer", id)
}

// SaveRoleOffer writes back what can change of a locked offer.
func (tx *Tx) SaveRoleOffer(o *models.RoleOffer) error {
	err := tx.db().Model(o).Select("answered_at", "answered_by", "accepted", "role_id").Updates(o).Error
	if err != nil {
		return fmt.Errorf("save role offer: %w", err)
	}
	return nil
}

// WithdrawRoleOffer records that a locked offer was withdrawn at the procedure time at.
func (tx *Tx) WithdrawRoleOffer(id models.ID, at time.Time) error {
	if err := tx.db().Exec("UPDATE role_offers SET withdrawn_at = ? WHERE id = ?", at, id).Error; err != nil {
		return fmt.Errorf("withdraw role offer: %w", err)
	}
	return nil
}

// RoleOffer reads an offer within the transaction. It returns a refusal with [models.CodeNotFound].
func (tx *Tx) RoleOffer(id models.ID) (models.RoleOffer, error) {
	return takeByID[models.RoleOffer](tx.db(), "read role offer", id)
}

// DeclaredNotToTender tells whether an organisation accepted a role on the buyers' side of a procurement, or was a
// partner of its consortium, for which it declared that it will not tender.
func (tx *Tx) DeclaredNotToTender(procurement, organisation models.ID) (bool, error) {
	return tx.meets("look for declarations", `SELECT EXISTS (SELECT FROM role_offers
		WHERE procurement_id = ? AND organisation_id = ? AND accepted)
		OR EXISTS (SELECT FROM consortium_members
		WHERE procurement_id = ? AND organisation_id = ? AND kind = 'partner' AND accepted_at IS NOT NULL)`,
		procurement, organisation, procurement, organisation)
}

// RoleOffer reads an offer. It returns a refusal with [models.CodeNotFound].
func (s *Store) RoleOffer(ctx context.Context, id models.ID) (models.RoleOffer, error) {
	return takeByID[models.RoleOffer](s.rows(ctx), "read role offer", id)
}

// RoleOffersFrom lists the offers that a member made on a procurement by ID, those after the given one, at most limit.
func (s *Store) RoleOffersFrom(
	ctx context.Context, procurement, member, after models.ID, limit int,
) ([]models.RoleOffer, error) {
	query := s.rows(ctx).Where("procurement_id = ? AND offered_for = ?", procurement, member)
	return listAfter[models.RoleOffer](query, "list role offers", after, limit)
}

// RoleOffersTo lists the offers to the people of an organisation by ID, those after the given one, at most limit.
func (s *Store) RoleOffersTo(
	ctx context.Context, organisation, after models.ID, limit int,
) ([]models.RoleOffer, error) {
	query := s.rows(ctx).Where("organisation_id = ?", organisation)
	return listAfter[models.RoleOffer](query, "list role offers", after, limit)
}
