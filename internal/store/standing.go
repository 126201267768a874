package store

import (
	"context"
	"errors"
	"fmt"
	"time"

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

// A Pass goes over all open procurements, some at a time.
type Pass struct {
	// After is the last procurement that was visited; empty: the pass begins.
	After models.ID
	// BeganAt is when this pass began. The one before it visited everything from LastBeganAt to LastEndedAt; nil: there
	// was none.
	BeganAt                  time.Time
	LastBeganAt, LastEndedAt *time.Time
}

// Pass reads how far a pass has come.
func (s *Store) Pass(ctx context.Context, name string) (Pass, error) {
	var pass Pass
	err := s.rows(ctx).Raw(`WITH begun AS (INSERT INTO passes (name) VALUES (@name) ON CONFLICT DO NOTHING RETURNING *)
		SELECT after, began_at, last_began_at, last_ended_at FROM begun
		UNION ALL SELECT after, began_at, last_began_at, last_ended_at FROM passes WHERE name = @name`,
		map[string]any{"name": name}).Take(&pass).Error
	if err != nil {
		return pass, fmt.Errorf("read pass: %w", err)
	}
	return pass, nil
}

// MovePass records how far a pass has come; an empty ID ends it, and the next one begins.
func (s *Store) MovePass(ctx context.Context, name string, after models.ID) error {
	err := s.rows(ctx).Exec(`UPDATE passes SET after = @after,
			last_began_at = CASE @after WHEN '' THEN began_at ELSE last_began_at END,
			last_ended_at = CASE @after WHEN '' THEN clock_timestamp() ELSE last_ended_at END,
			began_at = CASE @after WHEN '' THEN clock_timestamp() ELSE began_at END
		WHERE name = @name`, map[string]any{"name": name, "after": string(after)}).Error
	if err != nil {
		return fmt.Errorf("move pass: %w", err)
	}
	return nil
}
