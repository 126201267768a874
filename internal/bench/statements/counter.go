package statements

import (
	"context"
	"regexp"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"
)

// A Counter counts the statements of each transaction that a command's ID is an argument in, as they are sent to
// PostgreSQL (begin and commit too, and each part of a WITH), and in how many round trips.
type Counter struct {
	mu   sync.Mutex
	open map[*pgx.Conn]*transaction
	acts []transaction
}

// A transaction is one under way on a connection, or one of a command that has ended.
type transaction struct {
	statements, trips int
	// texts are the arguments that may be IDs of commands.
	texts map[string]bool
}

// NewCounter makes a counter of nothing.
func NewCounter() *Counter { return &Counter{open: map[*pgx.Conn]*transaction{}} }

// commandID is the form of a command's ID.
var commandID = regexp.MustCompile(`^[0-9a-f]{64}$`)

// TraceQueryStart implements pgx.QueryTracer.
func (c *Counter) TraceQueryStart(ctx context.Context, conn *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.statement(conn, data.SQL, data.Args, 1)
	return ctx
}

// TraceBatchStart implements pgx.BatchTracer.
func (c *Counter) TraceBatchStart(ctx context.Context, conn *pgx.Conn, data pgx.TraceBatchStartData) context.Context {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, q := range data.Batch.QueuedQueries {
		trips := 0
		if i == 0 {
			trips = 1
		}
		c.statement(conn, q.SQL, q.Arguments, trips)
	}
	return ctx
}

// TraceBatchQuery implements pgx.BatchTracer.
func (*Counter) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) {}

// TraceBatchEnd implements pgx.BatchTracer.
func (*Counter) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData) {}

func (c *Counter) statement(conn *pgx.Conn, sql string, arguments []any, trips int) {
	verb := firstWord(sql)
	if verb == "begin" {
		c.open[conn] = &transaction{texts: map[string]bool{}}
	}
	t := c.open[conn]
	if t == nil {
		return
	}
	t.statements += parts(sql)
	t.trips += trips
	for _, argument := range arguments {
		if text, ok := argument.(string); ok && commandID.MatchString(text) {
			t.texts[text] = true
		}
	}
	if verb == "commit" || verb == "rollback" {
		delete(c.open, conn)
		if len(t.texts) > 0 {
			c.acts = append(c.acts, *t)
		}
	}
}

// TraceQueryEnd implements pgx.QueryTracer.
func (*Counter) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

func firstWord(sql string) string {
	words := strings.Fields(strings.ToLower(sql))
	if len(words) == 0 {
		return ""
	}
	return words[0]
}

// part begins a part of a WITH.
var part = regexp.MustCompile(`(?i)\bAS\s+(NOT\s+)?(MATERIALIZED\s+)?\(\s*(SELECT|INSERT|UPDATE|DELETE|VALUES)\b`)

// parts counts a statement as one, and the parts of its WITH besides.
func parts(sql string) int {
	if firstWord(sql) != "with" {
		return 1
	}
	return 1 + len(part.FindAllString(sql, -1))
}
