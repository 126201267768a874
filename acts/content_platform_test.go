package acts_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// administrator is the one who runs the platform.
func (b *bench) administrator() acts.By {
	b.Helper()
	actor := b.person(models.OrganisationOther)
	b.exec("UPDATE people SET administrator = true, representative = false WHERE id = $1", actor.PersonID)
	actor.Administrator, actor.Representative = true, false
	return b.new(acts.By{Actor: actor, On: acts.Versions{Any: true}})
}

// kept is what was kept of a request.
func (b *bench) kept(by acts.By) string {
	b.Helper()
	var body string
	require.NoError(b, b.db.SQL.QueryRow(b.Context(),
		"SELECT body::text FROM requests WHERE id = $1", by.Request.ID).Scan(&body))
	return body
}

func TestOnlyAdministratorsRegisterWhoTakesPart(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	in := acts.NewOrganisation{LegalName: "City", Country: "FR", Kind: models.OrganisationContractingAuthority}
	_, err := b.acts.RegisterOrganisation(t.Context(), b.asLead(), in)
	refused(t, err, models.CodeForbidden)
	_, err = b.acts.EnrolRepresentative(t.Context(), b.asLead(),
		acts.NewPerson{Organisation: b.lead.OrganisationID, Name: "P"})
	refused(t, err, models.CodeForbidden)

	admin := b.administrator()
	made, err := b.acts.RegisterOrganisation(t.Context(), admin, in)
	require.NoError(t, err)
	again, err := b.acts.RegisterOrganisation(t.Context(), admin, in)
	require.NoError(t, err)
	require.True(t, again.Again)
	require.Equal(t, made.Result.ID, again.Result.ID)

	small, on := true, admin
	said := &small
	on.On = acts.Versions{Of: []int64{1}}
	changed, err := b.acts.ChangeOrganisation(t.Context(), on, made.Result.ID, acts.OrganisationChange{SME: &said})
	require.NoError(t, err)
	require.True(t, *changed.SME)
	_, err = b.acts.ChangeOrganisation(t.Context(), on, made.Result.ID, acts.OrganisationChange{SME: &said})
	refused(t, err, models.CodeStale)
	said = nil
	changed, err = b.acts.ChangeOrganisation(t.Context(), admin, made.Result.ID, acts.OrganisationChange{SME: &said})
	require.NoError(t, err)
	require.Nil(t, changed.SME)
	require.Equal(t, "City", changed.LegalName)
}

func TestThePlatformIsNotLeftWithoutAnAdministrator(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	admin, no := b.administrator(), false
	_, err := b.acts.ChangePerson(t.Context(), admin, admin.Actor.PersonID, acts.PersonChange{Administrator: &no})
	refused(t, err, models.CodeLastAdministrator)
	second := b.administrator()
	stepped, err := b.acts.ChangePerson(t.Context(), admin, second.Actor.PersonID,
		acts.PersonChange{Administrator: &no})
	require.NoError(t, err)
	require.False(t, stepped.Administrator)
}

func TestTheSecretOfAKeyIsToldOnceAndNotKept(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	by := b.new(acts.By{Actor: b.lead})
	in := acts.NewKey{Owner: b.lead.PersonID, Label: "laptop"}
	made, err := b.acts.MakeKey(t.Context(), by, in)
	require.NoError(t, err)
	require.NotEmpty(t, made.Result.Secret)
	require.NotContains(t, b.kept(by), made.Result.Secret)
	again, err := b.acts.MakeKey(t.Context(), by, in)
	require.NoError(t, err)
	require.True(t, again.Again)
	require.Empty(t, again.Result.Secret)
	require.Equal(t, made.Result.Key.ID, again.Result.Key.ID)
}

func TestAPersonHoldsTwoKeysAtMostAndNobodyElses(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	own := func() acts.By { return b.new(acts.By{Actor: b.lead, On: acts.Versions{Any: true}}) }
	in := acts.NewKey{Owner: b.lead.PersonID, Label: "laptop"}
	_, err := b.acts.MakeKey(t.Context(), b.new(acts.By{Actor: b.person(models.OrganisationOther)}), in)
	refused(t, err, models.CodeForbidden)
	past := time.Now().Add(-time.Hour)
	expired := in
	expired.Until = &past
	_, err = b.acts.MakeKey(t.Context(), own(), expired)
	refusedAt(t, err, models.CodeInvalidValue, "/expires_at")
	made, err := b.acts.MakeKey(t.Context(), own(), in)
	require.NoError(t, err)
	_, err = b.acts.MakeKey(t.Context(), b.administrator(), in)
	refused(t, err, models.CodeForbidden)
	_, err = b.acts.MakeKey(t.Context(), own(), in)
	require.NoError(t, err)
	_, err = b.acts.MakeKey(t.Context(), own(), in)
	refused(t, err, models.CodeKeyLimit)

	stale := own()
	stale.On = acts.Versions{Of: []int64{2}}
	_, err = b.acts.RevokeKey(t.Context(), stale, b.lead.PersonID, made.Result.Key.ID)
	refused(t, err, models.CodeStale)
	revoked, err := b.acts.RevokeKey(t.Context(), own(), b.lead.PersonID, made.Result.Key.ID)
	require.NoError(t, err)
	again, err := b.acts.RevokeKey(t.Context(), own(), b.lead.PersonID, made.Result.Key.ID)
	require.NoError(t, err)
	require.Equal(t, revoked.Version(), again.Version(), "it stays revoked since then")
	_, err = b.acts.MakeKey(t.Context(), own(), in)
	require.NoError(t, err)
}

func TestAnAnswerKeptByAnEarlierReleaseIsRefusedInWords(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	by := b.asVoice()
	in := acts.NewRole{Person: b.lead.PersonID, Role: models.RoleObserver}
	_, err := b.acts.GiveRole(t.Context(), by, in)
	require.NoError(t, err)
	again, err := b.acts.GiveRole(t.Context(), by, in)
	require.NoError(t, err)
	require.True(t, again.Again)

	b.keptEarlier(by)
	_, err = b.acts.GiveRole(t.Context(), by, in)
	refusedAt(t, err, models.CodeAnswerLost, models.FieldRequest)
	by.Request.Fingerprint[0]++
	_, err = b.acts.GiveRole(t.Context(), by, in)
	refused(t, err, models.CodeKeyReused)
	require.Equal(t, 2, b.happened(event.RoleGiven{}), "the lead's and this one")
}

// keptEarlier makes what is kept of a request the row of an earlier release.
func (b *bench) keptEarlier(by acts.By) {
	b.Helper()
	b.exec(`UPDATE requests SET form = 0, body = '{"id": "x"}' WHERE id = $1`, by.Request.ID)
}
