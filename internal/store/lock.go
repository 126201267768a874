package store

import (
	"errors"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"github.com/ppi-engine/ppi/models"
)

// ErrNoProcurement means that no procurement has the ID.
var ErrNoProcurement = errors.New("no such procurement")

// Each lock waits its turn: what is read in the same statement may be older than the lock. Read
// what must hold after it.

// LockProcurement takes the procurement's row for a change of its process and returns it. NO KEY,
// because FOR UPDATE would deadlock with the foreign key of a tender being received. It returns
// [ErrNoProcurement].
func (tx *Tx) LockProcurement(id models.ID) (models.Procurement, error) {
	if err := tx.Lock(inLine(id)); err != nil {
		return models.Procurement{}, err
	}
	return tx.takeProcurement(id, "FOR NO KEY UPDATE")
}

// inLine makes those who lock and those who share the procurement wait for each other in the order they
// came. Row locks alone let a stream of sharers keep a locker out for ever (docs/decisions/0005).
func inLine(id models.ID) string { return "procurement/" + string(id) }

// ShareProcurement takes the procurement's row against changes of its process, for a change of its
// content. It returns [ErrNoProcurement].
func (tx *Tx) ShareProcurement(id models.ID) (models.Procurement, error) {
	if err := tx.Share(inLine(id)); err != nil {
		return models.Procurement{}, err
	}
	return tx.takeProcurement(id, "FOR SHARE")
}

// ReadProcurement reads the procurement without a lock. It returns [ErrNoProcurement].
func (tx *Tx) ReadProcurement(id models.ID) (models.Procurement, error) {
	return tx.takeProcurement(id, "")
}

func (tx *Tx) takeProcurement(id models.ID, lock string) (models.Procurement, error) {
	var p models.Procurement
	err := tx.db.Raw("SELECT * FROM procurements WHERE id = ? "+lock, id).Take(&p).Error
	switch {
	case errors.Is(err, gorm.ErrRecordNotFound):
		return p, ErrNoProcurement
	case err != nil:
		return p, fmt.Errorf("read procurement: %w", err)
	}
	return p, nil
}

// LockBoxes keeps everybody out of boxes until the transaction ends: nothing is received meanwhile. Always in
// the same order, so that two who lock several never wait for each other.
func (tx *Tx) LockBoxes(boxes ...models.ID) error {
	ordered := slices.Clone(boxes)
	slices.Sort(ordered)
	for _, box := range slices.Compact(ordered) {
		if err := tx.Lock("box/" + string(box)); err != nil {
			return err
		}
		tx.boxes = append(tx.boxes, box)
	}
	return nil
}

// ErrBoxNotLocked means that a box is to be closed or moved that was opened after the transaction had found out
// which ones to lock.
var ErrBoxNotLocked = errors.New("a box was opened meanwhile")

// Holds returns [ErrBoxNotLocked] unless the transaction holds the lock of the box.
func (tx *Tx) Holds(box models.ID) error {
	if slices.Contains(tx.boxes, box) {
		return nil
	}
	return ErrBoxNotLocked
}

// SaveProcess writes back what a command may change of a procurement, and raises its version. The row
// must be locked.
func (tx *Tx) SaveProcess(p *models.Procurement) error {
	p.Version++
	err := tx.db.Model(p).
		Select("status", "clock_offset", "zone", "version", "end_reason", "started_at", "ended_at").Updates(p).Error
	if err != nil {
		return fmt.Errorf("save procurement: %w", err)
	}
	return nil
}
