package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/ppi-engine/ppi/models"
)

// AskQuestion inserts a question under the next number of its organisation, which it sets. The procurement must be
// locked.
func (tx *Tx) AskQuestion(q *models.TenderQuestion) error {
	err := tx.db().Raw(`INSERT INTO questions (id, procurement_id, lot_id, organisation_id, person_id, number, language,
			text, asked_at, recorded_at)
		SELECT ?, ?, ?, ?, ?, coalesce(max(number), 0) + 1, ?, ?, ?, ?
		FROM questions WHERE procurement_id = ? AND organisation_id = ? RETURNING number`,
		q.ID, q.ProcurementID, q.LotID, q.OrganisationID, q.PersonID, q.Language, q.Text, q.AskedAt, q.RecordedAt,
		q.ProcurementID, q.OrganisationID).Scan(&q.Number).Error
	if err != nil {
		return fmt.Errorf("write question: %w", err)
	}
	return nil
}

// Questions lists the questions of a procurement, after the given one, at most limit; of an organisation, or of all if
// it is empty.
func (s *Store) Questions(
	ctx context.Context, procurement, organisation, after models.ID, limit int,
) ([]models.TenderQuestion, error) {
	query := s.rows(ctx).Where("procurement_id = ?", procurement)
	if organisation != "" {
		query = query.Where("organisation_id = ?", organisation)
	}
	return listAfter[models.TenderQuestion](query, "list questions", after, limit)
}

// Question reads a question. It returns a refusal with [models.CodeNotFound].
func (s *Store) Question(ctx context.Context, procurement, id models.ID) (models.TenderQuestion, error) {
	return takeByID[models.TenderQuestion](s.rows(ctx).Where("procurement_id = ?", procurement), "read question", id)
}

// LockQuestion reads a question to change it. It returns a refusal with [models.CodeNotFound].
func (tx *Tx) LockQuestion(procurement, id models.ID) (models.TenderQuestion, error) {
	query := tx.db().Clauses(forChange()).Where("procurement_id = ?", procurement)
	return takeByID[models.TenderQuestion](query, "lock question", id)
}

// Questions lists all questions of a procurement, oldest first.
func (tx *Tx) Questions(procurement models.ID) ([]models.TenderQuestion, error) {
	var found []models.TenderQuestion
	if err := tx.db().Where("procurement_id = ?", procurement).Order("id").Find(&found).Error; err != nil {
		return nil, fmt.Errorf("list questions: %w", err)
	}
	return found, nil
}

// DraftAnswer keeps the next draft of an answer.
func (tx *Tx) DraftAnswer(q models.TenderQuestion) error {
	asks, err := json.Marshal(q.Asks)
	if err != nil {
		return fmt.Errorf("render question: %w", err)
	}
	answer, err := json.Marshal(q.Answer)
	if err != nil {
		return fmt.Errorf("render answer: %w", err)
	}
	tx.SendFor(1, "keep draft of answer", `UPDATE questions SET asks = $1, answer = $2, drafted_by = $3,
		drafted_at = $4, version = $5 WHERE id = $6`, string(asks), string(answer), q.DraftedBy, q.DraftedAt,
		q.Version, q.ID)
	return nil
}

// PublishAnswer puts a question with its answer into the log that everybody reads.
func (tx *Tx) PublishAnswer(q models.TenderQuestion) {
	tx.SendFor(1, "publish answer", `UPDATE questions SET reference = $1, published_at = $2
		WHERE id = $3 AND published_at IS NULL`, q.Reference, q.PublishedAt, q.ID)
}

// SetAside says why a question is not answered.
func (tx *Tx) SetAside(q models.TenderQuestion) {
	tx.SendFor(1, "set question aside", `UPDATE questions SET set_aside = $1, set_aside_at = $2
		WHERE id = $3 AND set_aside_at IS NULL`, q.SetAside, q.SetAsideAt, q.ID)
}

// LimitAnswers says when the time for answers about a box is over. What was looked at before is looked at again.
func (tx *Tx) LimitAnswers(procurement, box models.ID, due time.Time) {
	tx.SendFor(1, "limit answers", `INSERT INTO answer_limits (box_id, procurement_id, due_at) VALUES ($1, $2, $3)
		ON CONFLICT (box_id) DO UPDATE SET due_at = excluded.due_at, checked_at = NULL`, box, procurement, due)
}

// AnswersChecked says that the limit of a box was looked at.
func (tx *Tx) AnswersChecked(box models.ID, at time.Time) {
	tx.SendFor(1, "check answers", "UPDATE answer_limits SET checked_at = $1 WHERE box_id = $2", at, box)
}

// An AnswerLimit is when the time for answers about a box is over.
type AnswerLimit struct {
	BoxID models.ID
	DueAt time.Time
}
