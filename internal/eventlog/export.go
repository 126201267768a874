package eventlog

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"

	"github.com/jackc/pgx/v5"

	"github.com/ppi-engine/ppi/internal/audit"
	"github.com/ppi-engine/ppi/internal/store/pg"
	"github.com/ppi-engine/ppi/models"
)

// ErrNothingRecorded means that a procurement has no event in the log.
var ErrNothingRecorded = errors.New("nothing is recorded of this procurement")

// Export writes all entries of one procurement with a head signed over them, in the form that
// [audit.VerifyExport] reads. It returns the signed head, or [ErrNothingRecorded].
func (l *Log) Export(
	ctx context.Context, key audit.Key, procurement models.ID, out io.Writer,
) (audit.Checkpoint, error) {
	var head audit.Checkpoint
	err := pg.SnapshotRows(ctx, l.db, func(tx pgx.Tx) error {
		everything := bounds{seq: math.MaxInt64, counted: math.MaxInt64}
		_, tree, err := disclosedTree(ctx, tx, procurement, everything, math.MaxInt64)
		if err != nil {
			return err
		}
		head, err = export(ctx, tx, key, procurement, tree, func() io.Writer { return out })
		return err
	})
	if err != nil {
		return audit.Checkpoint{}, fmt.Errorf("export %s: %w", procurement, err)
	}
	return head, nil
}

// export writes the entries of one procurement that are in the tree, and returns the signed head.
func export(
	ctx context.Context, tx pgx.Tx, key audit.Key, procurement models.ID, tree audit.Tree, begin func() io.Writer,
) (audit.Checkpoint, error) {
	if tree.Size() == 0 {
		return audit.Checkpoint{}, ErrNothingRecorded
	}
	head, err := audit.SignCheckpoint(key, audit.ProcurementOrigin(key.Name(), procurement), tree)
	if err != nil {
		return head, err
	}
	public, err := publicHeads(ctx, tx, procurement)
	if err != nil {
		return head, err
	}
	return head, audit.WriteExport(begin(), key, audit.Export{
		Procurement: procurement, Head: head, Public: public,
		Entries: func(yield func(audit.Entry, error) bool) {
			for e, err := range chainEntries(ctx, tx, procurement) {
				if (err == nil && e.Seq > tree.Size()) || !yield(e, err) {
					return
				}
			}
		},
	})
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
