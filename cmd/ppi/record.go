package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/ppi-engine/ppi/internal/config"
	"github.com/ppi-engine/ppi/internal/store"
)

// errNoRecord means that a command found no database.
var errNoRecord = errors.New("no database: set PPI_DATABASE_URL, or start ppi standalone on this data directory")

// withRecord opens the record for a command that does one thing on it and ends.
func withRecord(ctx context.Context, inv *invocation, do func(cfg *config.Config, record *store.Store) error) error {
	cfg, err := config.Load(inv.environ, config.Inspect)
	if err != nil {
		return err
	}
	return withRecordOf(ctx, inv, cfg, func(record *store.Store) error { return do(cfg, record) })
}

// withRecordOf is [withRecord] for a command that looks at the configuration before.
func withRecordOf(ctx context.Context, inv *invocation, cfg *config.Config, do func(*store.Store) error) error {
	record, err := openRecordOnce(ctx, cfg, inv.stderr)
	if err != nil {
		return err
	}
	defer record.Close()
	return do(record)
}

// openRecordOnce does not wait for a database that is unreachable.
func openRecordOnce(ctx context.Context, cfg *config.Config, stderr io.Writer) (*store.Store, error) {
	dsn, err := recordURL(cfg)
	if err != nil {
		return nil, err
	}
	return store.Open(ctx, store.Options{DSN: dsn, MaxConns: 2, Logger: slog.New(slog.NewTextHandler(stderr, nil))})
}

// recordURL is the configured URL of the record or, without one, that of standalone's own PostgreSQL while it runs on
// our data directory.
func recordURL(cfg *config.Config) (string, error) {
	if cfg.DatabaseURL.IsSet() {
		return cfg.DatabaseURL.Reveal(), nil
	}
	port, err := runningPort(filepath.Join(cfg.DataDir, "postgres"))
	if err != nil {
		return "", err
	}
	text, err := os.ReadFile(filepath.Join(cfg.DataDir, "postgres-roles.json"))
	if err != nil {
		return "", fmt.Errorf("%w (%w)", errNoRecord, err)
	}
	var r roles
	if err := json.Unmarshal(text, &r); err != nil {
		return "", fmt.Errorf("read the passwords of the database roles: %w", err)
	}
	dsn := url.URL{
		Scheme: "postgres", User: url.UserPassword(applicationRole, r.Application),
		Host: net.JoinHostPort("127.0.0.1", port), Path: "/" + recordDatabase, RawQuery: "sslmode=disable",
	}
	return dsn.String(), nil
}

// runningPort reads the port of a running PostgreSQL from the fourth line of its lock file.
func runningPort(dataDir string) (string, error) {
	const portLine = 3
	text, err := os.ReadFile(filepath.Join(dataDir, "postmaster.pid"))
	if err != nil {
		return "", fmt.Errorf("%w (%w)", errNoRecord, err)
	}
	lines := strings.Split(string(text), "\n")
	if len(lines) <= portLine {
		return "", errNoRecord
	}
	return strings.TrimSpace(lines[portLine]), nil
}
