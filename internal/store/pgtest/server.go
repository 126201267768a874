package pgtest

import (
	"context"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/ppi-engine/ppi/internal/pgserver"
)

const (
	startTimeout = time.Minute
	stopTimeout  = 20 * time.Second
)

// private is the server of this test binary, started by the first test that needs one.
var private struct { //nolint:gochecknoglobals // one server for all tests of a binary, which share nothing else
	once   sync.Once
	server *pgserver.Server
	err    error
}

func serverURL() (string, error) {
	if url := os.Getenv(URLVariable); url != "" {
		return url, nil
	}
	private.once.Do(func() {
		ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
		defer cancel()
		private.server, private.err = pgserver.Start(ctx, pgserver.Options{Disposable: true})
	})
	if private.err != nil {
		return "", private.err
	}
	return private.server.AdminDSN("postgres"), nil
}

// Main runs the tests of a package and stops the private server, if they started one. A package whose tests use a
// database calls it from TestMain. Without it the server ends with the binary, but its data stays in the temporary
// directory.
func Main(m *testing.M) {
	code := m.Run()
	if private.server != nil {
		ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
		_ = private.server.Stop(ctx)
		cancel()
	}
	os.Exit(code)
}
