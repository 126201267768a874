package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/ppi-engine/ppi/internal/audit"
)

// LogHead returns the position of the log's last entry, 0 when it is empty. Every event at or before it
// can be read.
func (s *Store) LogHead(ctx context.Context) (int64, error) {
	var head int64
	if err := s.pool.QueryRowContext(ctx, "SELECT coalesce(max(position), 0) FROM event_log").Scan(&head); err != nil {
		return 0, fmt.Errorf("read head of the log: %w", err)
	}
	return head, nil
}

// ReadLog returns at most limit entries after a position, in order. An entry whose event has been
// removed has no canonical bytes.
func (s *Store) ReadLog(ctx context.Context, after int64, limit int) ([]audit.Entry, error) {
	return readLog(ctx, s.pool, after, limit)
}

type sqlQuerier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

func readLog(ctx context.Context, db sqlQuerier, after int64, limit int) ([]audit.Entry, error) {
	rows, err := db.QueryContext(ctx, `SELECT l.position, l.seq, coalesce(l.procurement_id, ''), l.event_id, l.prev_hash, l.hash, e.canonical
		FROM event_log l LEFT JOIN events e ON e.id = l.event_id
		WHERE l.position > $1 ORDER BY l.position LIMIT $2`, after, limit)
	if err != nil {
		return nil, fmt.Errorf("read log: %w", err)
	}
	entries, err := scanEntries(rows)
	if err != nil {
		return nil, fmt.Errorf("read log: %w", err)
	}
	return entries, nil
}

func scanEntries(rows *sql.Rows) ([]audit.Entry, error) {
	defer rows.Close()
	var entries []audit.Entry
	for rows.Next() {
		var e audit.Entry
		var prev, hash []byte
		if err := rows.Scan(&e.Position, &e.Seq, &e.ProcurementID, &e.EventID, &prev, &hash, &e.Canonical); err != nil {
			return nil, err
		}
		if len(prev) != tlog.HashSize || len(hash) != tlog.HashSize {
			return nil, errors.New("a hash has the wrong length")
		}
		e.Prev, e.Hash = tlog.Hash(prev), tlog.Hash(hash)
		entries = append(entries, e)
	}
	return entries, rows.Err()
}
