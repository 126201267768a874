// Package temporalserver runs the program ppi-temporal, a Temporal server with its web UI, as a child of this process
// that ends with it.
package temporalserver

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/ppi-engine/ppi/internal/supervise"
)

// exitRefused is the exit code of ppi-temporal when starting it again does not help: a port is taken, or data does not
// fit.
const exitRefused = 2

// stopGrace is more than ppi-temporal allows itself (9 s).
const stopGrace = 15 * time.Second

// Options says which program runs on which database.
type Options struct {
	// Binary is the path of ppi-temporal; see [Find].
	Binary string
	// DatabaseURL is postgres://role:password@host:port/name. The role must own the
	// databases name and name_visibility, or be able to create them. Without a name
	// they are temporal and temporal_visibility.
	DatabaseURL string
	// FrontendPort and UIPort on 127.0.0.1; 0 chooses a free one.
	FrontendPort, UIPort int
	// Namespace and ServiceNamespace are created if they do not exist. An empty ServiceNamespace means Namespace with
	// -service.
	Namespace, ServiceNamespace string
	// Logger gets the server's log; nil discards it.
	Logger *slog.Logger
}

// Server is a running Temporal server.
type Server struct {
	process *supervise.Process
	ready   ready
}

// ready is the line that ppi-temporal prints when workflows can be started.
type ready struct {
	Frontend string `json:"frontend"`
	UI       string `json:"ui"`
}

// RefusedError is a failed start whose cause only the operator can remove.
type RefusedError struct{ Reason string }

func (e *RefusedError) Error() string { return "ppi-temporal refuses to start: " + e.Reason }

// Start brings the server up and returns when workflows can be started. ctx bounds only the start; Stop ends the
// server. It returns a *RefusedError when the operator must change something.
func Start(ctx context.Context, o Options) (*Server, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	cmd, err := o.command()
	if err != nil {
		return nil, err
	}
	log := &serverLog{logger: o.Logger}
	announced := make(chan ready, 1)
	cmd.Stderr = supervise.Lines(log.emit)
	cmd.Stdout = supervise.Lines(func(line string) { announce(line, announced) })
	// The child stops when this end closes, on kernels without a parent death signal.
	if _, err := cmd.StdinPipe(); err != nil {
		return nil, fmt.Errorf("start ppi-temporal: %w", err)
	}
	process, err := supervise.StartProcess(cmd, syscall.SIGKILL)
	if err != nil {
		return nil, err
	}
	s := &Server{process: process}
	select {
	case s.ready = <-announced:
		return s, nil
	case <-process.Done():
		return nil, startFailure(process, log)
	case <-ctx.Done():
		return nil, errors.Join(fmt.Errorf("wait for ppi-temporal: %w", context.Cause(ctx)),
			s.Stop(context.WithoutCancel(ctx)))
	}
}

func (o Options) command() (*exec.Cmd, error) {
	database, err := url.Parse(o.DatabaseURL)
	if err != nil {
		return nil, errors.New("start ppi-temporal: its database URL cannot be parsed") // the URL contains a password
	}
	args := []string{
		"-db-host", database.Hostname(), "-db-user", database.User.Username(), "-namespace", o.Namespace,
		"-frontend-port", strconv.Itoa(o.FrontendPort), "-ui-port", strconv.Itoa(o.UIPort), "-exit-on-stdin-close",
	}
	if o.ServiceNamespace != "" {
		args = append(args, "-service-namespace", o.ServiceNamespace)
	}
	if port := database.Port(); port != "" {
		args = append(args, "-db-port", port)
	}
	if mode := database.Query().Get("sslmode"); mode != "" {
		args = append(args, "-db-sslmode", mode)
	}
	if name := strings.TrimPrefix(database.Path, "/"); name != "" {
		args = append(args, "-db-name", name, "-db-visibility-name", name+"_visibility")
	}
	password, _ := database.User.Password()
	cmd := exec.Command(o.Binary, args...) //nolint:noctx // its life is its Process's, which stops it in order
	cmd.Env = []string{
		"PPI_TEMPORAL_DB_PASSWORD=" + password, "PATH=" + os.Getenv("PATH"),
		"HOME=" + os.Getenv("HOME"), "TZ=UTC",
	}
	return cmd, nil
}

func announce(line string, announced chan<- ready) {
	var r ready
	if err := json.Unmarshal([]byte(line), &r); err != nil || r.Frontend == "" {
		return
	}
	select {
	case announced <- r:
	default: // only the first announcement counts
	}
}

func startFailure(process *supervise.Process, log *serverLog) error {
	if exit, ok := errors.AsType[*exec.ExitError](process.Err()); ok && exit.ExitCode() == exitRefused {
		return &RefusedError{Reason: log.last()}
	}
	return fmt.Errorf("ppi-temporal ended while it started: %s: %s", process.State(), log.last())
}

// Frontend is the address of the gRPC service, host and port.
func (s *Server) Frontend() string { return s.ready.Frontend }

// UI is the web UI's URL.
func (s *Server) UI() string { return s.ready.UI }

// PID is the server's process identifier.
func (s *Server) PID() int { return s.process.PID() }

// Done is closed when the server has ended, for whatever reason.
func (s *Server) Done() <-chan struct{} { return s.process.Done() }

// Err tells how the server ended; nil while it runs.
func (s *Server) Err() error { return s.process.Err() }

// Stop ends the server, gracefully if it can within ctx and 15 s.
func (s *Server) Stop(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, stopGrace)
	defer cancel()
	return s.process.Stop(ctx, syscall.SIGTERM)
}
