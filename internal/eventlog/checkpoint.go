package eventlog

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/ppi-engine/ppi/internal/audit"
	"github.com/ppi-engine/ppi/internal/store/pg"
)

var (
	// ErrNoCheckpoint means that nothing has been signed yet.
	ErrNoCheckpoint = errors.New("no checkpoint yet")
	// ErrLogRewritten means that the log contradicts a checkpoint that was signed earlier.
	ErrLogRewritten = errors.New("the log is not the one that was signed before")
)

// Checkpoint signs the log as it is, stores the signed head and keeps it in the archive; then it adds to the public
// log, see [Log.PublicLog], and does the same with the signed head of that. When nothing is new since the last
// checkpoint, it returns that one, and writes its file again if the archive lacks it. For an empty log it returns
// [ErrNoCheckpoint]. It never signs a log that contradicts the last checkpoint, in the database or in the archive: then
// it returns [ErrLogRewritten], and `ppi audit verify` tells more.
func (l *Log) Checkpoint(ctx context.Context, key audit.Key, archive audit.Archive) (audit.Checkpoint, error) {
	c, err := l.headToSign(ctx, key, archive)
	if err == nil {
		c, err = l.storeCheckpoint(ctx, c)
	}
	if err == nil {
		err = archive.Keep(c)
	}
	if err == nil {
		err = l.publish(ctx, key, archive, c)
	}
	if err != nil {
		return audit.Checkpoint{}, fmt.Errorf("make checkpoint: %w", err)
	}
	return c, nil
}

func (l *Log) headToSign(ctx context.Context, key audit.Key, archive audit.Archive) (c audit.Checkpoint, err error) {
	err = pg.SnapshotRows(ctx, l.db, func(tx pgx.Tx) error {
		var size int64
		if err := tx.QueryRow(ctx, "SELECT coalesce(max(position), 0) FROM event_log").Scan(&size); err != nil {
			return fmt.Errorf("read head of the log: %w", err)
		}
		if err := contradictions(ctx, tx, archive, size); err != nil {
			return err
		}
		if size == 0 {
			return ErrNoCheckpoint
		}
		tree, err := loadTree(ctx, tx, size)
		if err != nil {
			return err
		}
		c, err = audit.SignCheckpoint(key, key.Name(), tree)
		return err
	})
	return c, err
}

// contradictions compares the log with the last checkpoints of the database and of the archive.
func contradictions(ctx context.Context, tx pgx.Tx, archive audit.Archive, size int64) error {
	last, err := lastCheckpoint(ctx, tx)
	if err != nil && !errors.Is(err, ErrNoCheckpoint) {
		return err
	}
	kept, err := archive.Latest()
	if err != nil {
		return err
	}
	for _, earlier := range []audit.Checkpoint{last, kept} {
		if earlier.Size > size {
			return fmt.Errorf("%w: it had %d entries, now it has %d", ErrLogRewritten, earlier.Size, size)
		}
		tree, err := loadTree(ctx, tx, earlier.Size)
		if err != nil {
			return err
		}
		if earlier.Size > 0 && tree.Root() != earlier.Root {
			return fmt.Errorf("%w: the root of its first %d entries was %s, now it is %s", ErrLogRewritten,
				earlier.Size, earlier.Root, tree.Root())
		}
	}
	return nil
}

// storeCheckpoint returns the stored checkpoint of that size, which may be an earlier one.
func (l *Log) storeCheckpoint(ctx context.Context, c audit.Checkpoint) (audit.Checkpoint, error) {
	err := pg.OnConn(ctx, l.db, func(conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, `INSERT INTO checkpoints (size, root, note)
			VALUES ($1, $2, $3) ON CONFLICT (size) DO NOTHING`,
			c.Size, c.Root[:], string(c.Note))
		if err != nil {
			return fmt.Errorf("store checkpoint: %w", err)
		}
		c, err = lastCheckpoint(ctx, conn)
		return err
	})
	return c, err
}

// LastCheckpoint returns the newest signed head, or [ErrNoCheckpoint].
func (l *Log) LastCheckpoint(ctx context.Context) (c audit.Checkpoint, err error) {
	err = pg.OnConn(ctx, l.db, func(conn *pgx.Conn) error {
		c, err = lastCheckpoint(ctx, conn)
		return err
	})
	return c, err
}

func lastCheckpoint(ctx context.Context, db pg.Querier) (audit.Checkpoint, error) {
	return newestNote(ctx, db, "SELECT note FROM checkpoints ORDER BY size DESC LIMIT 1")
}

// newestNote reads the signed head that a query returns, or [ErrNoCheckpoint].
func newestNote(ctx context.Context, db pg.Querier, query string) (audit.Checkpoint, error) {
	rows, err := db.Query(ctx, query)
	if err != nil {
		return audit.Checkpoint{}, fmt.Errorf("read checkpoint: %w", err)
	}
	signed, err := pgx.CollectExactlyOneRow(rows, pgx.RowTo[string])
	if errors.Is(err, pgx.ErrNoRows) {
		return audit.Checkpoint{}, ErrNoCheckpoint
	}
	if err != nil {
		return audit.Checkpoint{}, fmt.Errorf("read checkpoint: %w", err)
	}
	return audit.ReadCheckpoint([]byte(signed), nil)
}
