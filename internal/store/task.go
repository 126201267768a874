package store

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/ppi-engine/ppi/models"
)

// RaiseTask asks people to look after something, unless the same is being asked already. It tells
// whether the task is new.
func (tx *Tx) RaiseTask(procurement models.ID, kind, subject string, detail map[string]any, at time.Time) (models.ID, bool, error) {
	body, err := json.Marshal(detail)
	if err != nil {
		return "", false, fmt.Errorf("render task: %w", err)
	}
	id := models.NewID(models.PrefixTask)
	result := tx.db.Exec(`INSERT INTO tasks (id, procurement_id, kind, subject_id, detail, raised_at) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (procurement_id, kind, subject_id) WHERE done_at IS NULL DO NOTHING`, id, procurement, kind, subject, string(body), at)
	if result.Error != nil {
		return "", false, fmt.Errorf("raise task: %w", result.Error)
	}
	return id, result.RowsAffected == 1, nil
}

// FinishTask ends the open task of a kind about a subject, if there is one.
func (tx *Tx) FinishTask(procurement models.ID, kind, subject string, at time.Time) (bool, error) {
	result := tx.db.Exec(`UPDATE tasks SET done_at = ? WHERE procurement_id = ? AND kind = ? AND subject_id = ? AND done_at IS NULL`,
		at, procurement, kind, subject)
	if result.Error != nil {
		return false, fmt.Errorf("finish task: %w", result.Error)
	}
	return result.RowsAffected > 0, nil
}
