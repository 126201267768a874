package store

import (
	"fmt"
	"time"

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

// OpenLots lists the lots whose box takes tenders, by number.
func (tx *Tx) OpenLots(procurement models.ID) ([]models.Lot, error) {
	var lots []models.Lot
	err := tx.db.Where("procurement_id = ? AND opened_at IS NOT NULL AND closed_at IS NULL AND ended_at IS NULL", procurement).
		Order("number").Find(&lots).Error
	if err != nil {
		return nil, fmt.Errorf("list open lots: %w", err)
	}
	return lots, nil
}

// CloseLot closes the box of a lot at the procedure time at. The box must be locked.
func (tx *Tx) CloseLot(lot models.ID, at time.Time) error {
	err := tx.db.Exec("UPDATE lots SET closed_at = ?, version = version + 1 WHERE id = ? AND closed_at IS NULL", at, lot).Error
	if err != nil {
		return fmt.Errorf("close lot: %w", err)
	}
	return nil
}

// EndLots ends all lots of a procurement that have not ended, with a reason. Their boxes must be locked.
func (tx *Tx) EndLots(procurement models.ID, reason string, at time.Time) ([]models.ID, error) {
	var ended []models.ID
	err := tx.db.Raw(`UPDATE lots SET ended_at = ?, end_reason = ?, version = version + 1,
		closed_at = CASE WHEN opened_at IS NULL THEN NULL ELSE coalesce(closed_at, ?) END
		WHERE procurement_id = ? AND ended_at IS NULL RETURNING id`, at, reason, at, procurement).Scan(&ended).Error
	if err != nil {
		return nil, fmt.Errorf("end lots: %w", err)
	}
	return ended, nil
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
