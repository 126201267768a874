// Command ppi-temporal is the pinned Temporal server with its web UI on PostgreSQL, in one process. "ppi standalone"
// starts it when no Temporal server is given. It knows nothing of procurement.
//
// See README.md for flags, exit codes and how to change the version.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	std := streams{in: os.Stdin, out: os.Stdout, err: os.Stderr}
	// Libraries of the web UI print to os.Stdout; the real stdout is only for the ready line.
	os.Stdout = os.Stderr

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	os.Exit(run(ctx, os.Args[1:], os.LookupEnv, std))
}
