package store

import (
	"fmt"
	"time"

	"github.com/ppi-engine/ppi/models"
)

// Votes lists the votes on a subject in a round, also the voided ones, oldest first.
func (tx *Tx) Votes(procurement models.ID, subject string, round int) ([]models.Vote, error) {
	var votes []models.Vote
	err := tx.db.Where("procurement_id = ? AND subject = ? AND round = ?", procurement, subject, round).
		Order("cast_at, id").Find(&votes).Error
	if err != nil {
		return nil, fmt.Errorf("list votes: %w", err)
	}
	return votes, nil
}

// CastVote inserts a vote.
func (tx *Tx) CastVote(v *models.Vote) error {
	if err := tx.db.Create(v).Error; err != nil {
		return fmt.Errorf("cast vote: %w", err)
	}
	return nil
}

// VoidVotes voids the given standing votes at the procedure time; they are kept.
func (tx *Tx) VoidVotes(at time.Time, votes ...models.ID) error {
	if len(votes) == 0 {
		return nil
	}
	err := tx.db.Exec("UPDATE votes SET voided_at = ? WHERE id IN ? AND voided_at IS NULL", at, votes).Error
	if err != nil {
		return fmt.Errorf("void votes: %w", err)
	}
	return nil
}
