package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/internal/store/pgtest"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

func (p *platform) vitals() store.Vitals {
	p.Helper()
	v, err := p.Vitals(p.Context())
	require.NoError(p, err)
	return v
}

func (p *platform) unplaced(procurement models.ID, what event.Payload) {
	p.Helper()
	require.NoError(p, p.InTx(p.Context(), func(tx *store.Tx) error {
		_, err := tx.Append(event.Event{ProcurementID: procurement, Payload: what})
		return err
	}))
}

func TestVitalsSayWhatWaits(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	require.Zero(t, p.vitals())
	lead := p.Person()
	procurement := p.Procurement(models.ModeLive, lead)
	p.Publish(procurement)
	closed := p.Publish(procurement)
	p.CloseBox(closed)
	active, ended := p.endpoint(lead), p.endpoint(lead)
	p.Event(procurement, event.VoteCast{})
	p.Event(procurement, event.EntryWritten{})
	p.relayAll()
	p.Exec("UPDATE endpoints SET status = 'disabled', ended_at = clock_timestamp() WHERE id = $1", ended.ID)
	p.Exec("UPDATE deliveries SET queued_at = clock_timestamp() - interval '1 hour' WHERE endpoint_id = $1", active.ID)
	v := p.vitals()
	require.Equal(t, int64(1), v.BoxesOpen)
	require.Equal(t, int64(2), v.DeliveriesQueued, "what goes to an endpoint that ended waits for nothing")
	require.InDelta(t, time.Hour, v.DeliveriesOldest, float64(time.Minute))
	require.Zero(t, v.EventsUnplaced)

	p.Exec("UPDATE portal_feeds SET state = 'parked' WHERE endpoint_id = $1", active.ID)
	v = p.vitals()
	require.Equal(t, []int64{0, 2}, []int64{v.DeliveriesQueued, v.DeliveriesParked})
	require.Zero(t, v.DeliveriesOldest)

	p.Exec("UPDATE portal_feeds SET state = 'active' WHERE endpoint_id = $1", active.ID)
	p.Exec("UPDATE endpoints SET status = 'paused' WHERE id = $1", active.ID)
	v = p.vitals()
	require.Equal(t, []int64{0, 2}, []int64{v.DeliveriesQueued, v.DeliveriesParked}, "a person resumes the endpoint")
	require.Zero(t, v.DeliveriesOldest)

	require.NoError(t, p.InTx(t.Context(), func(tx *store.Tx) error {
		_, _, err := tx.RaiseTask(procurement, models.TaskBulletin, string(procurement), nil, time.Now())
		return err
	}))
	require.Equal(t, int64(1), p.vitals().TasksOpen)
}

// An event that waits for its place tells, to whoever looks often enough, that something has just happened: tenders,
// registrations and whatever portals are not told of are not counted.
func TestVitalsDoNotCountWhatSuppliersDo(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	procurement := p.Procurement(models.ModeLive, p.Person())
	p.unplaced(procurement, event.RoleGiven{Role: models.RoleSupplier})
	p.unplaced("", event.TenderReceived{TenderID: models.NewID(models.PrefixTender)})
	require.Zero(t, p.vitals())
	p.unplaced(procurement, event.VoteCast{})
	v := p.vitals()
	require.Equal(t, int64(1), v.EventsUnplaced)
	require.Positive(t, v.EventsOldest)
	require.Equal(t, 3, pgtest.Sequence(t, p.Sequencer))
	require.Zero(t, p.vitals())
}

// What is asked every few seconds must not read tables that grow.
func TestVitalsReadIndexesOnly(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	lead := p.Person()
	procurement := p.Procurement(models.ModeLive, lead)
	p.Publish(procurement)
	p.Exec(`INSERT INTO tasks (id, procurement_id, kind, subject_id, raised_at, done_at)
		SELECT 'tsk_00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'), $1, 'done', n, clock_timestamp(),
			clock_timestamp()
		FROM generate_series(1, 20000) n`, procurement)
	p.Exec(`INSERT INTO events (id, procurement_id, type, at, recorded_at, data, canonical, xid)
		SELECT 'evt_00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'), NULL, 'vote.cast', 'epoch', 'epoch', '{}',
			convert_to(jsonb_build_object('id', 'evt_00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'),
				'procurement', null, 'type', 'vote.cast', 'actor', null, 'at', '1970-01-01T00:00:00.000000Z',
				'recorded_at', '1970-01-01T00:00:00.000000Z', 'data', '{}'::jsonb)::text, 'UTF8'), '1'::xid8
		FROM generate_series(1, 20000) n`)
	p.Event(procurement, event.VoteCast{}) // the sequencer is past all the others
	for _, table := range []string{"tasks", "events", "event_log"} {
		p.Exec("VACUUM ANALYZE " + table)
	}
	plan, err := store.PlanOfVitals(t.Context(), p.Store)
	require.NoError(t, err)
	for _, table := range []string{"tasks", "events", "event_log", "boxes", "commands", "deliveries"} {
		require.NotRegexp(t, "Seq Scan on "+table+"\\b", plan)
	}
	require.Contains(t, plan, "events_xid")
	require.Equal(t, int64(1), p.vitals().BoxesOpen)
}
