package store

import (
	"context"
	"fmt"
	"time"

	"github.com/ppi-engine/ppi/internal/store/pg"
	"github.com/ppi-engine/ppi/models"
)

// LotIDs lists the lots of a procurement.
func (tx *Tx) LotIDs(procurement models.ID) ([]models.ID, error) {
	var ids []models.ID
	if err := tx.db.Raw("SELECT id FROM lots WHERE procurement_id = ? ORDER BY id", procurement).Scan(&ids).Error; err != nil {
		return nil, fmt.Errorf("list lots: %w", err)
	}
	return ids, nil
}

// Lots lists all lots of a procurement by number.
func (tx *Tx) Lots(procurement models.ID) ([]models.Lot, error) {
	var lots []models.Lot
	if err := tx.db.Where("procurement_id = ?", procurement).Order("number").Find(&lots).Error; err != nil {
		return nil, fmt.Errorf("list lots: %w", err)
	}
	return lots, nil
}

// Lot reads a lot. It returns a refusal with [models.CodeNotFound].
func (s *Store) Lot(ctx context.Context, procurement, id models.ID) (models.Lot, error) {
	return takeByID[models.Lot](s.rows(ctx).Where("procurement_id = ?", procurement), "read lot", id)
}

// Lot reads a lot within the transaction. It returns a refusal with [models.CodeNotFound].
func (tx *Tx) Lot(procurement, id models.ID) (models.Lot, error) {
	return takeByID[models.Lot](tx.db.Where("procurement_id = ?", procurement), "read lot", id)
}

// LockLot reads a lot to change its content. It returns a refusal with [models.CodeNotFound].
func (tx *Tx) LockLot(procurement, id models.ID) (models.Lot, error) {
	return takeByID[models.Lot](tx.db.Clauses(forChange()).Where("procurement_id = ?", procurement), "lock lot", id)
}

// ListLots lists lots by ID, those after the given one, at most limit; published leaves out the others.
func (s *Store) ListLots(ctx context.Context, procurement models.ID, published bool, after models.ID, limit int) ([]models.Lot, error) {
	query := s.rows(ctx).Where("procurement_id = ?", procurement)
	if published {
		query = query.Where("opened_at IS NOT NULL")
	}
	return listAfter[models.Lot](query, "list lots", after, limit)
}

// HasPublishedLot tells whether a lot of the procurement was ever published.
func (s *Store) HasPublishedLot(ctx context.Context, procurement models.ID) (bool, error) {
	var has bool
	err := s.rows(ctx).Raw("SELECT EXISTS (SELECT FROM lots WHERE procurement_id = ? AND opened_at IS NOT NULL)", procurement).
		Scan(&has).Error
	if err != nil {
		return false, fmt.Errorf("look for published lots: %w", err)
	}
	return has, nil
}

// CreateLot inserts a lot. It returns a refusal with [models.CodeAlreadyExists] when its number is taken.
func (tx *Tx) CreateLot(l *models.Lot) error { return lotFault("create lot", tx.db.Create(l).Error) }

// SaveLot writes back the content of a locked lot and raises its version. It returns a refusal with
// [models.CodeAlreadyExists] when its number is taken.
func (tx *Tx) SaveLot(l *models.Lot) error {
	l.Version++
	return lotFault("save lot", tx.db.Model(l).
		Select("number", "title", "description", "deadline_local", "deadline_zone", "version").Updates(l).Error)
}

func lotFault(doing string, err error) error {
	violation, _ := pg.ViolationOf(err)
	switch {
	case err == nil:
		return nil
	case violation.Constraint == "lots_procurement_id_number_key":
		return models.Refuse(models.CodeAlreadyExists, "/number", "another lot has this number").Accepting("a number that no lot has, or none for the next")
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// OpenLot opens the box of a lot until the deadline. Both are procedure time. The box must be locked.
func (tx *Tx) OpenLot(lot models.ID, deadline, at time.Time) error {
	err := tx.db.Exec("UPDATE lots SET opened_at = ?, deadline = ?, version = version + 1 WHERE id = ? AND opened_at IS NULL", at, deadline, lot).Error
	if err != nil {
		return fmt.Errorf("open lot: %w", err)
	}
	return nil
}

// MoveDeadline sets another deadline, as entered and as an instant of procedure time. The box must be locked.
func (tx *Tx) MoveDeadline(lot models.ID, deadline time.Time, local, zone string) error {
	err := tx.db.Exec("UPDATE lots SET deadline = ?, deadline_local = ?, deadline_zone = ?, version = version + 1 WHERE id = ?",
		deadline, local, zone, lot).Error
	if err != nil {
		return fmt.Errorf("move deadline: %w", err)
	}
	return nil
}

// CloseLot closes the box of a lot at the procedure time at. The box must be locked.
func (tx *Tx) CloseLot(lot models.ID, at time.Time) error {
	err := tx.db.Exec("UPDATE lots SET closed_at = ?, version = version + 1 WHERE id = ? AND closed_at IS NULL", at, lot).Error
	if err != nil {
		return fmt.Errorf("close lot: %w", err)
	}
	return nil
}

// EndLot ends a lot with a reason at the procedure time at. Its box must be closed, or never have been open.
func (tx *Tx) EndLot(lot models.ID, reason string, at time.Time) error {
	err := tx.db.Exec("UPDATE lots SET ended_at = ?, end_reason = ?, version = version + 1 WHERE id = ? AND ended_at IS NULL", at, reason, lot).Error
	if err != nil {
		return fmt.Errorf("end lot: %w", err)
	}
	return nil
}

// PublishedLots counts the lots that were published and have not ended.
func (tx *Tx) PublishedLots(procurement models.ID) (int64, error) {
	var n int64
	err := tx.db.Raw("SELECT count(*) FROM lots WHERE procurement_id = ? AND opened_at IS NOT NULL AND ended_at IS NULL", procurement).
		Scan(&n).Error
	if err != nil {
		return 0, fmt.Errorf("count published lots: %w", err)
	}
	return n, nil
}
