package store

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"github.com/ppi-engine/ppi/models"
)

// A Standing is how far the process of a procurement has come on record.
type Standing struct {
	ID      models.ID
	Status  models.Status
	Version int64
}

// Standing reads how far a procurement has come. It returns [ErrNoProcurement].
func (s *Store) Standing(ctx context.Context, id models.ID) (Standing, error) {
	var found Standing
	err := s.rows(ctx).Raw("SELECT id, status, version FROM procurements WHERE id = ?", id).Take(&found).Error
	switch {
	case errors.Is(err, gorm.ErrRecordNotFound):
		return found, ErrNoProcurement
	case err != nil:
		return found, fmt.Errorf("read procurement: %w", err)
	}
	return found, nil
}

// openAfter reads open procurements from the index that contains no others.
const openAfter = `SELECT id, status, version FROM procurements WHERE status IN ('running', 'suspended') AND id > $1
	ORDER BY id LIMIT $2`

// OpenProcurements lists running and suspended procurements after the given one, by ID.
func (s *Store) OpenProcurements(ctx context.Context, after models.ID, limit int) ([]Standing, error) {
	var found []Standing
	if err := s.rows(ctx).Raw(openAfter, string(after), limit).Scan(&found).Error; err != nil {
		return nil, fmt.Errorf("list open procurements: %w", err)
	}
	return found, nil
}

// LastDone reads a command of a procurement that was carried out, the last one; false: there is none.
func (s *Store) LastDone(ctx context.Context, procurement models.ID) (models.Command, bool, error) {
	var found []models.Command
	err := s.rows(ctx).Where("procurement_id = ? AND status = 'done'", procurement).Order("created_at DESC").Limit(1).
		Find(&found).Error
	if err != nil {
		return models.Command{}, false, fmt.Errorf("read last command: %w", err)
	}
	if len(found) == 0 {
		return models.Command{}, false, nil
	}
	return found[0], true, nil
}

// Pass reads how far a pass over all open procurements has come: the last one that was visited; empty: it begins.
func (s *Store) Pass(ctx context.Context, name string) (models.ID, error) {
	var after models.ID
	err := s.rows(ctx).Raw("SELECT coalesce((SELECT after FROM passes WHERE name = ?), '')", name).Scan(&after).Error
	if err != nil {
		return "", fmt.Errorf("read pass: %w", err)
	}
	return after, nil
}

// MovePass records how far a pass has come; an empty ID ends it, and the next one begins.
func (s *Store) MovePass(ctx context.Context, name string, after models.ID) error {
	err := s.rows(ctx).Exec(`INSERT INTO passes (name, after) VALUES (?, ?)
		ON CONFLICT (name) DO UPDATE SET after = excluded.after`, name, string(after)).Error
	if err != nil {
		return fmt.Errorf("move pass: %w", err)
	}
	return nil
}
