// Package stack starts what benchmarks run on: a durable PostgreSQL (fsync on) with a migrated database,
// and a Temporal server on it.
package stack

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/ppi-engine/ppi/internal/pgserver"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/internal/temporalserver"
)

const (
	connections = 300
	owner       = "ppi_owner"
	application = "ppi_app"
	database    = "ppi"
	password    = "bench"
)

// A Stack is what runs; Close stops it and removes its data.
type Stack struct {
	Postgres *pgserver.Server
	// DSN is the application's, Admin the superuser's, both of the migrated database.
	DSN, Admin string
	// Temporal is the server's address; empty when it was not asked for.
	Temporal string

	dir      string
	temporal *temporalserver.Server
}

// Start brings the stack up. Temporal costs a few seconds and is started on demand.
func Start(ctx context.Context, withTemporal bool, log *slog.Logger) (_ *Stack, err error) {
	s := &Stack{}
	if s.dir, err = os.MkdirTemp("", "ppi-bench-"); err != nil {
		return nil, fmt.Errorf("make data directory: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close(context.WithoutCancel(ctx)))
		}
	}()
	if err := os.Chmod(s.dir, 0o755); err != nil { //nolint:gosec // PostgreSQL's user must reach its data below it
		return nil, fmt.Errorf("open data directory: %w", err)
	}
	s.Postgres, err = pgserver.Start(ctx, pgserver.Options{
		DataDir:        filepath.Join(s.dir, "postgres"),
		MaxConnections: connections, Logger: log,
	})
	if err != nil {
		return nil, err
	}
	if err := s.migrate(ctx, log); err != nil {
		return nil, err
	}
	if !withTemporal {
		return s, nil
	}
	return s, s.startTemporal(ctx)
}

func (s *Stack) migrate(ctx context.Context, log *slog.Logger) error {
	err := s.Postgres.Provision(ctx,
		[]pgserver.Role{{Name: owner, Password: password}, {Name: application, Password: password}},
		[]pgserver.Database{{Name: database, Owner: owner, Users: []string{application}}})
	if err != nil {
		return err
	}
	s.DSN, s.Admin = s.Postgres.DSN(application, password, database), s.Postgres.AdminDSN(database)
	return store.Migrate(ctx, s.Postgres.DSN(owner, password, database), application, log)
}

func (s *Stack) startTemporal(ctx context.Context) error {
	binary, err := temporalserver.Find(os.Getenv("PPI_TEMPORAL_BIN"), filepath.Join("bin", "ppi"))
	if err != nil {
		return err
	}
	s.temporal, err = temporalserver.Start(ctx, temporalserver.Options{
		Binary: binary, DatabaseURL: s.Postgres.AdminDSN("temporal"), Namespace: "ppi",
	})
	if err != nil {
		return err
	}
	s.Temporal = s.temporal.Frontend()
	return nil
}

// Close stops the servers and removes their data.
func (s *Stack) Close(ctx context.Context) error {
	var errs []error
	if s.temporal != nil {
		errs = append(errs, s.temporal.Stop(ctx))
	}
	if s.Postgres != nil {
		errs = append(errs, s.Postgres.Stop(ctx))
	}
	return errors.Join(append(errs, os.RemoveAll(s.dir))...)
}
