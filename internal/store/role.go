package store

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"github.com/ppi-engine/ppi/models"
)

// ofSuppliers are the roles that are held for suppliers, as SQL lists them ([models.Role.OfSupplier]).
const ofSuppliers = "('supplier', 'signatory')"

// A Side is whose roles are read: those that are held for a supplier, or, if none is named, those of the buyers' side.
type Side struct{ Supplier models.ID }

func (d Side) of(db *gorm.DB) *gorm.DB {
	if d.Supplier != "" {
		return db.Where("role IN "+ofSuppliers+" AND organisation_id = ?", d.Supplier)
	}
	return db.Where("role NOT IN " + ofSuppliers)
}

// Role reads one assignment on a procurement. It returns a refusal with [models.CodeNotFound].
func (s *Store) Role(
	ctx context.Context, procurement models.ID, side Side, id models.ID,
) (models.RoleAssignment, error) {
	query := side.of(s.rows(ctx).Where("procurement_id = ?", procurement))
	return takeByID[models.RoleAssignment](query, "read role", id)
}

// Role reads one assignment on a procurement within the transaction. It returns a refusal with
// [models.CodeNotFound].
func (tx *Tx) Role(procurement, id models.ID) (models.RoleAssignment, error) {
	return takeByID[models.RoleAssignment](tx.db().Where("procurement_id = ?", procurement), "read role", id)
}

// ListRoles lists the assignments on a procurement by ID, also ended ones, those after the given one,
// at most limit.
func (s *Store) ListRoles(
	ctx context.Context, procurement models.ID, side Side, after models.ID, limit int,
) ([]models.RoleAssignment, error) {
	query := side.of(s.rows(ctx).Where("procurement_id = ?", procurement))
	return listAfter[models.RoleAssignment](query, "list roles", after, limit)
}

// Roles lists all assignments on a procurement by ID.
func (tx *Tx) Roles(procurement models.ID) ([]models.RoleAssignment, error) {
	var found []models.RoleAssignment
	if err := tx.db().Where("procurement_id = ?", procurement).Order("id").Find(&found).Error; err != nil {
		return nil, fmt.Errorf("list roles: %w", err)
	}
	return found, nil
}

// GiveRole inserts an assignment. The procurement must be locked, so that two roles that are given at once are judged
// one after the other.
func (tx *Tx) GiveRole(a *models.RoleAssignment) error {
	if err := tx.db().Create(a).Error; err != nil {
		return fmt.Errorf("give role: %w", err)
	}
	return nil
}

// EndRole records the end of an assignment.
func (tx *Tx) EndRole(a *models.RoleAssignment) error {
	if err := tx.db().Model(a).Select("valid_until").Updates(a).Error; err != nil {
		return fmt.Errorf("end role: %w", err)
	}
	return nil
}
