package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/ppi-engine/ppi/internal/config"
	"github.com/ppi-engine/ppi/internal/pgserver"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/internal/supervise"
	"github.com/ppi-engine/ppi/internal/telemetry"
)

// backupCommand copies the databases of standalone: the record and Temporal's. The keys are left out on purpose: who
// finds a backup with them could sign receipts in the installation's name and read the secrets of webhooks.
type backupCommand struct {
	Dir string `arg:"" type:"path" help:"A directory that does not exist yet."`
}

// restoreCommand puts a backup in the place of the databases of standalone, which are kept beside it.
type restoreCommand struct {
	Dir string `arg:"" type:"existingdir" help:"The backup, as ppi backup made it."`
}

// The parts of a backup.
const (
	backupPostgres    = "postgres"
	backupDescription = "backup.json"
)

// A backupNote says what a backup is.
type backupNote struct {
	MadeAt  time.Time `json:"made_at"`
	Release string    `json:"release"`
	// Entries is how many entries the event log had, at least.
	Entries int64 `json:"entries"`
}

// errManaged means that backup and restore are for standalone's own PostgreSQL only.
var errManaged = errors.New("PPI_DATABASE_URL names a PostgreSQL that is not standalone's own: " +
	"back it up with pg_dump or by the means of who runs it; docs/backup.md has the commands")

func (c backupCommand) Run(ctx context.Context, inv *invocation) error {
	a, err := appOfStandalone(inv)
	if err != nil {
		return err
	}
	if _, err := os.Lstat(c.Dir); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s exists already: name a directory that does not, for each backup a new one", c.Dir)
	}
	dsn, stop, err := recordOfStandalone(ctx, a)
	if err != nil {
		return err
	}
	defer stop()
	note := backupNote{MadeAt: time.Now().UTC().Truncate(time.Second), Release: version}
	if note.Entries, err = entriesOf(ctx, dsn, a.log); err != nil {
		return err
	}
	// The account that runs PostgreSQL must pass; it cannot list, and the data below is 0700.
	if err := os.MkdirAll(c.Dir, dataDirMode); err != nil {
		return fmt.Errorf("make the directory of the backup: %w", err)
	}
	if err := c.copy(ctx, a, note); err != nil {
		return errors.Join(err, os.RemoveAll(c.Dir))
	}
	fmt.Fprintf(inv.stdout, "%s has the databases, with at least %d entries of the event log\n", c.Dir, note.Entries)
	fmt.Fprintf(inv.stderr, "ppi: the keys (%s) and the checkpoints (%s) are not in the backup. Keep a copy of "+
		"both in another place\n", filepath.Join(a.cfg.DataDir, "keys"), a.cfg.CheckpointDir)
	return nil
}

func (c backupCommand) copy(ctx context.Context, a *app, note backupNote) error {
	data := filepath.Join(a.cfg.DataDir, backupPostgres)
	running, err := runningPort(data)
	if err != nil {
		return err
	}
	port, err := strconv.Atoi(running)
	if err != nil {
		return fmt.Errorf("read the port of PostgreSQL: %w", err)
	}
	if err := pgserver.BackUp(ctx, data, port, filepath.Join(c.Dir, backupPostgres)); err != nil {
		return err
	}
	text, err := json.MarshalIndent(note, "", "  ")
	if err == nil {
		err = os.WriteFile(filepath.Join(c.Dir, backupDescription), append(text, '\n'), 0o600)
	}
	if err != nil {
		return fmt.Errorf("describe the backup: %w", err)
	}
	return nil
}

func (c restoreCommand) Run(ctx context.Context, inv *invocation) error {
	a, err := appOfStandalone(inv)
	if err != nil {
		return err
	}
	var note backupNote
	text, err := os.ReadFile(filepath.Join(c.Dir, backupDescription))
	if err == nil {
		err = json.Unmarshal(text, &note)
	}
	if err != nil {
		return fmt.Errorf("%s is not a whole backup of ppi backup: %w", c.Dir, err)
	}
	if err := mustWrite("PPI_DATA_DIR", a.cfg.DataDir, dataDirMode); err != nil {
		return err
	}
	lock, err := supervise.LockDir(a.cfg.DataDir)
	if err != nil {
		return err
	}
	defer func() { _ = lock.Release() }()
	aside, err := c.replace(ctx, a.cfg.DataDir)
	if err != nil {
		return err
	}
	fmt.Fprintf(inv.stdout, "the databases of %s, with at least %d entries of the event log, are in %s\n",
		note.MadeAt.Format(time.RFC3339), note.Entries, a.cfg.DataDir)
	if aside != "" {
		fmt.Fprintf(inv.stderr, "ppi: the databases that were there are in %s\n", aside)
	}
	fmt.Fprintln(inv.stderr, "ppi: keys and checkpoints are as they were. Now start ppi standalone without access "+
		"from outside, see by ppi audit verify what is missing, revoke and erase again what was, and run ppi recover "+
		"--all; docs/backup.md has the steps")
	return nil
}

// replace puts the backup in the place of the databases, and returns where those are now; empty: there were none. When
// it fails, everything is as it was.
func (c restoreCommand) replace(ctx context.Context, dataDir string) (aside string, err error) {
	data := filepath.Join(dataDir, backupPostgres)
	if _, err := runningPort(data); err == nil {
		return "", fmt.Errorf("a PostgreSQL has not ended on %s (it has the file postmaster.pid). Start ppi "+
			"standalone and stop it again, then repeat the command", data)
	}
	fresh := data + ".restoring"
	if err := os.RemoveAll(fresh); err != nil {
		return "", fmt.Errorf("remove an earlier attempt: %w", err)
	}
	if err := pgserver.Restore(ctx, filepath.Join(c.Dir, backupPostgres), fresh); err != nil {
		return "", err
	}
	return exchange(data, fresh)
}

// exchange puts the directory fresh in the place of data, and returns where that is now; empty: there was none. When it
// is killed between the two steps, data is missing until it is done again.
func exchange(data, fresh string) (aside string, err error) {
	if _, err := os.Lstat(data); err == nil {
		aside = data + ".before-" + time.Now().UTC().Format("20060102T150405Z")
		if err := os.Rename(data, aside); err != nil {
			return "", fmt.Errorf("put the databases aside: %w", err)
		}
	}
	err = os.Rename(fresh, data)
	if err == nil {
		return aside, nil
	}
	err = fmt.Errorf("put the backup in the place of the databases: %w", err)
	if aside != "" {
		err = errors.Join(err, os.Rename(aside, data))
	}
	return "", err
}

// appOfStandalone reads the configuration for a command on standalone's own PostgreSQL.
func appOfStandalone(inv *invocation) (*app, error) {
	cfg, err := config.Load(inv.environ, config.Inspect)
	if err != nil {
		return nil, err
	}
	if cfg.DatabaseURL.IsSet() {
		return nil, errManaged
	}
	return &app{cfg: cfg, log: telemetry.NewLogger(inv.stderr, max(cfg.LogLevel, slog.LevelWarn), cfg.LogFormat)}, nil
}

// recordOfStandalone returns the address of the record on standalone's PostgreSQL: of the one that runs, else it starts
// one alone, which stop ends.
func recordOfStandalone(ctx context.Context, a *app) (dsn string, stop func(), err error) {
	_, stop, err = startPostgresAlone(ctx, a) // the backup before an upgrade has the schema before it
	switch {
	case is[*supervise.LockedError](err):
		dsn, err = recordURL(a.cfg)
		return dsn, func() {}, err
	case err != nil:
		return "", nil, err
	}
	return a.cfg.DatabaseURL.Reveal(), stop, nil
}

// entriesOf counts the entries of the event log.
func entriesOf(ctx context.Context, dsn string, log *slog.Logger) (int64, error) {
	record, err := store.Open(ctx, store.Options{DSN: dsn, MaxConns: 1, Logger: log})
	if err != nil {
		return 0, err
	}
	defer record.Close()
	return record.Log().Head(ctx)
}
