package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"slices"
	"time"

	"github.com/temporalio/ui-server/v2/server/version"
	"go.temporal.io/server/common/headers"
)

// Exit codes.
const (
	exitStopped = 0 // stopped as asked
	exitFailed  = 1 // any other failure
	exitRefused = 2 // bad configuration, a port that is taken, data that does not fit: repeating does not help
)

// stopTimeout bounds a graceful stop. Temporal keeps its state in transactions, so work that is cut off is repeated
// after the next start.
const stopTimeout = 8 * time.Second

// errRefused marks faults that only the operator can remove; they end the program with exitRefused.
var errRefused = errors.New("refused")

// errStdinClosed is why the program stops when its parent has ended.
var errStdinClosed = errors.New("stdin was closed")

// refuse builds an error for the operator. Its text says what to do.
func refuse(format string, args ...any) error {
	return &refusal{fmt.Sprintf(format, args...)}
}

type refusal struct{ text string }

func (r *refusal) Error() string        { return r.text }
func (r *refusal) Is(target error) bool { return target == errRefused }

// streams are the three standard streams. Only the ready line goes to out.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// ready is the one line on stdout, written when workflows can be started.
type ready struct {
	Ready         bool   `json:"ready"`
	Frontend      string `json:"frontend"`
	UI            string `json:"ui"`
	Namespace     string `json:"namespace"`
	Service       string `json:"service_namespace"`
	ServerVersion string `json:"server_version"`
	UIVersion     string `json:"ui_version"`
}

// run serves until ctx ends and returns the exit code.
func run(ctx context.Context, args []string, lookupEnv func(string) (string, bool), std streams) int {
	cfg, err := parseConfig(args, lookupEnv, std.err)
	if err == nil {
		err = serve(ctx, cfg, std)
	}
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return exitStopped
	case errors.Is(err, errRefused):
		_, _ = fmt.Fprintln(std.err, "ppi-temporal:", err)
		return exitRefused
	default:
		_, _ = fmt.Fprintln(std.err, "ppi-temporal:", err)
		return exitFailed
	}
}

func serve(parent context.Context, cfg config, std streams) error {
	ctx, cancel := context.WithCancelCause(parent)
	defer cancel(nil)
	if cfg.ExitOnStdinClose {
		go func() {
			_, _ = io.Copy(io.Discard, std.in)
			cancel(errStdinClosed)
		}()
	}
	logs := newLogs(cfg.LogLevel, std.err)
	if ip, err := netip.ParseAddr(cfg.Bind); err == nil && !ip.IsLoopback() {
		logs.slog.WarnContext(ctx, "the frontend asks for no login and can be reached from other machines",
			slog.String("bind", cfg.Bind))
	}

	stop, owned, err := start(ctx, &cfg, logs)
	defer stop()
	if err == nil {
		err = announce(cfg, std.out)
	}
	if err == nil {
		select {
		case err = <-owned:
		case <-ctx.Done():
		}
	}
	if ctx.Err() != nil {
		logs.slog.InfoContext(ctx, "stopping", slog.Any("cause", context.Cause(ctx)))
		return nil
	}
	return err
}

// start starts everything in order. The function that it returns stops what was started, also after an error. The
// channel gets an error when the databases no longer belong to this process.
func start(ctx context.Context, cfg *config, logs logs) (stop func(), owned <-chan error, err error) {
	var stops []func()
	stop = func() {
		for _, one := range slices.Backward(stops) {
			one()
		}
	}
	if err := cfg.claimPorts(ctx); err != nil {
		return stop, nil, err
	}
	if err := createDatabases(ctx, cfg.DB); err != nil {
		return stop, nil, err
	}
	claim, err := claimDatabase(ctx, cfg.DB, logs.slog)
	if err != nil {
		return stop, nil, err
	}
	stops = append(stops, claim.release)
	if err := updateSchema(ctx, cfg.DB, logs); err != nil {
		return stop, nil, err
	}
	server, err := startServer(ctx, *cfg, logs)
	if err != nil {
		return stop, nil, err
	}
	stops = append(stops, func() { server.stop(stopTimeout) })
	if err := ensureNamespaces(ctx, *cfg, logs.slog); err != nil {
		return stop, nil, err
	}
	ui, err := startUI(ctx, *cfg)
	if err != nil {
		return stop, nil, err
	}
	stops = append(stops, ui.Stop)
	return stop, claim.lost, nil
}

func announce(cfg config, out io.Writer) error {
	err := json.NewEncoder(out).Encode(ready{
		Ready:         true,
		Frontend:      cfg.frontendAddress(),
		UI:            "http://" + cfg.uiAddress(),
		Namespace:     cfg.Namespace.Name,
		Service:       cfg.Service.Name,
		ServerVersion: headers.ServerVersion,
		UIVersion:     version.UIVersion,
	})
	if err != nil {
		return fmt.Errorf("write ready line: %w", err)
	}
	return nil
}
