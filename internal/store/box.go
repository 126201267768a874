package store

import (
	"time"

	"github.com/ppi-engine/ppi/models"
)

// OpenBox opens a box for the organisations that are invited to it, and raises the version of the lot, which must be
// locked.
func (tx *Tx) OpenBox(b models.Box) {
	tx.SendFor(1, "open box", `INSERT INTO boxes (id, procurement_id, lot_id, stage, round, hands_in, talks,
		by_invitation, opened_at, deadline, deadline_local, deadline_zone, opener_set, opener_set_version, fingerprint)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12,
			nullif($13, ''), nullif($14::bigint, 0), $15)`,
		b.ID, b.ProcurementID, b.LotID, b.Stage, b.Round, b.HandsIn, b.Talks, b.ByInvitation, b.OpenedAt, b.Deadline,
		b.DeadlineLocal, b.DeadlineZone, b.OpenerSet, b.OpenerSetVersion, b.Fingerprint)
	if len(b.Invited) > 0 {
		tx.SendFor(int64(len(b.Invited)), "invite to box", `INSERT INTO box_invited (box_id, organisation_id)
			SELECT $1, o.id FROM organisations o WHERE o.id = ANY($2)`, b.ID, b.Invited)
	}
	tx.touchLot(b.LotID)
}

// ChangeOpeners has what is handed in to a box from now on sealed for other openers; those until now become former
// ones. It returns [ErrBoxNotLocked] when the box is not locked.
func (tx *Tx) ChangeOpeners(b models.Box, to models.SealedFor, at time.Time) error {
	if err := tx.HasLocked(b.ID); err != nil {
		return err
	}
	tx.SendFor(1, "keep former openers", `INSERT INTO former_openers
		(box_id, n, opener_set, opener_set_version, fingerprint, until) VALUES ($1, $2, $3, $4, $5, $6)`,
		b.ID, len(b.Former)+1, b.OpenerSet, b.OpenerSetVersion, b.Fingerprint, at)
	tx.SendFor(1, "change openers", `UPDATE boxes SET opener_set = $1, opener_set_version = $2, fingerprint = $3
		WHERE id = $4 AND closed_at IS NULL`, to.OpenerSet, to.OpenerSetVersion, to.Fingerprint, b.ID)
	tx.touchLot(b.LotID)
	return nil
}

// MoveDeadline sets another deadline, as entered and as an instant of procedure time. It returns
// [ErrBoxNotLocked] when the box is not locked.
func (tx *Tx) MoveDeadline(b models.Box, deadline time.Time, local, zone string) error {
	if err := tx.HasLocked(b.ID); err != nil {
		return err
	}
	tx.SendFor(1, "move deadline", `UPDATE boxes SET deadline = $1, deadline_local = $2, deadline_zone = $3
		WHERE id = $4 AND closed_at IS NULL`, deadline, local, zone, b.ID)
	tx.touchLot(b.LotID)
	return nil
}

// CloseBox closes a box at the procedure time at. It returns [ErrBoxNotLocked] when the box is not locked.
func (tx *Tx) CloseBox(b models.Box, at time.Time) error {
	if err := tx.HasLocked(b.ID); err != nil {
		return err
	}
	tx.SendFor(1, "close box", "UPDATE boxes SET closed_at = $1 WHERE id = $2 AND closed_at IS NULL", at, b.ID)
	tx.touchLot(b.LotID)
	return nil
}

// Unseal records that the content of a box is opened. From then on tenders can be evaluated.
func (tx *Tx) Unseal(b models.Box, at time.Time) {
	tx.SendFor(1, "unseal box", "UPDATE boxes SET unsealed_at = $1 WHERE id = $2 AND unsealed_at IS NULL", at, b.ID)
	if b.HandsIn.Evaluated() {
		tx.Send("unseal box",
			"INSERT INTO lot_awards (lot_id) VALUES ($1) ON CONFLICT DO NOTHING", b.LotID)
	}
}

// touchLot raises the version of a lot, because a lot shows its boxes.
func (tx *Tx) touchLot(lot models.ID) {
	tx.SendFor(1, "raise version of lot", "UPDATE lots SET version = version + 1 WHERE id = $1", lot)
}
