package store_test

import (
	"context"
	"iter"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/internal/store/pgtest"
	"github.com/ppi-engine/ppi/models"
)

// many are procurements of others, of which one in ten is under way; each has a consortium of two and eight roles.
const many = 5000

// A crowd is a platform with many procurements, and one organisation that takes part in few.
type crowd struct {
	*pgtest.Platform

	// traced is the same record, which remembers what it is asked.
	traced     *store.Store
	statements *statements
}

// statements are what a store sent to the database.
type statements struct {
	mu   sync.Mutex
	sent []pgx.TraceQueryStartData
}

func (s *statements) TraceQueryStart(
	ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData,
) context.Context {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sent = append(s.sent, data)
	return ctx
}

func (*statements) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

func (*statements) TraceBatchStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchStartData) context.Context {
	return ctx
}

func (*statements) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) {}

func (*statements) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData) {}

func newCrowd(t *testing.T) *crowd {
	t.Helper()
	c := &crowd{Platform: pgtest.NewPlatform(t), statements: &statements{}}
	c.Exec("SET session_replication_role = replica")
	id := func(prefix, kind string) string {
		return "'" + prefix + "_0000" + kind + "000-0000-7000-8000-' || lpad(to_hex(n), 12, '0')"
	}
	c.Exec(`INSERT INTO procurements (id, title, description, languages, mode, zone, status, created_by, started_at,
			ended_at)
		SELECT `+id("prc", "1")+`, '{"en": "T"}', '{}', '["en"]', 'live', 'Europe/Paris',
			CASE WHEN n % 10 = 0 THEN 'running' ELSE 'completed' END, `+id("per", "2")+`, now(),
			CASE WHEN n % 10 > 0 THEN now() END FROM generate_series(1, $1::int) n`, many)
	c.Exec(`INSERT INTO consortium_members (procurement_id, organisation_id, lead, joined_at)
		SELECT `+id("prc", "1")+`, 'org_00003000-0000-7000-8000-' || lpad(to_hex(n * 2 + m), 12, '0'), m = 0, now()
		FROM generate_series(1, $1::int) n, generate_series(0, 1) m`, many)
	c.Exec(`INSERT INTO role_assignments (id, procurement_id, person_id, organisation_id, role, valid_from)
		SELECT 'rol_00004000-0000-7000-8000-' || lpad(to_hex(n * 8 + m), 12, '0'), `+id("prc", "1")+`,
			'per_00002000-0000-7000-8000-' || lpad(to_hex(n * 8 + m), 12, '0'),
			'org_00003000-0000-7000-8000-' || lpad(to_hex(n * 2 + m % 2), 12, '0'),
			(ARRAY['board', 'buyer', 'legal', 'opener', 'supplier', 'signatory', 'drafter', 'observer'])[m + 1], now()
		FROM generate_series(1, $1::int) n, generate_series(0, 7) m`, many)
	c.Exec(`INSERT INTO people (id, organisation_id, name, email)
		SELECT `+id("per", "2")+`, `+id("org", "3")+`, 'P', '' FROM generate_series(1, $1::int) n`, many)
	c.Exec("SET session_replication_role = origin")
	c.Exec("ANALYZE")
	var err error
	c.traced, err = store.Open(t.Context(), store.Options{
		DSN: c.Database.Application, Logger: slog.New(slog.DiscardHandler), Tracer: c.statements,
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.traced.Close()) })
	return c
}

var wholeTable = regexp.MustCompile(
	`Seq Scan on (procurements|role_assignments|consortium_members|people|commands|endpoints|events|event_log)\b.*`)

// requireIndexed asks the database how it carries out what f asks, and refuses plans that read a growing table from its
// beginning to its end.
func (c *crowd) requireIndexed(f func(s *store.Store) error) {
	c.Helper()
	c.statements.mu.Lock()
	c.statements.sent = nil
	c.statements.mu.Unlock()
	require.NoError(c, f(c.traced))
	require.NotEmpty(c, c.statements.sent)
	for _, asked := range c.statements.sent {
		if !strings.Contains(asked.SQL, "FROM") {
			continue
		}
		plan := c.plan(asked)
		require.Empty(c, wholeTable.FindAllString(plan, -1), "%s\n%s", asked.SQL, plan)
	}
}

// plan is how the database carries out what was asked.
func (c *crowd) plan(asked pgx.TraceQueryStartData) string {
	c.Helper()
	rows, err := c.SQL.Query(c.Context(), "EXPLAIN "+asked.SQL, asked.Args...)
	require.NoError(c, err, asked.SQL)
	plan, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(c, err, asked.SQL)
	return strings.Join(plan, "\n")
}

// A person's own procurements are found by index, however many there are of others, and in the order of their IDs.
func TestOwnProcurementsAreFoundAmongManyByIndex(t *testing.T) {
	t.Parallel()
	c := newCrowd(t)
	person, voice := c.Person(), c.Person()
	c.Exec("UPDATE people SET representative = true WHERE id = $1", voice)
	var own []models.ID
	for range 3 {
		own = append(own, c.Procurement(models.ModeLive, person))
	}
	c.Exec(`INSERT INTO consortium_members (procurement_id, organisation_id, lead, joined_at)
		SELECT $1, $2, false, now() ON CONFLICT DO NOTHING`, own[2], c.Organisation)
	c.requireIndexed(func(s *store.Store) error {
		seats, err := s.Seats(t.Context(), person, "", own[0], 1)
		require.Len(t, seats, 1)
		require.Equal(t, own[1], seats[0].Procurement.ID)
		return err
	})
	c.requireIndexed(func(s *store.Store) error {
		seats, err := s.Seats(t.Context(), voice, "", "", 200)
		require.Len(t, seats, 1)
		require.Equal(t, []models.Role{models.RoleRepresentative}, seats[0].Roles)
		return err
	})
	c.requireIndexed(func(s *store.Store) error {
		visible, err := s.VisibleTo(t.Context(), person)
		require.Len(t, visible, 3)
		return err
	})
}

// The pass over all procurements under way reads those of one step by an index that has no others, and visits each
// once before it begins again.
func TestThePassOverOpenProcurementsIsBoundedAndVisitsAll(t *testing.T) {
	t.Parallel()
	const batch = 30
	c := newCrowd(t)
	visited := map[models.ID]int{}
	steps := 0
	for {
		steps++
		var next []store.Standing
		c.requireIndexed(func(s *store.Store) (err error) {
			after, err := s.Pass(t.Context(), "test")
			require.NoError(t, err)
			next, err = s.OpenProcurements(t.Context(), after, batch)
			return err
		})
		require.LessOrEqual(t, len(next), batch)
		for _, standing := range next {
			visited[standing.ID]++
		}
		if len(next) < batch {
			break
		}
		require.NoError(t, c.traced.MovePass(t.Context(), "test", next[len(next)-1].ID))
	}
	require.NoError(t, c.traced.MovePass(t.Context(), "test", ""))
	require.Len(t, visited, many/10)
	require.Equal(t, many/10/batch+1, steps)
	for id, times := range visited {
		require.Equal(t, 1, times, id)
	}
	after, err := c.traced.Pass(t.Context(), "test")
	require.NoError(t, err)
	require.Empty(t, after, "the next pass begins")
}

// An event is queued for the endpoints of those who lead its procurement, however many endpoints there are of others.
func TestAnEventIsQueuedForItsEndpointsByIndex(t *testing.T) {
	t.Parallel()
	c := newCrowd(t)
	c.Exec("SET session_replication_role = replica")
	c.Exec(`INSERT INTO endpoints (id, owner_id, organisation_id, url, types, procurements, rehearsals, secret, status,
			since, version, created_at)
		SELECT 'whe_00005000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'),
			'per_00002000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'),
			'org_00003000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'), 'https://portal.example/', '[]', '[]', false,
			'secret', 'active', 0, 1, now() FROM generate_series(1, $1::int) n`, many)
	c.Exec("ALTER TABLE events DROP CONSTRAINT events_columns_are_canonical")
	c.Exec(`INSERT INTO events (id, procurement_id, type, at, recorded_at, data, canonical)
		SELECT 'evt_00006000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'),
			'prc_00001000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'), 'procurement.started', now(), clock_timestamp(),
			'{}', '{}'
		FROM generate_series(1, $1::int) n`, many)
	c.Exec(`INSERT INTO event_log (position, event_id, procurement_id, seq, prev_hash, hash, link)
		SELECT n, 'evt_00006000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'),
			'prc_00001000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'), 1, sha256(''), sha256(n::text::bytea),
			sha256('')
		FROM generate_series(1, $1::int) n`, many)
	c.Exec("UPDATE webhook_relay SET position = $1", many-5)
	c.Exec("ANALYZE")
	c.requireIndexed(func(s *store.Store) error {
		_, err := s.Relay(t.Context())
		return err
	})
}

// Whoever compares the record with its events reads each table of procurements once for each procurement: so each has
// an index that finds a procurement's rows. Tables of the platform are read once, and what is asked of each row is
// found by index. What the database would do with tables that are small is not asked.
func TestRowsAreFoundByIndexInEveryComparedTable(t *testing.T) {
	t.Parallel()
	c := newCrowd(t)
	one := c.Procurement(models.ModeLive, c.Person())
	c.Exec("SET enable_seqscan = off")
	platform, tables := store.FollowedTables()
	for i, table := range slices.Concat(platform, tables) {
		of := one
		if i < len(platform) {
			of = ""
		}
		for plan := range c.plansOf(func() error {
			return c.traced.View(t.Context(), func(v store.View) error {
				_, err := v.Followed(t.Context(), table, of)
				return err
			})
		}) {
			require.NotContains(t, plan, "Seq Scan")
		}
	}
}

// Each page of files is found by the key of the table that refers to them, whatever comes before it.
func TestEachPageOfStoredFilesIsFoundByIndex(t *testing.T) {
	t.Parallel()
	c := newCrowd(t)
	c.Exec("SET enable_seqscan = off")
	pages := 0
	for plan := range c.plansOf(func() error {
		files, err := c.traced.StoredFiles(t.Context(), store.StoredFile{}, 500)
		require.Empty(t, files)
		return err
	}) {
		pages++
		require.NotContains(t, plan, "Seq Scan")
		require.NotContains(t, plan, "Sort")
		require.Regexp(t, `Index Cond: \(.* > `, plan)
	}
	require.Equal(t, 4, pages, "each table that refers to files")
}

// plansOf yields how the database carries out each query of f, after its text.
func (c *crowd) plansOf(f func() error) iter.Seq[string] {
	c.Helper()
	c.statements.sent = nil
	require.NoError(c, f())
	return func(yield func(string) bool) {
		for _, asked := range c.statements.sent {
			if strings.HasPrefix(asked.SQL, "SELECT") && !yield(asked.SQL+"\n"+c.plan(asked)) {
				return
			}
		}
	}
}
