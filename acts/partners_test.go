package acts_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
	"github.com/ppi-engine/ppi/models/process"
)

// partner invites an organisation as a partner, and has it accept.
func (b *bench) partner(kind models.OrganisationKind) models.Actor {
	b.Helper()
	actor := b.person(kind)
	_, err := b.acts.PutMember(b.Context(), b.asLead(),
		acts.MemberPart{Organisation: actor.OrganisationID, Kind: models.MemberPartner})
	require.NoError(b, err)
	done, err := b.acts.AcceptMembership(b.Context(), b.by(actor, models.RoleRepresentative), actor.OrganisationID)
	require.NoError(b, err)
	require.False(b, done.Result.Buys())
	return actor
}

func TestAPartnerNeitherSuppliesNorLeadsNorPays(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	for _, c := range []struct {
		kind  models.OrganisationKind
		part  acts.MemberPart
		code  models.Code
		field string
	}{
		{models.OrganisationEconomicOperator, acts.MemberPart{}, models.CodePartnerSupplies, "organisation"},
		{models.OrganisationOther, acts.MemberPart{Lead: true}, models.CodePartnerDoesNotBuy, "/lead"},
		{models.OrganisationOther, acts.MemberPart{BudgetShare: "5"}, models.CodePartnerDoesNotBuy, "/budget_share"},
	} {
		c.part.Organisation, c.part.Kind = b.person(c.kind).OrganisationID, models.MemberPartner
		_, err := b.acts.PutMember(t.Context(), b.asLead(), c.part)
		refusedAt(t, err, c.code, c.field)
		r, _ := models.RefusalOf(err)
		require.Regexp(t, `^Org `, r.Detail, "the refusal names the organisation")
	}
	b.partner(models.OrganisationOther)
	b.partner(models.OrganisationContractingAuthority)
}

func TestAPartIsAcceptedAnewWhenABuyerBecomesAPartner(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	other := b.person(models.OrganisationContractingAuthority)
	put := func(kind models.MemberKind) acts.MemberPut {
		part := acts.MemberPart{Organisation: other.OrganisationID, Kind: kind}
		m, err := b.acts.PutMember(t.Context(), b.asLead(), part)
		require.NoError(t, err)
		return m
	}
	voice := func() acts.By { return b.by(other, models.RoleRepresentative) }
	accept := func() {
		_, err := b.acts.AcceptMembership(t.Context(), voice(), other.OrganisationID)
		require.NoError(t, err)
	}
	put("") // buyers were all there was
	accept()
	for _, role := range []models.Role{models.RoleBoard, models.RoleDrafter} {
		_, err := b.acts.GiveRole(t.Context(), voice(), acts.NewRole{Person: other.PersonID, Role: role})
		require.NoError(t, err)
	}
	require.NotNil(t, put(models.MemberBuyer).AcceptedAt, "the same part")
	require.Nil(t, put(models.MemberPartner).AcceptedAt, "another part")
	require.Equal(t, 1, b.happened(event.RoleEnded{}), "a partner has nobody on the board; its drafter goes on")
	accept()
	_, err := b.acts.GiveRole(t.Context(), voice(), acts.NewRole{Person: other.PersonID, Role: models.RoleBoard})
	refusedAt(t, err, models.CodePartnerDoesNotBuy, "/role")
	require.Nil(t, put(models.MemberBuyer).AcceptedAt)
}

func TestAPartnerEngagesNobody(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	university := b.partner(models.OrganisationOther)
	expert := b.person(models.OrganisationOther)
	_, err := b.acts.OfferRole(t.Context(), b.by(university, models.RoleRepresentative),
		acts.NewRole{Person: expert.PersonID, Role: models.RoleEvaluator})
	refused(t, err, models.CodePartnerDoesNotBuy)
}

func TestWhatSpeaksForABuyerIsNotWrittenForAPartner(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	university := b.partner(models.OrganisationOther)
	_, err := b.acts.GiveRole(t.Context(), b.by(university, models.RoleRepresentative),
		acts.NewRole{Person: university.PersonID, Role: models.RoleDrafter})
	require.NoError(t, err)
	b.exec("UPDATE procurements SET status = 'running', started_at = clock_timestamp() WHERE id = $1", b.draft)
	for _, phase := range []models.Phase{models.PhaseNeeds, models.PhaseCapacity} {
		b.exec(`INSERT INTO phase_rounds (procurement_id, phase, round, status, opened_at)
			VALUES ($1, $2, 1, 'open', clock_timestamp())`, b.draft, phase)
	}
	write := func(kind models.EntryKind, content acts.Content) error {
		row, _ := acts.EntryKindOf(kind)
		_, err := row.Write(t.Context(), b.acts, b.by(university, models.RoleDrafter), content)
		return err
	}
	refused(t, write(models.EntryNeedsStatement, models.NeedsStatement{}), models.CodePartnerDoesNotBuy)
	require.NoError(t, write(models.EntryMembership, models.Membership{Body: "network", Since: "2020-01-01"}))
}

func TestAPartnerLeavesByItsRepresentativeAndTendersNoMore(t *testing.T) {
	t.Parallel()
	p := newProcuring(t)
	var university, voice models.ID
	p.inTx(func(tx *store.Tx) {
		university = p.organisation(tx, "University")
		voice = p.person(tx, university)
		joined := time.Now().Add(-time.Hour)
		require.NoError(t, tx.PutMember(models.Member{
			ProcurementID: p.id, OrganisationID: university, Kind: models.MemberPartner, JoinedAt: joined,
			AcceptedAt: &joined, AcceptedBy: &voice,
		}))
		p.give(tx, models.RoleEvaluator, voice, university)
	})
	p.started() // a partner needs nobody on the board
	refusedOutcome := p.execute(p.asked(voice, models.VerbLeave, `{}`))
	require.Equal(t, process.CommandRefused, refusedOutcome.Status, "not its representative")
	p.exec("UPDATE people SET representative = true WHERE id = $1", voice)
	require.Equal(t, process.CommandDone, p.execute(p.asked(voice, models.VerbLeave, `{}`)).Status)
	require.Equal(t, 1, p.events(event.MemberLeft{}))
	require.Equal(t, 1, p.events(event.RoleEnded{}))
	p.inTx(func(tx *store.Tx) {
		declared, err := tx.DeclaredNotToTender(p.id, university)
		require.NoError(t, err)
		require.True(t, declared)
	})
}

func TestTheLastBuyerDoesNotLeaveAPartnerBehind(t *testing.T) {
	t.Parallel()
	p := newProcuring(t)
	p.inTx(func(tx *store.Tx) {
		joined := time.Now().Add(-time.Hour)
		require.NoError(t, tx.PutMember(models.Member{
			ProcurementID: p.id, OrganisationID: p.organisation(tx, "University"), Kind: models.MemberPartner,
			JoinedAt: joined, AcceptedAt: &joined, AcceptedBy: &p.lead,
		}))
	})
	p.started()
	require.Equal(t, process.CommandDone, p.execute(p.asked(p.partner, models.VerbLeave, `{}`)).Status)
	id := p.asked(p.board, models.VerbLeave, `{}`)
	require.Equal(t, process.CommandRefused, p.execute(id).Status)
	require.Equal(t, models.CodeLastMember, p.command(id).Refusal.Code)
}
