package pgtest

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/eventlog"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// A Platform is a database with people and procurements that are written without the API.
type Platform struct {
	*testing.T
	*store.Store

	// Database has the DSNs of the database; SQL is a connection to it as superuser.
	Database Database
	SQL      *pgx.Conn
	// Organisation is a contracting authority; everybody belongs to it.
	Organisation models.ID
	// Sequencer is the sequencer of its log.
	Sequencer *eventlog.Sequencer
}

// NewPlatform makes a platform, and a sequencer for its log.
func NewPlatform(t *testing.T) *Platform {
	t.Helper()
	db := NewDatabase(t)
	p := &Platform{T: t, Store: Open(t, db.Application), Database: db, SQL: Connect(t, db.Superuser)}
	p.Sequencer = OpenSequencer(t, p.Store)
	p.Organisation = models.NewID(models.PrefixOrganisation)
	p.Exec(`INSERT INTO organisations (id, legal_name, country, kind)
		VALUES ($1, 'Buyer', 'FR', 'contracting_authority')`, p.Organisation)
	return p
}

// Exec executes a statement as superuser.
func (p *Platform) Exec(sql string, arguments ...any) {
	p.Helper()
	_, err := p.SQL.Exec(p.Context(), sql, arguments...)
	require.NoError(p, err)
}

// Person is somebody new.
func (p *Platform) Person() models.ID {
	p.Helper()
	id := models.NewID(models.PrefixPerson)
	p.Exec("INSERT INTO people (id, organisation_id, name, email) VALUES ($1, $2, 'P', '')", id, p.Organisation)
	return id
}

// Procurement drafts a procurement that the person leads.
func (p *Platform) Procurement(mode models.Mode, lead models.ID) models.ID {
	p.Helper()
	id := models.NewID(models.PrefixProcurement)
	p.Exec(`INSERT INTO procurements (id, title, description, languages, mode, zone, status, created_by)
		VALUES ($1, '{"en": "Quiet trains"}', '{}', '["en"]', $2, 'Europe/Paris', 'draft', $3)`, id, mode, lead)
	p.Give(id, lead, models.RoleLeadProcurer)
	return id
}

// Give gives a person a role that began an hour ago.
func (p *Platform) Give(procurement, person models.ID, role models.Role) {
	p.Helper()
	p.Exec(`INSERT INTO role_assignments (id, procurement_id, person_id, organisation_id, role, valid_from)
		VALUES ($1, $2, $3, $4, $5, clock_timestamp() - interval '1 hour')`, models.NewID(models.PrefixRole),
		procurement, person, p.Organisation, role)
}

// EndRoles ends all roles of a person on a procurement.
func (p *Platform) EndRoles(procurement, person models.ID) {
	p.Helper()
	p.Exec("UPDATE role_assignments SET valid_until = clock_timestamp() WHERE procurement_id = $1 AND person_id = $2",
		procurement, person)
}

// Publish opens the box of a new lot and appends the event of the publication.
func (p *Platform) Publish(procurement models.ID) (lot models.ID) {
	p.Helper()
	lot, published := p.OpenLot(procurement)
	p.Happens(published)
	return lot
}

// OpenLot opens the box of a new lot, and returns the event of the publication, which has not happened yet.
func (p *Platform) OpenLot(procurement models.ID) (lot models.ID, published event.Event) {
	p.Helper()
	lot = models.NewID(models.PrefixLot)
	at := time.Now().UTC().Truncate(time.Microsecond)
	p.Exec(`INSERT INTO lots (id, procurement_id, number, title)
		VALUES ($1, $2::text, (SELECT count(*) + 1 FROM lots WHERE procurement_id = $2::text), '{}')`,
		lot, procurement)
	p.Exec(OpenBox("clock_timestamp() + interval '1 hour'"), lot)
	p.Exec("UPDATE boxes SET opened_at = $2 WHERE id = $1", BoxOf(lot), at)
	return lot, event.Event{ProcurementID: procurement, Payload: event.ProcurementPublished{}, At: at}
}

// CloseBox closes the box of a lot.
func (p *Platform) CloseBox(lot models.ID) {
	p.Helper()
	p.Exec("UPDATE boxes SET closed_at = clock_timestamp() WHERE lot_id = $1", lot)
}

// Happens appends an event and has it placed in the log.
func (p *Platform) Happens(e event.Event) models.ID {
	p.Helper()
	id := p.Append(e)
	Sequence(p.T, p.Sequencer)
	return id
}

// Append appends an event that has no place in the log yet.
func (p *Platform) Append(e event.Event) models.ID {
	p.Helper()
	var id models.ID
	require.NoError(p, p.InTx(p.Context(), func(tx *store.Tx) (err error) {
		id, err = tx.Append(e)
		return err
	}))
	return id
}

// Event appends an event of a procurement and has it placed in the log.
func (p *Platform) Event(procurement models.ID, what event.Payload) models.ID {
	p.Helper()
	return p.Happens(event.Event{ProcurementID: procurement, Payload: what})
}

// Tender appends the event that a tender came in.
func (p *Platform) Tender() models.ID {
	p.Helper()
	return p.Happens(event.Event{Payload: event.TenderReceived{TenderID: models.NewID(models.PrefixTender)}})
}

// OpenSequencer opens the sequencer of a log until the test ends.
func OpenSequencer(t testing.TB, s *store.Store) *eventlog.Sequencer {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	q, err := s.Log().OpenSequencer(ctx)
	require.NoError(t, err)
	t.Cleanup(q.Close)
	return q
}

// Sequence places all waiting events and returns how many there were.
func Sequence(t testing.TB, q *eventlog.Sequencer) int {
	t.Helper()
	total := 0
	for {
		placed, more, err := q.Pass(t.Context())
		require.NoError(t, err)
		total += placed
		if !more {
			return total
		}
	}
}

// RowCount is the number that a query returns to a superuser.
func RowCount(t testing.TB, db Database, query string, args ...any) int64 {
	t.Helper()
	var n int64
	require.NoError(t, db.SQL.QueryRow(t.Context(), query, args...).Scan(&n))
	return n
}
