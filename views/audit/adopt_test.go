package audit

import (
	"bytes"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/internal/store/pgtest"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// earlier is a record of an earlier release, which told of one event and wrote the rest without.
func earlier(t *testing.T) (p *pgtest.Platform, procurement models.ID) {
	t.Helper()
	p = pgtest.NewPlatform(t)
	lead := p.Person()
	procurement = p.Procurement(models.ModeLive, lead)
	p.Event(procurement, event.ProcurementChanged{Version: 2})
	pgtest.Sequence(t, p.Sequencer)
	p.Exec("SET session_replication_role = replica")
	p.Exec("UPDATE followed SET through = (SELECT max(ordinal) FROM events)")
	return p, procurement
}

func adoptAll(t *testing.T, p *pgtest.Platform) int {
	t.Helper()
	events, rows, err := Adoption(t.Context(), p.Store)
	require.NoError(t, err)
	require.NoError(t, p.InTx(t.Context(), func(tx *store.Tx) error {
		for _, e := range events {
			if _, err := tx.Append(e); err != nil {
				return err
			}
		}
		return nil
	}))
	pgtest.Sequence(t, p.Sequencer)
	return rows
}

func TestARecordOfAnEarlierReleaseIsAdoptedOnceAsItStands(t *testing.T) {
	t.Parallel()
	p, _ := earlier(t)
	before, err := Follow(t.Context(), p.Store)
	require.NoError(t, err)
	require.False(t, before.Valid(), "no event tells of the rows")

	require.Positive(t, adoptAll(t, p))
	after, err := Follow(t.Context(), p.Store)
	require.NoError(t, err)
	require.Empty(t, after.Differences)
	require.Equal(t, before.Rows, after.Rows)
	require.Positive(t, after.Adopted, "what no event proves is counted at every verification")
	require.Zero(t, after.Contradicted)

	p.Exec("UPDATE organisations SET legal_name = 'Another'")
	changed, err := Follow(t.Context(), p.Store)
	require.NoError(t, err)
	require.Len(t, changed.Differences, 1)
	require.Equal(t, "organisations", changed.Differences[0].Table)
	require.Equal(t, "identity", changed.Differences[0].Column)
	require.Zero(t, adoptAll(t, p), "what was changed afterwards is not adopted by a further migration")
	again, err := Follow(t.Context(), p.Store)
	require.NoError(t, err)
	require.False(t, again.Valid())
}

func TestANewRecordAdoptsNothing(t *testing.T) {
	t.Parallel()
	p := pgtest.NewPlatform(t)
	p.Procurement(models.ModeLive, p.Person())
	pgtest.Sequence(t, p.Sequencer)
	require.Zero(t, adoptAll(t, p))
	report, err := Follow(t.Context(), p.Store)
	require.NoError(t, err)
	require.False(t, report.Valid(), "what was inserted without an event is found")
	require.Equal(t, "the row is there, and no event tells of it", report.Differences[0].Detail)
}

func TestWhatEarlierEventsContradictIsAdoptedAndSaidEveryTime(t *testing.T) {
	t.Parallel()
	p, procurement := earlier(t)
	p.Event(procurement, event.ProcurementCreated{Mode: models.ModeRehearsal, Zone: "Europe/Paris"})
	pgtest.Sequence(t, p.Sequencer)
	p.Exec("UPDATE followed SET through = (SELECT max(ordinal) FROM events)")
	require.Positive(t, adoptAll(t, p))
	report, err := Follow(t.Context(), p.Store)
	require.NoError(t, err)
	require.Empty(t, report.Differences)
	require.Equal(t, 1, report.Contradicted, "the event said rehearsal, the row says live")
	var out bytes.Buffer
	require.NoError(t, report.Print(&out))
	require.Contains(t, out.String(), "of which its events told otherwise: 1")
}

func TestAnEventThatCannotBeReadHidesNothing(t *testing.T) {
	t.Parallel()
	p := pgtest.NewPlatform(t)
	procurement := p.Procurement(models.ModeLive, p.Person())
	p.Event(procurement, event.ProcurementChanged{Version: 2})
	p.Exec("SET session_replication_role = replica")
	p.Exec("ALTER TABLE events DROP CONSTRAINT events_columns_are_canonical")
	p.Exec(`UPDATE events SET type = 'vote.cast', data = '{"vote_id": 7}'`)
	report, err := Follow(t.Context(), p.Store)
	require.NoError(t, err)
	require.Contains(t, report.Differences[len(report.Differences)-1].Detail+report.Differences[0].Detail, "no event")
	unreadable := func(d Difference) bool { return d.EventID != "" && d.Table == "" }
	require.True(t, slices.ContainsFunc(report.Differences, unreadable))
}

// The application could once give an event a transaction that the sequencer never takes, or an earlier time.
func TestTheDatabaseDatesEvents(t *testing.T) {
	t.Parallel()
	p := pgtest.NewPlatform(t)
	procurement := p.Procurement(models.ModeLive, p.Person())
	conn := pgtest.Connect(t, p.Database.Application)
	insert := func(columns, values string) error {
		_, err := conn.Exec(t.Context(), `INSERT INTO events
			(id, procurement_id, type, at, recorded_at, data, canonical`+columns+`)
			SELECT e.id, e.p, 'procurement.completed', e.at, e.recorded, '{}', convert_to(jsonb_build_object('id', e.id,
			'procurement', e.p, 'type', 'procurement.completed', 'actor', null, 'data', '{}'::jsonb,
			'at', to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
			'recorded_at', to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))::text, 'UTF8')`+values+`
			FROM (SELECT $1::text AS id, $2::text AS p, '2010-01-01'::timestamptz AS at,
				'2010-01-01'::timestamptz AS recorded) e`,
			string(models.NewID(models.PrefixEvent)), string(procurement))
		return err
	}
	require.ErrorContains(t, insert("", ""), "recorded when it happens")
	require.ErrorContains(t, insert(", xid", ", '4611686018427387904'::xid8"), "permission denied")
}
