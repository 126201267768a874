// Package pgtest gives every test a database of its own: a copy of a template that is migrated once
// for all test binaries.
package pgtest

import (
	"context"
	"log/slog"
	"os"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/store"
)

// URLVariable names the environment variable with a superuser's URL of the test server. Without it
// a private server is started from the machine's binaries.
const URLVariable = "PPI_TEST_DATABASE_URL"

// setupTimeout bounds the work before and after a test; a copy takes a tenth of a second.
const setupTimeout = time.Minute

// A Database is one test's own. Its DSNs are URLs.
type Database struct {
	Name string
	// Application, Owner and Superuser connect with the rights of the product, with those of migrations, and with all
	// rights, as only an intruder would have.
	Application, Owner, Superuser string
	// SQL has all rights. It connects when it is asked.
	SQL *pgxpool.Pool

	whole *[]string
}

// New makes a migrated database and opens it as the application; both end with the test.
func New(t testing.TB) *store.Store {
	t.Helper()
	return Open(t, NewDatabase(t).Application)
}

// Open opens a store that is closed when the test ends.
func Open(t testing.TB, dsn string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{DSN: dsn, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

// NewDatabase makes a migrated database that is dropped when the test ends. The test fails if the application reads the
// whole of a table that grows. Without a server the test is skipped; in CI it fails.
func NewDatabase(t testing.TB) Database {
	t.Helper()
	c := clusterFor(t)
	template, err := c.template(t.Context())
	require.NoError(t, err)
	d := c.clone(t, template)
	c.leaveOutOwner(t, d)
	t.Cleanup(func() { d.requireIndexed(t) })
	return d
}

// NewEmptyDatabase makes a database without any schema, for tests of migrations.
func NewEmptyDatabase(t testing.TB) Database {
	t.Helper()
	c := clusterFor(t)
	require.NoError(t, c.prepare(t.Context()))
	return c.clone(t, "template0")
}

func clusterFor(t testing.TB) cluster {
	t.Helper()
	url, err := serverURL()
	if err != nil && os.Getenv("CI") != "true" {
		t.Skipf("no PostgreSQL for tests (set %s): %v", URLVariable, err)
	}
	require.NoError(t, err)
	c, err := newCluster(url)
	require.NoError(t, err)
	return c
}

// Connect opens one connection that is closed when the test ends.
func Connect(t testing.TB, dsn string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}
