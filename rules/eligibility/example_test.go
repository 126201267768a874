package eligibility_test

import (
	"fmt"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/eligibility"
)

func ExampleJudge() {
	dossier := models.Dossier{
		Members: []models.Member{{OrganisationID: "genci", Lead: true}, {OrganisationID: "cea"}},
		Organisations: map[models.ID]models.Organisation{
			"genci": {LegalName: "GENCI", Country: "FR", Kind: models.OrganisationContractingAuthority},
			"cea":   {LegalName: "CEA", Country: "FR", Kind: models.OrganisationContractingAuthority},
		},
	}
	profile, _ := eligibility.ProfileByID("EINFRA-21-2017")
	for _, c := range eligibility.Judge(profile, dossier) {
		fmt.Println(c.Code, c.Finding)
		fmt.Println(" ", c.Detail)
	}
	// Output:
	// eligibility_buyers met
	//   2 contracting authorities; at least 2 required
	// eligibility_countries not_met
	//   1 different countries (FR); at least 2 required
}
