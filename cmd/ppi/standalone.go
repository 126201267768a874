package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/ppi-engine/ppi/internal/config"
	"github.com/ppi-engine/ppi/internal/pgserver"
	"github.com/ppi-engine/ppi/internal/supervise"
	"github.com/ppi-engine/ppi/internal/temporalserver"
)

type standaloneCommand struct {
	JSON bool `help:"Print all addresses as one line of JSON." name:"json"`
}

func (c standaloneCommand) Run(ctx context.Context, inv *invocation) error {
	began := time.Now()
	a, err := newApp(ctx, inv, config.Standalone)
	if err != nil {
		return err
	}
	err = runStandalone(ctx, a, func(where addresses) {
		where.Seconds = time.Since(began).Seconds()
		if err := c.announce(inv.stdout, where); err != nil {
			a.log.WarnContext(ctx, "cannot print the addresses", slog.Any("error", err))
		}
	})
	if errors.Is(err, context.Canceled) {
		return nil // stopped as asked, before it was up
	}
	return err
}

// addresses are the addresses of all parts, when they are ready.
type addresses struct {
	Ready      bool    `json:"ready"`
	API        string  `json:"api"`
	Temporal   string  `json:"temporal"`
	TemporalUI string  `json:"temporal_ui,omitempty"` // unknown for a Temporal that is not ours
	DataDir    string  `json:"data_dir"`
	Seconds    float64 `json:"seconds"` // from the start of the command until it was ready
}

func (c standaloneCommand) announce(out io.Writer, a addresses) error {
	if c.JSON {
		return json.NewEncoder(out).Encode(a) //nolint:wrapcheck // the caller says what it was about
	}
	fmt.Fprintf(out, "PPI Engine is ready after %.1f s.\n\n  API          %s\n", a.Seconds, a.API)
	if a.TemporalUI != "" {
		fmt.Fprintf(out, "  Temporal UI  %s\n", a.TemporalUI)
	}
	_, err := fmt.Fprintf(out, "  Data         %s\n\nCtrl-C stops it; the data stays.\n", a.DataDir)
	return err // the caller says what it was about
}

// runStandalone runs all parts until ctx ends, and calls ready once, when all of them answer. It locks the data
// directory.
func runStandalone(ctx context.Context, a *app, ready func(addresses)) (err error) {
	s := &standalone{app: a}
	a.alone = true
	if err := s.findPrograms(ctx); err != nil {
		return err
	}
	if err := a.mustKeepFiles(); err != nil {
		return err
	}
	lock, err := supervise.LockDir(a.cfg.DataDir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.Release()) }()
	if err := s.claimPorts(ctx, lock.Abandoned != 0); err != nil {
		return err
	}
	stop, err := a.observe(ctx)
	if err != nil {
		return err
	}
	defer stop()
	if s.postgres.wanted {
		if s.roles, err = readOrMakeRoles(a.cfg.DataDir); err != nil {
			return err
		}
	}
	err = supervise.Run(ctx, s.parts(), supervise.Options{
		Logger:      a.log,
		StopTimeout: a.cfg.ShutdownTimeout + stopSlack,
		Ready:       func() { ready(s.addresses()) },
	})
	return orDiskFull(ctx, a.cfg.DataDir, err)
}

// mustKeepFiles refuses a start where the files of an installation cannot be kept.
func (a *app) mustKeepFiles() error {
	return errors.Join(mustWrite("PPI_DATA_DIR", a.cfg.DataDir, dataDirMode),
		mustWrite("PPI_CHECKPOINT_DIR", a.cfg.CheckpointDir, checkpointDirMode))
}

// Others may pass through the data directory, because the data of PostgreSQL below may belong to another user; they may
// not list it.
const (
	dataDirMode       = 0o711
	checkpointDirMode = 0o755
)

// stopSlack is how long a part may take to stop after it has finished the work under way.
const stopSlack = 5 * time.Second

// standalone is the system that "ppi standalone" runs. Each field is set before the parts that read it start.
type standalone struct {
	*app
	postgres struct {
		wanted bool
		port   int // 0 until the first start, unless one is configured
	}
	temporal struct {
		wanted bool
		binary string
		ui     string
	}
	roles roles
}

// findPrograms looks for the programs that must be installed, before anything is changed.
func (s *standalone) findPrograms(ctx context.Context) error {
	s.postgres.wanted = !s.cfg.DatabaseURL.IsSet()
	s.temporal.wanted = !s.cfg.Temporal.IsSet()
	var missing []error
	if s.postgres.wanted {
		_, err := pgserver.Find(ctx)
		missing = append(missing, err)
	}
	if s.temporal.wanted {
		self, err := os.Executable()
		missing = append(missing, err)
		s.temporal.binary, err = temporalserver.Find(s.cfg.TemporalBinary, self)
		missing = append(missing, err)
	}
	return errors.Join(missing...)
}

// parts are the components, each after those that it needs. API and worker keep working while PostgreSQL or Temporal is
// restarted.
func (s *standalone) parts() []supervise.Part {
	var parts []supervise.Part
	var database, engine []string
	if s.postgres.wanted {
		parts = append(parts, supervise.Part{Name: "postgres", Start: s.startPostgres})
		database = []string{"postgres"}
	}
	if s.temporal.wanted {
		parts = append(parts, supervise.Part{Name: "temporal", Needs: database, Start: s.startTemporal})
		engine = []string{"temporal"}
	}
	return append(parts,
		supervise.Part{Name: "schema", Needs: database, Start: supervise.Once(s.migrate)},
		supervise.Part{Name: "keys", Needs: []string{"schema"}, Start: supervise.Once(s.compareKeys)},
		supervise.Part{
			Name: "api", Needs: []string{"keys"},
			Start: supervise.Task(func(ctx context.Context, ready func()) error { return runServe(ctx, s.app, ready) }),
		},
		supervise.Part{
			Name: "worker", Needs: append(engine, "keys"),
			Start: supervise.Task(func(ctx context.Context, ready func()) error {
				return runWorker(ctx, s.app, ready)
			}),
		},
	)
}

// compareKeys refuses a start with other keys than those of the record, before any part works with them.
func (s *standalone) compareKeys(ctx context.Context) error {
	record, err := openRecord(ctx, s.app, recordUse{})
	if err != nil {
		return err
	}
	defer record.Close()
	held, err := holdKeys(ctx, s.app, record, keysOfAPI)
	if err != nil {
		return err
	}
	held.Release()
	return nil
}

func (s *standalone) startTemporal(ctx context.Context) (supervise.Started, error) {
	server, err := temporalserver.Start(ctx, temporalserver.Options{
		Binary:           s.temporal.binary,
		DatabaseURL:      s.cfg.TemporalDatabaseURL.Reveal(),
		FrontendPort:     s.cfg.TemporalPort,
		UIPort:           s.cfg.TemporalUIPort,
		Namespace:        s.cfg.Temporal.Namespace(),
		ServiceNamespace: s.cfg.ServiceNamespace,
		Logger:           s.log.With(slog.String("part", "temporal")),
	})
	if err != nil {
		return nil, err
	}
	return server, nil
}

func (s *standalone) addresses() addresses {
	return addresses{
		Ready: true, API: s.cfg.PublicURL.String(), Temporal: s.cfg.Temporal.Address(),
		TemporalUI: s.temporal.ui, DataDir: s.cfg.DataDir,
	}
}
