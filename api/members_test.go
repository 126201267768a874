package api

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
)

func TestMembersArePartOfTheProcurementsVersion(t *testing.T) {
	t.Parallel()
	w := setup(t)
	leader, other := w.buyer(), w.buyer()
	p := w.procurement(leader)
	path := p.Self() + "/members/" + string(other.organisation)
	joined := w.do(leader, PUT, path, map[string]any{"budget_share": "25.50"}, with(headerIfMatch, `"1"`)).
		is(http.StatusCreated)
	require.Equal(t, path, joined.Header().Get("Location"))
	require.Equal(t, `"2"`, joined.etag())
	var m member
	r := w.do(leader, GET, path, nil).is(http.StatusOK).into(&m)
	require.Equal(t, `"2"`, r.etag())
	require.Equal(t, "25.5", m.BudgetShare)
	w.do(leader, PUT, path, map[string]any{}, with(headerIfMatch, `"1"`)).is(http.StatusPreconditionFailed)
	var changed member
	w.do(leader, PUT, path, map[string]any{}, with(headerIfMatch, `"2"`)).is(http.StatusOK).into(&changed)
	require.Empty(t, changed.BudgetShare)
	require.Equal(t, m.JoinedAt, changed.JoinedAt)
	gone := w.do(leader, DELETE, path, nil, with(headerIfMatch, `"3"`)).is(http.StatusNoContent)
	require.Equal(t, `"4"`, gone.etag())
	w.do(leader, GET, path, nil).is(http.StatusNotFound)
	w.do(leader, DELETE, path, nil).is(http.StatusNotFound)
}

func TestOnlyContractingAuthoritiesAreMembers(t *testing.T) {
	t.Parallel()
	w := setup(t)
	leader := w.buyer()
	p := w.procurement(leader)
	for _, kind := range []models.OrganisationKind{models.OrganisationEconomicOperator, models.OrganisationOther} {
		w.do(leader, PUT, p.Self()+"/members/"+string(w.organisation(kind).organisation), map[string]any{}).
			is(http.StatusConflict).refused(models.CodeNotAnAuthority)
	}
	for _, id := range []models.ID{models.NewID(models.PrefixOrganisation), leader.person, "x"} {
		w.do(leader, PUT, p.Self()+"/members/"+string(id), map[string]any{}).is(http.StatusNotFound)
	}
}

func TestThereIsOneLeadBuyer(t *testing.T) {
	t.Parallel()
	w := setup(t)
	leader, other := w.buyer(), w.buyer()
	p := w.procurement(leader)
	mine, theirs := p.Self()+"/members/"+string(leader.organisation), p.Self()+"/members/"+string(other.organisation)
	w.do(leader, PUT, theirs, map[string]any{"lead": true}).is(http.StatusConflict).refused(models.CodeLeadExists)
	w.do(leader, PUT, mine, map[string]any{"lead": false}).is(http.StatusOK)
	w.do(leader, PUT, theirs, map[string]any{"lead": true}).is(http.StatusCreated)
}

func TestSharesOfTheBudgetAreExactAndNoMoreThanAll(t *testing.T) {
	t.Parallel()
	w := setup(t)
	leader := w.buyer()
	p := w.procurement(leader)
	share := func(organisation models.ID, share string) response {
		return w.do(leader, PUT, p.Self()+"/members/"+string(organisation), map[string]any{"budget_share": share})
	}
	second, third := w.buyer().organisation, w.buyer().organisation
	share(leader.organisation, "33.333333").is(http.StatusOK)
	share(second, "33.333333").is(http.StatusCreated)
	share(third, "33.333335").is(http.StatusConflict).refused(models.CodeSharesExceeded)
	share(third, "33.333334").is(http.StatusCreated)
	share(third, "100").is(http.StatusConflict).refused(models.CodeSharesExceeded)
	for _, malformed := range []string{
		"0", "0.000000", "100.000001", "-1", "1e1", "1,5", "1.0000001", "", " 1", "NaN",
		"001",
	} {
		share(second, malformed).is(http.StatusUnprocessableEntity).refused(models.CodeInvalidValue)
	}
}

func TestWithAMemberGoTheRolesOfItsPeople(t *testing.T) {
	t.Parallel()
	w := setup(t)
	leader, other := w.buyer(), w.buyer()
	p := w.procurement(leader)
	w.join(leader, p, other.organisation)
	given := w.give(leader, p, other.person, models.RoleBoard)
	path := p.Self() + "/members/" + string(other.organisation)
	w.do(leader, DELETE, given.Self(), nil).is(http.StatusForbidden).refused(models.CodeOtherOrganisation)
	w.do(leader, DELETE, path, nil).is(http.StatusNoContent)
	w.do(other, GET, p.Self(), nil).is(http.StatusNotFound)
	w.do(leader, DELETE, path, nil).is(http.StatusNotFound)
	w.do(leader, DELETE, p.Self()+"/members/"+string(leader.organisation), nil).is(http.StatusConflict).
		refused(models.CodeLeadMissing)
}

func TestAPartnerIsInvitedAndShownAsOne(t *testing.T) {
	t.Parallel()
	w := setup(t)
	leader, university := w.buyer(), w.organisation(models.OrganisationOther)
	p := w.procurement(leader)
	path := p.Self() + "/members/" + string(university.organisation)
	var m member
	w.do(leader, PUT, path, map[string]any{"kind": "partner"}).is(http.StatusCreated).into(&m)
	require.Equal(t, "partner", m.Kind)
	require.Nil(t, m.AcceptedAt)
	w.do(university, POST, path+"/actions/accept", nil).is(http.StatusOK).into(&m)
	require.NotNil(t, m.AcceptedAt)
	w.do(leader, PUT, path, map[string]any{"kind": "friend"}).is(http.StatusUnprocessableEntity)
	supplier := p.Self() + "/members/" + string(w.organisation(models.OrganisationEconomicOperator).organisation)
	w.do(leader, PUT, supplier, map[string]any{"kind": "partner"}).is(http.StatusConflict).
		refused(models.CodePartnerSupplies)
	w.do(leader, PUT, path, map[string]any{"kind": "partner", "lead": true}).is(http.StatusConflict).
		refused(models.CodePartnerDoesNotBuy)
	w.do(leader, GET, p.Self()+"/members/"+string(leader.organisation), nil).is(http.StatusOK).into(&m)
	require.Equal(t, "buyer", m.Kind)
}
