package models

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// jointly is a dossier of two buyers and a partner, in an order that is not theirs.
func jointly() Dossier {
	return Dossier{
		Members: []Member{
			{OrganisationID: "org_partner", Kind: MemberPartner},
			{OrganisationID: "org_second"}, // recorded before there were partners
			{OrganisationID: "org_lead", Kind: MemberBuyer, Lead: true},
		},
		Organisations: map[ID]Organisation{
			"org_lead": {Country: "FR"}, "org_second": {Country: "ES"},
			"org_partner": {LegalName: "University", Country: "SE"},
		},
	}
}

func TestThePartiesOfAnAgreementAreTheBuyers(t *testing.T) {
	t.Parallel()
	d := jointly()
	a := Agreement{
		Lead: "org_lead", ApplicableLaw: "FR",
		Shares: []Share{{Organisation: "org_lead", Percent: "60"}, {Organisation: "org_second", Percent: "40"}},
	}
	require.NoError(t, a.CheckAgainst(d, Entry{}))
	require.True(t, d.signedByAll(a, []ID{"org_lead", "org_second"}, time.Time{}))
	a.ApplicableLaw = "SE"
	a.CastingVote = "org_partner"
	a.Shares = append(a.Shares, Share{Organisation: "org_partner", Percent: "1"})
	var fields []string
	for _, f := range Faults(a.CheckAgainst(d, Entry{})) {
		fields = append(fields, f.Field)
	}
	require.Equal(t, []string{"/shares", "/applicable_law", "/casting_vote"}, fields)
}

func TestAContractBindsBuyersOnly(t *testing.T) {
	t.Parallel()
	require.True(t, jointly().IsBuyer("org_second"))
	require.False(t, jointly().IsBuyer("org_partner"))
	require.False(t, jointly().IsBuyer("org_elsewhere"))
}

func TestPeopleOfAPartnerHoldNoRoleInWhichABuyerDecides(t *testing.T) {
	t.Parallel()
	partner, buyer := Member{Kind: MemberPartner}, Member{}
	for _, role := range BuyerSide() {
		require.True(t, buyer.MayHold(role))
		advises := role == RoleDrafter || role == RoleEvaluator || role == RoleObserver
		require.Equal(t, advises, partner.MayHold(role), role)
	}
}
