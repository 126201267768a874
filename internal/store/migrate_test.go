package store_test

import (
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/internal/store/pg"
	"github.com/ppi-engine/ppi/internal/store/pgtest"
)

const testRole = "ppi_test_app"

func TestSeveralMigratorsAtOnceMakeOneSchema(t *testing.T) {
	t.Parallel()
	db := pgtest.NewEmptyDatabase(t)
	var migrators errgroup.Group
	for range 4 {
		migrators.Go(func() error {
			return store.Migrate(t.Context(), db.Owner, testRole, slog.New(slog.DiscardHandler))
		})
	}
	require.NoError(t, migrators.Wait())

	pending, err := pgtest.Open(t, db.Application).Pending(t.Context())
	require.NoError(t, err)
	require.False(t, pending)
	applied := pgtest.RowCount(t, db, "SELECT count(*) FROM goose_db_version WHERE version_id = 1")
	require.EqualValues(t, 1, applied)
}

func TestASchemaBehindTheBinaryIsPending(t *testing.T) {
	t.Parallel()
	db := pgtest.NewDatabase(t)
	conn := pgtest.Connect(t, db.Superuser)
	_, err := conn.Exec(t.Context(),
		"DELETE FROM goose_db_version WHERE version_id = (SELECT max(version_id) FROM goose_db_version)")
	require.NoError(t, err)

	pending, err := pgtest.Open(t, db.Application).Pending(t.Context())
	require.NoError(t, err)
	require.True(t, pending)
}

// record is the tables that nobody changes.
var record = []string{
	"events", "event_log", "event_tree", "checkpoints", "public_log", "public_checkpoints", "counting_openings",
}

func TestTheApplicationMayOnlyReadAndAppendTheRecord(t *testing.T) {
	t.Parallel()
	db := pgtest.NewDatabase(t)
	conn := pgtest.Connect(t, db.Superuser)
	for _, table := range record {
		for _, privilege := range []string{
			"SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES",
			"TRIGGER",
		} {
			var granted bool
			err := conn.QueryRow(t.Context(), "SELECT has_table_privilege($1, $2, $3)", testRole, table, privilege).
				Scan(&granted)
			require.NoError(t, err)
			want := privilege == "SELECT" || privilege == "INSERT" && table != "events"
			require.Equal(t, want, granted, "%s on %s", privilege, table)
		}
	}
	for column, want := range map[string]bool{"data": true, "xid": false, "ordinal": false} {
		var granted bool
		err := conn.QueryRow(t.Context(), "SELECT has_column_privilege($1, 'events', $2, 'INSERT')", testRole, column).
			Scan(&granted)
		require.NoError(t, err)
		require.Equal(t, want, granted, "number and transaction of an event are the database's: %s", column)
	}
}

func TestTheRecordRefusesChangesEvenByItsOwner(t *testing.T) {
	t.Parallel()
	db := pgtest.NewDatabase(t)
	conn := pgtest.Connect(t, db.Owner)
	for _, table := range record {
		for _, change := range []string{
			"DELETE FROM " + table,
			"TRUNCATE " + table + " CASCADE",
		} {
			_, err := conn.Exec(t.Context(), change)
			violation, ok := pg.ViolationOf(err)
			require.True(t, ok, "%s: %v", change, err)
			require.Equal(t, pg.ViolationAppendOnly, violation.Kind, change)
		}
	}
	_, err := conn.Exec(t.Context(), "UPDATE events SET type = 'a.b'")
	violation, ok := pg.ViolationOf(err)
	require.True(t, ok, err)
	require.Equal(t, pg.Violation{Kind: pg.ViolationAppendOnly, Constraint: "append_only", Table: "events"}, violation)
}
