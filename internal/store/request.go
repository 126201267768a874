package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/ppi-engine/ppi/models"
)

// A Request is an act of content that is carried out once under its ID, with its result.
type Request struct {
	ID          string
	Fingerprint []byte
	Body        json.RawMessage
	// Form is the form of the body; rows are inserted with [RequestForm].
	Form int
}

// RequestForm is the form in which results are kept now. It is the default of the column form.
const RequestForm = 1

// ClaimRequest takes the ID of a request for this transaction. When another transaction has the ID, it waits for the
// end of that one. It returns the earlier request if that was answered, and nil when the ID now belongs to this
// transaction.
func (tx *Tx) ClaimRequest(r Request) (*Request, error) {
	claimed := tx.db().Exec("INSERT INTO requests (id, fingerprint) VALUES (?, ?) ON CONFLICT (id) DO NOTHING",
		r.ID, r.Fingerprint)
	if claimed.Error != nil {
		return nil, fmt.Errorf("claim request: %w", claimed.Error)
	}
	if claimed.RowsAffected == 1 {
		return nil, nil //nolint:nilnil // nothing earlier is the usual case, not a fault
	}
	var earlier Request
	err := tx.db().Raw("SELECT id, fingerprint, body, form FROM requests WHERE id = ?", r.ID).Take(&earlier).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		// The clean-up of old requests removed it between the two statements.
		return nil, models.Refuse(models.CodeUnavailable, "",
			"the answer of the earlier request has just expired; repeat the request")
	}
	if err != nil {
		return nil, fmt.Errorf("read earlier request: %w", err)
	}
	return &earlier, nil
}

// AnswerRequest stores the answer of a claimed request, in the transaction of its act.
func (tx *Tx) AnswerRequest(r Request) error {
	err := tx.db().Exec("UPDATE requests SET body = ? WHERE id = ?", string(r.Body), r.ID).Error
	if err != nil {
		return fmt.Errorf("keep answer of request: %w", err)
	}
	return nil
}

// RequestsKept is how long at least the answer of a request is kept. It is long, because procurement is slow and
// requests may be repeated late.
const RequestsKept = 30 * 24 * time.Hour

// ForgetRequests deletes at most limit answers that were kept for [RequestsKept] and returns how many.
func (s *Store) ForgetRequests(ctx context.Context, limit int) (int64, error) {
	done := s.rows(ctx).Exec(`DELETE FROM requests WHERE id IN (SELECT id FROM requests
		WHERE created_at < clock_timestamp() - make_interval(secs => ?)
		ORDER BY created_at LIMIT ? FOR UPDATE SKIP LOCKED)`,
		RequestsKept.Seconds(), limit)
	if done.Error != nil {
		return 0, fmt.Errorf("forget requests: %w", done.Error)
	}
	return done.RowsAffected, nil
}
