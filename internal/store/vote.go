package store

import (
	"fmt"
	"time"

	"github.com/ppi-engine/ppi/models"
)

// Votes lists the votes on a subject in a round, also the voided ones, oldest first.
func (tx *Tx) Votes(procurement models.ID, subject string, round int) ([]models.Vote, error) {
	var votes []models.Vote
	err := tx.db().Where("procurement_id = ? AND subject = ? AND round = ?", procurement, subject, round).
		Order("cast_at, id").Find(&votes).Error
	if err != nil {
		return nil, fmt.Errorf("list votes: %w", err)
	}
	return votes, nil
}

// StandingVotes lists the votes on any subject of a procurement that are not voided, oldest first.
func (tx *Tx) StandingVotes(procurement models.ID) ([]models.Vote, error) {
	var votes []models.Vote
	err := tx.db().Where("procurement_id = ? AND voided_at IS NULL", procurement).Order("cast_at, id").
		Find(&votes).Error
	if err != nil {
		return nil, fmt.Errorf("list standing votes: %w", err)
	}
	return votes, nil
}

// CastVote inserts a vote.
func (tx *Tx) CastVote(v models.Vote) {
	tx.Send("cast vote", `INSERT INTO votes (id, procurement_id, subject, round, digest, organisation_id, person_id,
		choice, reason, cast_at, asked_at, voided_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		v.ID, v.ProcurementID, v.Subject, v.Round, v.Digest, v.OrganisationID, v.PersonID, v.Choice, v.Reason, v.CastAt,
		v.AskedAt, v.VoidedAt)
}

// VoidVotes voids the given standing votes at the procedure time at; they are kept.
func (tx *Tx) VoidVotes(at time.Time, votes ...models.ID) {
	if len(votes) == 0 {
		return
	}
	tx.Send("void votes", "UPDATE votes SET voided_at = $1 WHERE id = ANY($2) AND voided_at IS NULL", at, votes)
}
