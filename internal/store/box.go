package store

import (
	"fmt"
	"time"

	"github.com/ppi-engine/ppi/models"
)

// OpenBox opens a box, with who is invited to it. The lot must be locked; the next version of the lot is that
// with the box.
func (tx *Tx) OpenBox(b models.Box) error {
	err := tx.stage("open box",
		`INSERT INTO boxes (id, procurement_id, lot_id, stage, round, hands_in, by_invitation, opened_at,
			deadline, deadline_local, deadline_zone) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		b.ID, b.ProcurementID, b.LotID, b.Stage, b.Round, b.HandsIn, b.ByInvitation, b.OpenedAt, b.Deadline,
		b.DeadlineLocal, b.DeadlineZone)
	if err == nil && len(b.Invited) > 0 {
		err = tx.db.Exec("INSERT INTO box_invited (box_id, organisation_id) SELECT ?, o.id FROM organisations o "+
			"WHERE o.id IN ?", b.ID, b.Invited).Error
	}
	if err != nil {
		return fmt.Errorf("open box: %w", err)
	}
	return tx.touchLot(b.LotID)
}

// MoveDeadline sets another deadline, as entered and as an instant of procedure time. It returns
// [ErrBoxNotLocked] when the box is not locked.
func (tx *Tx) MoveDeadline(b models.Box, deadline time.Time, local, zone string) error {
	if err := tx.HasLocked(b.ID); err != nil {
		return err
	}
	err := tx.stage("move deadline", "UPDATE boxes SET deadline = ?, deadline_local = ?, deadline_zone = ? WHERE id "+
		"= ? AND closed_at IS NULL",
		deadline, local, zone, b.ID)
	if err != nil {
		return err
	}
	return tx.touchLot(b.LotID)
}

// CloseBox closes a box at the procedure time at. It returns [ErrBoxNotLocked] when the box is not locked.
func (tx *Tx) CloseBox(b models.Box, at time.Time) error {
	if err := tx.HasLocked(b.ID); err != nil {
		return err
	}
	if err := tx.stage("close box", "UPDATE boxes SET closed_at = ? WHERE id = ? AND closed_at IS NULL", at,
		b.ID); err != nil {
		return err
	}
	return tx.touchLot(b.LotID)
}

// Unseal writes down that what is in a box is opened. Tenders are evaluated from then on.
func (tx *Tx) Unseal(b models.Box, at time.Time) error {
	err := tx.stage("unseal box", "UPDATE boxes SET unsealed_at = ? WHERE id = ? AND unsealed_at IS NULL", at, b.ID)
	if err == nil && b.HandsIn == models.HandedTender {
		err = tx.stage("unseal box", "INSERT INTO lot_stages (lot_id) VALUES (?)", b.LotID)
	}
	return err
}

// touchLot raises the version of a lot, which shows its boxes.
func (tx *Tx) touchLot(lot models.ID) error {
	return tx.stage("raise version of lot", "UPDATE lots SET version = version + 1 WHERE id = ?", lot)
}
