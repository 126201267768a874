// Package decision counts the votes of a consortium's buyers by the terms of its collaboration agreement (Directive
// 2014/24/EU, Article 39(4): the participants agree on the internal organisation of the procurement). Until an
// agreement is signed, unanimity of all buyers holds.
//
// What each rule counts:
//
//	unanimous            all votes cast approve, and every member votes
//	majority             more than half of the members approve
//	majority_of_votes    more than half of the votes cast approve
//	two_thirds           at least two thirds of the members approve
//	two_thirds_of_votes  at least two thirds of the votes cast approve
//	weighted             members with more than half of the members' weight approve
//	lead_alone           the lead buyer approves
//
// Members are all buyers but those who are recused: they leave the total for this decision, that of the quorum too.
// Votes cast are approvals and rejections. An abstention is no vote cast, but its member takes part and stays in the
// total; an agreement can say that it counts against. Somebody must approve: nothing is carried by abstentions alone.
// Silence is never consent.
//
// A quorum is the percentage of the members, or under weighted of their weight, that must take part. A casting vote
// decides a tie: where more than half is needed and exactly half approve, it is carried if that member approves.
//
// A decision is approved or rejected as soon as no vote to come could change that, whether it comes or not.
package decision

import (
	"math/big"

	"github.com/ppi-engine/ppi/models"
)

// A Buyer is a member of the consortium as it stands in one decision.
type Buyer struct {
	ID   models.ID
	Lead bool
	// Weight of its vote, a decimal; it counts only if votes are weighted.
	Weight string
	// Recused tells that nobody may vote for it, so that it leaves the total.
	Recused bool
	// Choice is how it voted; empty: its vote is not in.
	Choice models.Choice
}

// Decide counts the votes. It refuses a rule or a quorum that it does not know ([models.CodeInvalidValue]), weighted
// votes while a weight is not agreed ([models.CodeBudgetShareMissing]), a decision of the lead buyer alone where there
// is not exactly one ([models.CodeLeadMissing]), and a decision that nobody could carry, because all who count are
// recused or their votes weigh nothing ([models.CodeNobodyMayDecide]). The decision is then open.
func Decide(terms models.VotingTerms, buyers []Buyer) (models.Decision, error) {
	needed, known := thresholds[terms.Rule]
	if !known {
		return models.DecisionOpen, models.Refuse(models.CodeInvalidValue, "", "%q is not a decision rule", terms.Rule).
			Accepting("one of %s", models.DecisionRules())
	}
	quorum, err := quorumOf(terms)
	if err != nil {
		return models.DecisionOpen, err
	}
	voters, err := votersUnder(terms, buyers)
	if err != nil {
		return models.DecisionOpen, err
	}
	// Of all that can still come, rejections are the worst and approvals the best.
	now, worst, best := count(terms, voters, ""), count(terms, voters, models.ChoiceReject),
		count(terms, voters, models.ChoiceApprove)
	switch {
	case now.total.Sign() == 0:
		return models.DecisionOpen, nobodyDecides(buyers)
	case now.reaches(quorum) && worst.carries(needed):
		return models.DecisionApproved, nil
	case !best.carries(needed):
		return models.DecisionRejected, nil
	}
	return models.DecisionOpen, nil
}

// A threshold is how much approval is needed: part of whole, of the members or of the votes cast; more than that, or at
// least that.
type threshold struct {
	part, whole int64
	ofVotes     bool
	more        bool
}

var thresholds = map[models.DecisionRule]threshold{
	models.RuleUnanimous:        {part: 1, whole: 1, ofVotes: true},
	models.RuleMajority:         {part: 1, whole: 2, more: true},
	models.RuleMajorityOfVotes:  {part: 1, whole: 2, ofVotes: true, more: true},
	models.RuleTwoThirds:        {part: 2, whole: 3},
	models.RuleTwoThirdsOfVotes: {part: 2, whole: 3, ofVotes: true},
	models.RuleWeighted:         {part: 1, whole: 2, more: true},
	models.RuleLeadAlone:        {part: 1, whole: 1},
}

// quorumOf is the part of all weight that must take part.
func quorumOf(terms models.VotingTerms) (*big.Rat, error) {
	if terms.Quorum == "" {
		return new(big.Rat), nil
	}
	percent, ok := number(terms.Quorum)
	part := percent.Quo(percent, big.NewRat(100, 1))
	if !ok || part.Cmp(big.NewRat(1, 1)) > 0 {
		return part, models.Refuse(models.CodeInvalidValue, "", "%q is not a quorum", terms.Quorum).
			Accepting("a percentage up to 100")
	}
	return part, nil
}

// A voter is a buyer whose vote counts, with what it weighs and whether it decides a tie.
type voter struct {
	weight  *big.Rat
	choice  models.Choice
	casting bool
}

func votersUnder(terms models.VotingTerms, buyers []Buyer) ([]voter, error) {
	var voters []voter
	leads := 0
	for _, b := range buyers {
		if b.Lead {
			leads++
		}
		if b.Recused || (terms.Rule == models.RuleLeadAlone && !b.Lead) {
			continue
		}
		weight, err := weightUnder(terms.Rule, b)
		if err != nil {
			return nil, err
		}
		voters = append(voters, voter{weight, b.Choice, b.ID == terms.CastingVote})
	}
	if terms.Rule == models.RuleLeadAlone && leads != 1 {
		return nil, models.Refuse(models.CodeLeadMissing, "",
			"the consortium has %d lead buyers, so the lead buyer alone cannot decide", leads).
			Accepting("exactly one lead buyer")
	}
	return voters, nil
}

func weightUnder(rule models.DecisionRule, b Buyer) (*big.Rat, error) {
	if rule != models.RuleWeighted {
		return big.NewRat(1, 1), nil
	}
	weight, ok := number(b.Weight)
	if !ok {
		return nil, models.Refuse(models.CodeBudgetShareMissing, "",
			"votes are weighted, and the weight of a buyer is %q", b.Weight).
			Accepting("an agreed share or weight for every member, such as 25 or 12.5")
	}
	return weight, nil
}

// number reads a decimal from 0 on, exactly.
func number(s string) (*big.Rat, bool) {
	value := new(big.Rat)
	if !models.ValidDecimal(s) {
		return value, false
	}
	value.SetString(s)
	return value, value.Sign() >= 0
}

// A tally weighs the voters by how they voted.
type tally struct {
	total, present, approving, rejecting *big.Rat
	// casting is how the member voted that decides a tie.
	casting models.Choice
}

// count weighs the votes; those that are not in are taken to be rest, or are left out if that is empty.
func count(terms models.VotingTerms, voters []voter, rest models.Choice) tally {
	t := tally{total: new(big.Rat), present: new(big.Rat), approving: new(big.Rat), rejecting: new(big.Rat)}
	for _, v := range voters {
		choice := v.choice
		if choice == "" {
			choice = rest
		}
		if choice == models.ChoiceAbstain && terms.Abstention == models.AbstentionAgainst {
			choice = models.ChoiceReject
		}
		t.add(v.weight, choice)
		if v.casting {
			t.casting = choice
		}
	}
	return t
}

func (t *tally) add(weight *big.Rat, choice models.Choice) {
	t.total.Add(t.total, weight)
	if choice != "" {
		t.present.Add(t.present, weight)
	}
	switch choice {
	case models.ChoiceApprove:
		t.approving.Add(t.approving, weight)
	case models.ChoiceReject:
		t.rejecting.Add(t.rejecting, weight)
	case models.ChoiceAbstain:
	}
}

// reaches tells whether enough take part.
func (t *tally) reaches(quorum *big.Rat) bool {
	return t.present.Cmp(new(big.Rat).Mul(t.total, quorum)) >= 0
}

// carries tells whether that much approval is enough.
func (t *tally) carries(needed threshold) bool {
	if t.approving.Sign() == 0 {
		return false
	}
	of := t.total
	if needed.ofVotes {
		of = new(big.Rat).Add(t.approving, t.rejecting)
	}
	switch t.approving.Cmp(new(big.Rat).Mul(of, big.NewRat(needed.part, needed.whole))) {
	case 1:
		return true
	case 0:
		return !needed.more || t.casting == models.ChoiceApprove
	}
	return false
}

func nobodyDecides(buyers []Buyer) *models.Refusal {
	for _, b := range buyers {
		if !b.Recused {
			return models.Refuse(models.CodeNobodyMayDecide, "",
				"the buyers whose votes have weight have left or are recused, so no vote can carry").
				Accepting("a vote after all members have signed an agreement under which theirs count")
		}
	}
	return models.Refuse(models.CodeNobodyMayDecide, "", "the boards of all buyers are recused, so no vote can carry").
		Accepting("a vote of a board member who has no conflict of interest")
}
