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
)

func TestAnAppendedEventIsStoredInItsCanonicalBytes(t *testing.T) {
	t.Parallel()
	db := pgtest.NewDatabase(t)
	withoutProcurements(t, db)
	s := pgtest.Open(t, db.Application)
	event := models.Event{
		ProcurementID: models.NewID(models.PrefixProcurement),
		ActorID:       models.NewID(models.PrefixPerson),
		Type:          "deadline.extended",
		At:            time.Date(2027, 3, 1, 12, 0, 0, 999_999_999, time.FixedZone("CET", 3600)),
		Data: map[string]any{
			"title": "Énergie <&> ünïcode", "amount": "1250000.10", "lots": []int{1, 2},
			"nested": map[string]any{"b": nil, "a": true},
		},
	}
	require.NoError(t, s.InTx(t.Context(), func(tx *store.Tx) error {
		var err error
		event.ID, err = tx.Append(event)
		return err
	}))

	var canonical, data []byte
	var at time.Time
	row := pgtest.Connect(t, db.Application).QueryRow(t.Context(), "SELECT canonical, data, at FROM events WHERE id = $1", event.ID)
	require.NoError(t, row.Scan(&canonical, &data, &at))
	read, err := audit.ParseEvent(canonical)
	require.NoError(t, err)
	require.Equal(t, event.ID, read.ID)
	require.Equal(t, time.Date(2027, 3, 1, 11, 0, 0, 999_999_000, time.UTC), read.At)
	require.True(t, at.Equal(read.At))
	require.WithinDuration(t, time.Now(), read.RecordedAt, time.Minute)
	wanted, err := json.Marshal(event.Data)
	require.NoError(t, err)
	require.JSONEq(t, string(wanted), string(data))
}

func TestColumnsThatDifferFromTheCanonicalBytesAreRefused(t *testing.T) {
	t.Parallel()
	db := pgtest.NewDatabase(t)
	withoutProcurements(t, db)
	at := time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC)
	event := models.Event{
		ID: models.NewID(models.PrefixEvent), ProcurementID: models.NewID(models.PrefixProcurement),
		ActorID: models.NewID(models.PrefixPerson), Type: happened, At: at, RecordedAt: at,
	}
	canonical, _, err := audit.Canonical(event)
	require.NoError(t, err)
	conn := pgtest.Connect(t, db.Application)
	insert := func(e models.Event, data string) error {
		_, err := conn.Exec(t.Context(), `INSERT INTO events (id, procurement_id, type, actor_id, at, recorded_at, data, canonical)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, e.ID, e.ProcurementID, e.Type, e.ActorID, e.At, e.RecordedAt, data, canonical)
		return err
	}
	for name, change := range map[string]func(*models.Event){
		"procurement": func(e *models.Event) { e.ProcurementID = models.NewID(models.PrefixProcurement) },
		"id":          func(e *models.Event) { e.ID = models.NewID(models.PrefixEvent) },
		"type":        func(e *models.Event) { e.Type = "test.invented" },
		"actor":       func(e *models.Event) { e.ActorID = models.NewID(models.PrefixPerson) },
		"at":          func(e *models.Event) { e.At = at.Add(time.Microsecond) },
		"recorded_at": func(e *models.Event) { e.RecordedAt = at.Add(-time.Microsecond) },
	} {
		other := event
		change(&other)
		violation, ok := pg.ViolationOf(insert(other, "{}"))
		require.True(t, ok, name)
		require.Equal(t, "events_columns_are_canonical", violation.Constraint, name)
	}
	violation, ok := pg.ViolationOf(insert(event, `{"price": 1}`))
	require.True(t, ok)
	require.Equal(t, "events_columns_are_canonical", violation.Constraint)
	require.NoError(t, insert(event, "{}"))
}

func TestAnEventOfAnotherFormIsRefusedByItsConstraint(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t)
	id := models.NewID(models.PrefixEvent)
	appendOne := func(e models.Event) error {
		return s.InTx(t.Context(), func(tx *store.Tx) error { _, err := tx.Append(e); return err })
	}
	require.NoError(t, appendOne(models.Event{ID: id, Type: happened}))
	for constraint, event := range map[string]models.Event{
		"events_pkey":             {ID: id, Type: happened},
		"ppi_id_form":             {ID: "evt_1", Type: happened},
		"events_id_kind":          {ID: models.NewID(models.PrefixTender), Type: happened},
		"events_procurement_kind": {ProcurementID: models.NewID(models.PrefixLot), Type: happened},
		"events_type_form":        {Type: "Happened"},
	} {
		violation, ok := pg.ViolationOf(appendOne(event))
		require.True(t, ok, constraint)
		require.Equal(t, constraint, violation.Constraint)
	}
}

// withoutProcurements lets events name procurements that are not there: the record is tested by itself.
func withoutProcurements(t *testing.T, db pgtest.Database) {
	t.Helper()
	_, err := pgtest.Connect(t, db.Owner).Exec(t.Context(), "ALTER TABLE events DROP CONSTRAINT IF EXISTS events_procurement")
	require.NoError(t, err)
}
