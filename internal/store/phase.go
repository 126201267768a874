package store

import (
	"fmt"
	"time"

	"github.com/ppi-engine/ppi/models"
)

// Rounds lists all rounds of all phases of a procurement, oldest first.
func (tx *Tx) Rounds(procurement models.ID) ([]models.PhaseRound, error) {
	var rounds []models.PhaseRound
	err := tx.db.Where("procurement_id = ?", procurement).Order("opened_at, phase, round").Find(&rounds).Error
	if err != nil {
		return nil, fmt.Errorf("list rounds: %w", err)
	}
	return rounds, nil
}

// OpenRound opens the next round of a phase at the given procedure time and returns it.
func (tx *Tx) OpenRound(procurement models.ID, phase models.Phase, at time.Time) (models.PhaseRound, error) {
	var round models.PhaseRound
	err := tx.db.Raw(`INSERT INTO phase_rounds (procurement_id, phase, round, status, opened_at)
		SELECT ?, ?, coalesce(max(round), 0) + 1, 'open', ? FROM phase_rounds WHERE procurement_id = ? AND phase = ?
		RETURNING *`, procurement, phase, at, procurement, phase).Take(&round).Error
	if err != nil {
		return round, fmt.Errorf("open round of %s: %w", phase, err)
	}
	return round, nil
}

// EndRounds gives the standing rounds of the phases (open ones, and closed ones when superseding) the
// status at the given procedure time and tells how many there were.
func (tx *Tx) EndRounds(procurement models.ID, status models.PhaseStatus, at time.Time, phases ...models.Phase) (int64, error) {
	from := []models.PhaseStatus{models.PhaseOpen}
	if status == models.PhaseSuperseded {
		from = append(from, models.PhaseClosed)
	}
	result := tx.db.Exec(`UPDATE phase_rounds SET status = ?, closed_at = coalesce(closed_at, ?)
		WHERE procurement_id = ? AND phase IN ? AND status IN ?`, status, at, procurement, phases, from)
	if result.Error != nil {
		return 0, fmt.Errorf("end rounds: %w", result.Error)
	}
	return result.RowsAffected, nil
}
