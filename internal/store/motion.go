package store

import (
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/ppi-engine/ppi/models"
)

// ErrNoMotion means that the procurement has no such motion.
var ErrNoMotion = errors.New("no such motion")

// Move inserts an open motion.
func (tx *Tx) Move(m models.Motion) {
	tx.Send("move", `INSERT INTO motions (id, procurement_id, verb, payload, digest, mover_id, status, moved_at)
		VALUES ($1, $2, $3, $4, $5, $6, 'open', $7)`,
		m.ID, m.ProcurementID, m.Verb, string(m.Payload), m.Digest, m.MoverID, m.MovedAt)
}

// Motion reads a motion of the procurement. It returns [ErrNoMotion].
func (tx *Tx) Motion(procurement, id models.ID) (models.Motion, error) {
	var m models.Motion
	err := tx.db().Where("procurement_id = ? AND id = ?", procurement, id).Take(&m).Error
	switch {
	case errors.Is(err, gorm.ErrRecordNotFound):
		return m, ErrNoMotion
	case err != nil:
		return m, fmt.Errorf("read motion: %w", err)
	}
	return m, nil
}

// Motions lists the motions of a procurement after the given ID, oldest first.
func (tx *Tx) Motions(procurement, after models.ID, limit int) ([]models.Motion, error) {
	var motions []models.Motion
	err := tx.db().Where("procurement_id = ? AND id > ?", procurement, string(after)).Order("id").Limit(limit).
		Find(&motions).Error
	if err != nil {
		return nil, fmt.Errorf("list motions: %w", err)
	}
	return motions, nil
}

// DecideMotion ends an open motion at the procedure time at.
func (tx *Tx) DecideMotion(id models.ID, status models.MotionStatus, at time.Time) {
	tx.Send("decide motion", "UPDATE motions SET status = $1, decided_at = $2 WHERE id = $3 AND status = 'open'",
		status, at, id)
}
