package decision_test

import (
	"fmt"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/decision"
)

func ExampleDecide() {
	buyers := []decision.Buyer{
		{ID: "genci", Lead: true, Weight: "50", Choice: models.ChoiceApprove},
		{ID: "bsc", Weight: "30"},
		{ID: "cineca", Weight: "20", Choice: models.ChoiceAbstain},
	}
	terms := models.VotingTerms{Rule: models.RuleWeighted, Quorum: "75"}
	fmt.Println(decision.Decide(terms, buyers))
	buyers[1].Choice = models.ChoiceReject
	fmt.Println(decision.Decide(terms, buyers))
	terms.CastingVote = "genci"
	fmt.Println(decision.Decide(terms, buyers))
	// Output:
	// open <nil>
	// rejected <nil>
	// approved <nil>
}
