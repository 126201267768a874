package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	// claimKey is the advisory lock of a Temporal server on its database: "ppi-temp" in ASCII.
	claimKey = int64(0x7070692d74656d70)
	// claimWait is enough for PostgreSQL to notice that a predecessor was killed and to end its session.
	claimWait = 3 * time.Second
	// claimCheck is how often the session that has the lock is checked.
	claimCheck = 5 * time.Second
)

// claim is the exclusive right to serve one database: an advisory lock of a session of its own. Without it two servers
// would take the history shards from each other as long as both run. Neither knows of the other, because membership is
// fixed in the configuration.
type claim struct {
	conn *pgx.Conn
	lost chan error
	end  context.CancelFunc
	done chan struct{}
}

// claimDatabase takes the right or refuses.
func claimDatabase(ctx context.Context, p postgres, logger *slog.Logger) (*claim, error) {
	conn, err := lock(ctx, p)
	if err != nil {
		return nil, err
	}
	ctx, end := context.WithCancel(context.WithoutCancel(ctx))
	c := &claim{conn: conn, lost: make(chan error, 1), end: end, done: make(chan struct{})}
	go func() {
		defer close(c.done)
		c.keep(ctx, p, logger)
	}()
	return c, nil
}

// release gives the right back.
func (c *claim) release() {
	c.end()
	<-c.done
}

// keep takes the lock again after PostgreSQL was unreachable, and reports when another session has it by then.
func (c *claim) keep(ctx context.Context, p postgres, logger *slog.Logger) {
	tick := time.NewTicker(claimCheck)
	defer tick.Stop()
	defer c.close(ctx)
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if c.alive(ctx) {
			continue
		}
		c.close(ctx)
		conn, err := lock(ctx, p)
		switch {
		case err == nil:
			c.conn = conn
			logger.InfoContext(ctx, "took the lock on the database again", slog.String("database", p.Name))
		case errors.Is(err, errRefused):
			c.lost <- err
			return
		default:
			logger.WarnContext(ctx, "lost the lock on the database, will try again", slog.Any("error", err))
		}
	}
}

func (c *claim) alive(ctx context.Context) bool {
	if c.conn == nil {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, claimCheck)
	defer cancel()
	return c.conn.Ping(ctx) == nil
}

func (c *claim) close(ctx context.Context) {
	if c.conn != nil {
		closeSession(ctx, c.conn)
		c.conn = nil
	}
}

// lock opens a session and takes the lock in it.
func lock(ctx context.Context, p postgres) (*pgx.Conn, error) {
	conn, err := p.open(ctx, p.Name)
	if err != nil {
		return nil, err
	}
	if err := waitForLock(ctx, conn, p.Name); err != nil {
		closeSession(ctx, conn)
		return nil, err
	}
	return conn, nil
}

func waitForLock(ctx context.Context, conn *pgx.Conn, database string) error {
	until := time.After(claimWait)
	tick := time.NewTicker(retryEvery)
	defer tick.Stop()
	for {
		var locked bool
		if err := conn.QueryRow(ctx, "SELECT pg_try_advisory_lock($1)", claimKey).Scan(&locked); err != nil {
			return fmt.Errorf("lock database %q: %w", database, err)
		}
		if locked {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("lock database %q: %w", database, context.Cause(ctx))
		case <-until:
			return refuse("another ppi-temporal serves database %q: stop it, or choose other databases with -db-name "+
				"and -db-visibility-name", database)
		case <-tick.C:
		}
	}
}
