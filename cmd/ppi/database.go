package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/ppi-engine/ppi/internal/config"
	"github.com/ppi-engine/ppi/internal/pgserver"
	"github.com/ppi-engine/ppi/internal/supervise"
)

// The roles and databases on standalone's own PostgreSQL.
const (
	recordDatabase   = "ppi"
	ownerRole        = "ppi_owner"
	applicationRole  = "ppi_app"
	temporalRole     = "temporal"
	temporalDatabase = "temporal"
	// visibilityDatabase is named as ppi-temporal expects it.
	visibilityDatabase = temporalDatabase + "_visibility"
)

// roles are the passwords of the roles on standalone's own PostgreSQL.
type roles struct {
	Owner       string `json:"ppi_owner"`
	Application string `json:"ppi_app"`
	Temporal    string `json:"temporal"`
}

// readOrMakeRoles reads the passwords from the data directory or makes them. The caller must have locked the directory.
func readOrMakeRoles(dataDir string) (roles, error) {
	var r roles
	file := filepath.Join(dataDir, "postgres-roles.json")
	text, err := os.ReadFile(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		r = roles{Owner: rand.Text(), Application: rand.Text(), Temporal: rand.Text()}
		return r, r.write(file)
	case err != nil:
		return r, fmt.Errorf("read the passwords of the database roles: %w", err)
	}
	if err := json.Unmarshal(text, &r); err != nil {
		return r, fmt.Errorf("read the passwords of the database roles in %s: %w "+
			"(if you remove the file, new passwords are made)", file, err)
	}
	return r, nil
}

// write writes the file completely or not at all.
func (r roles) write(file string) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err == nil {
		err = os.WriteFile(file+".new", append(text, '\n'), 0o600)
	}
	if err == nil {
		err = os.Rename(file+".new", file)
	}
	if err != nil {
		return fmt.Errorf("keep the passwords of the database roles: %w", err)
	}
	return nil
}

// startPostgres starts our PostgreSQL. The first time it makes roles and databases and writes their addresses into the
// configuration. A restart uses the same port, so that all other parts find it again.
func (s *standalone) startPostgres(ctx context.Context) (supervise.Started, error) {
	first := !s.cfg.DatabaseURL.IsSet()
	server, err := pgserver.Start(ctx, pgserver.Options{
		DataDir: filepath.Join(s.cfg.DataDir, "postgres"),
		Port:    s.postgres.port,
		Logger:  s.log.With(slog.String("part", "postgres")),
	})
	if err != nil {
		return nil, err
	}
	if !first {
		return server, nil
	}
	if err := s.provision(ctx, server); err != nil {
		return nil, errors.Join(err, server.Stop(context.WithoutCancel(ctx)))
	}
	return server, nil
}

func (s *standalone) provision(ctx context.Context, server *pgserver.Server) error {
	err := server.Provision(ctx, []pgserver.Role{
		{Name: ownerRole, Password: s.roles.Owner},
		{Name: applicationRole, Password: s.roles.Application},
		{Name: temporalRole, Password: s.roles.Temporal},
	}, []pgserver.Database{
		{Name: recordDatabase, Owner: ownerRole, Users: []string{applicationRole}},
		{Name: temporalDatabase, Owner: temporalRole},
		{Name: visibilityDatabase, Owner: temporalRole},
	})
	if err != nil {
		return err
	}
	s.postgres.port = server.Port()
	return s.useDatabases(server)
}

func (s *standalone) useDatabases(server *pgserver.Server) error {
	for _, d := range []struct {
		field                *config.DatabaseURL
		role, password, name string
	}{
		{&s.cfg.DatabaseOwnerURL, ownerRole, s.roles.Owner, recordDatabase},
		{&s.cfg.TemporalDatabaseURL, temporalRole, s.roles.Temporal, temporalDatabase},
		{&s.cfg.DatabaseURL, applicationRole, s.roles.Application, recordDatabase},
	} {
		var err error
		if *d.field, err = config.ParseDatabaseURL(server.DSN(d.role, d.password, d.name)); err != nil {
			return fmt.Errorf("address the database %s: %w", d.name, err)
		}
	}
	return nil
}

func (s *standalone) migrate(ctx context.Context) error {
	return migrate(ctx, s.cfg, s.log)
}
