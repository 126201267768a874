package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/ppi-engine/ppi/internal/config"
	"github.com/ppi-engine/ppi/internal/keyring"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/internal/supervise"
	"github.com/ppi-engine/ppi/internal/telemetry"
	"github.com/ppi-engine/ppi/models"
)

// keyRotateCommand replaces a key while nothing works with it.
type keyRotateCommand struct {
	Use     models.KeyUse `arg:"" enum:"master,checkpoint,receipt" help:"Which one: ${enum}."`
	Exposed bool          `help:"Others may know the key: say so to those who verify with it."`
}

func (c keyRotateCommand) Run(ctx context.Context, inv *invocation) error {
	because := models.KeyRotated
	if c.Exposed {
		because = models.KeyExposed
	}
	return onStoppedRecord(ctx, inv, func(o keyring.Options) error {
		done, err := keyring.Rotate(ctx, o, c.Use, because, func(next config.FoundKey) error {
			fmt.Fprintf(inv.stderr, "ppi: set %s to the key on standard output, for every process. "+
				"It is shown only now\n", next.Source)
			if _, err := fmt.Fprintln(inv.stdout, next.Reveal()); err != nil {
				return fmt.Errorf("write the new key; nothing was changed: %w", err)
			}
			return nil
		})
		if err != nil {
			return err
		}
		reportReplaced(inv, c.Use, done)
		return nil
	})
}

// keyLostCommand goes on without a key that nobody has any more.
type keyLostCommand struct {
	Use models.KeyUse `arg:"" enum:"master,checkpoint,receipt" help:"Which one: ${enum}."`
}

func (c keyLostCommand) Run(ctx context.Context, inv *invocation) error {
	return onStoppedRecord(ctx, inv, func(o keyring.Options) error {
		done, err := keyring.Lose(ctx, o, c.Use)
		if err != nil {
			return err
		}
		reportReplaced(inv, c.Use, done)
		return nil
	})
}

func reportReplaced(inv *invocation, use models.KeyUse, done keyring.Replaced) {
	fmt.Fprintf(inv.stderr, "ppi: the %s key is replaced. The new one is in %s: back it up, and give it to every "+
		"process of the installation\n", use, done.New.Source)
	if done.Resealed > 0 {
		fmt.Fprintf(inv.stderr, "ppi: the secrets of %d webhook endpoints were encrypted anew\n", done.Resealed)
	}
	if done.Forgotten > 0 {
		fmt.Fprintf(inv.stderr, "ppi: %d webhook endpoints have no secret any more: their owners rotate it and resume "+
			"the endpoint\n", done.Forgotten)
	}
}

// onStoppedRecord opens the record for a command that needs everything else to be stopped: that of standalone by
// starting its PostgreSQL alone.
func onStoppedRecord(ctx context.Context, inv *invocation, f func(keyring.Options) error) error {
	cfg, err := config.Load(inv.environ, config.Inspect)
	if err != nil {
		return err
	}
	a := &app{cfg: cfg, log: telemetry.NewLogger(inv.stderr, max(cfg.LogLevel, slog.LevelWarn), cfg.LogFormat)}
	if !cfg.DatabaseURL.IsSet() {
		stop, err := startRecordAlone(ctx, a)
		if err != nil {
			return err
		}
		defer stop()
	}
	record, err := store.Open(ctx, store.Options{DSN: cfg.DatabaseURL.Reveal(), MaxConns: 2, Logger: a.log})
	if err != nil {
		return err
	}
	defer record.Close()
	if err := checkSchema(ctx, record); err != nil {
		return fmt.Errorf("the record does not have the schema of this release; run ppi migrate first: %w", err)
	}
	return f(keyring.Options{Record: record, Config: cfg, Log: a.log})
}

// startRecordAlone starts standalone's PostgreSQL and nothing else, and brings its schema up to date. It returns a
// [*supervise.LockedError] while standalone runs.
func startRecordAlone(ctx context.Context, a *app) (stop func(), err error) {
	s, stop, err := startPostgresAlone(ctx, a)
	if err != nil {
		return nil, err
	}
	if err := s.migrate(ctx); err != nil {
		stop()
		return nil, err
	}
	return stop, nil
}

// startPostgresAlone is the same and leaves the schema as it is.
func startPostgresAlone(ctx context.Context, a *app) (s *standalone, stop func(), err error) {
	if _, err := os.Stat(filepath.Join(a.cfg.DataDir, "postgres", "PG_VERSION")); errors.Is(err, fs.ErrNotExist) {
		return nil, nil, errNoRecord
	}
	lock, err := supervise.LockDir(a.cfg.DataDir)
	if err != nil {
		return nil, nil, err
	}
	release := func() { _ = lock.Release() }
	s = &standalone{app: a}
	if s.roles, err = readOrMakeRoles(a.cfg.DataDir); err != nil {
		release()
		return nil, nil, err
	}
	server, err := s.startPostgres(ctx)
	if err != nil {
		release()
		return nil, nil, err
	}
	stop = func() {
		_ = server.Stop(context.WithoutCancel(ctx))
		release()
	}
	return s, stop, nil
}
