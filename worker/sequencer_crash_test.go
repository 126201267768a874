package worker_test

import (
	"context"
	"log/slog"
	"net/url"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/eventlog"
	"github.com/ppi-engine/ppi/internal/pgserver"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
	"github.com/ppi-engine/ppi/worker"
)

// After a crash PostgreSQL gives transaction numbers again that were lost with it. Those the sequencer
// had seen must not be among them.
func TestNoEventIsLostWhenPostgresCrashesOrRestarts(t *testing.T) {
	t.Parallel()
	c := newCrashing(t)
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { worker.Sequence(ctx, c.store, nil, slog.New(slog.DiscardHandler)) })
	var writing atomic.Bool
	writing.Store(true)
	confirmed := make([][]models.ID, 8)
	var writers sync.WaitGroup
	for i := range confirmed {
		writers.Go(func() {
			for writing.Load() {
				confirmed[i] = append(confirmed[i], c.write()...)
			}
		})
	}

	c.awaitProgress(100)
	for range 3 {
		c.killBackend()
		c.awaitProgress(100)
	}
	c.restart()
	c.awaitProgress(100)
	writing.Store(false)
	writers.Wait()
	c.awaitCatchUp()
	stop()
	running.Wait()

	report, err := c.store.Log().Verify(t.Context(), eventlog.VerifyOptions{})
	require.NoError(t, err)
	require.Nil(t, report.Fault)
	entries, err := c.store.Log().Read(t.Context(), 0, int(report.Events)+1)
	require.NoError(t, err)
	placed := make(map[models.ID]bool, len(entries))
	for _, e := range entries {
		placed[e.EventID] = true
	}
	for _, ids := range confirmed {
		for _, id := range ids {
			require.True(t, placed[id], "a confirmed event is missing: %s", id)
		}
	}
}

// crashing is a PostgreSQL of the test's own, so that it can be killed.
type crashing struct {
	t       *testing.T
	options pgserver.Options
	server  *pgserver.Server
	store   *store.Store
}

func newCrashing(t *testing.T) *crashing {
	t.Helper()
	if _, err := pgserver.Find(t.Context()); err != nil && os.Getenv("CI") != "true" {
		t.Skip(err)
	}
	directory, err := os.MkdirTemp("", "ppi-crash-") //nolint:usetesting // PostgreSQL's user cannot pass t.TempDir
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(directory)) })
	require.NoError(t, os.Chmod(directory, 0o711))
	c := &crashing{t: t, options: pgserver.Options{DataDir: directory + "/data", Disposable: true}}
	c.start()
	t.Cleanup(func() { require.NoError(t, c.server.Stop(context.Background())) })
	c.options.Port = c.server.Port()
	require.NoError(t, c.server.Provision(t.Context(),
		[]pgserver.Role{{Name: "owner", Password: "o"}, {Name: "app", Password: "a"}},
		[]pgserver.Database{{Name: "record", Owner: "owner", Users: []string{"app"}}}))
	require.NoError(t, store.Migrate(t.Context(), c.server.DSN("owner", "o", "record"), "app",
		slog.New(slog.DiscardHandler)))
	dsn, err := url.Parse(c.server.DSN("app", "a", "record"))
	require.NoError(t, err)
	// A disposable server confirms commits before they are safe from a crash.
	query := dsn.Query()
	query.Set("synchronous_commit", "on")
	dsn.RawQuery = query.Encode()
	c.store, err = store.Open(t.Context(), store.Options{DSN: dsn.String(), Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.store.Close()) })
	return c
}

func (c *crashing) start() {
	c.t.Helper()
	var err error
	c.server, err = pgserver.Start(c.t.Context(), c.options)
	require.NoError(c.t, err)
}

func (c *crashing) restart() {
	c.t.Helper()
	require.NoError(c.t, c.server.Stop(c.t.Context()))
	c.start()
}

// killBackend kills the sequencer's own backend, whereupon PostgreSQL ends all others and recovers.
func (c *crashing) killBackend() {
	c.t.Helper()
	conn, err := pgx.Connect(c.t.Context(), c.server.AdminDSN("record"))
	require.NoError(c.t, err)
	defer conn.Close(context.Background())
	var pid int
	query := "SELECT pid FROM pg_stat_activity WHERE application_name = 'ppi sequencer' LIMIT 1"
	require.NoError(c.t, conn.QueryRow(c.t.Context(), query).Scan(&pid))
	require.NoError(c.t, syscall.Kill(pid, syscall.SIGKILL))
}

// write appends one event and returns its ID when the commit was confirmed.
func (c *crashing) write() []models.ID {
	var id models.ID
	err := c.store.InTx(c.t.Context(), func(tx *store.Tx) (err error) {
		id, err = tx.Append(event.Event{Payload: event.ProcurementChanged{}})
		return err
	})
	if err != nil {
		<-time.After(5 * time.Millisecond)
		return nil
	}
	return []models.ID{id}
}

// awaitProgress waits until so many more events have their places.
func (c *crashing) awaitProgress(more int64) {
	c.t.Helper()
	start := int64(-1)
	require.Eventually(c.t, func() bool {
		head, err := c.store.Log().Head(c.t.Context())
		if err != nil {
			return false
		}
		if start < 0 {
			start = head
		}
		return head >= start+more
	}, catchUpLimit, 10*time.Millisecond)
}

func (c *crashing) awaitCatchUp() {
	c.t.Helper()
	conn, err := pgx.Connect(c.t.Context(), c.server.AdminDSN("record"))
	require.NoError(c.t, err)
	defer conn.Close(context.Background())
	require.Eventually(c.t, func() bool {
		var missing int
		err := conn.QueryRow(c.t.Context(), "SELECT (SELECT count(*) FROM events) - (SELECT count(*) FROM event_log)").
			Scan(&missing)
		return err == nil && missing == 0
	}, catchUpLimit, 10*time.Millisecond)
}
