package acts_test

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/internal/store/pgtest"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
	"github.com/ppi-engine/ppi/models/process"
)

// A procuring is a draft that could start: two buyers, each with its board, and a lead procurer, in a record
// that nothing but acts changes.
type procuring struct {
	*testing.T
	*acts.Acts

	sql *pgx.Conn
	// dsn is the application's.
	dsn string
	log *strings.Builder
	id  models.ID
	// lead is the lead procurer, board sits on the board of the lead buyer, partner on that of the other.
	lead, board, partner models.ID
}

func newProcuring(t *testing.T) *procuring {
	t.Helper()
	db := pgtest.NewDatabase(t)
	p := &procuring{T: t, sql: pgtest.Connect(t, db.Superuser), dsn: db.Application, log: &strings.Builder{}}
	p.Acts = &acts.Acts{Store: pgtest.Open(t, db.Application), Log: slog.New(slog.NewTextHandler(p.log, nil))}
	p.inTx(func(tx *store.Tx) {
		city, region := p.organisation(tx, "City"), p.organisation(tx, "Region")
		p.lead, p.board, p.partner = p.person(tx, city), p.person(tx, city), p.person(tx, region)
		draft := models.Procurement{
			ID: models.NewID(models.PrefixProcurement), Title: models.Text{"en": "Quiet trains"},
			Description: models.Text{}, Languages: []string{"en"}, Mode: models.ModeRehearsal, Zone: "Europe/Paris",
			Status: models.StatusDraft, Version: 1, CreatedBy: p.lead,
		}
		require.NoError(p, tx.CreateProcurement(&draft))
		p.id = draft.ID
		joined := time.Now().Add(-time.Hour)
		require.NoError(p, tx.PutMember(models.Member{
			ProcurementID: p.id, OrganisationID: city, Lead: true,
			JoinedAt: joined, AcceptedAt: &joined, AcceptedBy: &p.lead,
		}))
		require.NoError(p, tx.PutMember(models.Member{
			ProcurementID: p.id, OrganisationID: region, JoinedAt: joined, AcceptedAt: &joined, AcceptedBy: &p.partner,
		}))
		p.give(tx, models.RoleLeadProcurer, p.lead, city)
		p.give(tx, models.RoleBoard, p.board, city)
		p.give(tx, models.RoleBoard, p.partner, region)
	})
	return p
}

func (p *procuring) inTx(f func(tx *store.Tx)) {
	p.Helper()
	require.NoError(p, p.Store.InTx(p.Context(), func(tx *store.Tx) error {
		f(tx)
		return nil
	}))
}

func (p *procuring) organisation(tx *store.Tx, name string) models.ID {
	p.Helper()
	o := models.Organisation{
		ID: models.NewID(models.PrefixOrganisation), LegalName: name, Country: "FR",
		Kind: models.OrganisationContractingAuthority,
	}
	require.NoError(p, tx.CreateOrganisation(&o))
	return o.ID
}

func (p *procuring) person(tx *store.Tx, organisation models.ID) models.ID {
	p.Helper()
	person := models.Person{ID: models.NewID(models.PrefixPerson), OrganisationID: organisation, Name: "P"}
	require.NoError(p, tx.CreatePerson(&person))
	return person.ID
}

func (p *procuring) give(tx *store.Tx, role models.Role, person, organisation models.ID) {
	p.Helper()
	require.NoError(p, tx.GiveRole(&models.RoleAssignment{
		ID: models.NewID(models.PrefixRole), ProcurementID: p.id, PersonID: person, OrganisationID: organisation,
		Role: role, ValidFrom: time.Now().Add(-time.Hour),
	}))
}

// asked writes a command down, as a request does, and returns its ID.
func (p *procuring) asked(by models.ID, verb models.Verb, payload string) string {
	p.Helper()
	cmd, fresh, err := p.Store.WriteCommand(p.Context(), models.Command{
		ID: models.CommandID(by, "POST", string(verb), uuid.NewString()), ProcurementID: p.id, ActorID: by, Verb: verb,
		Fingerprint: make([]byte, 32), Payload: []byte(payload),
	}, store.Label{})
	require.NoError(p, err)
	require.True(p, fresh)
	return cmd.ID
}

// execute carries a command out. What it says of where the procurement stands is what the record says: an act makes
// small changes in what it has read, too, and does not read them.
func (p *procuring) execute(id string) process.Outcome {
	p.Helper()
	out, err := p.Execute(p.Context(), process.Execute{ProcurementID: p.id, CommandID: id})
	require.NoError(p, err)
	recorded, err := p.Load(p.Context(), p.id, 0)
	require.NoError(p, err)
	told := *out.State
	told.Gates, recorded.Gates = nil, nil // told when they were judged anyway
	require.Equal(p, recorded, &told)
	return out
}

func (p *procuring) started() {
	p.Helper()
	require.Equal(p, process.CommandDone, p.execute(p.asked(p.lead, models.VerbStart, `{}`)).Status)
}

func (p *procuring) command(id string) models.Command {
	p.Helper()
	cmd, err := p.Store.Command(p.Context(), id)
	require.NoError(p, err)
	return cmd
}

// events counts those of a type.
func (p *procuring) events(kind event.Payload) (n int) {
	p.Helper()
	require.NoError(p, p.sql.QueryRow(p.Context(),
		"SELECT count(*) FROM events WHERE procurement_id = $1 AND type = $2", p.id, event.TypeOf(kind)).Scan(&n))
	return n
}

func (p *procuring) exec(sql string, arguments ...any) {
	p.Helper()
	_, err := p.sql.Exec(p.Context(), sql, arguments...)
	require.NoError(p, err)
}
