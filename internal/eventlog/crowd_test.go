package eventlog_test

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/ppi-engine/ppi/internal/audit"
	"github.com/ppi-engine/ppi/internal/eventlog"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/internal/store/pgtest"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// A crowd is a database with many procurements, each with an open box.
type crowd struct {
	testing.TB

	db           pgtest.Database
	sql          *pgx.Conn
	store        *store.Store
	procurements []models.ID
}

const (
	crowdBefore = 8 // events of a procurement before its box was opened
	crowdSince  = 2 // events since, the publication among them
)

// newCrowd fills a database past all acts, and has everything placed in the log.
func newCrowd(tb testing.TB, procurements int) *crowd {
	tb.Helper()
	db := pgtest.NewDatabase(tb)
	c := &crowd{TB: tb, db: db, sql: pgtest.Connect(tb, db.Superuser), store: pgtest.Open(tb, db.Application)}
	exec(tb, c.sql, "SET session_replication_role = replica")
	for range procurements {
		c.procurements = append(c.procurements, models.NewID(models.PrefixProcurement))
	}
	opened := time.Now().UTC().Truncate(time.Microsecond).Add(-time.Hour)
	person, lots := models.NewID(models.PrefixPerson), make([]models.ID, procurements)
	c.fill("procurements", "id title description languages mode zone status created_by", func(n int) []any {
		return []any{c.procurements[n], `{"en": "T"}`, "{}", `["en"]`, "live", "Europe/Paris", "draft", person}
	})
	c.fill("lots", "id procurement_id number title", func(n int) []any {
		lots[n] = models.NewID(models.PrefixLot)
		return []any{lots[n], c.procurements[n], 1, "{}"}
	})
	c.fill("boxes", "id procurement_id lot_id stage hands_in opened_at deadline deadline_local deadline_zone",
		func(n int) []any {
			return []any{
				pgtest.BoxOf(lots[n]), c.procurements[n], lots[n], "tender", "tender", opened,
				opened.AddDate(1, 0, 0), "2100-01-01T12:00", "UTC",
			}
		})
	for i := range crowdBefore + crowdSince {
		at := opened.Add(time.Duration(i-crowdBefore) * time.Minute)
		var what event.Payload = event.VoteCast{}
		if i == crowdBefore {
			what = event.ProcurementPublished{}
		}
		c.fill("events", "id procurement_id type at recorded_at data canonical", func(n int) []any {
			return c.event(event.Event{ProcurementID: c.procurements[n], At: at, Payload: what})
		})
	}
	c.sequence()
	exec(tb, c.sql, "ANALYZE")
	return c
}

func (c *crowd) sequence() {
	c.Helper()
	q := pgtest.OpenSequencer(c, c.store)
	pgtest.Sequence(c, q)
	q.Close()
}

func (c *crowd) event(e event.Event) []any {
	c.Helper()
	e.ID, e.RecordedAt = models.NewID(models.PrefixEvent), e.At
	recorded, err := e.Record()
	require.NoError(c, err)
	canonical, data, err := audit.Canonical(recorded)
	require.NoError(c, err)
	return []any{e.ID, e.ProcurementID, recorded.Type, e.At, e.At, json.RawMessage(data), canonical}
}

// fill inserts a row for each procurement.
func (c *crowd) fill(table, columns string, row func(n int) []any) {
	c.Helper()
	c.fillN(table, columns, len(c.procurements), row)
}

func (c *crowd) fillN(table, columns string, rows int, row func(n int) []any) {
	c.Helper()
	_, err := c.sql.CopyFrom(c.Context(), pgx.Identifier{table}, strings.Fields(columns), pgx.CopyFromSlice(rows,
		func(n int) ([]any, error) { return row(n), nil }))
	require.NoError(c, err, table)
}

// publicLog fills the public log with entries that were made long ago, and signs each time.
func (c *crowd) publicLog(key audit.Key, entries int) {
	c.Helper()
	var trees []audit.Tree
	var tree audit.Tree
	salt, root := make([]byte, tlog.HashSize), tree.Root()
	c.fillN("public_log", "n label commitment salt procurement_id size root through", entries, func(n int) []any {
		id := c.procurements[n%len(c.procurements)]
		label, commitment := audit.PublicLabel(id), audit.PublicHead{Size: 1}.Commitment(root)
		tree, _ = tree.Append(audit.PublicEntry{Label: label, Commitment: commitment}.Hash())
		trees = append(trees, tree)
		return []any{n + 1, label[:], commitment[:], salt, id, 1, root[:], 0}
	})
	c.fillN("public_checkpoints", "size root edge note", entries, func(n int) []any {
		head, err := audit.SignCheckpoint(key, audit.PublicOrigin(key.Name()), trees[n])
		require.NoError(c, err)
		var edge []byte
		for _, h := range trees[n].EdgeHashes() {
			edge = append(edge, h[:]...)
		}
		return []any{head.Size, head.Root[:], edge, string(head.Note)}
	})
	exec(c, c.sql, "ANALYZE")
}

// scans is how many times each table was read throughout so far, when nobody but this connection is left.
func (c *crowd) scans() map[string]int64 {
	c.Helper()
	require.Eventually(c, func() bool {
		var others int
		err := c.sql.QueryRow(c.Context(), `SELECT count(*) FROM pg_stat_activity
			WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`).
			Scan(&others)
		return err == nil && others == 0
	}, 20*time.Second, 20*time.Millisecond)
	exec(c, c.sql, "SELECT pg_stat_clear_snapshot()")
	rows, err := c.sql.Query(c.Context(), "SELECT relname::text, seq_scan FROM pg_stat_user_tables")
	require.NoError(c, err)
	scans := map[string]int64{}
	var table string
	var n int64
	_, err = pgx.ForEachRow(rows, []any{&table, &n}, func() error { scans[table] = n; return nil })
	require.NoError(c, err)
	return scans
}

// Whatever people may ask of the log, however often, costs what it gives, not what the record has.
func TestNothingReadsATableThatGrowsThroughout(t *testing.T) {
	t.Parallel()
	const procurements = 2000
	key := testKey(t)
	c := newCrowd(t, procurements)
	c.publicLog(key, 3000)
	// The first checkpoints look at what was recorded before there was a public log, the last at what is new.
	for n := range 5 {
		c.fillN("events", "id procurement_id type at recorded_at data canonical", 1, func(int) []any {
			closed := event.Event{ProcurementID: c.procurements[n], At: time.Now().UTC(), Payload: event.LotClosed{}}
			return c.event(closed)
		})
		c.sequence()
		if n < 4 {
			_, err := c.store.Log().Checkpoint(t.Context(), key, "")
			require.NoError(t, err)
		}
	}
	require.NoError(t, c.store.Close())

	visible := make([]eventlog.Visible, 20)
	for i := range visible {
		visible[i] = eventlog.Visible{ID: c.procurements[i*90], Mode: models.ModeLive, Buyers: i%2 == 0}
	}
	one := c.procurements[7]
	const all = procurements * (crowdBefore + crowdSince)
	for name, read := range map[string]func(l *eventlog.Log) error{
		"the head": func(l *eventlog.Log) error {
			_, err := l.Head(t.Context())
			return err
		},
		"the log": func(l *eventlog.Log) error {
			_, err := l.Read(t.Context(), all/2, 50)
			return err
		},
		"the feed of many": func(l *eventlog.Log) error {
			_, err := l.Feed(t.Context(), eventlog.FeedQuery{Procurements: visible, Platform: true, Limit: 50})
			return err
		},
		"the feed from now on": func(l *eventlog.Log) error {
			_, err := l.Feed(t.Context(), eventlog.FeedQuery{
				Procurements: visible[:1], After: eventlog.Place{Position: all - 3}, Limit: 50,
			})
			return err
		},
		"the feed of one type": func(l *eventlog.Log) error {
			_, err := l.Feed(t.Context(), eventlog.FeedQuery{
				Procurements: visible, Types: []string{"procurement"}, Limit: 200,
			})
			return err
		},
		"the tail": func(l *eventlog.Log) error {
			_, _, err := l.Tail(t.Context(), all-5, 500)
			return err
		},
		"an export": func(l *eventlog.Log) error {
			return l.ExportDisclosed(t.Context(), key, one, nil, func(bool) io.Writer { return io.Discard })
		},
		"the public head": func(l *eventlog.Log) error {
			_, err := l.PublicCheckpoint(t.Context())
			return err
		},
		"the public log": func(l *eventlog.Log) error {
			_, err := l.PublicLog(t.Context(), 1000, 100)
			return err
		},
		"a checkpoint": func(l *eventlog.Log) error {
			_, err := l.Checkpoint(t.Context(), key, "")
			return err
		},
	} {
		c.requireNothingThroughout(name, func(s *store.Store) error { return read(s.Log()) })
	}
	// Whoever compares the whole record reads one procurement after the other.
	c.requireNothingThroughout("one of all procurements", func(s *store.Store) error {
		return s.View(t.Context(), func(v store.View) error {
			var read int
			for _, err := range v.Events(t.Context(), one) {
				if err != nil {
					return err
				}
				read++
			}
			require.Equal(t, crowdBefore+crowdSince, read)
			_, err := v.Parts(t.Context(), one)
			return err
		})
	})
}

// requireNothingThroughout has something read and looks whether a table was read from its beginning to its end.
func (c *crowd) requireNothingThroughout(name string, read func(s *store.Store) error) {
	c.Helper()
	before := c.scans()
	s, err := store.Open(c.Context(), store.Options{DSN: c.db.Application})
	require.NoError(c, err)
	for range 7 { // from the sixth time on the server may plan for whatever is asked
		require.NoError(c, read(s), name)
	}
	require.NoError(c, s.Close())
	after := c.scans()
	for _, table := range []string{
		"events", "event_log", "event_tree", "public_log", "public_checkpoints", "boxes", "lots", "procurements",
	} {
		require.Equal(c, before[table], after[table], "%s reads %s throughout", name, table)
	}
}

// Before: the search for the position of every opening, as it was done for each public checkpoint and each export.
const searchedOpenings = `SELECT min(opening) - 1 FROM (
	SELECT (SELECT min(g.position) FROM event_log g JOIN events e ON e.id = g.event_id
		WHERE g.procurement_id = b.procurement_id AND e.at >= b.opened_at) AS opening
	FROM boxes b JOIN procurements p ON p.id = b.procurement_id
	WHERE b.closed_at IS NULL AND (p.mode = 'live' OR p.id = $1)) open`

// What anybody may ask for without a key, and what an export costs before it begins.
func BenchmarkWithManyOpenLots(b *testing.B) {
	for _, lots := range []int{2000, 20_000} {
		key, c := testKey(b), newCrowd(b, lots)
		run := func(name string, read func() error) {
			b.Run(fmt.Sprintf("%d/%s", lots, name), func(b *testing.B) {
				for b.Loop() {
					require.NoError(b, read())
				}
			})
		}
		_, err := c.store.Log().Checkpoint(b.Context(), key, "")
		require.NoError(b, err)
		run("before", func() error {
			var through *int64
			return c.sql.QueryRow(b.Context(), searchedOpenings, "").Scan(&through)
		})
		run("public checkpoint", func() error {
			_, err := c.store.Log().PublicCheckpoint(b.Context())
			return err
		})
		run("export", func() error {
			return c.store.Log().ExportDisclosed(b.Context(), key, c.procurements[7], nil,
				func(bool) io.Writer { return io.Discard })
		})
	}
}
