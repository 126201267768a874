package eventlog

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/ppi-engine/ppi/internal/audit"
	"github.com/ppi-engine/ppi/internal/store/pg"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// ErrNothingRecorded means that a procurement has no event in the log.
var ErrNothingRecorded = errors.New("nothing is recorded of this procurement")

// Export writes all entries of one procurement with a head signed over them, in the form that
// [audit.VerifyExport] reads. It returns the signed head, or [ErrNothingRecorded].
func (l *Log) Export(
	ctx context.Context, key audit.Key, procurement models.ID, shown Shown, out io.Writer,
) (audit.Checkpoint, error) {
	var head audit.Checkpoint
	err := pg.SnapshotRows(ctx, l.db, func(tx pgx.Tx) error {
		everything := bounds{seq: math.MaxInt64, counted: math.MaxInt64}
		d, err := disclosedTree(ctx, tx, procurement, everything, math.MaxInt64)
		if err != nil {
			return err
		}
		head, err = export(ctx, tx, exporting{key, procurement, shown}, d, func() io.Writer { return out })
		return err
	})
	if err != nil {
		return audit.Checkpoint{}, fmt.Errorf("export %s: %w", procurement, err)
	}
	return head, nil
}

// Shown tells whether a part of an event may be shown to who gets an export; nil: no part is.
type Shown func(of event.Recorded, part string) bool

// exporting is what is exported, by which key, and which parts with it.
type exporting struct {
	key         audit.Key
	procurement models.ID
	shown       Shown
}

// export writes the entries of one procurement that are disclosed, and returns the signed head.
func export(
	ctx context.Context, tx pgx.Tx, x exporting, d disclosed, begin func() io.Writer,
) (audit.Checkpoint, error) {
	if d.tree.Size() == 0 {
		return audit.Checkpoint{}, ErrNothingRecorded
	}
	covers := audit.Coverage{CutCounting: d.cutCounting}
	if err := tx.QueryRow(ctx, publicSize).Scan(&covers.Public); err != nil {
		return audit.Checkpoint{}, fmt.Errorf("read how long the public log is: %w", err)
	}
	head, err := audit.SignExport(x.key, x.procurement, d.tree, covers)
	if err != nil {
		return head, err
	}
	public, err := publicHeads(ctx, tx, x.procurement)
	if err != nil {
		return head, err
	}
	parts := map[models.ID][]event.KeptPart{}
	if x.shown != nil {
		if parts, err = Parts(ctx, tx, x.procurement); err != nil {
			return head, err
		}
	}
	return head, audit.WriteExport(begin(), x.key, audit.Export{
		Procurement: x.procurement, Head: head, Public: public,
		Entries: func(yield func(audit.Entry, error) bool) {
			for e, err := range chainEntries(ctx, tx, x.procurement) {
				if err == nil {
					e.Parts, err = x.parts(e, parts[e.EventID])
				}
				if (err == nil && e.Seq > d.tree.Size()) || !yield(e, err) {
					return
				}
			}
		},
	})
}

// parts are those of an entry's parts that may be shown.
func (x exporting) parts(e audit.Entry, kept []event.KeptPart) ([]event.KeptPart, error) {
	if len(kept) == 0 {
		return nil, nil
	}
	of, err := audit.ParseEvent(e.Canonical)
	return slices.DeleteFunc(kept, func(p event.KeptPart) bool { return !x.shown(of, p.Name) }), err
}

func chainEntries(ctx context.Context, tx pgx.Tx, procurement models.ID) iter.Seq2[audit.Entry, error] {
	load := func(after int64) ([]audit.Entry, error) {
		rows, err := tx.Query(ctx, selectEntries+"WHERE l.procurement_id = $1 AND l.seq > $2 ORDER BY l.seq LIMIT $3",
			procurement, after, pageSize)
		if err != nil {
			return nil, fmt.Errorf("read chain: %w", err)
		}
		return pgx.CollectRows(rows, scanEntry)
	}
	return pages(load, func(e audit.Entry) int64 { return e.Seq })
}
