package store

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"github.com/ppi-engine/ppi/models"
)

const selectTender = `SELECT t.id, b.procurement_id, t.lot_id, t.box_id, b.hands_in, t.organisation_id, t.person_id,
	coalesce(t.supersedes_id, '') AS supersedes_id, t.manifest,
	t.received_at, t.recorded_at, t.receipt, t.ended_at, t.ended_by, t.withdrawal
	FROM tenders t JOIN boxes b ON b.id = t.box_id WHERE b.procurement_id = ? `

// A Sight says which tenders of a procurement a reader sees.
type Sight struct {
	// Organisation sees its own tenders at any time; empty: none.
	Organisation models.ID
	// Buyers see the tenders in closed boxes, except for lots for which Rival has tendered: the organisation of the
	// reader, which must not read the tenders of its competitors (see [models.Dossier.MayStudy]).
	Buyers bool
	Rival  models.ID
}

const (
	own    = "t.organisation_id = ?"
	closed = `(? AND b.closed_at IS NOT NULL AND NOT EXISTS (SELECT FROM tenders r JOIN boxes c ON c.id = r.box_id
		WHERE r.lot_id = t.lot_id AND r.organisation_id = ? AND r.ended_at IS NULL AND c.closed_at IS NOT NULL))`
	within = "AND (" + own + " OR " + closed + ") "
)

// Tender reads a tender with its envelopes, if it is in sight. It returns a refusal with
// [models.CodeNotFound].
func (s *Store) Tender(ctx context.Context, procurement models.ID, sight Sight, id models.ID) (models.Tender, error) {
	db := s.rows(ctx)
	var t models.Tender
	err := db.Raw(selectTender+within+"AND t.id = ?", procurement, string(sight.Organisation), sight.Buyers,
		string(sight.Rival), id).
		Take(&t).Error
	if err != nil {
		return t, notFound("read tender", err)
	}
	found := []models.Tender{t}
	err = withEnvelopes(db, found)
	return found[0], err
}

// Tenders lists the tenders in sight with their envelopes by ID, those after the given one, at most
// limit; an empty lot means all.
func (s *Store) Tenders(
	ctx context.Context, procurement models.ID, sight Sight, lot, after models.ID, limit int,
) ([]models.Tender, error) {
	db := s.rows(ctx)
	var found []models.Tender
	err := db.Raw(selectTender+within+"AND (t.lot_id = ? OR ? = '') AND t.id > ? ORDER BY t.id LIMIT ?",
		procurement, string(sight.Organisation), sight.Buyers, string(sight.Rival), string(lot), string(lot),
		string(after), limit).
		Scan(&found).Error
	if err != nil {
		return nil, fmt.Errorf("list tenders: %w", err)
	}
	return found, withEnvelopes(db, found)
}

func withEnvelopes(db *gorm.DB, tenders []models.Tender) error {
	if len(tenders) == 0 {
		return nil
	}
	at := map[models.ID]int{}
	ids := make([]models.ID, len(tenders))
	for i, t := range tenders {
		at[t.ID], ids[i] = i, t.ID
	}
	var envelopes []models.Envelope
	if err := db.Where("tender_id IN ?", ids).Order("tender_id, n").Find(&envelopes).Error; err != nil {
		return fmt.Errorf("list envelopes: %w", err)
	}
	for _, e := range envelopes {
		t := &tenders[at[e.TenderID]]
		t.Envelopes = append(t.Envelopes, e)
	}
	return nil
}

// A Content is a summary of what was in a box when it was closed.
type Content struct {
	// Received counts all tenders; Standing counts those neither replaced nor withdrawn.
	Received int64
	Standing int64
	// Digest is the SHA-256, in hexadecimal, over a line for each tender in the order of their IDs: its ID and the
	// SHA-256 of its receipt, if it was withdrawn that of the withdrawal's receipt, and for each confirmation the word
	// confirmed and the SHA-256 of its receipt, in the order of the notices, separated by blanks. It proves that the
	// events about single tenders in the log match the box.
	Digest string
}

// summedUp sums up the box whose ID follows, as a [Content].
const summedUp = `SELECT count(*) AS received, count(*) FILTER (WHERE t.ended_at IS NULL) AS standing,
	encode(sha256(convert_to(coalesce(string_agg(t.id || ' ' || encode(sha256(convert_to(t.receipt, 'UTF8')), 'hex')
		|| CASE WHEN t.withdrawal = '' THEN '' ELSE ' ' || encode(sha256(convert_to(t.withdrawal, 'UTF8')), 'hex') END
		|| coalesce((SELECT string_agg(' confirmed ' || encode(sha256(convert_to(c.receipt, 'UTF8')), 'hex'), ''
			ORDER BY c.notice_id) FROM tender_confirmations c WHERE c.tender_id = t.id), '')
		|| E'\n', '' ORDER BY t.id), ''), 'UTF8')), 'hex') AS digest
	FROM tenders t WHERE t.box_id = `

// BoxContent sums up a box, which must be locked.
func (tx *Tx) BoxContent(box models.ID) (Content, error) {
	var c Content
	err := tx.db().Raw(summedUp+"?", box).Take(&c).Error
	if err != nil {
		return c, fmt.Errorf("sum up box: %w", err)
	}
	return c, nil
}
