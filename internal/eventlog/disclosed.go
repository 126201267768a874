package eventlog

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/jackc/pgx/v5"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/ppi-engine/ppi/internal/audit"
	"github.com/ppi-engine/ppi/internal/store/pg"
	"github.com/ppi-engine/ppi/models"
)

// A position counts everything that happened before, and so every tender that came in. Where positions are disclosed,
// in signed checkpoints and in exports, they therefore end before the event that opened the oldest box that is still
// open: of any live procurement, and of the exported procurement whatever its mode. This bound depends only on what is
// public. If it were the first tender itself, it would show that there is one.
const disclosedThrough = `SELECT min(opening) - 1 FROM (
	SELECT (SELECT min(g.position) FROM event_log g JOIN events e ON e.id = g.event_id
		WHERE g.procurement_id = b.procurement_id AND e.at >= b.opened_at) AS opening
	FROM boxes b JOIN procurements p ON p.id = b.procurement_id
	WHERE b.closed_at IS NULL AND (p.mode = 'live' OR p.id = $1)) open`

// disclosed returns the last position that may be disclosed, about one procurement or, if that is empty, about all.
func disclosed(ctx context.Context, tx pgx.Tx, procurement models.ID) (int64, error) {
	var through *int64
	if err := tx.QueryRow(ctx, disclosedThrough, string(procurement)).Scan(&through); err != nil {
		return 0, fmt.Errorf("look for open boxes: %w", err)
	}
	if through == nil {
		return math.MaxInt64, nil
	}
	return *through, nil
}

// PublicCheckpoint returns the newest signed head that may be shown to anybody, or [ErrNoCheckpoint].
func (l *Log) PublicCheckpoint(ctx context.Context) (c audit.Checkpoint, err error) {
	err = pg.SnapshotRows(ctx, l.db, func(tx pgx.Tx) error {
		through, err := disclosed(ctx, tx, "")
		if err != nil {
			return err
		}
		var signed string
		err = tx.QueryRow(ctx, "SELECT note FROM checkpoints WHERE size <= $1 ORDER BY size DESC LIMIT 1", through).
			Scan(&signed)
		if errors.Is(err, pgx.ErrNoRows) {
			return ErrNoCheckpoint
		}
		if err != nil {
			return fmt.Errorf("read checkpoint: %w", err)
		}
		c, err = audit.ReadCheckpoint([]byte(signed), nil)
		return err
	})
	return c, err
}

// ExportDisclosed writes the entries of one procurement that may be disclosed now, with a head signed over them, in the
// form that [audit.VerifyExport] reads. begin is called first and told whether anything was left out because a box is
// open. It returns [ErrNothingRecorded] when there is nothing to write.
func (l *Log) ExportDisclosed(
	ctx context.Context, key audit.Key, procurement models.ID, begin func(cut bool) io.Writer,
) error {
	err := pg.SnapshotRows(ctx, l.db, func(tx pgx.Tx) error {
		// Between two pages a slow reader may take its time, which is bounded where it is written to.
		if _, err := tx.Exec(ctx, "SET LOCAL idle_in_transaction_session_timeout = 0"); err != nil {
			return fmt.Errorf("give the reader time: %w", err)
		}
		through, err := disclosed(ctx, tx, procurement)
		if err != nil {
			return err
		}
		whole, tree, err := disclosedTree(ctx, tx, procurement, through)
		if err != nil {
			return err
		}
		if tree.Size() == 0 {
			return ErrNothingRecorded
		}
		head, err := audit.SignCheckpoint(key, audit.ProcurementOrigin(key.Name(), procurement), tree)
		if err != nil {
			return err
		}
		entries := func(yield func(audit.Entry, error) bool) {
			for e, err := range chainEntries(ctx, tx, procurement) {
				if (err == nil && e.Seq > tree.Size()) || !yield(e, err) {
					return
				}
			}
		}
		return audit.WriteExport(begin(!whole), key, procurement, head, entries)
	})
	if err != nil {
		return fmt.Errorf("export %s: %w", procurement, err)
	}
	return nil
}

// disclosedTree builds the tree over the entries of one procurement up to a position, and tells whether these are all
// its entries.
func disclosedTree(
	ctx context.Context, tx pgx.Tx, procurement models.ID, through int64,
) (whole bool, tree audit.Tree, err error) {
	rows, err := tx.Query(ctx, "SELECT hash, position <= $2 FROM event_log WHERE procurement_id = $1 ORDER BY seq",
		procurement, through)
	if err != nil {
		return false, tree, fmt.Errorf("read chain: %w", err)
	}
	whole = true
	var leaf hash
	var told bool
	_, err = pgx.ForEachRow(rows, []any{&leaf, &told}, func() error {
		if told {
			tree, _ = tree.Append(tlog.Hash(leaf))
		}
		whole = whole && told
		return nil
	})
	if err != nil {
		return false, tree, fmt.Errorf("read chain: %w", err)
	}
	return whole, tree, nil
}
