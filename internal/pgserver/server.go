// Package pgserver runs a private PostgreSQL from the machine's own programs, as
// a child of this process that dies with it.
package pgserver

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/ppi-engine/ppi/internal/supervise"
)

const (
	host = "127.0.0.1"

	defaultMaxConnections = 200

	// pollInterval is how often a starting server is asked whether it is ready.
	pollInterval = 25 * time.Millisecond

	// stopGrace is how long a fast shutdown, which writes a checkpoint, may take. After it follows an immediate
	// shutdown, from which the next start recovers.
	stopGrace = 30 * time.Second
)

// Options says where and how the server runs. The zero value of every field but DataDir is a good choice.
type Options struct {
	// DataDir is the directory of the data; it is made when it does not exist. For a disposable server it may be empty:
	// the server then gets a temporary directory, which Stop removes.
	DataDir string
	// Port is the port on 127.0.0.1; 0 chooses a free one.
	Port int
	// MaxConnections is the number of connections to all databases together; 0 means 200.
	MaxConnections int
	// Disposable trades durability for speed, for tests: data may be lost when the machine stops, but not when a
	// process does.
	Disposable bool
	// Logger gets the server's log; nil discards it.
	Logger *slog.Logger
}

// Server is a running PostgreSQL.
type Server struct {
	cluster *cluster
	process *supervise.Process
	port    int
	log     *serverLog
	scratch *scratch // nil when the data stays
}

// PortTakenError says that the port that was asked for is in use.
type PortTakenError struct{ Port int }

func (e *PortTakenError) Error() string {
	return fmt.Sprintf("port %d on %s is in use by another program", e.Port, host)
}

// Start brings a server up on o.DataDir and returns when it accepts connections. It waits as long as ctx allows,
// because recovery after a crash may take long. ctx bounds only the start; Stop ends the server.
//
// It returns a *NotInstalledError, *VersionError, *UnreachableError, *PortTakenError or *InUseError when the operator
// must change something.
func Start(ctx context.Context, o Options) (*Server, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.MaxConnections == 0 {
		o.MaxConnections = defaultMaxConnections
	}
	dir, scratch, err := dataDir(o)
	if err != nil {
		return nil, fmt.Errorf("start PostgreSQL: %w", err)
	}
	s, err := start(ctx, dir, o)
	if err != nil {
		return nil, fmt.Errorf("start PostgreSQL: %w", errors.Join(err, scratch.remove()))
	}
	s.scratch = scratch
	return s, nil
}

// dataDir is where the data goes; scratch is not nil when the directory is removed with the server.
func dataDir(o Options) (dir string, scratch *scratch, err error) {
	if o.DataDir == "" && o.Disposable {
		if scratch, err = newScratch(); err != nil {
			return "", nil, err
		}
		return filepath.Join(scratch.dir, "data"), scratch, nil
	}
	if o.DataDir == "" {
		return "", nil, errors.New("no data directory given")
	}
	if dir, err = filepath.Abs(o.DataDir); err != nil {
		return "", nil, fmt.Errorf("find the data directory: %w", err)
	}
	return dir, nil, nil
}

func start(ctx context.Context, dir string, o Options) (*Server, error) {
	c, err := openCluster(ctx, dir, !o.Disposable)
	if err != nil {
		return nil, err
	}
	previous := takeover{dir: dir, since: time.Now()}
	for {
		port := o.Port
		if port == 0 {
			if port, err = freePort(ctx); err != nil {
				return nil, err
			}
		}
		s, err := c.launch(ctx, port, o)
		if err == nil {
			return s, nil
		}
		var taken *PortTakenError
		if errors.As(err, &taken) && o.Port == 0 {
			continue // another program took the port before the server did
		}
		if err := previous.again(ctx, err); err != nil {
			return nil, err
		}
	}
}

func freePort(ctx context.Context) (int, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", host+":0")
	if err != nil {
		return 0, fmt.Errorf("choose a free port: %w", err)
	}
	defer listener.Close()
	address, err := netip.ParseAddrPort(listener.Addr().String())
	if err != nil {
		return 0, fmt.Errorf("choose a free port: %w", err)
	}
	return int(address.Port()), nil
}

// launch starts the postmaster once and waits until it accepts connections.
func (c *cluster) launch(ctx context.Context, port int, o Options) (*Server, error) {
	log := &serverLog{logger: o.Logger}
	cmd := c.command("postgres", c.dir, c.arguments(port, o)...)
	cmd.Stderr = supervise.Lines(log.emit)
	// SIGQUIT is an immediate shutdown: the postmaster also ends its backends, at once.
	process, err := supervise.StartProcess(cmd, syscall.SIGQUIT)
	if err != nil {
		return nil, c.account.explain(err, c.dir, c.BinDir)
	}
	s := &Server{cluster: c, process: process, port: port, log: log}
	if err := s.waitReady(ctx); err != nil {
		_ = s.shutdown(ctx)
		return nil, err
	}
	return s, nil
}

func (c *cluster) arguments(port int, o Options) []string {
	settings := []string{
		"listen_addresses=" + host, "port=" + strconv.Itoa(port), "unix_socket_directories=",
		"max_connections=" + strconv.Itoa(o.MaxConnections),
		"timezone=UTC", "log_timezone=UTC", "log_line_prefix=", "log_destination=stderr", "logging_collector=off",
		// Log neither values nor statements of failed commands: they may contain passwords and personal data.
		"log_error_verbosity=terse", "log_min_error_statement=panic",
	}
	if o.Disposable {
		settings = append(settings, "fsync=off", "synchronous_commit=off", "full_page_writes=off")
	}
	args := []string{"-D", c.dir}
	for _, setting := range settings {
		args = append(args, "-c", setting)
	}
	return args
}

func (s *Server) waitReady(ctx context.Context) error {
	ticker := time.NewTicker(pollInterval)
	defer ticker.Stop()
	for {
		select {
		case <-s.process.Done():
			return s.startFailure()
		case <-ctx.Done():
			return fmt.Errorf("wait for PostgreSQL: %w", context.Cause(ctx))
		case <-ticker.C:
		}
		err := s.ping(ctx)
		if err == nil {
			return nil
		}
		if refused, ok := errors.AsType[*pgconn.PgError](err); ok && refused.Code == "28P01" {
			return fmt.Errorf("the password in %s is not the superuser's: %w",
				filepath.Join(s.cluster.dir, passwordFile), err)
		}
	}
}

func (s *Server) ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, s.AdminDSN("postgres"))
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	if err := conn.Close(ctx); err != nil {
		return fmt.Errorf("disconnect: %w", err)
	}
	return nil
}

// startFailure explains why the postmaster ended before it was ready.
func (s *Server) startFailure() error {
	switch {
	case s.log.said("could not bind IPv4 address"):
		return &PortTakenError{Port: s.port}
	case s.log.said("pre-existing shared memory block"):
		return &InUseError{Dir: s.cluster.dir, PID: lockOwner(s.cluster.dir), Orphans: true}
	case s.log.said(`lock file "postmaster.pid" already exists`):
		return &InUseError{Dir: s.cluster.dir, PID: lockOwner(s.cluster.dir)}
	default:
		return fmt.Errorf("the server ended while it started: %s: %s", s.process.State(), s.log.last())
	}
}

// Port is the port on which the server listens on 127.0.0.1.
func (s *Server) Port() int { return s.port }

// PID is the postmaster's process identifier.
func (s *Server) PID() int { return s.process.PID() }

// Installation tells which PostgreSQL this is.
func (s *Server) Installation() Installation { return s.cluster.Installation }

// AdminDSN is the superuser's connection URL for a database. It contains the password.
func (s *Server) AdminDSN(database string) string {
	return s.DSN(Superuser, s.cluster.password, database)
}

// DSN is a connection URL for a role and a database.
func (s *Server) DSN(user, password, database string) string {
	dsn := url.URL{
		Scheme: "postgres", User: url.UserPassword(user, password),
		Host: net.JoinHostPort(host, strconv.Itoa(s.port)), Path: "/" + database, RawQuery: "sslmode=disable",
	}
	return dsn.String()
}

// Done is closed when the postmaster has ended, for whatever reason.
func (s *Server) Done() <-chan struct{} { return s.process.Done() }

// Err tells how the postmaster ended; nil while it runs.
func (s *Server) Err() error { return s.process.Err() }

// Stop shuts the server down: open transactions are rolled back, data is written. When that takes longer than ctx
// allows, or longer than 30 s, the server stops at once and the next start recovers.
func (s *Server) Stop(ctx context.Context) error {
	return errors.Join(s.shutdown(ctx), s.scratch.remove())
}

func (s *Server) shutdown(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, stopGrace)
	defer cancel()
	if err := s.process.Signal(syscall.SIGINT); err != nil {
		return err
	}
	select {
	case <-s.process.Done():
		return nil
	case <-ctx.Done():
	}
	// The postmaster itself kills the processes that do not end within 5 s after SIGQUIT.
	hard, cancelHard := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancelHard()
	return s.process.Stop(hard, syscall.SIGQUIT)
}
