package store

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

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
	tx.lockInOrder(nil, inLine(id))
	return tx.takeProcurement(id, "FOR NO KEY UPDATE")
}

// inLine makes those who lock and those who share the procurement wait for each other in the order they
// came. Row locks alone let a stream of sharers keep a locker out for ever (docs/decisions/0005).
func inLine(id models.ID) string { return "procurement/" + string(id) }

// ShareProcurement takes the procurement's row against changes of its process, for a change of its
// content. It returns [ErrNoProcurement].
func (tx *Tx) ShareProcurement(id models.ID) (models.Procurement, error) {
	tx.Share(inLine(id))
	return tx.takeProcurement(id, "FOR SHARE")
}

// ReadProcurement reads the procurement without a lock. It returns [ErrNoProcurement].
func (tx *Tx) ReadProcurement(id models.ID) (models.Procurement, error) {
	return tx.takeProcurement(id, "")
}

func (tx *Tx) takeProcurement(id models.ID, lock string) (models.Procurement, error) {
	var p models.Procurement
	err := tx.db().Raw("SELECT * FROM procurements WHERE id = ? "+lock, id).Take(&p).Error
	switch {
	case errors.Is(err, gorm.ErrRecordNotFound):
		return p, ErrNoProcurement
	case err != nil:
		return p, fmt.Errorf("read procurement: %w", err)
	}
	return p, nil
}

// LockBoxes keeps everybody out of boxes until the transaction ends: nothing is received meanwhile.
func (tx *Tx) LockBoxes(boxes ...models.ID) error {
	tx.lockInOrder(boxes)
	return tx.Flush()
}

// lockInOrder locks boxes, and then what else is named, in one statement and always in the same order, so that two who
// lock several never wait for each other. Who holds a box lets go rather than wait long for anything else: better to
// try again than to keep suppliers out meanwhile.
func (tx *Tx) lockInOrder(boxes []models.ID, then ...string) {
	ordered := slices.Compact(slices.Sorted(slices.Values(boxes)))
	names := make([]string, 0, len(ordered)+len(then))
	for _, box := range ordered {
		names = append(names, "box/"+string(box))
	}
	tx.Lock(len(boxes) > 0, append(names, then...)...)
	tx.boxes = append(tx.boxes, ordered...)
}

// A Hold is what somebody finds who has locked a procurement to move its process on. It was read after the locks were
// got, and stays true until the transaction ends.
type Hold struct {
	Procurement models.Procurement
	// Clock is the database's own, in UTC.
	Clock time.Time
	// Roles are those that the command's actor holds at that time.
	Roles []models.RoleAssignment
	// Status and Steps are the command's; without a command they are empty.
	Status string
	Steps  int
	// Reading is the whole procurement, for a command; nil without one.
	Reading *Reading
}

// The row's own lock is got within, so that the clock is read after it.
const selectHold = `SELECT row_to_json(p), clock_timestamp(),
	(SELECT json_agg(r ORDER BY r.id) FROM role_assignments r WHERE r.procurement_id = p.id AND r.person_id = $1),
	coalesce(c.status, ''), coalesce(c.steps, 0)%s
	FROM (SELECT * FROM procurements WHERE id = $2 FOR NO KEY UPDATE) p LEFT JOIN commands c ON c.id = $3`

// Hold locks boxes and a procurement for a change of its process, by a command or by itself: then the command is empty.
// Whoever changes the procurement, its content, its roles or its commands' outcomes has its place in line until all of
// it is committed; so what is read in the statement after that lock is what they left. It returns [ErrNoProcurement].
func (tx *Tx) Hold(procurement models.ID, boxes []models.ID, cmd models.Command) (Hold, error) {
	var h Hold
	tx.lockInOrder(boxes, inLine(procurement))
	into := []any{
		rowOf[models.Procurement]{&h.Procurement},
		&h.Clock,
		rowsOf[models.RoleAssignment]{&h.Roles},
		&h.Status, &h.Steps,
	}
	columns, assemble := "", func() {}
	if cmd.ID != "" {
		h.Reading = &Reading{Whole: true}
		var read []any
		columns, read, assemble = h.Reading.columns()
		columns, into = ", "+columns, append(into, read...)
	}
	err := tx.Ask(fmt.Sprintf(selectHold, columns), []any{cmd.ActorID, procurement, cmd.ID}, into...)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return h, ErrNoProcurement
	case err != nil:
		return h, fmt.Errorf("hold procurement: %w", err)
	}
	assemble()
	h.Clock = h.Clock.UTC()
	now := h.Procurement.Now(h.Clock)
	h.Roles = slices.DeleteFunc(h.Roles, func(a models.RoleAssignment) bool { return !a.Holds(now) })
	return h, nil
}

// ErrBoxNotLocked means that a box is to be closed or moved that was opened after the transaction had found out
// which ones to lock.
var ErrBoxNotLocked = errors.New("a box was opened meanwhile")

// HasLocked returns [ErrBoxNotLocked] unless the transaction holds the lock of the box.
func (tx *Tx) HasLocked(box models.ID) error {
	if slices.Contains(tx.boxes, box) {
		return nil
	}
	return ErrBoxNotLocked
}

// SaveProcess writes back what a command may change of a procurement, and raises its version. The row
// must be locked.
func (tx *Tx) SaveProcess(p *models.Procurement) {
	p.Version++
	tx.SendFor(1, "save procurement", `UPDATE procurements SET status = $2, clock_offset = $3, zone = $4, version = $5,
		end_reason = $6, started_at = $7, ended_at = $8 WHERE id = $1`,
		p.ID, p.Status, p.ClockOffset, p.Zone, p.Version, p.EndReason, p.StartedAt, p.EndedAt)
}
