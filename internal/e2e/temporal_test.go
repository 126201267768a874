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

// kill ends the server without a word.
func (o *ownTemporal) kill(t *testing.T) {
	t.Helper()
	require.NoError(t, syscall.Kill(o.server.PID(), syscall.SIGKILL))
	<-o.server.Done()
}
