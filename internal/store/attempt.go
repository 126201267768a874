package store

import (
	"fmt"
	"time"

	"github.com/ppi-engine/ppi/models"
)

// An Attempt is something that a person tried and that was refused. The attempts of one person of one type, on one
// subject, in one hour of the database's clock are counted together.
type Attempt struct {
	PersonID models.ID
	// Type is the type of the event that the first of them is, and EventID its ID.
	Type    models.EventType
	EventID models.ID
	// Subject is what was tried, in whatever words tell it from others.
	Subject       string
	ProcurementID models.ID
	// LotID is the lot it was about, if that decides who may know.
	LotID models.ID
	// N is how many there were, LastAt the instant of the last in procedure time.
	N      int64
	LastAt time.Time
}

// CountAttempt counts an attempt, and tells whether it is the first of its hour. An hour begins where it does in UTC.
func (tx *Tx) CountAttempt(a Attempt) (first bool, err error) {
	var n int64
	err = tx.Ask(`INSERT INTO attempts AS a
			(person_id, type, subject, hour, event_id, procurement_id, lot_id, last_at)
		VALUES ($1, $2, $3, date_trunc('hour', clock_timestamp(), 'UTC'), $4, $5, nullif($6, ''), $7)
		ON CONFLICT (person_id, type, subject, hour)
			DO UPDATE SET n = a.n + 1, last_at = greatest(a.last_at, excluded.last_at)
		RETURNING n`,
		[]any{a.PersonID, a.Type, a.Subject, a.EventID, a.ProcurementID, string(a.LotID), a.LastAt}, &n)
	if err != nil {
		return false, fmt.Errorf("count attempt: %w", err)
	}
	return n == 1, nil
}

// TakeAttempts takes at most limit attempts out of the table whose hour has passed. A transaction that is still
// counting one keeps it there, or begins to count anew.
func (tx *Tx) TakeAttempts(limit int) ([]Attempt, error) {
	var taken []Attempt
	err := tx.db().Raw(`DELETE FROM attempts WHERE (person_id, type, subject, hour) IN (
			SELECT person_id, type, subject, hour FROM attempts WHERE hour <= clock_timestamp() - interval '1 hour'
			ORDER BY hour LIMIT ? FOR UPDATE SKIP LOCKED)
		RETURNING *`, limit).Scan(&taken).Error
	if err != nil {
		return nil, fmt.Errorf("take attempts: %w", err)
	}
	return taken, nil
}
