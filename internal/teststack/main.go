// Command teststack runs a command, such as go test, beside one disposable
// PostgreSQL and one Temporal server that all its tests share:
//
//	go run ./internal/teststack -- go test ./...
//
// The command finds them in PPI_TEST_DATABASE_URL (the superuser's URL) and PPI_TEST_TEMPORAL_ADDRESS. Its exit code
// becomes ours. ppi-temporal is looked for in PPI_TEMPORAL_BIN, bin/ and PATH. When it is not found, the second
// variable is not set; if CI=true, that is a failure.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/ppi-engine/ppi/internal/pgserver"
	"github.com/ppi-engine/ppi/internal/supervise"
	"github.com/ppi-engine/ppi/internal/temporalserver"
)

const (
	exitFailed = 1
	exitUsage  = 2

	// namespace is the default of our client configuration.
	namespace = "ppi"

	// connections are enough for the packages that go test runs side by side.
	connections = 400
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	os.Exit(run(ctx, os.Args[1:], os.Stderr))
}

func run(ctx context.Context, args []string, stderr io.Writer) int {
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	if len(args) == 0 {
		fmt.Fprintln(stderr, "usage: teststack -- command [arguments]")
		return exitUsage
	}
	code, err := runBeside(ctx, args, stderr)
	if err != nil {
		fmt.Fprintln(stderr, "teststack:", err)
		return max(code, exitFailed)
	}
	return code
}

// runBeside starts the servers, runs the command and stops the servers.
func runBeside(ctx context.Context, args []string, stderr io.Writer) (code int, err error) {
	began := time.Now()
	postgres, err := pgserver.Start(ctx, pgserver.Options{Disposable: true, MaxConnections: connections})
	if err != nil {
		return exitFailed, err
	}
	defer func() { err = errors.Join(err, postgres.Stop(context.WithoutCancel(ctx))) }()
	env := append(os.Environ(), "PPI_TEST_DATABASE_URL="+postgres.AdminDSN("postgres"))

	switch binary, missing := findTemporal(); {
	case missing != nil && os.Getenv("CI") == "true":
		return exitFailed, missing
	case missing != nil:
		fmt.Fprintln(stderr, "teststack: tests that need Temporal are skipped:", missing)
	default:
		temporal, failed := temporalserver.Start(ctx, temporalserver.Options{
			Binary: binary, DatabaseURL: postgres.AdminDSN("temporal"), Namespace: namespace,
		})
		if failed != nil {
			return exitFailed, failed
		}
		defer func() { err = errors.Join(err, temporal.Stop(context.WithoutCancel(ctx))) }()
		env = append(env, "PPI_TEST_TEMPORAL_ADDRESS="+temporal.Frontend())
	}
	fmt.Fprintf(stderr, "teststack: up in %.1f s\n", time.Since(began).Seconds())
	return runCommand(ctx, args, env)
}

func findTemporal() (string, error) {
	return temporalserver.Find(os.Getenv("PPI_TEMPORAL_BIN"), filepath.Join("bin", "ppi"))
}

// runCommand runs the command with our output. The command leads a process group of its own, so that a Ctrl-C ends it
// before the servers that it uses.
func runCommand(ctx context.Context, args, env []string) (int, error) {
	cmd := exec.Command(args[0], args[1:]...) //nolint:noctx // its life is its Process's, which stops it in order
	cmd.Stdout, cmd.Stderr, cmd.Env = os.Stdout, os.Stderr, env
	process, err := supervise.StartProcess(cmd, syscall.SIGKILL)
	if err != nil {
		return exitFailed, err
	}
	select {
	case <-process.Done():
	case <-ctx.Done():
		stopCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		return exitFailed, errors.Join(context.Cause(ctx), process.Stop(stopCtx, syscall.SIGTERM))
	}
	if exit, ok := errors.AsType[*exec.ExitError](process.Err()); ok && exit.ExitCode() > 0 {
		return exit.ExitCode(), nil
	}
	return 0, process.Err()
}
