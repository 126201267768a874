package eventlog

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/jackc/pgx/v5"
	"golang.org/x/mod/sumdb/tlog"

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
		tree, err := chainTree(ctx, tx, procurement)
		if err != nil {
			return err
		}
		if tree.Size() == 0 {
			return ErrNothingRecorded
		}
		head, err = audit.SignCheckpoint(key, audit.ProcurementOrigin(key.Name(), procurement), tree)
		if err != nil {
			return err
		}
		return audit.WriteExport(out, key, procurement, head, chainEntries(ctx, tx, procurement))
	})
	if err != nil {
		return audit.Checkpoint{}, fmt.Errorf("export %s: %w", procurement, err)
	}
	return head, nil
}

// chainTree builds the tree over the entries of one procurement.
func chainTree(ctx context.Context, tx pgx.Tx, procurement models.ID) (audit.Tree, error) {
	var tree audit.Tree
	rows, err := tx.Query(ctx, "SELECT hash FROM event_log WHERE procurement_id = $1 ORDER BY seq", procurement)
	if err != nil {
		return tree, fmt.Errorf("read chain: %w", err)
	}
	var leaf hash
	_, err = pgx.ForEachRow(rows, []any{&leaf}, func() error {
		tree, _ = tree.Append(tlog.Hash(leaf))
		return nil
	})
	if err != nil {
		return tree, fmt.Errorf("read chain: %w", err)
	}
	return tree, nil
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
