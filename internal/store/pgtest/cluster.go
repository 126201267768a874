package pgtest

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/store"
)

const (
	ownerRole       = "ppi_test_owner"
	applicationRole = "ppi_test_app"
	rolePassword    = "pgtest"
	// templateLock is held by the one test binary that makes the template.
	templateLock = 0x5050_4954
	hashDigits   = 16
)

// A cluster is a server with all its databases; it is used as superuser.
type cluster struct {
	admin *url.URL
}

func newCluster(admin string) (cluster, error) {
	u, err := url.Parse(admin)
	if err != nil || u.Scheme == "" {
		return cluster{}, fmt.Errorf("%s is not a URL", URLVariable)
	}
	return cluster{admin: u}, nil
}

// dsn is that of a database for a user, with settings of its connections.
func (c cluster) dsn(database string, user *url.Userinfo, settings string) string {
	u := *c.admin
	u.Path, u.User = "/"+database, user
	if settings != "" {
		query := u.Query()
		query.Set("options", settings)
		u.RawQuery = strings.ReplaceAll(query.Encode(), "+", "%20") // as PostgreSQL's own programs read it
	}
	return u.String()
}

// locked runs f as superuser while no other test binary does.
func (c cluster) locked(ctx context.Context, f func(conn *pgx.Conn) error) error {
	conn, err := pgx.Connect(ctx, c.admin.String())
	if err != nil {
		return fmt.Errorf("connect to the test server: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock($1)", templateLock); err != nil {
		return fmt.Errorf("lock the test server: %w", err)
	}
	return f(conn)
}

// prepare makes the roles.
func (c cluster) prepare(ctx context.Context) error {
	return c.locked(ctx, func(conn *pgx.Conn) error { return makeRoles(ctx, conn) })
}

// template returns the name of the migrated database that tests copy, and makes it when it is not there.
func (c cluster) template(ctx context.Context) (string, error) {
	hash, err := store.SchemaHash()
	if err != nil {
		return "", err
	}
	name := "ppi_template_" + hash[:hashDigits]
	return name, c.locked(ctx, func(conn *pgx.Conn) error {
		var exists bool
		err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name).Scan(&exists)
		if err != nil || exists {
			return err
		}
		if err := makeRoles(ctx, conn); err != nil {
			return err
		}
		return c.makeTemplate(ctx, conn, name)
	})
}

// makeTemplate migrates under another name, so that a template by its own name is always complete.
func (c cluster) makeTemplate(ctx context.Context, conn *pgx.Conn, name string) error {
	draft := name + "_draft"
	if err := run(ctx, conn,
		"DROP DATABASE IF EXISTS "+draft+" WITH (FORCE)",
		"CREATE DATABASE "+draft+" OWNER "+ownerRole+" TEMPLATE template0"); err != nil {
		return err
	}
	owner := c.dsn(draft, url.UserPassword(ownerRole, rolePassword), "")
	if err := store.Migrate(ctx, owner, applicationRole, slog.New(slog.DiscardHandler)); err != nil {
		return err
	}
	return run(ctx, conn, "ALTER DATABASE "+draft+" RENAME TO "+name)
}

func makeRoles(ctx context.Context, conn *pgx.Conn) error {
	for _, role := range []string{ownerRole, applicationRole} {
		var exists bool
		if err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)", role).
			Scan(&exists); err != nil {
			return fmt.Errorf("look for role %s: %w", role, err)
		}
		if exists {
			continue
		}
		if err := run(ctx, conn, "CREATE ROLE "+role+" LOGIN PASSWORD '"+rolePassword+"'"); err != nil {
			return err
		}
	}
	return nil
}

func (c cluster) clone(t testing.TB, template string) Database {
	t.Helper()
	name := "ppi_test_" + strings.ReplaceAll(uuid.NewString(), "-", "")
	// A copy by files does not go through the server's cache, whose pages each connection would have to map.
	c.do(t, t.Context(), "CREATE DATABASE "+name+" OWNER "+ownerRole+" TEMPLATE "+template+" STRATEGY file_copy")
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), setupTimeout)
		defer cancel()
		c.do(t, ctx, "DROP DATABASE "+name+" WITH (FORCE)")
	})
	d := Database{
		Name:        name,
		Application: c.dsn(name, url.UserPassword(applicationRole, rolePassword), preferringIndexes),
		Owner:       c.dsn(name, url.UserPassword(ownerRole, rolePassword), ""),
		Superuser:   c.dsn(name, c.admin.User, uncounted),
		whole:       &[]string{},
	}
	var err error
	d.SQL, err = pgxpool.New(t.Context(), d.Superuser)
	require.NoError(t, err)
	t.Cleanup(d.SQL.Close)
	return d
}

// do carries out statements as superuser, none of them in a transaction.
func (c cluster) do(t testing.TB, ctx context.Context, statements ...string) {
	t.Helper()
	sql, err := c.administrator(ctx)
	require.NoError(t, err)
	require.NoError(t, run(ctx, sql, statements...))
}

// administration has the connections of all tests of a binary, by the server's URL. They end with it.
var administration = struct {
	mu    sync.Mutex
	pools map[string]*pgxpool.Pool
}{pools: map[string]*pgxpool.Pool{}}

func (c cluster) administrator(ctx context.Context) (*pgxpool.Pool, error) {
	administration.mu.Lock()
	defer administration.mu.Unlock()
	at := c.admin.String()
	if pool, ok := administration.pools[at]; ok {
		return pool, nil
	}
	pool, err := pgxpool.New(context.WithoutCancel(ctx), at)
	if err != nil {
		return nil, fmt.Errorf("connect to the test server: %w", err)
	}
	administration.pools[at] = pool
	return pool, nil
}

// An executor is a connection or a pool of them.
type executor interface {
	Exec(ctx context.Context, statement string, arguments ...any) (pgconn.CommandTag, error)
}

func run(ctx context.Context, sql executor, statements ...string) error {
	for _, statement := range statements {
		if _, err := sql.Exec(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return nil
}
