package store

import (
	"fmt"
	"strings"
	"time"

	"github.com/ppi-engine/ppi/models"
)

// Rounds lists all rounds of all phases of a procurement, oldest first.
func (tx *Tx) Rounds(procurement models.ID) ([]models.PhaseRound, error) {
	var rounds []models.PhaseRound
	err := tx.db().Where("procurement_id = ?", procurement).Order("opened_at, phase, round").Find(&rounds).Error
	if err != nil {
		return nil, fmt.Errorf("list rounds: %w", err)
	}
	return rounds, nil
}

// OpenRounds opens the next round of each phase at the given procedure time and returns them in the order of the
// phases.
func (tx *Tx) OpenRounds(procurement models.ID, at time.Time, phases ...models.Phase) ([]models.PhaseRound, error) {
	names := make([]string, len(phases))
	for i, phase := range phases {
		names[i] = string(phase)
	}
	var rounds []models.PhaseRound
	err := tx.db().Raw(`INSERT INTO phase_rounds (procurement_id, phase, round, status, opened_at)
		SELECT p.id, f.phase,
			(SELECT coalesce(max(r.round), 0) + 1 FROM phase_rounds r
				WHERE r.procurement_id = p.id AND r.phase = f.phase), 'open', ?
		FROM procurements p, unnest(string_to_array(?, ' ')) WITH ORDINALITY f(phase, n) WHERE p.id = ? ORDER BY f.n
		RETURNING *`, at, strings.Join(names, " "), procurement).Scan(&rounds).Error
	if err != nil {
		return nil, fmt.Errorf("open rounds of %v: %w", phases, err)
	}
	return rounds, nil
}

// EndRounds gives the open rounds of the phases (and, when superseding, the closed ones) the status at the procedure
// time at, and returns how many there were.
func (tx *Tx) EndRounds(
	procurement models.ID, status models.PhaseStatus, at time.Time, phases ...models.Phase,
) (int64, error) {
	from := []models.PhaseStatus{models.PhaseOpen}
	if status == models.PhaseSuperseded {
		from = append(from, models.PhaseClosed)
	}
	result := tx.db().Exec(`UPDATE phase_rounds SET status = ?, closed_at = coalesce(closed_at, ?)
		WHERE procurement_id = ? AND phase IN ? AND status IN ?`, status, at, procurement, phases, from)
	if result.Error != nil {
		return 0, fmt.Errorf("end rounds: %w", result.Error)
	}
	return result.RowsAffected, nil
}
