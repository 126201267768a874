package store

import (
	"encoding/json"
	"fmt"

	"github.com/ppi-engine/ppi/models"
)

// KeepDecision inserts a decision of the board.
func (tx *Tx) KeepDecision(d models.BoardDecision) error {
	count, err := json.Marshal(d.Count)
	if err != nil {
		return fmt.Errorf("render count: %w", err)
	}
	tx.Send("keep decision", `INSERT INTO decisions (id, procurement_id, subject, round, digest, count, decided_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		d.ID, d.ProcurementID, d.Subject, d.Round, d.Digest, string(count), d.DecidedAt)
	return nil
}

// Decisions lists the board's decisions on subjects of a procurement, oldest first.
func (tx *Tx) Decisions(procurement models.ID, subjects ...string) ([]models.BoardDecision, error) {
	var found []models.BoardDecision
	err := tx.db().Table("decisions").Where("procurement_id = ? AND subject IN ?", procurement, subjects).
		Order("decided_at, id").Find(&found).Error
	if err != nil {
		return nil, fmt.Errorf("list decisions: %w", err)
	}
	return found, nil
}
