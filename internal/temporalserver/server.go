// Package temporalserver runs a Temporal server with its web UI, the program
// ppi-temporal, as a child of this process that dies with it.
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

// exitRefused is how ppi-temporal ends when repeating does not help: a port that
// is taken, data that does not fit.
const exitRefused = 2

// stopGrace is more than ppi-temporal allows itself (9 s).
const stopGrace = 15 * time.Second

// Options say which program runs on which database.
type Options struct {
	// Binary is the path of ppi-temporal; see [Find].
	Binary string
	// DatabaseURL is postgres://role:password@host:port/name. The role must own the
	// databases name and name_visibility, or be able to create them. Without a name
	// they are temporal and temporal_visibility.
	DatabaseURL string
	// FrontendPort and UIPort on 127.0.0.1; 0 chooses a free one.
	FrontendPort, UIPort int
	// Namespace is created when absent, and so is ServiceNamespace; without a name the latter is the former with
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

// RefusedError is a start that only the operator can make work.
type RefusedError struct{ Reason string }

func (e *RefusedError) Error() string { return "ppi-temporal refuses to start: " + e.Reason }

// Start brings the server up and returns when workflows can be started. ctx
// bounds the start only, Stop ends the server. Refusal to expect: *RefusedError.
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
		return nil, errors.New("start ppi-temporal: its database URL cannot be parsed") // the URL holds a password
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
	default: // it says so once
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

// Stop ends the server, gracefully within what ctx and 15 s allow.
func (s *Server) Stop(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, stopGrace)
	defer cancel()
	return s.process.Stop(ctx, syscall.SIGTERM)
}
