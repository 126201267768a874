package gate

import (
	"fmt"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/decision"
)

// DecisionRule is how the board's votes are counted: by the collaboration agreement while it is in force,
// by unanimity otherwise.
func DecisionRule(d models.Dossier) models.DecisionRule {
	if a, ok := d.AgreementInForce(); ok {
		return a.Rule
	}
	return models.RuleUnanimous
}

// Decide counts the votes on one digest by [DecisionRule] and names the members whose vote is not in. A member weighs
// as much as its share in the agreement; its budget share in the draft no longer counts. It refuses what
// [decision.Decide] refuses.
func Decide(d models.Dossier, votes []models.Vote, digest string) (models.Decision, []models.ID, error) {
	members := d.Members
	rule := models.RuleUnanimous
	if a, ok := d.AgreementInForce(); ok {
		rule = a.Rule
		members = make([]models.Member, len(d.Members))
		for i, m := range d.Members {
			m.BudgetShare = a.Share(m.OrganisationID)
			members[i] = m
		}
	}
	verdict, missing, err := decision.Decide(rule, members, votes, digest)
	if err != nil {
		return verdict, missing, fmt.Errorf("apply the rule %s: %w", rule, err)
	}
	return verdict, missing, nil
}
