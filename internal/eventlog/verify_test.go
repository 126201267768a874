package eventlog_test

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/audit"
	"github.com/ppi-engine/ppi/internal/eventlog"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/internal/store/pgtest"
	"github.com/ppi-engine/ppi/models"
)

// An intruder has all rights on a database with a record of 21 events, of two procurements and of the
// platform in turn, and no signing key.
type intruder struct {
	t    *testing.T
	s    *store.Store
	conn *pgx.Conn
	ids  []models.ID
	// procurements of the events in turn.
	procurements [3]models.ID
	form         audit.Form
}

const recorded = 21

func newIntruder(t *testing.T) *intruder {
	t.Helper()
	s, db := record(t)
	db.ReadsWhole("event_log") // once its keys were dropped
	i := &intruder{t: t, s: s, conn: pgtest.Connect(t, db.Superuser), form: audit.FormSilent}
	i.procurements = [3]models.ID{models.NewID(models.PrefixProcurement), models.NewID(models.PrefixProcurement), ""}
	for n := range recorded {
		i.ids = append(i.ids, appendEvents(t, s, i.procurements[n%3])...)
	}
	q := pgtest.OpenSequencer(t, s)
	require.Equal(t, recorded, pgtest.Sequence(t, q))
	q.Close()
	i.do("SET session_replication_role = replica")
	i.do("ALTER TABLE events DROP CONSTRAINT events_columns_are_canonical")
	i.do("ALTER TABLE event_log DROP CONSTRAINT event_log_seq_from_one, DROP CONSTRAINT event_log_position_from_one")
	return i
}

// beginEarlier makes the record one that an earlier release began: its first n entries are of the first form.
func (i *intruder) beginEarlier(n int) {
	i.t.Helper()
	i.do("ALTER TABLE event_log DROP CONSTRAINT event_log_link")
	i.do("UPDATE event_log SET link = NULL WHERE position <= $1", n)
	i.rehash()
	if n == recorded {
		i.form = audit.FormCounting
	}
}

func (i *intruder) do(sql string, args ...any) {
	i.t.Helper()
	exec(i.t, i.conn, sql, args...)
}

// alter gives the event at a position other data, in its column and in its recorded bytes.
func (i *intruder) alter(position int) {
	i.t.Helper()
	i.do(`UPDATE events SET data = '{"version": 99}',
		canonical = convert_to(regexp_replace(convert_from(canonical, 'UTF8'),
			'"data":{"version":\d+}', '"data":{"version":99}'), 'UTF8')
		WHERE id = $1`, i.ids[position-1])
}

// moveUp makes room at a position: everything from it on moves one place up. In its own chain, too.
func (i *intruder) moveUp(position int) {
	i.t.Helper()
	procurement := i.procurements[(position-1)%3]
	i.do("UPDATE event_log SET position = -position WHERE position >= $1", position)
	i.do("UPDATE event_log SET position = 1 - position WHERE position < 0")
	i.do("UPDATE event_log SET seq = -seq WHERE position > $1 AND coalesce(procurement_id, '') = $2", position,
		procurement)
	i.do("UPDATE event_log SET seq = 1 - seq WHERE seq < 0")
}

// insert puts a new event at a free position behind the given one of the same chain. Its hash fits, so
// that only what follows, or the tree, betrays it.
func (i *intruder) insert(position, behind int) models.ID {
	i.t.Helper()
	id := appendEvents(i.t, i.s, i.procurements[(behind-1)%3])[0]
	before := i.entry(i.ids[behind-1])
	var canonical []byte
	require.NoError(i.t, i.conn.QueryRow(i.t.Context(), "SELECT canonical FROM events WHERE id = $1", id).
		Scan(&canonical))
	e, _ := audit.Link{Seq: before.Seq, Hash: before.Link}.Next(i.form, int64(position), canonical)
	i.do("INSERT INTO event_log VALUES ($1, $2, nullif($3, ''), $4, $5, $6, $7)", e.Position, id,
		i.procurements[(behind-1)%3], e.Seq, e.Prev[:], e.Hash[:], stored(e))
	return id
}

// stored is the link of an entry as it is stored: an entry of the first form has none.
func stored(e audit.Entry) []byte {
	if e.Form == audit.FormCounting {
		return nil
	}
	return e.Link[:]
}

func (i *intruder) entry(id models.ID) audit.Entry {
	i.t.Helper()
	entries, err := i.s.Log().Read(i.t.Context(), 0, 1000)
	require.NoError(i.t, err)
	for _, e := range entries {
		if e.EventID == id {
			return e
		}
	}
	require.Fail(i.t, "no such entry")
	return audit.Entry{}
}

// rehash makes all hashes of the log anew, and the tree with them.
func (i *intruder) rehash() {
	i.t.Helper()
	entries, err := i.s.Log().Read(i.t.Context(), 0, 1000)
	require.NoError(i.t, err)
	i.do("DELETE FROM event_tree")
	chains := map[models.ID]audit.Link{}
	var tree audit.Tree
	var completed []audit.Node
	for n, e := range entries {
		placed, link := chains[e.ProcurementID].Next(e.Form, int64(n+1), e.Canonical)
		chains[e.ProcurementID] = link
		i.do("UPDATE event_log SET prev_hash = $2, hash = $3, link = $4 WHERE position = $1", e.Position,
			placed.Prev[:], placed.Hash[:], stored(placed))
		tree, completed = tree.Append(placed.Hash)
		for _, node := range completed {
			i.do("INSERT INTO event_tree VALUES ($1, $2, $3)", node.Level, node.N, node.Hash[:])
		}
	}
}

// forgetHeads removes everything that was signed.
func (i *intruder) forgetHeads() {
	i.t.Helper()
	for _, table := range []string{"checkpoints", "public_log", "public_checkpoints"} {
		i.do("DELETE FROM " + table)
	}
}

func (i *intruder) swap(column string, one, other int) {
	i.t.Helper()
	i.do(`UPDATE event_log l SET `+column+` = o.`+column+` FROM event_log o
		WHERE (l.position = $1 AND o.position = $2) OR (l.position = $2 AND o.position = $1)`, one, other)
}

func (i *intruder) dropKeys() {
	i.t.Helper()
	i.do("ALTER TABLE event_log DROP CONSTRAINT event_log_pkey, DROP CONSTRAINT event_log_event_key, DROP CONSTRAINT " +
		"event_log_chain_key")
}

func (i *intruder) verify(o eventlog.VerifyOptions) audit.Report {
	i.t.Helper()
	report, err := i.s.Log().Verify(i.t.Context(), o)
	require.NoError(i.t, err)
	return report
}

func TestAnUntouchedRecordIsValid(t *testing.T) {
	t.Parallel()
	i := newIntruder(t)
	report := i.verify(eventlog.VerifyOptions{})
	require.Nil(t, report.Fault)
	require.True(t, report.Valid)
	require.EqualValues(t, recorded, report.Events)

	appendEvents(t, i.s, "")
	require.True(t, i.verify(eventlog.VerifyOptions{}).Valid, "an event that still waits for its place is no fault")
}

func TestEveryFaultOfTheLiveRecordIsNamed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		breach   func(i *intruder) models.ID
		kind     audit.FaultKind
		position int64
	}{
		"an event is altered": {func(i *intruder) models.ID { i.alter(8); return i.ids[7] }, audit.FaultAltered, 8},
		"the recorded bytes are garbage": {func(i *intruder) models.ID {
			i.do(`UPDATE events SET canonical = '\xff00' WHERE id = $1`, i.ids[7])
			return i.ids[7]
		}, audit.FaultAltered, 8},
		"a column is altered": {func(i *intruder) models.ID {
			i.do("UPDATE events SET type = 'test.invented' WHERE id = $1", i.ids[7])
			return i.ids[7]
		}, audit.FaultAltered, 8},
		"an instant is altered": {func(i *intruder) models.ID {
			i.do("UPDATE events SET at = at - interval '1 microsecond' WHERE id = $1", i.ids[7])
			return i.ids[7]
		}, audit.FaultAltered, 8},
		"an event is given to another procurement": {func(i *intruder) models.ID {
			i.do("UPDATE events SET procurement_id = $2 WHERE id = $1", i.ids[7], i.procurements[0])
			return i.ids[7]
		}, audit.FaultAltered, 8},
		"a hash is altered": {func(i *intruder) models.ID {
			i.do("UPDATE event_log SET hash = sha256(hash) WHERE position = 8")
			return i.ids[7]
		}, audit.FaultAltered, 8},
		"an event is altered with its hash": {func(i *intruder) models.ID {
			i.alter(8)
			e := i.entry(i.ids[7])
			e.Link, e.Hash = audit.Hashes(e.Form, e.Position, e.Seq, e.Prev, e.Canonical)
			i.do("UPDATE event_log SET hash = $1, link = $2 WHERE position = 8", e.Hash[:], stored(e))
			return i.ids[7]
		}, audit.FaultAltered, 8},

		"an event is removed": {func(i *intruder) models.ID {
			i.do("DELETE FROM events WHERE id = $1", i.ids[7])
			return i.ids[7]
		}, audit.FaultRemoved, 8},
		"an entry is removed": {func(i *intruder) models.ID {
			i.do("DELETE FROM event_log WHERE position = 8")
			return i.ids[7]
		}, audit.FaultRemoved, 8},
		"an event is removed with its entry": {func(i *intruder) models.ID {
			i.do("DELETE FROM event_log WHERE position = 8")
			i.do("DELETE FROM events WHERE id = $1", i.ids[7])
			return ""
		}, audit.FaultRemoved, 8},
		"an event is removed and the gap closed": {func(i *intruder) models.ID {
			i.do("DELETE FROM event_log WHERE position = 8")
			i.do("DELETE FROM events WHERE id = $1", i.ids[7])
			i.dropKeys()
			i.do("UPDATE event_log SET position = position - 1 WHERE position > 8")
			i.do("UPDATE event_log SET seq = seq - 1 WHERE position > 8 AND procurement_id = $1", i.procurements[1])
			return ""
		}, audit.FaultRemoved, 8},

		"an event is inserted": {
			func(i *intruder) models.ID { i.moveUp(8); return i.insert(8, 5) },
			audit.FaultInserted, 8,
		},
		"an event is inserted with a false hash": {func(i *intruder) models.ID {
			i.moveUp(8)
			id := i.insert(8, 5)
			i.do("UPDATE event_log SET hash = sha256(hash) WHERE position = 8")
			return id
		}, audit.FaultInserted, 8},
		"an entry is added at the end": {
			func(i *intruder) models.ID { return i.insert(recorded+1, recorded) },
			audit.FaultInserted, recorded + 1,
		},
		"an event is inserted past the sequencer": {func(i *intruder) models.ID {
			id := appendEvents(i.t, i.s, "")[0]
			i.do("UPDATE events SET xid = '3' WHERE id = $1", id)
			return id
		}, audit.FaultInserted, 0},

		"two entries are exchanged": {func(i *intruder) models.ID {
			i.dropKeys()
			i.swap("position", 8, 9)
			return i.ids[8]
		}, audit.FaultReordered, 8},
		"two distant entries of one chain are exchanged": {func(i *intruder) models.ID {
			i.dropKeys()
			i.swap("position", 5, 17)
			i.swap("seq", 5, 17)
			return i.ids[16]
		}, audit.FaultReordered, 5},
		"two events are exchanged": {func(i *intruder) models.ID {
			i.dropKeys()
			i.swap("event_id", 8, 17)
			return i.ids[16]
		}, audit.FaultReordered, 8},

		"the end is cut off": {func(i *intruder) models.ID {
			i.do("DELETE FROM event_log WHERE position > 15")
			return ""
		}, audit.FaultCut, 16},
		"the tree is altered": {func(i *intruder) models.ID {
			i.do("UPDATE event_tree SET hash = sha256(hash) WHERE level = 4")
			return ""
		}, audit.FaultSignature, 0},
		"the tree is cut down": {func(i *intruder) models.ID {
			i.do("DELETE FROM event_tree WHERE level = 4")
			return ""
		}, audit.FaultSignature, 0},
	} {
		for _, began := range []int{0, recorded} {
			t.Run(fmt.Sprintf("%s, %d entries of the first form", name, began), func(t *testing.T) {
				t.Parallel()
				i := newIntruder(t)
				if began > 0 {
					i.beginEarlier(began)
				}
				event := c.breach(i)
				report := i.verify(eventlog.VerifyOptions{})
				require.False(t, report.Valid)
				require.NotNil(t, report.Fault)
				require.Equal(t, c.kind, report.Fault.Kind, "%+v", *report.Fault)
				require.Equal(t, c.position, report.Fault.Position, "%+v", *report.Fault)
				require.Equal(t, event, report.Fault.EventID, "%+v", *report.Fault)
			})
		}
	}
}

func TestARecordThatAnEarlierReleaseBeganIsValid(t *testing.T) {
	t.Parallel()
	i := newIntruder(t)
	i.beginEarlier(10)
	report := i.verify(eventlog.VerifyOptions{})
	require.True(t, report.Valid, "%+v", report.Fault)
	i.alter(8)
	require.EqualValues(t, 8, i.verify(eventlog.VerifyOptions{}).Fault.Position)
}

// The links of the second form do not contain the position, the hashes do.
func TestALinkThatIsAlteredIsFound(t *testing.T) {
	t.Parallel()
	i := newIntruder(t)
	i.do("UPDATE event_log SET link = sha256(link) WHERE position = $1", recorded)
	fault := i.verify(eventlog.VerifyOptions{}).Fault
	require.Equal(t, audit.FaultAltered, fault.Kind)
	require.EqualValues(t, recorded, fault.Position)
}

// A worker of an earlier release may still run when the schema is already new.
func TestASequencerOfAnEarlierReleaseAddsNothing(t *testing.T) {
	t.Parallel()
	i := newIntruder(t)
	i.do("SET session_replication_role = origin")
	id := appendEvents(t, i.s, "")[0]
	_, err := i.conn.Exec(t.Context(), `INSERT INTO event_log (position, event_id, seq, prev_hash, hash)
		VALUES ($1, $2, $1, sha256(''), sha256(''))`, recorded+1, id)
	require.ErrorContains(t, err, "event_log_link")
}

func TestACheckpointOutsideTheDatabaseBetraysACutTail(t *testing.T) {
	t.Parallel()
	i := newIntruder(t)
	kept := i.checkpoint(testKey(t), "")
	i.forgetHeads()
	i.do("DELETE FROM event_log WHERE position > 15")
	i.do("DELETE FROM events WHERE id = ANY ($1)", i.ids[15:])
	i.do("UPDATE sequencer SET size = 15")
	i.do("DELETE FROM event_tree WHERE (n + 1) * (1 << level) > 15")
	require.True(t, i.verify(eventlog.VerifyOptions{}).Valid, "nothing in the database shows it")

	report := i.verify(eventlog.VerifyOptions{Earlier: []audit.Checkpoint{kept}})
	require.Equal(t, audit.FaultCut, report.Fault.Kind)
	require.EqualValues(t, 16, report.Fault.Position)
	require.EqualValues(t, recorded, report.Fault.Through)
}

func TestACheckpointOutsideTheDatabaseBetraysARehashedLog(t *testing.T) {
	t.Parallel()
	i := newIntruder(t)
	kept := i.checkpoint(testKey(t), "")
	i.forgetHeads()
	i.alter(8)
	i.rehash()
	require.True(t, i.verify(eventlog.VerifyOptions{}).Valid, "nothing in the database shows it")

	report := i.verify(eventlog.VerifyOptions{Earlier: []audit.Checkpoint{kept}})
	require.Equal(t, audit.FaultRehashed, report.Fault.Kind)
	require.EqualValues(t, 1, report.Fault.Position)
	require.EqualValues(t, recorded, report.Fault.Through)
}

func TestACheckpointInTheDatabaseBetraysARehashedLog(t *testing.T) {
	t.Parallel()
	i := newIntruder(t)
	key := testKey(t)
	i.checkpoint(key, "")
	i.ids = append(i.ids, appendEvents(t, i.s, "")...)
	q := pgtest.OpenSequencer(t, i.s)
	require.Equal(t, 1, pgtest.Sequence(t, q))
	i.checkpoint(key, "")
	verifiers, err := audit.Verifiers(key.Verifier())
	require.NoError(t, err)
	report := i.verify(eventlog.VerifyOptions{Verifiers: verifiers})
	require.True(t, report.Valid)
	require.True(t, report.KeyGiven)
	require.Equal(t, 2, report.Checkpoints)

	i.alter(recorded + 1)
	i.rehash()
	report = i.verify(eventlog.VerifyOptions{Verifiers: verifiers})
	require.Equal(t, audit.FaultRehashed, report.Fault.Kind)
	require.EqualValues(t, recorded+1, report.Fault.Position)
	require.Equal(t, i.ids[recorded], report.Fault.EventID, "between the checkpoints there is only one")
}

func TestAForgedCheckpointIsFound(t *testing.T) {
	t.Parallel()
	i := newIntruder(t)
	i.checkpoint(testKey(t), "")
	verifiers, err := audit.Verifiers(testKey(t).Verifier())
	require.NoError(t, err)
	require.True(t, i.verify(eventlog.VerifyOptions{}).Valid)
	report := i.verify(eventlog.VerifyOptions{Verifiers: verifiers})
	require.Equal(t, audit.FaultSignature, report.Fault.Kind)
	require.EqualValues(t, recorded, report.Fault.Position)

	i.do("UPDATE checkpoints SET note = 'nothing'")
	require.Equal(t, audit.FaultSignature, i.verify(eventlog.VerifyOptions{}).Fault.Kind)
}

func TestAnExportOfTheRecordVerifiesByItself(t *testing.T) {
	t.Parallel()
	i := newIntruder(t)
	key := testKey(t)
	var first, second bytes.Buffer
	head, err := i.s.Log().Export(t.Context(), key, i.procurements[0], nil, &first)
	require.NoError(t, err)
	require.EqualValues(t, 7, head.Size)
	appendEvents(t, i.s, i.procurements[0], i.procurements[1])
	require.Equal(t, 2, pgtest.Sequence(t, pgtest.OpenSequencer(t, i.s)))
	_, err = i.s.Log().Export(t.Context(), key, i.procurements[0], nil, &second)
	require.NoError(t, err)

	report, err := audit.VerifyExport(&second,
		audit.Options{VerifierKeys: []string{key.Verifier()}, Earlier: [][]byte{head.Note}})
	require.NoError(t, err)
	require.Nil(t, report.Fault)
	require.EqualValues(t, 8, report.Events)
	require.Equal(t, 2, report.Checkpoints)

	_, err = i.s.Log().Export(t.Context(), key, models.NewID(models.PrefixProcurement), nil, &second)
	require.ErrorIs(t, err, eventlog.ErrNothingRecorded)
}

func testKey(t testing.TB) audit.Key {
	t.Helper()
	secret := make([]byte, 32)
	_, err := rand.Read(secret)
	require.NoError(t, err)
	key, err := audit.NewKey("procurement.example.org/log", secret)
	require.NoError(t, err)
	return key
}

func (i *intruder) checkpoint(key audit.Key, archive audit.Archive) audit.Checkpoint {
	i.t.Helper()
	c, err := i.s.Log().Checkpoint(i.t.Context(), key, archive)
	require.NoError(i.t, err)
	return c
}

func TestACheckpointIsMadeOncePerState(t *testing.T) {
	t.Parallel()
	i := newIntruder(t)
	key, archive := testKey(t), audit.Archive(t.TempDir())
	_, err := i.s.Log().LastCheckpoint(t.Context())
	require.ErrorIs(t, err, eventlog.ErrNoCheckpoint)

	first := i.checkpoint(key, archive)
	require.EqualValues(t, recorded, first.Size)
	require.Equal(t, i.verify(eventlog.VerifyOptions{}).Root, first.Root)
	require.Equal(t, first, i.checkpoint(key, archive))
	last, err := i.s.Log().LastCheckpoint(t.Context())
	require.NoError(t, err)
	require.Equal(t, first, last)

	empty := audit.Archive(t.TempDir())
	require.Equal(t, first, i.checkpoint(key, empty), "a file that was not written is made up for")
	require.FileExists(t, filepath.Join(string(empty), "latest.checkpoint"))
}

func TestAnEmptyLogHasNoCheckpoint(t *testing.T) {
	t.Parallel()
	_, err := pgtest.New(t).Log().Checkpoint(t.Context(), testKey(t), "")
	require.ErrorIs(t, err, eventlog.ErrNoCheckpoint)
}

func TestARewrittenLogIsNotSigned(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		rewrite func(i *intruder)
		// inArchive says that only the archive still knows the log as it was.
		inArchive bool
	}{
		"rehashed": {func(i *intruder) { i.alter(8); i.rehash() }, false},
		"rehashed, checkpoints wiped": {
			func(i *intruder) { i.alter(8); i.rehash(); i.do("DELETE FROM checkpoints") },
			true,
		},
		"cut": {func(i *intruder) { i.do("DELETE FROM event_log WHERE position > 15") }, false},
		"emptied": {func(i *intruder) {
			i.do("DELETE FROM event_log")
			i.do("DELETE FROM checkpoints")
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			i := newIntruder(t)
			key, archive := testKey(t), audit.Archive(t.TempDir())
			i.checkpoint(key, archive)
			c.rewrite(i)
			if !c.inArchive {
				archive = ""
			}
			_, err := i.s.Log().Checkpoint(t.Context(), key, archive)
			require.ErrorIs(t, err, eventlog.ErrLogRewritten)
		})
	}
}
