package eligibility

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
)

func TestAPartnerCountsAsALegalEntityButNotAsABuyer(t *testing.T) {
	t.Parallel()
	authority := models.OrganisationContractingAuthority
	f := Facts{
		Members: []models.Organisation{
			{ID: "org_city", Country: "FR", Kind: authority},
			{ID: "org_university", Country: "SE", Kind: authority},
			{ID: "org_cluster", Country: "ES", Kind: models.OrganisationOther},
		},
		Partners: []models.ID{"org_university", "org_cluster"},
	}
	for _, c := range []struct {
		rule    Rule
		finding models.Finding
	}{
		{Rule{Kind: KindContractingAuthorities, AtLeast: 1}, models.FindingMet},
		{Rule{Kind: KindContractingAuthorities, AtLeast: 2}, models.FindingNotMet},
		{Rule{Kind: KindCountries, Of: KindContractingAuthorities, AtLeast: 2}, models.FindingNotMet},
		{Rule{Kind: KindCountries, AtLeast: 3}, models.FindingMet},
		{Rule{Kind: KindLegalEntities, AtLeast: 3}, models.FindingMet},
	} {
		require.Equal(t, c.finding, c.rule.judge(f).Finding, c.rule)
	}
}

func TestWhoBuysIsReadFromTheDossier(t *testing.T) {
	t.Parallel()
	f := FactsOf(models.Dossier{Members: []models.Member{
		{OrganisationID: "org_city"}, {OrganisationID: "org_university", Kind: models.MemberPartner},
	}})
	require.Len(t, f.Members, 2)
	require.Equal(t, []models.ID{"org_university"}, f.Partners)
}
