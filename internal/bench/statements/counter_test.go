package statements

import (
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

func TestEachPartOfAWithIsAStatement(t *testing.T) {
	t.Parallel()
	for sql, n := range map[string]int{
		"SELECT (SELECT 1), (SELECT 2)": 1,
		"UPDATE lots SET version = 2":   1,
		"WITH a AS (SELECT 1) SELECT 2": 2,
		"with a as (insert into b values (1) returning c), d AS MATERIALIZED (\n SELECT 1) SELECT 2": 3,
	} {
		require.Equal(t, n, parts(sql), sql)
	}
}

// What is sent outside of transactions, or in those of no command, is not an act's.
func TestAnActIsTheTransactionThatNamesACommand(t *testing.T) {
	t.Parallel()
	id := strings.Repeat("ab", 32)
	counter, act, other := NewCounter(), &pgx.Conn{}, &pgx.Conn{}
	for _, sent := range []struct {
		conn *pgx.Conn
		sql  string
		args []any
	}{
		{act, "SELECT 1", []any{id}},
		{act, "begin isolation level read committed", nil},
		{other, "begin", nil},
		{act, "SELECT * FROM commands WHERE id = $1", []any{id}},
		{other, "SELECT 1", []any{"no command"}},
		{act, "WITH a AS (SELECT 1) SELECT 2", nil},
		{other, "commit", nil},
		{act, "rollback", nil},
		{act, "SELECT 1", []any{id}},
	} {
		counter.TraceQueryStart(t.Context(), sent.conn, pgx.TraceQueryStartData{SQL: sent.sql, Args: sent.args})
	}
	require.Equal(t, []transaction{{statements: 5, trips: 4, texts: map[string]bool{id: true}}}, counter.acts)
	var out strings.Builder
	require.InDelta(t, 5, counter.report(map[string]string{id: "vote"}, Options{Out: &out}), 0)
	require.Contains(t, out.String(), "vote")
}

// Statements that are sent together make one round trip.
func TestABatchIsOneRoundTrip(t *testing.T) {
	t.Parallel()
	id := strings.Repeat("ab", 32)
	counter, act := NewCounter(), &pgx.Conn{}
	for _, together := range [][]string{{"begin", "SELECT $1"}, {"UPDATE lots SET version = 2", "SELECT 1", "commit"}} {
		batch := &pgx.Batch{}
		for _, sql := range together {
			batch.Queue(sql, id)
		}
		counter.TraceBatchStart(t.Context(), act, pgx.TraceBatchStartData{Batch: batch})
	}
	require.Equal(t, []transaction{{statements: 5, trips: 2, texts: map[string]bool{id: true}}}, counter.acts)
}
