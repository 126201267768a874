package store_test

import (
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

// A platform is a database with people and procurements, written past the API.
type platform struct {
	*testing.T
	*store.Store

	db           pgtest.Database
	sql          *pgx.Conn
	sequencer    *store.Sequencer
	organisation models.ID
}

func newPlatform(t *testing.T) *platform {
	t.Helper()
	db := pgtest.NewDatabase(t)
	p := &platform{T: t, Store: pgtest.Open(t, db.Application), db: db, sql: pgtest.Connect(t, db.Superuser)}
	p.sequencer = openSequencer(t, p.Store)
	p.organisation = models.NewID(models.PrefixOrganisation)
	p.exec("INSERT INTO organisations (id, legal_name, country, kind) VALUES ($1, 'Buyer', 'FR', 'contracting_authority')", p.organisation)
	return p
}

func (p *platform) exec(sql string, arguments ...any) {
	p.Helper()
	_, err := p.sql.Exec(p.Context(), sql, arguments...)
	require.NoError(p, err)
}

func (p *platform) person() models.ID {
	p.Helper()
	id := models.NewID(models.PrefixPerson)
	p.exec("INSERT INTO people (id, organisation_id, name, email) VALUES ($1, $2, 'P', '')", id, p.organisation)
	return id
}

// procurement drafts a procurement that the person leads.
func (p *platform) procurement(mode models.Mode, lead models.ID) models.ID {
	p.Helper()
	id := models.NewID(models.PrefixProcurement)
	p.exec(`INSERT INTO procurements (id, title, description, languages, mode, zone, status, created_by)
		VALUES ($1, '{"en": "Quiet trains"}', '{}', '["en"]', $2, 'Europe/Paris', 'draft', $3)`, id, mode, lead)
	p.give(id, lead, models.RoleLeadProcurer)
	return id
}

func (p *platform) give(procurement, person models.ID, role models.Role) {
	p.Helper()
	p.exec(`INSERT INTO role_assignments (id, procurement_id, person_id, organisation_id, role, valid_from)
		VALUES ($1, $2, $3, $4, $5, clock_timestamp() - interval '1 hour')`, models.NewID(models.PrefixRole), procurement, person, p.organisation, role)
}

// endRoles ends all roles of a person on a procurement.
func (p *platform) endRoles(procurement, person models.ID) {
	p.Helper()
	p.exec("UPDATE role_assignments SET valid_until = clock_timestamp() WHERE procurement_id = $1 AND person_id = $2", procurement, person)
}

// publish opens the box of a new lot, with the event that says so.
func (p *platform) publish(procurement models.ID) (lot models.ID) {
	p.Helper()
	lot = models.NewID(models.PrefixLot)
	at := time.Now().UTC().Truncate(time.Microsecond)
	p.exec(`INSERT INTO lots (id, procurement_id, number, title, deadline, opened_at)
		VALUES ($1, $2::text, (SELECT count(*) + 1 FROM lots WHERE procurement_id = $2::text), '{}', $3, $4)`, lot, procurement, at.Add(time.Hour), at)
	p.happens(event.Event{ProcurementID: procurement, Payload: event.ProcurementPublished{}, At: at})
	return lot
}

func (p *platform) close(lot models.ID) {
	p.Helper()
	p.exec("UPDATE lots SET closed_at = clock_timestamp() WHERE id = $1", lot)
}

// happens appends an event and gives it its place.
func (p *platform) happens(e event.Event) models.ID {
	p.Helper()
	var id models.ID
	require.NoError(p, p.InTx(p.Context(), func(tx *store.Tx) (err error) {
		id, err = tx.Append(e)
		return err
	}))
	sequenceAll(p.T, p.sequencer)
	return id
}

func (p *platform) event(procurement models.ID, what event.Payload) models.ID {
	p.Helper()
	return p.happens(event.Event{ProcurementID: procurement, Payload: what})
}

// tender is what is recorded when one comes in.
func (p *platform) tender() models.ID {
	p.Helper()
	return p.happens(event.Event{Payload: event.TenderReceived{TenderID: models.NewID(models.PrefixTender)}})
}

// read reads a page of the feed as a person does.
func (p *platform) read(person models.ID, q store.FeedQuery) (ids []models.ID, page store.FeedPage) {
	p.Helper()
	if q.Procurements == nil {
		var err error
		q.Procurements, err = p.VisibleTo(p.Context(), person)
		require.NoError(p, err)
	}
	if q.Limit == 0 {
		q.Limit = 100
	}
	page, err := p.Feed(p.Context(), q)
	require.NoError(p, err)
	for _, e := range page.Events {
		recorded, err := audit.ParseEvent(e.Canonical)
		require.NoError(p, err)
		require.Equal(p, e.ProcurementID, recorded.ProcurementID)
		ids = append(ids, recorded.ID)
	}
	return ids, page
}
