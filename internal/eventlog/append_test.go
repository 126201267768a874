package eventlog_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/audit"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/internal/store/pg"
	"github.com/ppi-engine/ppi/internal/store/pgtest"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

func TestAnAppendedEventIsStoredInItsCanonicalBytes(t *testing.T) {
	t.Parallel()
	db := pgtest.NewDatabase(t)
	withoutProcurements(t, db)
	s := pgtest.Open(t, db.Application)
	moved := event.Event{
		ProcurementID: models.NewID(models.PrefixProcurement),
		ActorID:       models.NewID(models.PrefixPerson),
		At:            time.Date(2027, 3, 1, 12, 0, 0, 999_999_999, time.FixedZone("CET", 3600)),
		Payload: event.ProcurementPublished{
			Digest: "Énergie <&> ünïcode", Lots: []event.PublishedLot{
				{Number: 2, Deadline: time.Unix(0, 0).UTC()},
				{Number: 1},
			},
		},
	}
	require.NoError(t, s.InTx(t.Context(), func(tx *store.Tx) error {
		var err error
		moved.ID, err = tx.Append(moved)
		return err
	}))

	var canonical, data []byte
	var at time.Time
	row := pgtest.Connect(t, db.Application).
		QueryRow(t.Context(), "SELECT canonical, data, at FROM events WHERE id = $1", moved.ID)
	require.NoError(t, row.Scan(&canonical, &data, &at))
	read, err := audit.ParseEvent(canonical)
	require.NoError(t, err)
	require.Equal(t, moved.ID, read.ID)
	require.Equal(t, event.TypeOf(moved.Payload), read.Type)
	require.Equal(t, time.Date(2027, 3, 1, 11, 0, 0, 999_999_000, time.UTC), read.At)
	require.True(t, at.Equal(read.At))
	require.WithinDuration(t, time.Now(), read.RecordedAt, time.Minute)
	wanted, err := json.Marshal(moved.Payload)
	require.NoError(t, err)
	require.JSONEq(t, string(wanted), string(data))
}

func TestColumnsThatDifferFromTheCanonicalBytesAreRefused(t *testing.T) {
	t.Parallel()
	db := pgtest.NewDatabase(t)
	withoutProcurements(t, db)
	at := time.Now().UTC().Truncate(time.Microsecond)
	recorded := event.Recorded{
		ID: models.NewID(models.PrefixEvent), ProcurementID: models.NewID(models.PrefixProcurement),
		ActorID: models.NewID(models.PrefixPerson), Type: "test.happened", At: at, RecordedAt: at,
	}
	canonical, _, err := audit.Canonical(recorded)
	require.NoError(t, err)
	conn := pgtest.Connect(t, db.Application)
	insert := func(e event.Recorded, data string) error {
		_, err := conn.Exec(t.Context(),
			`INSERT INTO events (id, procurement_id, type, actor_id, at, recorded_at, data, canonical)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, e.ID, e.ProcurementID, e.Type, e.ActorID, e.At, e.RecordedAt,
			data, canonical)
		return err
	}
	for name, change := range map[string]func(*event.Recorded){
		"procurement": func(e *event.Recorded) { e.ProcurementID = models.NewID(models.PrefixProcurement) },
		"id":          func(e *event.Recorded) { e.ID = models.NewID(models.PrefixEvent) },
		"type":        func(e *event.Recorded) { e.Type = "test.invented" },
		"actor":       func(e *event.Recorded) { e.ActorID = models.NewID(models.PrefixPerson) },
		"at":          func(e *event.Recorded) { e.At = at.Add(time.Microsecond) },
		"recorded_at": func(e *event.Recorded) { e.RecordedAt = at.Add(-time.Microsecond) },
	} {
		other := recorded
		change(&other)
		violation, ok := pg.ViolationOf(insert(other, "{}"))
		require.True(t, ok, name)
		require.Equal(t, "events_columns_are_canonical", violation.Constraint, name)
	}
	violation, ok := pg.ViolationOf(insert(recorded, `{"price": 1}`))
	require.True(t, ok)
	require.Equal(t, "events_columns_are_canonical", violation.Constraint)
	require.NoError(t, insert(recorded, "{}"))

	shouted := recorded
	shouted.ID, shouted.Type = models.NewID(models.PrefixEvent), "Happened"
	canonical, _, err = audit.Canonical(shouted)
	require.NoError(t, err)
	violation, ok = pg.ViolationOf(insert(shouted, "{}"))
	require.True(t, ok)
	require.Equal(t, "events_type_form", violation.Constraint)
}

func TestAnEventOfAnotherFormIsRefusedByItsConstraint(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t)
	id := models.NewID(models.PrefixEvent)
	appendOne := func(e event.Event) error {
		return s.InTx(t.Context(), func(tx *store.Tx) error { _, err := tx.Append(e); return err })
	}
	happened := event.ProcurementChanged{}
	require.NoError(t, appendOne(event.Event{ID: id, Payload: happened}))
	for constraint, e := range map[string]event.Event{
		"events_pkey":             {ID: id, Payload: happened},
		"ppi_id_form":             {ID: "evt_1", Payload: happened},
		"events_id_kind":          {ID: models.NewID(models.PrefixTender), Payload: happened},
		"events_procurement_kind": {ProcurementID: models.NewID(models.PrefixLot), Payload: happened},
	} {
		violation, ok := pg.ViolationOf(appendOne(e))
		require.True(t, ok, constraint)
		require.Equal(t, constraint, violation.Constraint)
	}
	require.ErrorContains(t, appendOne(event.Event{}), "no row of the catalogue")
	require.ErrorContains(t, appendOne(event.Event{Payload: &happened}), "no row of the catalogue")
}

// withoutProcurements lets events name procurements that are not there: the record is tested by itself.
func withoutProcurements(t *testing.T, db pgtest.Database) {
	t.Helper()
	_, err := pgtest.Connect(t, db.Owner).Exec(t.Context(),
		"ALTER TABLE events DROP CONSTRAINT IF EXISTS events_procurement")
	require.NoError(t, err)
}
