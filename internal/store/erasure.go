package store

import (
	"context"
	"fmt"
	"time"

	"github.com/ppi-engine/ppi/models"
)

// A DuePart is a part of an event that need not be kept any more.
type DuePart struct {
	EventID       models.ID
	ProcurementID models.ID
	Name          string
}

// PartsDue lists personal parts of the events of procurements whose record need not be kept any more, at most limit:
// what board members wrote of their votes, and the entries of the given kinds.
func (s *Store) PartsDue(ctx context.Context, kinds []models.EntryKind, limit int) ([]DuePart, error) {
	var found []DuePart
	err := s.rows(ctx).Raw(`SELECT p.event_id, p.procurement_id, p.name
		FROM event_parts p JOIN events e ON e.id = p.event_id
		WHERE p.procurement_id IN (SELECT id FROM procurements WHERE ended_at IS NOT NULL AND ended_long_ago(id))
			AND (e.type = 'vote.cast' AND p.name = 'reason'
				OR e.type IN ('entry.written', 'entry.withdrawn') AND p.name = 'body' AND e.data ->> 'kind' IN ?)
		ORDER BY p.event_id LIMIT ?`, kinds, limit).Scan(&found).Error
	if err != nil {
		return nil, fmt.Errorf("look for parts to erase: %w", err)
	}
	return found, nil
}

// KeptUntil tells for how many years after its end the record of a procurement is kept, and until when that is; nil: it
// has not ended.
func (tx *Tx) KeptUntil(procurement models.ID) (years int, until *time.Time, err error) {
	err = tx.db().Raw("SELECT years, kept_until(?) FROM retention", procurement).Row().Scan(&years, &until)
	if err != nil {
		return 0, nil, fmt.Errorf("read until when the record is kept: %w", err)
	}
	return years, until, nil
}

// ErasePart erases a part of an event, after [event.PartErased] was recorded in the transaction.
func (tx *Tx) ErasePart(p DuePart) error {
	if err := tx.flushEvents(); err != nil {
		return err
	}
	if err := tx.db().Exec("SELECT erase_part(?, ?)", p.EventID, p.Name).Error; err != nil {
		return fmt.Errorf("erase part: %w", err)
	}
	return nil
}
