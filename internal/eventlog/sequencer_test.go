package eventlog_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/audit"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/internal/store/pgtest"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// record is a database with the record only: events may name procurements that are not there.
func record(t *testing.T) (*store.Store, pgtest.Database) {
	t.Helper()
	db := pgtest.NewDatabase(t)
	withoutProcurements(t, db)
	return pgtest.Open(t, db.Application), db
}

func appendEvents(t *testing.T, s *store.Store, procurements ...models.ID) []models.ID {
	t.Helper()
	ids := make([]models.ID, len(procurements))
	require.NoError(t, s.InTx(t.Context(), func(tx *store.Tx) error {
		for i, procurement := range procurements {
			var err error
			ids[i], err = tx.Append(event.Event{
				ProcurementID: procurement,
				Payload:       event.ProcurementChanged{Version: int64(i)},
			})
			require.NoError(t, err)
		}
		return nil
	}))
	return ids
}

// logged returns the IDs of the logged events in order.
func logged(t *testing.T, db pgtest.Database) []models.ID {
	t.Helper()
	rows, err := pgtest.Connect(t, db.Superuser).Query(t.Context(), "SELECT event_id FROM event_log ORDER BY position")
	require.NoError(t, err)
	ids, err := pgx.CollectRows(rows, pgx.RowTo[models.ID])
	require.NoError(t, err)
	return ids
}

func TestEventsGetPlacesInTheLogAndInTheirChain(t *testing.T) {
	t.Parallel()
	s, db := record(t)
	q := pgtest.OpenSequencer(t, s)
	one, other := models.NewID(models.PrefixProcurement), models.NewID(models.PrefixProcurement)

	ids := appendEvents(t, s, one, "", other, one)
	require.Equal(t, 4, pgtest.Sequence(t, q))
	ids = append(ids, appendEvents(t, s, "", other, one)...)
	require.Equal(t, 3, pgtest.Sequence(t, q))
	require.Zero(t, pgtest.Sequence(t, q))

	require.Equal(t, ids, logged(t, db))
	rows, err := pgtest.Connect(t, db.Application).Query(t.Context(),
		`SELECT position, seq, coalesce(l.procurement_id, ''), prev_hash, hash, link, canonical
		FROM event_log l JOIN events e ON e.id = l.event_id ORDER BY position`)
	require.NoError(t, err)
	chains := map[models.ID]audit.Link{}
	var position, seq int64
	var procurement models.ID
	var prev, hash, link, canonical []byte
	_, err = pgx.ForEachRow(rows, []any{&position, &seq, &procurement, &prev, &hash, &link, &canonical}, func() error {
		want, end := chains[procurement].Next(audit.FormSilent, position, canonical)
		chains[procurement] = end
		require.Equal(t, want.Seq, seq)
		require.Equal(t, want.Prev[:], prev)
		require.Equal(t, want.Hash[:], hash)
		require.Equal(t, want.Link[:], link)
		return nil
	})
	require.NoError(t, err)
	require.EqualValues(t, 3, chains[one].Seq)
	require.EqualValues(t, 2, chains[other].Seq)
	require.EqualValues(t, 2, chains[""].Seq)
	head, err := s.Log().Head(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 7, head)
}

func TestALongTransactionDelaysNobodyElse(t *testing.T) {
	t.Parallel()
	s, db := record(t)
	q := pgtest.OpenSequencer(t, s)

	var late models.ID
	var early []models.ID
	require.NoError(t, s.InTx(t.Context(), func(tx *store.Tx) error {
		var err error
		late, err = tx.Append(event.Event{Payload: event.ProcurementChanged{}})
		require.NoError(t, err)
		early = append(early, appendEvents(t, s, "")...)
		require.Equal(t, 1, pgtest.Sequence(t, q), "committed while the long transaction lasts")
		early = append(early, appendEvents(t, s, "")...)
		require.Equal(t, 1, pgtest.Sequence(t, q))
		return nil
	}))
	require.Equal(t, 1, pgtest.Sequence(t, q), "the long transaction has ended")
	require.Equal(t, append(early, late), logged(t, db))
}

func TestARestartedSequencerContinues(t *testing.T) {
	t.Parallel()
	s, db := record(t)
	q := pgtest.OpenSequencer(t, s)
	var ids []models.ID
	require.NoError(t, s.InTx(t.Context(), func(tx *store.Tx) error {
		late, err := tx.Append(event.Event{Payload: event.ProcurementChanged{}})
		require.NoError(t, err)
		ids = append(ids, appendEvents(t, s, "", "")...)
		require.Equal(t, 2, pgtest.Sequence(t, q))
		q.Close()
		q = pgtest.OpenSequencer(t, s)
		require.Zero(t, pgtest.Sequence(t, q))
		ids = append(ids, appendEvents(t, s, "")...)
		require.Equal(t, 1, pgtest.Sequence(t, q))
		ids = append(ids, late)
		q.Close()
		return nil
	}))
	require.Equal(t, 1, pgtest.Sequence(t, pgtest.OpenSequencer(t, s)))
	require.Equal(t, ids, logged(t, db))
}

func TestOnlyOneSequencerWorks(t *testing.T) {
	t.Parallel()
	s, _ := record(t)
	first := pgtest.OpenSequencer(t, s)
	ctx, cancel := context.WithTimeout(t.Context(), 600*time.Millisecond)
	defer cancel()
	_, err := s.Log().OpenSequencer(ctx)
	require.ErrorIs(t, err, context.DeadlineExceeded)

	first.Close()
	second := pgtest.OpenSequencer(t, s)
	appendEvents(t, s, "")
	require.Equal(t, 1, pgtest.Sequence(t, second))
	_, _, err = first.Pass(t.Context())
	require.Error(t, err, "a sequencer without the lock cannot insert")
}

func TestABacklogIsWorkedOffInSteps(t *testing.T) {
	t.Parallel()
	s, db := record(t)
	conn := pgtest.Connect(t, db.Superuser)
	bulkInsert(t, conn, 12_000, "pg_current_xact_id()", "")
	appendEvents(t, s, "", "")
	bulkInsert(t, conn, 4_999, "pg_current_xact_id()", "")
	appendEvents(t, s, "")

	q := pgtest.OpenSequencer(t, s)
	placed, more, err := q.Pass(t.Context())
	require.NoError(t, err)
	require.Equal(t, 12_000, placed, "a transaction is not split")
	require.True(t, more)
	require.Equal(t, 5_002, pgtest.Sequence(t, q))
	require.EqualValues(t, 17_002, pgtest.RowCount(t, db, "SELECT max(position) FROM event_log"))
	require.Zero(t, pgtest.RowCount(t, db, "SELECT count(*) FROM events e JOIN event_log l ON l.event_id = e.id "+
		"WHERE e.ordinal <> l.position"))
}

// A dump restored on another server brings events whose transaction numbers mean nothing there: some
// are in the future, and some will be given again.
func TestEventsRestoredOnAnotherServerAreNeitherLostNorRepeated(t *testing.T) {
	t.Parallel()
	s, db := record(t)
	q := pgtest.OpenSequencer(t, s)
	before := appendEvents(t, s, "", "")
	require.Equal(t, 2, pgtest.Sequence(t, q))
	q.Close()

	conn := pgtest.Connect(t, db.Superuser)
	exec(t, conn, "SET session_replication_role = replica")
	exec(t, conn, "UPDATE events SET xid = (pg_snapshot_xmax(pg_current_snapshot())::text::bigint + 20)::text::xid8")
	exec(t, conn, "UPDATE sequencer SET cluster = 1, seen_before = "+
		"(pg_snapshot_xmax(pg_current_snapshot())::text::bigint + 1000)::text::xid8")
	future := "(pg_snapshot_xmax(pg_current_snapshot())::text::bigint + 500)::text::xid8"
	bulkInsert(t, conn, 3, future, "waiting in the dump, number in the future")
	bulkInsert(t, conn, 3, "'3'::xid8", "waiting in the dump, number in the past")
	appendEvents(t, s, "")

	q = pgtest.OpenSequencer(t, s)
	require.Equal(t, 7, pgtest.Sequence(t, q))
	for range 40 {
		appendEvents(t, s, "")
		require.Equal(t, 1, pgtest.Sequence(t, q))
	}
	q.Close()
	q = pgtest.OpenSequencer(t, s)
	require.Zero(t, pgtest.Sequence(t, q))
	require.Len(t, logged(t, db), 2+7+40)
	require.Equal(t, before, logged(t, db)[:2])
}

// bulkInsert inserts events in one transaction of the given number.
func bulkInsert(t *testing.T, conn *pgx.Conn, n int, xid, note string) {
	t.Helper()
	at := time.Date(2027, 1, 2, 3, 4, 5, 6000, time.UTC)
	insert := strings.ReplaceAll(`INSERT INTO events (id, type, at, recorded_at, data, canonical, xid)
		VALUES ($1, $2, $3, $3, $4, $5, XID)`, "XID", xid)
	batch := &pgx.Batch{}
	for range n {
		id := models.NewID(models.PrefixEvent)
		recorded, err := event.Event{ID: id, At: at, RecordedAt: at, Payload: event.TaskDone{Kind: note}}.Record()
		require.NoError(t, err)
		canonical, data, err := audit.Canonical(recorded)
		require.NoError(t, err)
		batch.Queue(insert, id, recorded.Type, at, string(data), canonical)
	}
	require.NoError(t, conn.SendBatch(t.Context(), batch).Close())
}

func exec(t testing.TB, conn *pgx.Conn, sql string, args ...any) {
	t.Helper()
	_, err := conn.Exec(t.Context(), sql, args...)
	require.NoError(t, err, fmt.Sprint(sql, args))
}
