package eventlog

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/jackc/pgx/v5"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/ppi-engine/ppi/internal/audit"
	"github.com/ppi-engine/ppi/internal/store/pg"
)

// A Log is the log of the events of a database. Every committed event gets its place in it. It is safe for concurrent
// use.
type Log struct {
	db *pg.DB
}

// New returns the log in a database.
func New(db *pg.DB) *Log { return &Log{db: db} }

// Head returns the position of the log's last entry, 0 when it is empty. Every event at or before it
// can be read.
func (l *Log) Head(ctx context.Context) (int64, error) {
	var head int64
	if err := pg.Rows(ctx, l.db).Raw("SELECT coalesce(max(position), 0) FROM event_log").Scan(&head).Error; err != nil {
		return 0, fmt.Errorf("read head of the log: %w", err)
	}
	return head, nil
}

// Read returns at most limit entries after a position, in order. An entry whose event has been
// removed has no canonical bytes.
func (l *Log) Read(ctx context.Context, after int64, limit int) (entries []audit.Entry, err error) {
	err = pg.OnConn(ctx, l.db, func(conn *pgx.Conn) error {
		entries, err = readLog(ctx, conn, after, limit)
		return err
	})
	return entries, err
}

// entryColumns are what [entryFields] scans: an entry without a link is of the first form, and its hash is its link.
const entryColumns = `CASE WHEN l.link IS NULL THEN 1 ELSE 2 END, l.position, l.seq, coalesce(l.procurement_id, ''),
	l.event_id, l.prev_hash, coalesce(l.link, l.hash), l.hash, e.canonical`

func entryFields(e *audit.Entry) []any {
	return []any{
		&e.Form, &e.Position, &e.Seq, &e.ProcurementID, &e.EventID, (*hash)(&e.Prev), (*hash)(&e.Link),
		(*hash)(&e.Hash), &e.Canonical,
	}
}

const selectEntries = "SELECT " + entryColumns + " FROM event_log l LEFT JOIN events e ON e.id = l.event_id "

func readLog(ctx context.Context, db pg.Querier, after int64, limit int) ([]audit.Entry, error) {
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
	return e, row.Scan(entryFields(&e)...)
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

// pageSize is how many entries are read at a time when all are read.
const pageSize = 5000

// pages yields what load returns, page by page, until a page is empty. load gets the key of the last before, or 0 for
// the first page.
func pages[T any](load func(after int64) ([]T, error), key func(T) int64) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for after := int64(0); ; {
			page, err := load(after)
			if err != nil {
				var none T
				yield(none, err)
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
