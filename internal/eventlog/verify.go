package eventlog

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/mod/sumdb/note"

	"github.com/ppi-engine/ppi/internal/audit"
	"github.com/ppi-engine/ppi/internal/store/pg"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// VerifyOptions says what a verifier of the database knows beforehand.
type VerifyOptions struct {
	// Verifiers are the keys that may have signed checkpoints. If nil, the checkpoints in the database are compared
	// with the log, but it is not known who signed them.
	Verifiers note.Verifiers
	// Earlier are checkpoints kept outside the database, already opened: of the log, of procurements, or of the public
	// log.
	Earlier []audit.Checkpoint
}

// Verify verifies the whole record as it is at this moment: every event and its columns, its place in log and chain,
// the tree, every checkpoint, and that every event has its place in the log. It reads the log once, page by page, in
// one transaction that changes nothing.
func (l *Log) Verify(ctx context.Context, o VerifyOptions) (audit.Report, error) {
	var report audit.Report
	err := pg.SnapshotRows(ctx, l.db, func(tx pgx.Tx) (err error) {
		report, err = verifyLog(ctx, tx, o)
		return err
	})
	if err != nil {
		return audit.Report{}, fmt.Errorf("verify record: %w", err)
	}
	return report, nil
}

func verifyLog(ctx context.Context, tx pgx.Tx, o VerifyOptions) (r audit.Report, err error) {
	earlier, err := headsByTree(o.Earlier)
	if err != nil {
		return audit.Report{}, err
	}
	heads, forged, err := storedCheckpoints(ctx, tx, "SELECT size, root, note FROM checkpoints ORDER BY size",
		o.Verifiers)
	if err != nil {
		return audit.Report{}, err
	}
	r, err = audit.Verify(audit.Log{Entries: wholeLog(ctx, tx), Whole: true, Heads: append(heads, earlier.log...)})
	if err != nil {
		return audit.Report{}, err
	}
	r.KeyGiven = o.Verifiers != nil
	defer func() { r.Valid = err == nil && r.Fault == nil }()
	switch {
	case r.Fault == nil && forged != nil:
		r.Fault = forged
	case r.Fault == nil:
		r.Fault, err = besideTheLog(ctx, tx, r)
	case r.Fault.Kind == audit.FaultRemoved && r.Fault.EventID == "":
		err = nameRemoved(ctx, tx, r.Fault)
	}
	if err != nil || r.Fault != nil {
		return r, err
	}
	err = verifyPublic(ctx, tx, &r, earlier, o.Verifiers)
	return r, err
}

// wholeLog yields all entries, each with its event's columns compared with the recorded bytes.
func wholeLog(ctx context.Context, tx pgx.Tx) iter.Seq2[audit.Entry, error] {
	load := func(after int64) ([]audit.Entry, error) {
		rows, err := tx.Query(ctx,
			"SELECT "+entryColumns+`, coalesce(e.procurement_id, ''), coalesce(e.type, ''), coalesce(e.actor_id, ''),
				e.at, e.recorded_at, coalesce(e.data::text, '')
			FROM event_log l LEFT JOIN events e ON e.id = l.event_id
			WHERE l.position > $1 ORDER BY l.position LIMIT $2`, after, pageSize)
		if err != nil {
			return nil, fmt.Errorf("read log: %w", err)
		}
		return pgx.CollectRows(rows, scanWithColumns)
	}
	return pages(load, func(e audit.Entry) int64 { return e.Position })
}

func scanWithColumns(row pgx.CollectableRow) (audit.Entry, error) {
	var e audit.Entry
	var columns event.Recorded
	var at, recordedAt *time.Time
	var data string
	err := row.Scan(append(entryFields(&e), &columns.ProcurementID, &columns.Type, &columns.ActorID, &at, &recordedAt,
		&data)...)
	if err != nil || e.Canonical == nil {
		return e, err
	}
	columns.ID = e.EventID
	if at == nil || recordedAt == nil || columns.ProcurementID != e.ProcurementID {
		e.Damage = "the columns of event and entry contradict each other"
		return e, nil
	}
	columns.At, columns.RecordedAt, columns.Data = *at, *recordedAt, json.RawMessage(data)
	if !audit.Renders(columns, e.Canonical) {
		e.Damage = "the columns of the event differ from the bytes that were recorded"
	}
	return e, nil
}

// storedCheckpoints reads all checkpoints that a query returns, and the fault of the first that is forged.
func storedCheckpoints(
	ctx context.Context, tx pgx.Tx, query string, verifiers note.Verifiers,
) ([]audit.Checkpoint, *audit.Fault, error) {
	rows, err := tx.Query(ctx, query)
	if err != nil {
		return nil, nil, fmt.Errorf("read checkpoints: %w", err)
	}
	var all []audit.Checkpoint
	var fault *audit.Fault
	var size int64
	var root, signed []byte
	_, err = pgx.ForEachRow(rows, []any{&size, &root, &signed}, func() error {
		c, damage := openStored(size, root, signed, verifiers)
		if damage == "" {
			all = append(all, c)
		} else if fault == nil {
			fault = &audit.Fault{
				Kind: audit.FaultSignature, Position: size,
				Detail: fmt.Sprintf("the stored checkpoint of size %d differs from what was signed: %s", size, damage),
			}
		}
		return nil
	})
	if err != nil {
		return nil, nil, fmt.Errorf("read checkpoints: %w", err)
	}
	return all, fault, nil
}

// openStored reads a stored checkpoint and says what is wrong with it, if anything.
func openStored(size int64, root, signed []byte, verifiers note.Verifiers) (c audit.Checkpoint, damage string) {
	c, err := audit.ReadCheckpoint(signed, verifiers)
	if err != nil {
		return c, err.Error()
	}
	if c.Size != size || !bytes.Equal(c.Root[:], root) {
		return c, "the columns beside the signed text differ"
	}
	return c, ""
}

// besideTheLog finds what a consistent log does not show: an end that is cut off or was not written by the sequencer, a
// stored tree that does not match the log, and events that have no place.
func besideTheLog(ctx context.Context, tx pgx.Tx, r audit.Report) (*audit.Fault, error) {
	var placed int64
	if err := tx.QueryRow(ctx, "SELECT size FROM sequencer").Scan(&placed); err != nil {
		return nil, fmt.Errorf("read the sequencer's progress: %w", err)
	}
	switch {
	case placed > r.Events:
		return &audit.Fault{
			Kind: audit.FaultCut, Position: r.Events + 1, Through: placed,
			Detail: fmt.Sprintf("the sequencer placed %d events, but only %d are there: the end is cut off", placed,
				r.Events),
		}, nil
	case placed < r.Events:
		return neverWritten(ctx, tx, placed+1)
	}
	tree, err := loadTree(ctx, tx, placed)
	damaged := errors.Is(err, errNodeMissing)
	if err != nil && !damaged {
		return nil, err
	}
	if damaged || tree.Root() != r.Root {
		return &audit.Fault{
			Kind:   audit.FaultSignature,
			Detail: "the stored tree does not match the log: the next checkpoint would sign another log",
		}, nil
	}
	return passedOver(ctx, tx)
}

func neverWritten(ctx context.Context, tx pgx.Tx, position int64) (*audit.Fault, error) {
	f := &audit.Fault{Kind: audit.FaultInserted, Position: position, Detail: "the sequencer never wrote this entry"}
	err := tx.QueryRow(ctx, "SELECT seq, event_id FROM event_log WHERE position = $1", position).
		Scan(&f.Seq, &f.EventID)
	if err != nil {
		return nil, fmt.Errorf("read log: %w", err)
	}
	return f, nil
}

func passedOver(ctx context.Context, tx pgx.Tx) (*audit.Fault, error) {
	orphans, err := orphans(ctx, tx)
	if err != nil || len(orphans) == 0 {
		return nil, err
	}
	return &audit.Fault{
		Kind: audit.FaultInserted, EventID: orphans[0],
		Detail: "the event has no place in the log. It would have one if it had been there when its transaction " +
			"ended: so it was inserted later",
	}, nil
}

// orphans are the first events without a place whose transactions the sequencer saw end; at most two.
func orphans(ctx context.Context, tx pgx.Tx) ([]models.ID, error) {
	rows, err := tx.Query(ctx, `SELECT e.id FROM sequencer s, events e LEFT JOIN event_log l ON l.event_id = e.id
		WHERE l.event_id IS NULL AND e.xid < s.seen_before AND e.xid <> ALL (s.in_progress)
		ORDER BY e.ordinal LIMIT 2`)
	if err != nil {
		return nil, fmt.Errorf("find events without a place: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[models.ID])
	if err != nil {
		return nil, fmt.Errorf("find events without a place: %w", err)
	}
	return ids, nil
}

// nameRemoved names the event of a missing entry, if the event is still there and is the only one without a place.
func nameRemoved(ctx context.Context, tx pgx.Tx, f *audit.Fault) error {
	orphans, err := orphans(ctx, tx)
	if err == nil && len(orphans) == 1 {
		f.EventID = orphans[0]
		f.Detail += "; its event is still there"
	}
	return err
}
