package models

import (
	"math/big"
	"slices"
)

// A DecisionRule says how the buyers' votes are counted.
type DecisionRule string

// The rules that a collaboration agreement can fix. Until the first is signed, unanimity of all buyers holds. "Members"
// are all buyers that have not left and are not recused; "votes cast" are approvals and rejections. Under every rule
// somebody must approve, and silence is never consent.
const (
	// RuleUnanimous: every member votes and nobody rejects (as in Article 238(4) of the Treaty on the Functioning of
	// the European Union, an abstention does not prevent it).
	RuleUnanimous DecisionRule = "unanimous"
	// RuleMajority: more than half of the members approve. An abstention leaves a member in the total.
	RuleMajority DecisionRule = "majority"
	// RuleMajorityOfVotes: more than half of the votes cast approve.
	RuleMajorityOfVotes DecisionRule = "majority_of_votes"
	// RuleTwoThirds: at least two thirds of the members approve.
	RuleTwoThirds DecisionRule = "two_thirds"
	// RuleTwoThirdsOfVotes: at least two thirds of the votes cast approve.
	RuleTwoThirdsOfVotes DecisionRule = "two_thirds_of_votes"
	// RuleWeighted: members with more than half of the weight of all members approve.
	RuleWeighted DecisionRule = "weighted"
	// RuleLeadAlone: the lead buyer approves; other votes do not count.
	RuleLeadAlone DecisionRule = "lead_alone"
)

// DecisionRules lists the rules.
func DecisionRules() []DecisionRule {
	return []DecisionRule{
		RuleUnanimous, RuleMajority, RuleMajorityOfVotes, RuleTwoThirds, RuleTwoThirdsOfVotes, RuleWeighted,
		RuleLeadAlone,
	}
}

// An Abstention says what a vote to abstain means.
type Abstention string

// What an abstention can mean.
const (
	// AbstentionNeutral: it is no vote cast, and does not stand in the way of unanimity. It counts as taking part.
	AbstentionNeutral Abstention = "neutral"
	// AbstentionAgainst: it counts like a rejection under every rule.
	AbstentionAgainst Abstention = "against"
)

// VotingTerms are what an agreement says of votes.
type VotingTerms struct {
	Rule DecisionRule `json:"decision_rule" doc:"How the buyers' votes are counted once every buyer has signed"`

	Quorum string `json:"quorum,omitempty" doc:"Percent of the members, or of their weight, that must take part"`

	CastingVote ID `json:"casting_vote,omitempty" doc:"The member whose vote decides a tie; absent: a tie fails"`

	Abstention Abstention `json:"abstention,omitempty" enum:"neutral,against" doc:"Absent: neutral"`
}

// Ties tells whether there can be a tie under the rule: exactly half where more than half is needed.
func (r DecisionRule) Ties() bool {
	return r == RuleMajority || r == RuleMajorityOfVotes || r == RuleWeighted
}

// check refuses terms that are unknown, or that no vote could ever fulfil or need.
func (t VotingTerms) check(shares []Share) []*Refusal {
	faults := checkOneOf("/decision_rule", t.Rule, DecisionRules()...)
	if t.Abstention != "" {
		faults = append(faults, checkOneOf("/abstention", t.Abstention, AbstentionNeutral, AbstentionAgainst)...)
	}
	if len(faults) > 0 {
		return faults
	}
	return slices.Concat(compact(t.checkQuorum(), t.checkCastingVote()), t.checkWeights(shares))
}

func (t VotingTerms) checkQuorum() *Refusal {
	switch quorum, ok := decimalOf(t.Quorum); {
	case t.Quorum == "":
		return nil
	case t.Rule == RuleLeadAlone:
		return Refuse(CodeInvalidValue, "/quorum", "the lead buyer decides alone, so there is no quorum").
			Accepting("no quorum, or another decision rule")
	case !ok || quorum.Sign() <= 0 || quorum.Cmp(hundred()) > 0:
		return Refuse(CodeInvalidValue, "/quorum", "%q is not a quorum that a vote can reach", t.Quorum).
			Accepting("a percentage above 0 and up to 100 as text, such as 75")
	}
	return nil
}

func (t VotingTerms) checkCastingVote() *Refusal {
	if t.CastingVote == "" || t.Rule.Ties() {
		return nil
	}
	return Refuse(CodeInvalidValue, "/casting_vote", "there is no tie under the rule %s", t.Rule).
		Accepting("no casting vote, or one of the rules %s, %s, %s", RuleMajority, RuleMajorityOfVotes, RuleWeighted)
}

// checkWeights refuses weights where votes do not weigh, a weight for some members only, and weights without a sum: a
// weight of 0 takes a member's vote its effect, but somebody must have one.
func (t VotingTerms) checkWeights(shares []Share) []*Refusal {
	weighed := slices.DeleteFunc(slices.Clone(shares), func(s Share) bool { return s.Weight == "" })
	switch {
	case len(weighed) == 0:
		return nil
	case t.Rule != RuleWeighted:
		return []*Refusal{Refuse(CodeInvalidValue, "/shares", "votes do not weigh under the rule %s", t.Rule).
			Accepting("no weights, or the rule %s", RuleWeighted)}
	case len(weighed) < len(shares):
		return []*Refusal{Refuse(CodeInvalidValue, "/shares", "%d of %d members have a weight",
			len(weighed), len(shares)).Accepting("a weight for each member, or for none: then the share weighs")}
	}
	var faults []*Refusal
	sum := new(big.Rat)
	for _, s := range weighed {
		weight, ok := decimalOf(s.Weight)
		if !ok || weight.Sign() < 0 {
			faults = append(faults, Refuse(CodeInvalidValue, "/shares", "%q is not a weight", s.Weight).
				Accepting("a decimal number from 0 on as text, such as 3 or 12.5"))
			continue
		}
		sum.Add(sum, weight)
	}
	if len(faults) == 0 && sum.Sign() == 0 {
		faults = append(faults, Refuse(CodeInvalidValue, "/shares", "all weights are 0, so no vote could carry").
			Accepting("a weight above 0 for one member at least"))
	}
	return faults
}

// decimalOf reads a decimal number exactly; false: it is none.
func decimalOf(s string) (*big.Rat, bool) {
	if !ValidDecimal(s) {
		return new(big.Rat), false
	}
	return new(big.Rat).SetString(s)
}

func hundred() *big.Rat { return big.NewRat(100, 1) }
