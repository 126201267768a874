package store

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"github.com/ppi-engine/ppi/models"
)

// changesOf yields the notices of change that ask for a confirmation of tenders, as [models.TenderChange]: those that
// are about the box, or about the whole procurement, of the time in which the tender could be replaced. The condition
// on the tenders t follows. A confirmation after the last notice is one after those before.
const changesOf = `SELECT t.id AS tender_id, n.id AS notice_id, n.digest, n.dispatched_at,
		(SELECT min(c.confirmed_at) FROM tender_confirmations c
			WHERE c.tender_id = t.id AND c.notice_id >= n.id) AS confirmed_at
	FROM tenders t JOIN boxes b ON b.id = t.box_id JOIN notices n ON n.procurement_id = b.procurement_id
	WHERE n.kind = 'change' AND coalesce(n.content ->> 'box', b.id) = b.id AND n.dispatched_at > t.received_at
		AND n.dispatched_at <= least(b.deadline, b.closed_at, t.ended_at) AND `

// oldestFirst is the order of changes of each tender.
const oldestFirst = " ORDER BY t.id, n.id"

// Changes lists the notices of change that ask for a confirmation of a tender, oldest first.
func (s *Store) Changes(ctx context.Context, tender models.ID) ([]models.TenderChange, error) {
	return changes(s.rows(ctx), "t.id = ?", tender)
}

// ChangesIn lists the notices of change that asked for a confirmation of what stands in a box, oldest first.
func (tx *Tx) ChangesIn(box models.ID) ([]models.TenderChange, error) {
	return changes(tx.db(), "t.ended_at IS NULL AND t.box_id = ?", box)
}

func changes(db *gorm.DB, of string, id models.ID) ([]models.TenderChange, error) {
	var found []models.TenderChange
	if err := db.Raw(changesOf+of+oldestFirst, id).Scan(&found).Error; err != nil {
		return nil, fmt.Errorf("list changes of tenders: %w", err)
	}
	return found, nil
}

// ConfirmationAfter reads the confirmation of a tender after a notice, or the last one if the notice is empty. It
// returns a refusal with [models.CodeNotFound].
func (s *Store) ConfirmationAfter(ctx context.Context, tender, notice models.ID) (models.TenderConfirmation, error) {
	var c models.TenderConfirmation
	err := s.rows(ctx).Table("tender_confirmations").Where("tender_id = ? AND ? IN ('', notice_id)", tender,
		string(notice)).Order("notice_id DESC").Take(&c).Error
	if err != nil {
		return c, notFound("read confirmation", err)
	}
	return c, nil
}
