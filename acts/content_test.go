package acts_test

import (
	"crypto/sha256"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
	"github.com/ppi-engine/ppi/models/process"
)

func lot(title string) acts.NewLot { return acts.NewLot{Title: models.Text{"en": title}} }

func TestAnActIsCarriedOutOnceAndRepeatedWithItsResult(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	by := b.asLead()
	first, err := b.acts.CreateLot(t.Context(), by, lot("Cryostat"))
	require.NoError(t, err)
	require.False(t, first.Again)
	again, err := b.acts.CreateLot(t.Context(), by, lot("Cryostat"))
	require.NoError(t, err)
	require.True(t, again.Again)
	require.Equal(t, first.Result, again.Result)
	require.Equal(t, 1, b.happened(event.LotCreated{}))
}

func TestARequestIsNotRepeatedWithSomethingElse(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	by := b.asLead()
	_, err := b.acts.CreateLot(t.Context(), by, lot("Cryostat"))
	require.NoError(t, err)
	by.Request.Fingerprint = sha256.Sum256([]byte("another body"))
	_, err = b.acts.CreateLot(t.Context(), by, lot("Laser"))
	refusedAt(t, err, models.CodeKeyReused, models.FieldRequest)
	require.Equal(t, 1, b.happened(event.LotCreated{}))
}

func TestARefusedRequestLeavesNothingAndCanBeMended(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	by, in := b.asLead(), lot("Cryostat")
	// An hour that the change to summer time skips.
	in.Deadline = &process.LocalTime{Local: "2027-03-28T02:30", Zone: "Europe/Paris"}
	_, err := b.acts.CreateLot(t.Context(), by, in)
	require.Error(t, err)
	require.Zero(t, b.happened(event.LotCreated{}))
	in.Deadline.Local = "2027-03-28T03:30"
	made, err := b.acts.CreateLot(t.Context(), by, in)
	require.NoError(t, err)
	require.Equal(t, 1, made.Result.Number)
}

func TestAChangeIsMadeOnThePresentVersionOnly(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	made, err := b.acts.CreateLot(t.Context(), b.asLead(), lot("Cryostat"))
	require.NoError(t, err)
	title := models.Text{"en": "Dilution refrigerator"}
	by := b.asLead()
	by.On = acts.Versions{Of: []int64{1}}
	changed, err := b.acts.ChangeLot(t.Context(), by, made.Result.ID, acts.LotChange{Title: &title})
	require.NoError(t, err)
	require.Equal(t, int64(2), changed.Version)
	_, err = b.acts.ChangeLot(t.Context(), by, made.Result.ID, acts.LotChange{Title: &title})
	refusedAt(t, err, models.CodeStale, models.FieldVersion)
	by.On = acts.Versions{}
	_, err = b.acts.ChangeLot(t.Context(), by, made.Result.ID, acts.LotChange{Title: &title})
	refused(t, err, models.CodeStale)
	require.Equal(t, 1, b.happened(event.LotChanged{}))
}

func TestARoleThatEndedBetweenLookAndLockDeniesTheAct(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	other := models.Person{OrganisationID: b.lead.OrganisationID, Name: "Q"}
	require.NoError(t, b.acts.Store.InTx(t.Context(), func(tx *store.Tx) error { return tx.CreatePerson(&other) }))
	given, err := b.acts.GiveRole(t.Context(), b.asVoice(),
		acts.NewRole{Person: other.ID, Role: models.RoleLeadProcurer})
	require.NoError(t, err)
	looked := b.by(models.Actor{PersonID: other.ID, OrganisationID: other.OrganisationID}, models.RoleLeadProcurer)
	_, err = b.acts.EndRole(t.Context(), b.asVoice(), given.Result.ID)
	require.NoError(t, err)

	_, err = b.acts.CreateLot(t.Context(), looked, lot("Cryostat"))
	refused(t, err, models.CodeNotFound)
	var denied *acts.Denied
	require.ErrorAs(t, err, &denied)
	require.Zero(t, b.happened(event.LotCreated{}))
}

func TestAnActAboutNoProcurementIsRefused(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	by := b.new(acts.By{Actor: b.lead, Roles: []models.Role{models.RoleLeadProcurer}})
	_, err := b.acts.CreateLot(t.Context(), by, lot("Cryostat"))
	refused(t, err, models.CodeNotFound)
}

func TestAConsortiumHoldsOneLeadAndAWholeBudgetAtMost(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	second := b.person(models.OrganisationContractingAuthority)
	part := acts.MemberPart{Organisation: second.OrganisationID, BudgetShare: "60.0"}
	put, err := b.acts.PutMember(t.Context(), b.asLead(), part)
	require.NoError(t, err)
	require.True(t, put.Fresh)
	require.Equal(t, "60", put.BudgetShare)
	part = acts.MemberPart{Organisation: b.lead.OrganisationID, Lead: true, BudgetShare: "40.1"}
	_, err = b.acts.PutMember(t.Context(), b.asLead(), part)
	refused(t, err, models.CodeSharesExceeded)
	_, err = b.acts.PutMember(t.Context(), b.asLead(), acts.MemberPart{Organisation: second.OrganisationID, Lead: true})
	refused(t, err, models.CodeLeadExists)
	operator := b.person(models.OrganisationEconomicOperator)
	_, err = b.acts.PutMember(t.Context(), b.asLead(), acts.MemberPart{Organisation: operator.OrganisationID})
	refused(t, err, models.CodeNotAnAuthority)
	removed, err := b.acts.RemoveMember(t.Context(), b.asLead(), second.OrganisationID)
	require.NoError(t, err)
	require.Equal(t, put.Of+1, removed.Version)
}
