package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/ppi-engine/ppi/internal/apiclient"
	"github.com/ppi-engine/ppi/internal/auth"
	"github.com/ppi-engine/ppi/internal/config"
	"github.com/ppi-engine/ppi/internal/demo"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/internal/telemetry"
)

// demoCommand plays a real procurement on a system of its own, which is removed afterwards.
type demoCommand struct {
	Procedure string `default:"dialogue" enum:"dialogue,open,restricted,negotiated,partnership" help:"${enum}; the case was a dialogue."` //nolint:lll // a tag cannot be broken

	Seed uint64 `default:"1" help:"Other seeds give other tenders and other winners."`
	Keep bool   `help:"Stay up afterwards and show the run in the Temporal UI; Ctrl-C ends it."`
}

func (c demoCommand) Run(ctx context.Context, inv *invocation) error {
	began := time.Now()
	dir, err := os.MkdirTemp("", "ppi-demo-")
	if err != nil {
		return fmt.Errorf("make a directory for the demonstration: %w", err)
	}
	defer os.RemoveAll(dir)
	a, err := demoApp(inv, dir)
	if err != nil {
		return err
	}
	defer a.closeLog()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var played error
	fmt.Fprintln(inv.stderr, "Starting PostgreSQL, Temporal, API and worker …")
	err = runStandalone(ctx, a.app, func(where addresses) {
		fmt.Fprintf(inv.stderr, "Everything runs at %s\n\n", where.API)
		go func() {
			defer stop()
			played = c.play(ctx, inv, a.app, where, began)
		}()
	})
	if played != nil {
		return errors.Join(played, fmt.Errorf("what the system logged is in %s", a.keepLog()))
	}
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// A demoSystem is the standalone system of the demonstration. Its log goes to a file, because the screen is for the
// story.
type demoSystem struct {
	*app
	log *os.File
}

func demoApp(inv *invocation, dir string) (*demoSystem, error) {
	var environ []string
	for _, v := range inv.environ { // a trial must not touch an installation that the environment names
		if !strings.HasPrefix(v, "PPI_DATA") && !strings.HasPrefix(v, "TEMPORAL_") {
			environ = append(environ, v)
		}
	}
	environ = append(environ, "PPI_DATA_DIR="+filepath.Join(dir, "data"), "PPI_LISTEN=127.0.0.1:0",
		"PPI_POSTGRES_PORT=0",
		"PPI_TEMPORAL_PORT=0", "PPI_TEMPORAL_UI_PORT=0", "PPI_WEBHOOK_ALLOW=127.0.0.0/8",
		"PPI_METRICS_ADDRESS=off")
	cfg, err := config.Load(environ, config.Standalone)
	if err != nil {
		return nil, err
	}
	log, err := os.CreateTemp("", "ppi-demo-*.log")
	if err != nil {
		return nil, fmt.Errorf("open the log of the demonstration: %w", err)
	}
	if err := os.Chmod(dir, 0o711); err != nil { //nolint:gosec // PostgreSQL's own user passes through
		return nil, fmt.Errorf("open the directory of the demonstration: %w", err)
	}
	s := &demoSystem{app: &app{cfg: cfg, log: telemetry.NewLogger(log, slog.LevelInfo, config.LogText)}, log: log}
	s.listen = func(ctx context.Context) (net.Listener, error) { return listenAPI(ctx, cfg.Listen) }
	return s, nil
}

func (s *demoSystem) closeLog() { _ = errors.Join(s.log.Close(), os.Remove(s.log.Name())) }

// keepLog keeps the log, because something went wrong, and returns where it is.
func (s *demoSystem) keepLog() string {
	kept := s.log.Name() + ".kept"
	if os.Link(s.log.Name(), kept) != nil {
		return s.log.Name()
	}
	return kept
}

func (c demoCommand) play(ctx context.Context, inv *invocation, a *app, where addresses, began time.Time) error {
	admin, err := demoAdministrator(ctx, a, where)
	if err != nil {
		return err
	}
	result, err := demo.Play(ctx, demo.Options{
		Admin: admin, Screen: inv.stderr, Began: began, Seed: c.Seed, Procedure: c.Procedure,
	})
	if err != nil {
		return err
	}
	if err := json.NewEncoder(inv.stdout).Encode(result); err != nil {
		return fmt.Errorf("write the result: %w", err)
	}
	if c.Keep {
		fmt.Fprintf(inv.stderr, "\nThe run in the Temporal UI (its tab User Metadata shows the state): %s\n"+
			"The API's reference: %s/docs\nCtrl-C ends the demonstration.\n",
			runAddress(where.TemporalUI, result.Procurement), where.API)
		<-ctx.Done()
	}
	return nil
}

// demoAdministrator makes the first key, as "ppi key create --administrator" does; all other keys come from the API.
func demoAdministrator(ctx context.Context, a *app, where addresses) (*apiclient.Client, error) {
	record, err := store.Open(ctx, store.Options{DSN: a.cfg.DatabaseURL.Reveal(), MaxConns: 2, Logger: a.log})
	if err != nil {
		return nil, err
	}
	defer record.Close()
	token, err := auth.CreateAdministrator(ctx, record,
		auth.Administrator{Name: "Operator", Organisation: "Platform operator"})
	if err != nil {
		return nil, err
	}
	return &apiclient.Client{Base: where.API, Key: token.Reveal(), HTTP: &http.Client{Timeout: time.Minute}}, nil
}

// runAddress is the URL at which the Temporal UI shows a procurement's run.
func runAddress(ui, procurement string) string {
	_, uuid, _ := strings.Cut(procurement, "_")
	return ui + "/namespaces/ppi/workflows/procurement%2F" + uuid
}
