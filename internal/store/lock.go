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

// A statement that takes a lock may have read older rows before it got the lock: read again, after it, whatever must be
// true.

// LockProcurement locks the procurement's row for a change of its process and returns it. The lock is NO KEY, because
// FOR UPDATE would deadlock with the foreign key of a tender that is being received. It returns [ErrNoProcurement].
func (tx *Tx) LockProcurement(id models.ID) (models.Procurement, error) {
	tx.lockInOrder(nil, inLine(id))
	return tx.takeProcurement(id, "FOR NO KEY UPDATE")
}

// inLine names the lock at which those who lock and those who share a procurement wait in the order they came. With row
// locks alone, a stream of sharers could keep a locker out for ever (docs/decisions/0005).
func inLine(id models.ID) string { return "procurement/" + string(id) }

// ShareProcurement shares the procurement's row for a change of its content: its process cannot change meanwhile. It
// returns [ErrNoProcurement].
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

// LockBoxes locks boxes until the transaction ends: they receive nothing meanwhile.
func (tx *Tx) LockBoxes(boxes ...models.ID) error {
	tx.lockInOrder(boxes)
	return tx.Flush()
}

// lockInOrder locks boxes, and then the other names, in one statement and always in the same order, so that two
// transactions that lock several never wait for each other. A transaction that locks a box gives up rather than wait
// long for another lock: it is better to try again than to keep suppliers waiting.
func (tx *Tx) lockInOrder(boxes []models.ID, then ...string) {
	ordered := slices.Compact(slices.Sorted(slices.Values(boxes)))
	names := make([]string, 0, len(ordered)+len(then))
	for _, box := range ordered {
		names = append(names, "box/"+string(box))
	}
	tx.Lock(len(boxes) > 0, append(names, then...)...)
	tx.boxes = append(tx.boxes, ordered...)
}

// A Hold is what a transaction reads after it has locked a procurement to change its process. It stays true until the
// transaction ends.
type Hold struct {
	Procurement models.Procurement
	// Clock is the time of the database, in UTC.
	Clock time.Time
	// Roles are those that the command's actor holds at that time, that of a member's representative too.
	Roles []models.RoleAssignment
	// Status and Steps are those of the command; they are empty without a command.
	Status string
	Steps  int
	// Reading is what was read of the procurement, whole or not.
	Reading Reading
}

// The subquery locks the row, so that the clock is read after the lock.
const selectHold = `SELECT row_to_json(p), clock_timestamp(),
	(SELECT json_agg(r ORDER BY r.id) FROM (
		SELECT id, person_id, organisation_id, role, valid_from, valid_until FROM role_assignments
			WHERE procurement_id = p.id AND person_id = $1
		UNION ALL SELECT '', q.id, m.organisation_id, 'representative', m.joined_at, null
			FROM people q JOIN consortium_members m ON m.organisation_id = q.organisation_id
			WHERE q.id = $1 AND q.representative AND m.procurement_id = p.id AND m.left_at IS NULL) r),
	coalesce(c.status, ''), coalesce(c.steps, 0), %s
	FROM (SELECT * FROM procurements WHERE id = $2 FOR NO KEY UPDATE) p LEFT JOIN commands c ON c.id = $3`

// Hold locks boxes and a procurement for a change of its process, by a command or, if cmd is empty, by what has fallen
// due. Everybody who changes the procurement, its content, its roles or the outcomes of its commands waits in line
// until the change is committed, so the statement after that lock reads everything they left. It reads the whole
// dossier or only where the procurement stands; see [Reading]. It returns [ErrNoProcurement].
func (tx *Tx) Hold(procurement models.ID, boxes []models.ID, cmd models.Command, whole bool) (Hold, error) {
	h := Hold{Reading: Reading{Whole: whole}}
	tx.lockInOrder(boxes, inLine(procurement))
	into := []any{
		rowOf[models.Procurement]{&h.Procurement},
		&h.Clock,
		rowsOf[models.RoleAssignment]{&h.Roles},
		&h.Status, &h.Steps,
	}
	columns, read, assemble := h.Reading.columns()
	err := tx.Ask(fmt.Sprintf(selectHold, columns), []any{cmd.ActorID, procurement, cmd.ID}, append(into, read...)...)
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

// ErrBoxNotLocked means that a box that is to be closed or whose deadline is to be moved was opened after the
// transaction had read which boxes to lock.
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
	tx.Send("save procurement", `UPDATE procurements SET status = $2, clock_offset = $3, zone = $4, version = $5,
		end_reason = $6, started_at = $7, ended_at = $8 WHERE id = $1`,
		p.ID, p.Status, p.ClockOffset, p.Zone, p.Version, p.EndReason, p.StartedAt, p.EndedAt)
}
