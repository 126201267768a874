package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"iter"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
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
func (s *Store) ReadLog(ctx context.Context, after int64, limit int) (entries []audit.Entry, err error) {
	err = s.onConn(ctx, func(conn *pgx.Conn) error {
		entries, err = readLog(ctx, conn, after, limit)
		return err
	})
	return entries, err
}

// querier is what a connection and a transaction have in common.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

const selectEntries = `SELECT l.position, l.seq, coalesce(l.procurement_id, ''), l.event_id, l.prev_hash, l.hash, e.canonical
	FROM event_log l LEFT JOIN events e ON e.id = l.event_id `

func readLog(ctx context.Context, db querier, after int64, limit int) ([]audit.Entry, error) {
	rows, err := db.Query(ctx, selectEntries+"WHERE l.position > $1 ORDER BY l.position LIMIT $2", after, limit)
	if err != nil {
		return nil, fmt.Errorf("read log: %w", err)
	}
	entries, err := pgx.CollectRows(rows, scanEntry)
	if err != nil {
		return nil, fmt.Errorf("read log: %w", err)
	}
	return entries, nil
}

func scanEntry(row pgx.CollectableRow) (audit.Entry, error) {
	var e audit.Entry
	return e, row.Scan(&e.Position, &e.Seq, &e.ProcurementID, &e.EventID, (*hash)(&e.Prev), (*hash)(&e.Hash), &e.Canonical)
}

// hash scans 32 bytes.
type hash tlog.Hash

// ScanBytes implements pgtype.BytesScanner.
func (h *hash) ScanBytes(raw []byte) error {
	if len(raw) != tlog.HashSize {
		return errors.New("a hash is missing or has the wrong length")
	}
	copy(h[:], raw)
	return nil
}

// onConn lends f a connection of the pool as pgx's own.
func (s *Store) onConn(ctx context.Context, f func(conn *pgx.Conn) error) error {
	conn, err := s.pool.Conn(ctx)
	if err != nil {
		return fmt.Errorf("reach database: %w", err)
	}
	defer conn.Close()
	var done error
	pool := conn.Raw(func(raw any) error {
		pooled, ok := raw.(*stdlib.Conn)
		if !ok {
			return fmt.Errorf("reach database: the pool holds a %T", raw)
		}
		done = f(pooled.Conn())
		if pooled.Conn().IsClosed() {
			// Else the pool would hand what was cut off to the next who waits for a connection.
			return driver.ErrBadConn
		}
		return nil
	})
	if pool != nil && !errors.Is(pool, driver.ErrBadConn) {
		return pool
	}
	return done
}

// inSnapshot runs f in a transaction that sees one moment and changes nothing.
func (s *Store) inSnapshot(ctx context.Context, f func(tx pgx.Tx) error) error {
	return s.onConn(ctx, func(conn *pgx.Conn) error {
		return pgx.BeginTxFunc(ctx, conn, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, f)
	})
}

// pageSize is how many entries are read at a time where all are.
const pageSize = 5000

// pages yields what load returns, page by page, until one is empty. Load gets the key of the entry
// before, 0 for the first.
func pages(load func(after int64) ([]audit.Entry, error), key func(audit.Entry) int64) iter.Seq2[audit.Entry, error] {
	return func(yield func(audit.Entry, error) bool) {
		for after := int64(0); ; {
			page, err := load(after)
			if err != nil {
				yield(audit.Entry{}, err)
				return
			}
			if len(page) == 0 {
				return
			}
			for _, e := range page {
				if !yield(e, nil) {
					return
				}
			}
			after = key(page[len(page)-1])
		}
	}
}
