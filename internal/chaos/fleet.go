package chaos

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/ppi-engine/ppi/internal/pgserver"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/internal/supervise"
	"github.com/ppi-engine/ppi/internal/temporalserver"
)

const (
	owner       = "ppi_owner"
	application = "ppi_app"
	database    = "ppi"
	password    = "chaos"
	connections = 200
	workers     = 2
	// startPatience is how long a part may take to start, recovery of the database included.
	startPatience = time.Minute
	// longestAbsence is how long a part that has ended is away at most before it is started again.
	longestAbsence = 1500 * time.Millisecond
)

// FleetOptions says what the fleet is made of.
type FleetOptions struct {
	// Program is the command that is ppi, and Environ what it needs in its environment besides.
	Program []string
	Environ []string
	// Temporal is the path of ppi-temporal.
	Temporal string
	// Dir is for data and logs; PostgreSQL's account must reach it.
	Dir string
}

// A Fleet is the product as operators run it: API, two workers, Temporal and PostgreSQL, each a process of its own that
// is started again when it ends.
type Fleet struct {
	options FleetOptions
	stop    context.CancelFunc
	kept    sync.WaitGroup
	log     io.WriteCloser

	api, temporal, postgres *member
	workers                 []*member
	// ports that stay when a part starts again.
	postgresPort, temporalPort, uiPort, apiPort int
	// server is the PostgreSQL that was started first; its port and passwords are those of the others.
	server *pgserver.Server
}

// StartFleet starts everything.
func StartFleet(ctx context.Context, o FleetOptions) (_ *Fleet, err error) {
	f := &Fleet{options: o}
	if f.log, err = os.Create(filepath.Join(o.Dir, "chaos.log")); err != nil {
		return nil, fmt.Errorf("make log: %w", err)
	}
	for _, port := range []*int{&f.postgresPort, &f.temporalPort, &f.uiPort, &f.apiPort} {
		if *port, err = freePort(ctx); err != nil {
			return nil, err
		}
	}
	life, stop := context.WithCancel(context.WithoutCancel(ctx))
	f.stop = stop
	defer func() {
		if err != nil {
			f.Close()
		}
	}()
	f.postgres = f.keep(life, "PostgreSQL", f.startPostgres)
	if err := f.postgres.await(ctx); err != nil {
		return nil, err
	}
	if err := f.migrate(ctx); err != nil {
		return nil, err
	}
	f.temporal = f.keep(life, "Temporal", f.startTemporal)
	if err := f.temporal.await(ctx); err != nil {
		return nil, err
	}
	f.api = f.keep(life, "API", f.startProgram("serve"))
	if err := f.api.await(ctx); err != nil { // it makes the keys that the workers need
		return nil, err
	}
	for n := range workers {
		f.workers = append(f.workers, f.keep(life, fmt.Sprintf("worker %d", n+1), f.startProgram("worker")))
	}
	return f, nil
}

// Close ends everything; the data stays.
func (f *Fleet) Close() {
	f.stop()
	f.kept.Wait()
	_ = f.log.Close()
}

func freePort(ctx context.Context) (int, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	defer listener.Close()
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	return strconv.Atoi(port) //nolint:wrapcheck // the system's own number
}

func (f *Fleet) base() string { return "http://127.0.0.1:" + strconv.Itoa(f.apiPort) }

func (f *Fleet) temporalAddress() string { return "127.0.0.1:" + strconv.Itoa(f.temporalPort) }

func (f *Fleet) dsn() string   { return f.server.DSN(application, password, database) }
func (f *Fleet) admin() string { return f.server.AdminDSN(database) }

func (f *Fleet) migrate(ctx context.Context) error {
	err := f.server.Provision(ctx,
		[]pgserver.Role{{Name: owner, Password: password}, {Name: application, Password: password}},
		[]pgserver.Database{{Name: database, Owner: owner, Users: []string{application}}})
	if err != nil {
		return err
	}
	return store.Migrate(ctx, f.server.DSN(owner, password, database), application, slog.New(slog.DiscardHandler))
}

func (f *Fleet) startPostgres(ctx context.Context) (part, error) {
	s, err := pgserver.Start(ctx, pgserver.Options{
		DataDir: filepath.Join(f.options.Dir, "postgres"), Port: f.postgresPort, MaxConnections: connections,
	})
	if err == nil && f.server == nil {
		f.server = s
	}
	return s, err
}

func (f *Fleet) startTemporal(ctx context.Context) (part, error) {
	return temporalserver.Start(ctx, temporalserver.Options{
		Binary: f.options.Temporal, DatabaseURL: f.server.AdminDSN("temporal"), Namespace: "ppi",
		FrontendPort: f.temporalPort, UIPort: f.uiPort,
	})
}

// startProgram starts ppi with a command of its own.
func (f *Fleet) startProgram(command string) func(context.Context) (part, error) {
	return func(context.Context) (part, error) {
		//nolint:gosec,noctx // the caller names the program; its life is its Process's
		cmd := exec.Command(f.options.Program[0], append(f.options.Program[1:], command)...)
		cmd.Env = append([]string{
			"PPI_DATABASE_URL=" + f.dsn(), "PPI_DATA_DIR=" + filepath.Join(f.options.Dir, "ppi"),
			"TEMPORAL_ADDRESS=" + f.temporalAddress(), "PPI_LISTEN=" + (&url.URL{Host: f.base()}).Host[len("http://"):],
			"PPI_REQUESTS_PER_KEY=1000000", "PPI_REQUESTS_PER_ADDRESS=1000000", "PPI_WRONG_KEYS_PER_ADDRESS=1000000",
			"PATH=" + os.Getenv("PATH"), "HOME=" + f.options.Dir,
		}, f.options.Environ...)
		cmd.Stdout, cmd.Stderr = f.log, f.log
		p, err := supervise.StartProcess(cmd, syscall.SIGKILL)
		if err != nil {
			return nil, err
		}
		return p, nil
	}
}

// A part runs as a process.
type part interface {
	PID() int
	Done() <-chan struct{}
}

// A member is a part that is started again whenever it ends.
type member struct {
	name string

	mu   sync.Mutex
	runs part
	// failure is why it did not start when it was tried last.
	failure error
}

// keep starts a part, again and again until life ends.
func (f *Fleet) keep(life context.Context, name string, start func(context.Context) (part, error)) *member {
	m := &member{name: name}
	f.kept.Go(func() {
		for life.Err() == nil {
			starting, cancel := context.WithTimeout(life, startPatience)
			p, err := start(starting)
			cancel()
			if err != nil {
				m.set(nil, err)
				fmt.Fprintf(f.log, "chaos: %s did not start: %v\n", name, err)
				pause(life, longestAbsence)
				continue
			}
			m.set(p, nil)
			select {
			case <-p.Done():
				fmt.Fprintf(f.log, "chaos: %s ended\n", name)
			case <-life.Done():
				_ = syscall.Kill(p.PID(), syscall.SIGCONT)
				_ = syscall.Kill(p.PID(), syscall.SIGKILL)
				<-p.Done()
			}
			m.set(nil, nil)
			pause(life, rand.N(longestAbsence)) //nolint:gosec // nothing secret
		}
	})
	return m
}

func (m *member) set(p part, failure error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.runs, m.failure = p, failure
}

// pid is that of the process that runs; 0: none does.
func (m *member) pid() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.runs == nil {
		return 0
	}
	return m.runs.PID()
}

// await waits until the part runs.
func (m *member) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*startPatience)
	defer cancel()
	for m.pid() == 0 {
		m.mu.Lock()
		failure := m.failure
		m.mu.Unlock()
		if ctx.Err() != nil || failure != nil {
			return errors.Join(fmt.Errorf("%s does not start", m.name), failure, ctx.Err())
		}
		pause(ctx, 20*time.Millisecond) //nolint:mnd // often enough
	}
	return nil
}
