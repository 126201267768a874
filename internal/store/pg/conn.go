package pg

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// endTimeout is how long to wait for the end of a transaction; then its connection is discarded.
const endTimeout = 5 * time.Second

// A Querier is what a connection and a transaction have in common.
type Querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// OnConn lends f a connection of the pool as a connection of pgx.
func OnConn(ctx context.Context, db *DB, f func(conn *pgx.Conn) error) error {
	conn, err := db.pool.Conn(ctx)
	if err != nil {
		return fmt.Errorf("reach database: %w", err)
	}
	defer conn.Close()
	var done error
	pool := conn.Raw(func(raw any) error {
		conn, err := pgxConn(raw)
		if err != nil {
			return err
		}
		done = f(conn)
		if unfit(conn) {
			return driver.ErrBadConn
		}
		return nil
	})
	if pool != nil && !errors.Is(pool, driver.ErrBadConn) {
		return pool
	}
	return done
}

// unfit tells whether a connection must not go back to the pool: it was cut off, or it was left in the middle of an
// answer or a transaction.
func unfit(conn *pgx.Conn) bool {
	return conn.IsClosed() || conn.PgConn().IsBusy() || conn.PgConn().TxStatus() != 'I'
}

func pgxConn(raw any) (*pgx.Conn, error) {
	pooled, ok := raw.(*stdlib.Conn)
	if !ok {
		return nil, fmt.Errorf("reach database: the pool holds a %T", raw)
	}
	return pooled.Conn(), nil
}

// OnLiveConn lends f a connection as [OnConn] does. When it turns out to be dead before anything was
// sent on it, f is run again on another one.
func OnLiveConn(ctx context.Context, db *DB, f func(*pgx.Conn) error) error {
	err := OnConn(ctx, db, f)
	if pgconn.SafeToRetry(err) && ctx.Err() == nil {
		return OnConn(ctx, db, f)
	}
	return err
}

// SnapshotRows is [Snapshot] for what reads many rows one by one.
func SnapshotRows(ctx context.Context, db *DB, f func(tx pgx.Tx) error) error {
	return OnConn(ctx, db, func(conn *pgx.Conn) error {
		return pgx.BeginTxFunc(ctx, conn, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, f)
	})
}

// EndTransaction rolls back what was not committed, even when ctx has ended.
func EndTransaction(ctx context.Context, conn *pgx.Conn) error {
	if conn.IsClosed() || conn.PgConn().TxStatus() == 'I' {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), endTimeout)
	defer cancel()
	if _, err := conn.Exec(ctx, "ROLLBACK"); err != nil {
		return driver.ErrBadConn // makes the pool discard it
	}
	return nil
}

// Apart connects outside the pool, with further session parameters.
func Apart(ctx context.Context, db *DB, parameters map[string]string) (*pgx.Conn, error) {
	config := db.config.Copy()
	maps.Copy(config.RuntimeParams, parameters)
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("connect to database: %w", err)
	}
	return conn, nil
}
