package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"github.com/ppi-engine/ppi/internal/store/pg"
)

//go:embed migrations/*.sql
var migrations embed.FS

//go:embed grants.sql
var grants string

const (
	// A migrator asks for the lock once a second for ten minutes: an index on a large table takes time.
	lockPeriodSeconds = 1
	lockAttempts      = 600
	// grantsLock keeps two migrators from granting rights at once, which PostgreSQL refuses as a concurrent update.
	grantsLock = 0x5050_4947
)

// Migrate brings the schema of the database to the newest version, as its owner, and sets the rights of the
// application's role. Any number of processes may call it at once: one migrates, the others wait.
func Migrate(ctx context.Context, ownerDSN, applicationRole string, log *slog.Logger) error {
	config, err := pg.ParseDSN(ownerDSN)
	if err != nil {
		return err
	}
	db := stdlib.OpenDB(*config)
	defer db.Close()
	provider, err := migrationProvider(db)
	if err != nil {
		return err
	}
	applied, err := provider.Up(ctx)
	if err != nil {
		return fmt.Errorf("migrate database: %w", err)
	}
	for _, m := range applied {
		log.InfoContext(ctx, "migration applied", "migration", m.Source.Path, "took", m.Duration)
	}
	return grant(ctx, db, applicationRole)
}

func migrationProvider(db *sql.DB) (*goose.Provider, error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, fmt.Errorf("read migrations: %w", err)
	}
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(lockPeriodSeconds, lockAttempts))
	if err != nil {
		return nil, fmt.Errorf("make migration lock: %w", err)
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db, files,
		goose.WithSessionLocker(locker), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return nil, fmt.Errorf("read migrations: %w", err)
	}
	return provider, nil
}

func grant(ctx context.Context, db *sql.DB, role string) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("grant rights: %w", err)
	}
	_, locked := tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock($1)", grantsLock)
	_, granted := tx.ExecContext(ctx, strings.ReplaceAll(grants, ":application", pgx.Identifier{role}.Sanitize()))
	if err := errors.Join(locked, granted); err != nil {
		return fmt.Errorf("grant rights to %q: %w", role, errors.Join(err, tx.Rollback()))
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("grant rights to %q: %w", role, err)
	}
	return nil
}

// Pending tells whether the database lacks migrations that this binary has. It is false for an older binary on a newer
// schema, on which it can run because migrations only add.
func (s *Store) Pending(ctx context.Context) (bool, error) {
	provider, err := migrationProvider(pg.Pool(s.DB))
	if err != nil {
		return false, err
	}
	var version int64
	err = pg.Pool(s.DB).QueryRowContext(ctx,
		"SELECT coalesce(max(version_id), 0) FROM goose_db_version WHERE is_applied").Scan(&version)
	if err != nil {
		return false, fmt.Errorf("read schema version: %w", err)
	}
	sources := provider.ListSources()
	return version < sources[len(sources)-1].Version, nil
}

// SchemaHash identifies the schema that [Migrate] makes: it changes with every change of a migration or of the rights,
// and with nothing else.
func SchemaHash() (string, error) {
	h := sha256.New()
	err := fs.WalkDir(migrations, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := migrations.ReadFile(path)
		if err != nil {
			return fmt.Errorf("read %s: %w", path, err)
		}
		fmt.Fprintf(h, "%s %d\n%s", path, len(text), text)
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("hash migrations: %w", err)
	}
	fmt.Fprint(h, grants)
	return hex.EncodeToString(h.Sum(nil)), nil
}
