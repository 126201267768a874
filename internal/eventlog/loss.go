package eventlog

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/ppi-engine/ppi/internal/audit"
	"github.com/ppi-engine/ppi/internal/store/pg"
)

// A Loss says what an archive of checkpoints proves that is not in the log any more: the record was restored from a
// backup.
type Loss struct {
	// Newest is the newest head of the archive. Kept entries are the same as those that were signed: so many counts the
	// largest head that agrees with the log. The log has Size entries now.
	Newest     audit.Checkpoint
	Kept, Size int64
	// Since is when the last of the entries that are kept was recorded; zero: none is kept.
	Since time.Time
}

// Lost compares the log with an archive of checkpoints; false: nothing is lost.
func (l *Log) Lost(ctx context.Context, archive audit.Archive) (loss Loss, lost bool, err error) {
	heads, err := archive.Heads()
	if err != nil || len(heads) == 0 {
		return loss, false, err
	}
	err = pg.SnapshotRows(ctx, l.db, func(tx pgx.Tx) error {
		loss, lost, err = compareHeads(ctx, tx, heads)
		return err
	})
	if err != nil {
		return loss, false, fmt.Errorf("compare the log with its archive: %w", err)
	}
	return loss, lost, nil
}

func compareHeads(ctx context.Context, tx pgx.Tx, heads []audit.Checkpoint) (loss Loss, lost bool, err error) {
	loss.Newest = heads[len(heads)-1]
	if err := tx.QueryRow(ctx, "SELECT coalesce(max(position), 0) FROM event_log").Scan(&loss.Size); err != nil {
		return loss, false, fmt.Errorf("read head of the log: %w", err)
	}
	for i := len(heads) - 1; i >= 0 && loss.Kept == 0; i-- {
		agrees, err := agreesWith(ctx, tx, heads[i], loss.Size)
		switch {
		case err != nil:
			return loss, false, err
		case agrees:
			loss.Kept = heads[i].Size
		default:
			lost = true
		}
	}
	if !lost || loss.Kept == 0 {
		return loss, lost, nil
	}
	err = tx.QueryRow(ctx, `SELECT e.recorded_at FROM event_log l JOIN events e ON e.id = l.event_id
		WHERE l.position = $1`, loss.Kept).Scan(&loss.Since)
	if err != nil {
		return loss, false, fmt.Errorf("read the last entry that is kept: %w", err)
	}
	loss.Since = loss.Since.UTC()
	return loss, true, nil
}

// agreesWith tells whether a log of so many entries begins with those that a head counts.
func agreesWith(ctx context.Context, tx pgx.Tx, head audit.Checkpoint, size int64) (bool, error) {
	if head.Size > size {
		return false, nil
	}
	tree, err := loadTree(ctx, tx, head.Size)
	return err == nil && tree.Root() == head.Root, err
}
