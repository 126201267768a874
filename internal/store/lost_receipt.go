package store

import (
	"fmt"

	"github.com/ppi-engine/ppi/models"
)

// GaveReceipt tells whether the record has a tender with this receipt, of its receiving, withdrawal or confirmation.
func (tx *Tx) GaveReceipt(tender models.ID, note string) (bool, error) {
	var gave bool
	err := tx.Ask("SELECT EXISTS (SELECT FROM tenders WHERE id = $1 AND $2 IN (receipt, withdrawal)) OR "+
		"EXISTS (SELECT FROM tender_confirmations WHERE tender_id = $1 AND receipt = $2)",
		[]any{tender, note}, &gave)
	if err != nil {
		return false, fmt.Errorf("look for receipt: %w", err)
	}
	return gave, nil
}

// KeepLostReceipt keeps a receipt as evidence; fresh is false when it was entered before.
func (tx *Tx) KeepLostReceipt(r models.LostReceipt) (fresh bool, err error) {
	err = tx.Ask(`WITH kept AS (INSERT INTO lost_receipts (digest, act, tender_id, procurement_id, lot_id, box_id,
				organisation_id, procedure_time, note, entered_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING RETURNING digest)
		SELECT EXISTS (SELECT FROM kept)`,
		[]any{
			r.Digest, r.Act, r.TenderID, r.ProcurementID, r.LotID, r.BoxID, r.OrganisationID, r.ProcedureTime, r.Note,
			r.EnteredAt,
		}, &fresh)
	if err != nil {
		return false, fmt.Errorf("keep receipt: %w", err)
	}
	return fresh, nil
}

// receiptContradicts tells of a receipt r that the record contradicts it: the record does not know the tender, and no
// receipt says that it was withdrawn; or the tender stands, and the receipt says that it was withdrawn. receiptClosed
// tells that its box is closed or, if the record does not know the box, that the lot has some and none is open.
const (
	receiptContradicts = `CASE r.act
		WHEN 'withdrawn' THEN EXISTS (SELECT FROM tenders t WHERE t.id = r.tender_id AND t.ended_at IS NULL)
		ELSE NOT EXISTS (SELECT FROM tenders t WHERE t.id = r.tender_id)
			AND NOT EXISTS (SELECT FROM lost_receipts w WHERE w.lot_id = r.lot_id
				AND w.tender_id = r.tender_id AND w.act = 'withdrawn') END`
	receiptClosed = `(SELECT count(*) FILTER (WHERE b.id = r.box_id AND b.closed_at IS NOT NULL) > 0
			OR count(*) > 0 AND count(*) FILTER (WHERE b.id = r.box_id OR b.closed_at IS NULL) = 0
		FROM boxes b WHERE b.lot_id = r.lot_id)`
)

// StandingOfReceipt tells whether the record contradicts a receipt that is kept as evidence, and whether its box is
// closed.
func (tx *Tx) StandingOfReceipt(digest string) (contradicts, closed bool, err error) {
	err = tx.Ask("SELECT "+receiptContradicts+", "+receiptClosed+" FROM lost_receipts r WHERE r.digest = $1",
		[]any{digest}, &contradicts, &closed)
	if err != nil {
		return false, false, fmt.Errorf("compare receipt with the record: %w", err)
	}
	return contradicts, closed, nil
}

// Contradicted lists the receipts that suppliers hold of tenders for a lot, of boxes that are closed, and that the
// record contradicts.
func (tx *Tx) Contradicted(lot models.ID) ([]models.LostReceipt, error) {
	var found []models.LostReceipt
	err := tx.db().Raw(`SELECT * FROM lost_receipts r WHERE r.lot_id = ?
		AND `+receiptContradicts+` AND `+receiptClosed+` ORDER BY r.tender_id`, lot).Scan(&found).Error
	if err != nil {
		return nil, fmt.Errorf("list receipts that contradict the record: %w", err)
	}
	return found, nil
}

// NameOfOrganisation is the legal name of an organisation; empty: the record does not know it.
func (tx *Tx) NameOfOrganisation(id models.ID) (string, error) {
	var name string
	err := tx.Ask("SELECT coalesce((SELECT legal_name FROM organisations WHERE id = $1), '')", []any{id}, &name)
	if err != nil {
		return "", fmt.Errorf("read name of organisation: %w", err)
	}
	return name, nil
}
