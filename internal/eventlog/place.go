package eventlog

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/ppi-engine/ppi/internal/store/pg"
)

// A Place is a place in the log from which somebody reads on: after the entry at a position, or before the first one.
type Place struct {
	Position int64
	// Mark tells which entry it is: once the log was restored from a backup, another one may come at this position.
	// Zeroes: whichever is there.
	Mark Mark
}

// A Mark is the beginning of the hash of an entry.
type Mark [8]byte

// ErrNoPlace is what a reader gets who wants to read on after an entry that the log does not have: it was restored from
// a backup that is older.
var ErrNoPlace = errors.New("the log does not have the entry after which to read on")

func markOf(hash []byte) (m Mark) {
	copy(m[:], hash)
	return m
}

// End returns the place after the last entry.
func (l *Log) End(ctx context.Context) (end Place, err error) {
	err = pg.OnConn(ctx, l.db, func(conn *pgx.Conn) error {
		end, err = readEnd(ctx, conn, Place{})
		return err
	})
	return end, err
}

const readPlaces = `SELECT coalesce(h.position, 0), h.hash, a.hash FROM (VALUES (1)) AS one
	LEFT JOIN LATERAL (SELECT position, hash FROM event_log ORDER BY position DESC LIMIT 1) h ON true
	LEFT JOIN event_log a ON a.position = $1`

// readEnd returns the place after the last entry, and [ErrNoPlace] if the log does not have the place after.
func readEnd(ctx context.Context, conn *pgx.Conn, after Place) (Place, error) {
	var end Place
	var last, there []byte
	err := conn.QueryRow(ctx, readPlaces, after.Position).Scan(&end.Position, &last, &there)
	if err != nil {
		return end, fmt.Errorf("read end of the log: %w", err)
	}
	end.Mark = markOf(last)
	if after.Position > 0 && (there == nil || after.Mark != Mark{} && after.Mark != markOf(there)) {
		return end, ErrNoPlace
	}
	return end, nil
}
