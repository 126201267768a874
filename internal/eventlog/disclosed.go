package eventlog

import (
	"context"
	"fmt"
	"io"
	"math"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/ppi-engine/ppi/internal/audit"
	"github.com/ppi-engine/ppi/internal/store/pg"
	"github.com/ppi-engine/ppi/models"
)

// While a box of a procurement is open, what was recorded of that procurement since the box was opened is kept back. It
// depends only on what is public where a chain ends: if it ended at the first tender, it would show that there is one.
// Boxes of other procurements do not matter, because nothing in a chain depends on what others record. Entries of the
// first form are the exception: they contain positions.

// bounds are where the part of a chain ends that may be disclosed.
type bounds struct {
	// seq is the place in the chain of the first entry that is kept back.
	seq int64
	// counted is the last position that entries of the first form may disclose.
	counted int64
}

func (b bounds) admit(seq, position int64, form audit.Form) bool {
	return seq < b.seq && (form != audit.FormCounting || position <= b.counted)
}

const (
	oldestOpenBox = "SELECT min(opened_at) FROM boxes WHERE procurement_id = $1 AND closed_at IS NULL"
	// The date of an event is in procedure time, as that of its box.
	firstSince = `SELECT coalesce(min(l.seq), $3) FROM event_log l JOIN events e ON e.id = l.event_id
		WHERE l.procurement_id = $1 AND e.at >= $2`
	committedTo    = "SELECT coalesce(max(size), 0) FROM public_log WHERE procurement_id = $1"
	countedThrough = `SELECT coalesce(min(o.position) - 1, $1)
		FROM counting_openings o JOIN boxes b ON b.id = o.box_id WHERE b.closed_at IS NULL`
)

// ownBounds are those that the procurement's own boxes set.
func ownBounds(ctx context.Context, tx pgx.Tx, procurement models.ID) (bounds, error) {
	b := bounds{seq: math.MaxInt64, counted: math.MaxInt64}
	var opened *time.Time
	if err := tx.QueryRow(ctx, oldestOpenBox, procurement).Scan(&opened); err != nil {
		return b, fmt.Errorf("look for open boxes: %w", err)
	}
	if opened == nil {
		return b, nil
	}
	if err := tx.QueryRow(ctx, firstSince, procurement, *opened, b.seq).Scan(&b.seq); err != nil {
		return b, fmt.Errorf("look for what opened a box: %w", err)
	}
	var committed int64
	if err := tx.QueryRow(ctx, committedTo, procurement).Scan(&committed); err != nil {
		return b, fmt.Errorf("read what was committed to: %w", err)
	}
	// What the public log committed to was recorded before the box was seen, whatever date it bears. An export without
	// it would contradict the public log.
	b.seq = max(b.seq, committed+1)
	return b, nil
}

// exportBounds are those of an export.
func exportBounds(ctx context.Context, tx pgx.Tx, procurement models.ID) (bounds, error) {
	b, err := ownBounds(ctx, tx, procurement)
	if err != nil {
		return b, err
	}
	if err := tx.QueryRow(ctx, countedThrough, b.counted).Scan(&b.counted); err != nil {
		return b, fmt.Errorf("look for boxes that were open when entries began to be silent: %w", err)
	}
	return b, nil
}

// ExportDisclosed writes the entries of one procurement that may be disclosed now, with a head signed over them, in the
// form that [audit.VerifyExport] reads, each with those of its parts that are shown. begin is called first and told
// whether anything was left out because a box is open. It returns [ErrNothingRecorded] when there is nothing to write.
func (l *Log) ExportDisclosed(
	ctx context.Context, key audit.Key, procurement models.ID, shown Shown, begin func(cut bool) io.Writer,
) error {
	err := pg.SnapshotRows(ctx, l.db, func(tx pgx.Tx) error {
		// Between two pages a slow reader may take its time, which is bounded where it is written to.
		if _, err := tx.Exec(ctx, "SET LOCAL idle_in_transaction_session_timeout = 0"); err != nil {
			return fmt.Errorf("give the reader time: %w", err)
		}
		b, err := exportBounds(ctx, tx, procurement)
		if err != nil {
			return err
		}
		d, err := disclosedTree(ctx, tx, procurement, b, math.MaxInt64)
		if err != nil {
			return err
		}
		_, err = export(ctx, tx, exporting{key, procurement, shown}, d, func() io.Writer { return begin(d.cut) })
		return err
	})
	if err != nil {
		return fmt.Errorf("export %s: %w", procurement, err)
	}
	return nil
}

// A disclosed is the tree over the entries of a procurement that may be disclosed.
type disclosed struct {
	tree audit.Tree
	// cut says that there are further entries, cutCounting that only their positions keep the next one back.
	cut, cutCounting bool
}

// disclosedTree builds the tree over the entries of one procurement that the bounds admit, up to a position.
func disclosedTree(
	ctx context.Context, tx pgx.Tx, procurement models.ID, b bounds, through int64,
) (d disclosed, err error) {
	rows, err := tx.Query(ctx, `SELECT coalesce(link, hash), CASE WHEN link IS NULL THEN 1 ELSE 2 END, seq, position
		FROM event_log WHERE procurement_id = $1 ORDER BY seq`, procurement)
	if err != nil {
		return d, fmt.Errorf("read chain: %w", err)
	}
	var link hash
	var form audit.Form
	var seq, position int64
	_, err = pgx.ForEachRow(rows, []any{&link, &form, &seq, &position}, func() error {
		switch {
		case d.cut:
		case position > through || !b.admit(seq, position, form):
			d.cut, d.cutCounting = true, position <= through && seq < b.seq
		default:
			d.tree, _ = d.tree.Append(tlog.Hash(link))
		}
		return nil
	})
	if err != nil {
		return d, fmt.Errorf("read chain: %w", err)
	}
	return d, nil
}
