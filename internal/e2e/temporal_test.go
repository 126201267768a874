package e2e

import (
	"context"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/store/pgtest"
	"github.com/ppi-engine/ppi/internal/temporalserver"
	"github.com/ppi-engine/ppi/internal/temporalserver/temporaltest"
)

// An ownTemporal is a Temporal server of one test, which the test may kill.
type ownTemporal struct {
	options temporalserver.Options
	server  *temporalserver.Server
}

func startTemporal(t *testing.T) *ownTemporal {
	t.Helper()
	temporaltest.Address(t) // without the stack of tests there is nothing to start one on
	binary, err := temporalserver.Find(os.Getenv("PPI_TEMPORAL_BIN"), filepath.Join("..", "..", "bin", "ppi"))
	require.NoError(t, err)
	database, err := url.Parse(os.Getenv(pgtest.URLVariable))
	require.NoError(t, err)
	name := "temporal_" + strings.ReplaceAll(uuid.NewString(), "-", "")
	database.Path = "/" + name
	own := &ownTemporal{options: temporalserver.Options{
		Binary: binary, DatabaseURL: database.String(),
		Namespace: "ppi",
	}}
	own.start(t)
	_, port, err := net.SplitHostPort(own.server.Frontend())
	require.NoError(t, err)
	own.options.FrontendPort, err = strconv.Atoi(port)
	require.NoError(t, err)
	t.Cleanup(func() {
		_ = own.server.Stop(context.WithoutCancel(t.Context()))
		conn, err := pgx.Connect(context.WithoutCancel(t.Context()), os.Getenv(pgtest.URLVariable))
		require.NoError(t, err)
		defer conn.Close(context.WithoutCancel(t.Context()))
		for _, database := range []string{name, name + "_visibility"} {
			_, err := conn.Exec(context.WithoutCancel(t.Context()), "DROP DATABASE IF EXISTS "+database+" WITH (FORCE)")
			require.NoError(t, err)
		}
	})
	return own
}

// start brings the server up, again where it was before.
func (o *ownTemporal) start(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var err error
	o.server, err = temporalserver.Start(ctx, o.options)
	require.NoError(t, err)
}

func (o *ownTemporal) address() string { return o.server.Frontend() }

// stop ends the server in order.
func (o *ownTemporal) stop(t *testing.T) {
	t.Helper()
	require.NoError(t, o.server.Stop(t.Context()))
}

// databases are those of the server.
func (o *ownTemporal) databases(t *testing.T) []string {
	t.Helper()
	at, err := url.Parse(o.options.DatabaseURL)
	require.NoError(t, err)
	name := strings.TrimPrefix(at.Path, "/")
	return []string{name, name + "_visibility"}
}

// copyTo copies the databases of the stopped server to others, whose names end in a suffix, or back from there.
func (o *ownTemporal) copyTo(t *testing.T, suffix string, forth bool) {
	t.Helper()
	for _, name := range o.databases(t) {
		from, to := name, name+suffix
		if !forth {
			from, to = to, from
		}
		onServer(t, "DROP DATABASE IF EXISTS "+to+" WITH (FORCE)", "CREATE DATABASE "+to+" TEMPLATE "+from)
		if forth {
			t.Cleanup(func() { onServer(t, "DROP DATABASE IF EXISTS "+to+" WITH (FORCE)") })
		}
	}
}

// lose drops the databases of the stopped server.
func (o *ownTemporal) lose(t *testing.T) {
	t.Helper()
	for _, name := range o.databases(t) {
		onServer(t, "DROP DATABASE "+name+" WITH (FORCE)")
	}
}

// onServer carries out statements as superuser, outside of any database of a test.
func onServer(t *testing.T, statements ...string) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	conn, err := pgx.Connect(ctx, os.Getenv(pgtest.URLVariable))
	require.NoError(t, err)
	defer conn.Close(ctx)
	for _, statement := range statements {
		_, err := conn.Exec(ctx, statement)
		require.NoError(t, err, statement)
	}
}

// kill ends the server without a word.
func (o *ownTemporal) kill(t *testing.T) {
	t.Helper()
	require.NoError(t, syscall.Kill(o.server.PID(), syscall.SIGKILL))
	<-o.server.Done()
}
