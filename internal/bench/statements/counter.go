package statements

import (
	"context"
	"regexp"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"
)

// A Counter counts the statements of each transaction that a command's ID is an argument in, as they are sent to
// PostgreSQL: begin and commit too, and each part of a WITH.
type Counter struct {
	mu   sync.Mutex
	open map[*pgx.Conn]*transaction
	acts []transaction
}

// A transaction is one under way on a connection, or one of a command that has ended.
type transaction struct {
	statements int
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
	verb := firstWord(data.SQL)
	if verb == "begin" {
		c.open[conn] = &transaction{texts: map[string]bool{}}
	}
	t := c.open[conn]
	if t == nil {
		return ctx
	}
	t.statements += parts(data.SQL)
	for _, argument := range data.Args {
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
	return ctx
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
