package acts_test

import (
	"crypto/sha256"
	"log/slog"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/internal/auth"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/internal/store/pgtest"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// A bench is a record with a draft of its own, and who leads it.
type bench struct {
	testing.TB

	db    pgtest.Database
	acts  *acts.Acts
	draft models.ID
	lead  models.Actor
}

func setUp(t testing.TB) *bench {
	t.Helper()
	db := pgtest.NewDatabase(t)
	record := pgtest.Open(t, db.Application)
	b := &bench{TB: t, db: db, acts: &acts.Acts{Store: record, Log: slog.New(slog.DiscardHandler)}}
	b.lead = b.person(models.OrganisationContractingAuthority)
	made, err := b.acts.CreateProcurement(t.Context(), b.new(acts.By{Actor: b.lead}), acts.NewProcurement{
		Title: models.Text{"en": "Quantum"}, Languages: []string{"en"}, Mode: models.ModeRehearsal,
		Zone: "Europe/Paris",
	})
	require.NoError(t, err)
	b.draft = made.Result.Procurement.ID
	return b
}

// person registers the representative of a new organisation, who had a key.
func (b *bench) person(kind models.OrganisationKind) models.Actor {
	b.Helper()
	o := models.Organisation{LegalName: "Org " + uuid.NewString(), Country: "FR", Kind: kind}
	p := models.Person{Name: "P", Representative: true}
	require.NoError(b, b.acts.Store.InTx(b.Context(), func(tx *store.Tx) error {
		if err := tx.CreateOrganisation(&o); err != nil {
			return err
		}
		p.OrganisationID = o.ID
		if err := tx.CreatePerson(&p); err != nil {
			return err
		}
		token := auth.NewToken()
		return tx.CreateAPIKey(&models.APIKey{
			ID: token.ID, PersonID: p.ID, Label: "key", Digest: token.Digest(), CreatedAt: p.CreatedAt,
			RevokedAt: &p.CreatedAt,
		})
	}))
	return models.Actor{PersonID: p.ID, OrganisationID: o.ID, Representative: true}
}

// by is how somebody comes who holds the role on the draft and asks for an act that the role may do, on any version.
func (b *bench) by(actor models.Actor, role models.Role) acts.By {
	b.Helper()
	actor.Roles = []models.Role{role}
	var st models.Seat
	require.NoError(b, b.acts.Store.InTx(b.Context(), func(tx *store.Tx) error {
		p, err := tx.ReadProcurement(b.draft)
		if err != nil {
			return err
		}
		st, err = tx.Seat(p, actor.PersonID)
		return err
	}))
	return b.new(acts.By{Actor: actor, Seat: &st, Roles: []models.Role{role}, On: acts.Versions{Any: true}})
}

// new gives an act a request of its own.
func (*bench) new(by acts.By) acts.By {
	by.Request = acts.Request{
		ID: models.CommandID(by.Actor.PersonID, "test", "", uuid.NewString()), Fingerprint: sha256.Sum256(nil),
	}
	return by
}

// asLead is how the lead procurer comes.
func (b *bench) asLead() acts.By { b.Helper(); return b.by(b.lead, models.RoleLeadProcurer) }

// asVoice is how the representative of the lead buyer comes, who is the same person.
func (b *bench) asVoice() acts.By { b.Helper(); return b.by(b.lead, models.RoleRepresentative) }

// happened counts events of a type.
func (b *bench) happened(kind event.Payload) int {
	b.Helper()
	return b.count("SELECT count(*) FROM events WHERE procurement_id = $1 AND type = $2", b.draft, event.TypeOf(kind))
}

// refused expects a refusal with a code.
func refused(t testing.TB, err error, code models.Code) {
	t.Helper()
	refusedAt(t, err, code, "")
}

// refusedAt expects a refusal with a code that names a field; an empty one may be any.
func refusedAt(t testing.TB, err error, code models.Code, field string) {
	t.Helper()
	r, ok := models.RefusalOf(err)
	require.True(t, ok, "%v", err)
	require.Equal(t, code, r.Code, r.Detail)
	if field != "" {
		require.Equal(t, field, r.Field)
	}
}
