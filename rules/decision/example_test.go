package decision_test

import (
	"fmt"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/decision"
)

func ExampleDecide() {
	members := []models.Member{
		{OrganisationID: "lead", Lead: true, BudgetShare: "45"},
		{OrganisationID: "second", BudgetShare: "35"},
		{OrganisationID: "third", BudgetShare: "20"},
	}
	votes := []models.Vote{{OrganisationID: "second", Digest: "d1", Choice: models.ChoiceApprove}}
	fmt.Println(decision.Decide(models.RuleWeighted, members, votes, "d1"))
	votes = append(votes, models.Vote{OrganisationID: "third", Digest: "d1", Choice: models.ChoiceApprove})
	fmt.Println(decision.Decide(models.RuleWeighted, members, votes, "d1"))
	// Output:
	// open [lead third] <nil>
	// approved [lead] <nil>
}
