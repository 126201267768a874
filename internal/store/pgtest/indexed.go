package pgtest

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// small are the tables that have one row, or a few that never become many.
var small = []string{"followed", "goose_db_version", "installation_keys", "retention", "sequencer", "webhook_relay"}

// Settings of connections, in the form of a DSN. At the size of tests PostgreSQL would always read whole tables: the
// product's connections do so only where no index helps, and only what they read is counted.
const (
	preferringIndexes = "-c enable_seqscan=off"
	uncounted         = "-c track_counts=off"
)

// leaveOutOwner has what the owner reads not counted, which it cannot ask for itself: migrations and dumps read all.
func (c cluster) leaveOutOwner(t testing.TB, d Database) {
	t.Helper()
	c.do(t, t.Context(), "ALTER ROLE "+ownerRole+" IN DATABASE "+d.Name+" SET track_counts = off")
}

// ReadsWhole names tables that the test, or what it provokes, may read from their beginning to their end.
func (d Database) ReadsWhole(tables ...string) { *d.whole = append(*d.whole, tables...) }

// requireIndexed fails the test if the product has read a table that grows from its beginning to its end. It does not
// see an index that is read from its beginning to its end.
func (d Database) requireIndexed(t testing.TB) {
	t.Helper()
	if t.Failed() {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), setupTimeout)
	defer cancel()
	d.awaitCounted(ctx, t)
	rows, err := d.SQL.Query(ctx, `SELECT relname::text FROM pg_stat_user_tables
		WHERE seq_scan > 0 AND relname <> ALL ($1)`, append(*d.whole, small...))
	require.NoError(t, err)
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	require.Empty(t, tables, "the whole of these tables was read: an index is missing")
}

// awaitCounted waits until the product's connections have ended: then all that they read is counted.
func (d Database) awaitCounted(ctx context.Context, t testing.TB) {
	t.Helper()
	require.Eventually(t, func() bool {
		var left int
		err := d.SQL.QueryRow(ctx, `SELECT count(*) FROM pg_stat_activity
			WHERE datname = current_database() AND usename = $1`, applicationRole).Scan(&left)
		return err == nil && left == 0
	}, setupTimeout, 2*time.Millisecond)
}
