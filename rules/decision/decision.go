// Package decision counts the votes of a consortium's buyers by the rule of its collaboration agreement
// (Directive 2014/24/EU, Article 39(4): the participants agree on the internal organisation of the
// procurement). Until the agreement is signed, unanimity of all buyers holds.
package decision

import (
	"errors"
	"fmt"

	"github.com/govalues/decimal"

	"github.com/ppi-engine/ppi/models"
)

// ErrNoShares means that votes are to be weighted by budget shares that are not agreed.
var ErrNoShares = errors.New("a budget share is missing")

// Decide counts the standing votes on one digest, one of each active member, and names the members whose
// vote is not in. An abstention neither approves nor rejects: under unanimity it blocks, under the
// other rules it counts with those who do not approve. The decision is rejected as soon as approval
// has become impossible. It returns [ErrNoShares].
func Decide(rule models.DecisionRule, members []models.Member, votes []models.Vote, digest string) (models.Decision, []models.ID, error) {
	count, err := countVotes(rule, members, votes, digest)
	if err != nil {
		return models.DecisionOpen, nil, err
	}
	return count.decide(rule), count.missing, nil
}

// A tally weighs the members by how they voted.
type tally struct {
	total, approving, open decimal.Decimal
	lead                   models.Choice
	missing                []models.ID
}

func countVotes(rule models.DecisionRule, members []models.Member, votes []models.Vote, digest string) (tally, error) {
	var t tally
	choices := map[models.ID]models.Choice{}
	for _, v := range votes {
		if v.VoidedAt == nil && v.Digest == digest {
			choices[v.OrganisationID] = v.Choice
		}
	}
	for _, m := range members {
		if !m.Active() {
			continue
		}
		weight, err := weightOf(rule, m)
		if err != nil {
			return t, err
		}
		if err := t.add(m, weight, choices[m.OrganisationID]); err != nil {
			return t, err
		}
	}
	return t, nil
}

func weightOf(rule models.DecisionRule, m models.Member) (decimal.Decimal, error) {
	if rule != models.RuleWeighted {
		return decimal.One, nil
	}
	if m.BudgetShare == "" {
		return decimal.Zero, fmt.Errorf("%w: of %s", ErrNoShares, m.OrganisationID)
	}
	return decimal.Parse(m.BudgetShare)
}

func (t *tally) add(m models.Member, weight decimal.Decimal, choice models.Choice) error {
	var errs [3]error
	t.total, errs[0] = t.total.Add(weight)
	switch choice {
	case models.ChoiceApprove:
		t.approving, errs[1] = t.approving.Add(weight)
	case models.ChoiceReject, models.ChoiceAbstain:
	default:
		t.missing = append(t.missing, m.OrganisationID)
		t.open, errs[2] = t.open.Add(weight)
	}
	if m.Lead {
		t.lead = choice
	}
	return errors.Join(errs[:]...)
}

func (t *tally) decide(rule models.DecisionRule) models.Decision {
	if rule == models.RuleLeadAlone {
		switch t.lead {
		case models.ChoiceApprove:
			return models.DecisionApproved
		case models.ChoiceReject, models.ChoiceAbstain:
			return models.DecisionRejected
		}
		return models.DecisionOpen
	}
	possible, err := t.approving.Add(t.open)
	switch {
	case err != nil || t.total.IsZero():
		return models.DecisionOpen
	case t.enough(rule, t.approving):
		return models.DecisionApproved
	case !t.enough(rule, possible):
		return models.DecisionRejected
	}
	return models.DecisionOpen
}

// enough tells whether that much approval carries: all, or more than half.
func (t *tally) enough(rule models.DecisionRule, approval decimal.Decimal) bool {
	if rule == models.RuleUnanimous {
		return approval.Cmp(t.total) == 0
	}
	twice, err := approval.Add(approval)
	return err == nil && twice.Cmp(t.total) > 0
}
