package store

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"github.com/ppi-engine/ppi/models"
)

// Organisation reads an organisation. It returns a refusal with [models.CodeNotFound].
func (s *Store) Organisation(ctx context.Context, id models.ID) (models.Organisation, error) {
	return takeByID[models.Organisation](s.rows(ctx), "read organisation", id)
}

// Organisation reads an organisation within the transaction. It returns a refusal with [models.CodeNotFound].
func (tx *Tx) Organisation(id models.ID) (models.Organisation, error) {
	return takeByID[models.Organisation](tx.db(), "read organisation", id)
}

// LockOrganisation reads an organisation to change it. It returns a refusal with [models.CodeNotFound].
func (tx *Tx) LockOrganisation(id models.ID) (models.Organisation, error) {
	return takeByID[models.Organisation](tx.db().Clauses(forChange()), "lock organisation", id)
}

// Organisations lists organisations by ID, those after the given one, at most limit.
func (s *Store) Organisations(ctx context.Context, after models.ID, limit int) ([]models.Organisation, error) {
	return listAfter[models.Organisation](s.rows(ctx), "list organisations", after, limit)
}

// CreateOrganisation inserts an organisation as version 1 and sets its ID and the time of its creation.
func (tx *Tx) CreateOrganisation(o *models.Organisation) error {
	now, err := tx.Now()
	if err != nil {
		return err
	}
	o.ID, o.Version, o.CreatedAt = models.NewID(models.PrefixOrganisation), 1, now
	if err := tx.db().Create(o).Error; err != nil {
		return fmt.Errorf("create organisation: %w", err)
	}
	return nil
}

// SaveOrganisation writes back what can change of a locked organisation and raises its version.
func (tx *Tx) SaveOrganisation(o *models.Organisation) error {
	o.Version++
	err := tx.db().Model(o).Select("legal_name", "country", "region", "address", "sme", "less_developed_region",
		"version").Updates(o).Error
	if err != nil {
		return fmt.Errorf("save organisation: %w", err)
	}
	return nil
}

func takeByID[T any](db *gorm.DB, doing string, id models.ID) (T, error) {
	var found T
	if err := db.Where("id = ?", id).Take(&found).Error; err != nil {
		return found, notFound(doing, err)
	}
	return found, nil
}

func listAfter[T any](db *gorm.DB, doing string, after models.ID, limit int) ([]T, error) {
	var found []T
	if err := db.Where("id > ?", after).Order("id").Limit(limit).Find(&found).Error; err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	return found, nil
}
