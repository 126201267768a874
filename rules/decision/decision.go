// Package decision counts the votes of a consortium's buyers by the rule of its collaboration agreement
// (Directive 2014/24/EU, Article 39(4): the participants agree on the internal organisation of the
// procurement). Until the agreement is signed, unanimity of all buyers holds.
//
// The rules are read strictly. Only members that have not left count, each with its last standing vote on the very
// digest that is decided; a member that does not approve, by abstaining or by silence, stays in the count. So no
// decision is carried by silence:
//
//	unanimous   every member approves; one abstention blocks
//	majority    more than half of the members approve
//	weighted    members with more than half of the members' budget shares approve
//	lead_alone  the lead buyer approves
//
// A decision is rejected as soon as the votes still to come could not carry it.
package decision

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/govalues/decimal"

	"github.com/ppi-engine/ppi/models"
)

// Decide counts the votes on one digest and names the members whose vote is not in, in the order of members. The order
// of votes does not matter. It refuses an unknown rule ([models.CodeInvalidValue]), a weighted vote while a share is
// not agreed ([models.CodeBudgetShareMissing]) and a decision of the lead buyer alone where there is not exactly one
// ([models.CodeLeadMissing]); the decision is then open.
func Decide(
	rule models.DecisionRule, members []models.Member, votes []models.Vote, digest string,
) (models.Decision, []models.ID, error) {
	voters, err := votersUnder(rule, members)
	if err != nil {
		return models.DecisionOpen, nil, err
	}
	choices := choicesOn(votes, digest)
	var t tally
	for _, v := range voters {
		if err := t.add(v, choices[v.id]); err != nil {
			return models.DecisionOpen, nil, fmt.Errorf("count the vote of %s: %w", v.id, err)
		}
	}
	verdict, err := t.decide(rule)
	return verdict, t.missing, err
}

// A voter is a member with the weight its vote has.
type voter struct {
	id     models.ID
	weight decimal.Decimal
}

func votersUnder(rule models.DecisionRule, members []models.Member) ([]voter, error) {
	var voters []voter
	for _, m := range members {
		if !m.Active() || (rule == models.RuleLeadAlone && !m.Lead) {
			continue
		}
		weight, err := weightUnder(rule, m)
		if err != nil {
			return nil, err
		}
		voters = append(voters, voter{m.OrganisationID, weight})
	}
	if rule == models.RuleLeadAlone && len(voters) != 1 {
		return nil, models.Refuse(models.CodeLeadMissing, "",
			"the consortium has %d lead buyers, so the lead buyer alone cannot decide", len(voters)).
			Accepting("exactly one lead buyer")
	}
	return voters, nil
}

func weightUnder(rule models.DecisionRule, m models.Member) (decimal.Decimal, error) {
	switch rule {
	case models.RuleUnanimous, models.RuleMajority, models.RuleLeadAlone:
		return decimal.One, nil
	case models.RuleWeighted:
		share, err := decimal.Parse(m.BudgetShare)
		if err != nil || share.IsNeg() || !models.ValidDecimal(m.BudgetShare) {
			return decimal.Zero, models.Refuse(models.CodeBudgetShareMissing, "",
				"votes are weighted by budget share, and the share of a buyer is %q", m.BudgetShare).
				Accepting("an agreed share in percent for every member, such as 25 or 12.5")
		}
		return share, nil
	default:
		return decimal.Zero, models.Refuse(models.CodeInvalidValue, "", "%q is not a decision rule", rule).
			Accepting("unanimous, majority, weighted, lead_alone")
	}
}

// choicesOn returns each organisation's last standing choice on the digest.
func choicesOn(votes []models.Vote, digest string) map[models.ID]models.Choice {
	standing := slices.DeleteFunc(slices.Clone(votes),
		func(v models.Vote) bool { return v.VoidedAt != nil || v.Digest != digest })
	slices.SortFunc(standing, func(a, b models.Vote) int {
		return cmp.Or(a.CastAt.Compare(b.CastAt), cmp.Compare(a.ID, b.ID))
	})
	choices := map[models.ID]models.Choice{}
	for _, v := range standing {
		choices[v.OrganisationID] = v.Choice
	}
	return choices
}

// A tally weighs the voters by how they voted; weight that is neither approving nor open counts against the decision.
type tally struct {
	total, approving, open decimal.Decimal
	missing                []models.ID
}

func (t *tally) add(v voter, choice models.Choice) error {
	sums := []*decimal.Decimal{&t.total}
	switch choice {
	case models.ChoiceApprove:
		sums = append(sums, &t.approving)
	case models.ChoiceReject, models.ChoiceAbstain:
	default:
		t.missing = append(t.missing, v.id)
		sums = append(sums, &t.open)
	}
	for _, sum := range sums {
		added, err := sum.Add(v.weight)
		if err != nil {
			return fmt.Errorf("add a weight: %w", err)
		}
		*sum = added
	}
	return nil
}

func (t *tally) decide(rule models.DecisionRule) (models.Decision, error) {
	if t.total.IsZero() {
		return models.DecisionOpen, nil
	}
	possible, err := t.approving.Add(t.open)
	if err != nil {
		return models.DecisionOpen, fmt.Errorf("add open votes: %w", err)
	}
	switch {
	case t.carries(rule, t.approving):
		return models.DecisionApproved, nil
	case !t.carries(rule, possible):
		return models.DecisionRejected, nil
	default:
		return models.DecisionOpen, nil
	}
}

// carries tells whether that much approval is enough: all of it, or more than half.
func (t *tally) carries(rule models.DecisionRule, approval decimal.Decimal) bool {
	if rule == models.RuleUnanimous {
		return approval.Cmp(t.total) == 0
	}
	rest, err := t.total.Sub(approval)
	return err == nil && approval.Cmp(rest) > 0
}
