package pg

import (
	"context"
	"net"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// impatiently dials connections on which a read fails after so much silence. An idle connection is not read from.
func impatiently(dial pgconn.DialFunc, limit time.Duration) pgconn.DialFunc {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return &impatient{Conn: conn, limit: limit}, nil
	}
}

// An impatient connection keeps the deadlines that its user sets, and one of its own for each read.
type impatient struct {
	net.Conn

	limit time.Duration

	mu sync.Mutex
	// until is the user's deadline of reads; zero: none.
	until time.Time
}

// Read reads, and waits no longer than the limit.
func (c *impatient) Read(p []byte) (int, error) {
	if err := c.begin(); err != nil {
		return 0, err
	}
	return c.Conn.Read(p)
}

func (c *impatient) begin() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	end := time.Now().Add(c.limit)
	if !c.until.IsZero() && c.until.Before(end) {
		end = c.until
	}
	return c.Conn.SetReadDeadline(end) //nolint:wrapcheck // it is a connection, with its errors
}

// SetDeadline sets the user's deadline; one in the past ends a read under way.
func (c *impatient) SetDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.until = t
	return c.Conn.SetDeadline(t) //nolint:wrapcheck // see begin
}

// SetReadDeadline sets the user's deadline of reads.
func (c *impatient) SetReadDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.until = t
	return c.Conn.SetReadDeadline(t) //nolint:wrapcheck // see begin
}
