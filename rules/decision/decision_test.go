package decision

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
)

const (
	yes  = models.ChoiceApprove
	no   = models.ChoiceReject
	abst = models.ChoiceAbstain
	none = models.Choice("")

	unanimous       = models.RuleUnanimous
	majority        = models.RuleMajority
	majorityOfVotes = models.RuleMajorityOfVotes
	twoThirds       = models.RuleTwoThirds
	twoThirdsOfCast = models.RuleTwoThirdsOfVotes
	weighted        = models.RuleWeighted
	leadAlone       = models.RuleLeadAlone

	open     = models.DecisionOpen
	approved = models.DecisionApproved
	rejected = models.DecisionRejected
)

// four is a consortium: GENCI leads.
func four(choices ...models.Choice) []Buyer {
	return []Buyer{
		{ID: "genci", Lead: true, Weight: "40", Choice: choices[0]},
		{ID: "bsc", Weight: "30", Choice: choices[1]},
		{ID: "cineca", Weight: "10", Choice: choices[2]},
		{ID: "juelich", Weight: "20", Choice: choices[3]},
	}
}

func TestVotesAreCountedByTheTermsOfTheAgreement(t *testing.T) {
	t.Parallel()
	by := func(rule models.DecisionRule) models.VotingTerms { return models.VotingTerms{Rule: rule} }
	quorum := func(rule models.DecisionRule, percent string) models.VotingTerms {
		return models.VotingTerms{Rule: rule, Quorum: percent}
	}
	casting := func(rule models.DecisionRule, member models.ID) models.VotingTerms {
		return models.VotingTerms{Rule: rule, CastingVote: member}
	}
	against := func(rule models.DecisionRule) models.VotingTerms {
		return models.VotingTerms{Rule: rule, Abstention: models.AbstentionAgainst}
	}
	for _, c := range []struct {
		name    string
		terms   models.VotingTerms
		buyers  []Buyer
		verdict models.Decision
	}{
		{"nobody has voted", by(unanimous), four(none, none, none, none), open},
		{"unanimity waits for the last", by(unanimous), four(yes, yes, yes, none), open},
		{"every buyer approves", by(unanimous), four(yes, yes, yes, yes), approved},
		{"one rejection ends unanimity", by(unanimous), four(none, no, none, none), rejected},
		{"one abstention is no veto", by(unanimous), four(yes, yes, yes, abst), approved},
		{"nor does it reject before others have voted", by(unanimous), four(abst, none, none, none), open},
		{"one approval is enough where the others abstain", by(unanimous), four(abst, abst, yes, abst), approved},
		{"abstentions alone carry nothing", by(unanimous), four(abst, abst, abst, abst), rejected},
		{"unless it counts against", against(unanimous), four(none, none, none, abst), rejected},

		{"two of four are no majority", by(majority), four(yes, yes, none, none), open},
		{"three of four are a majority", by(majority), four(yes, yes, yes, none), approved},
		{"a tie does not carry", by(majority), four(yes, yes, no, no), rejected},
		{"who abstains stays in the total", by(majority), four(yes, yes, abst, abst), rejected},
		{"one abstention rejects nothing", by(majority), four(abst, none, none, none), open},

		{"of votes cast, abstentions are none", by(majorityOfVotes), four(yes, yes, no, abst), approved},
		{"two approvals of four could be a tie", by(majorityOfVotes), four(yes, yes, none, none), open},
		{"a tie of votes cast does not carry", by(majorityOfVotes), four(yes, no, abst, abst), rejected},
		{"one of one vote cast", by(majorityOfVotes), four(yes, abst, abst, abst), approved},
		{"an abstention that counts against is cast", against(majorityOfVotes), four(yes, yes, no, abst), rejected},

		{"three of four are two thirds", by(twoThirds), four(yes, yes, yes, no), approved},
		{"two of four are not", by(twoThirds), four(yes, yes, abst, abst), rejected},
		{"two of three are exactly two thirds", by(twoThirds), four(yes, yes, no, none)[:3], approved},
		{"two of three votes cast", by(twoThirdsOfCast), four(yes, yes, no, abst), approved},
		{"one of two votes cast", by(twoThirdsOfCast), four(yes, no, abst, abst), rejected},
		{"no votes cast", by(twoThirdsOfCast), four(abst, abst, abst, abst), rejected},

		{"half of the weight does not carry", by(weighted), four(none, yes, none, yes), open},
		{"half against half is rejected", by(weighted), four(no, yes, no, yes), rejected},
		{"sixty percent carry", by(weighted), four(yes, none, none, yes), approved},
		{"three small buyers can stop the largest", by(weighted), four(yes, no, no, no), rejected},

		{"the lead alone approves", by(leadAlone), four(yes, no, no, none), approved},
		{"the lead alone rejects", by(leadAlone), four(no, yes, yes, yes), rejected},
		{"the lead alone abstains", by(leadAlone), four(abst, yes, yes, yes), rejected},
		{"only the lead is awaited", by(leadAlone), four(none, yes, yes, yes), open},

		{"a majority waits for its quorum", quorum(majority, "100"), four(yes, yes, yes, none), open},
		{"who abstains takes part", quorum(majority, "100"), four(yes, yes, yes, abst), approved},
		{"exactly the quorum", quorum(majority, "75"), four(yes, yes, yes, none), approved},
		{"a millionth short of it", quorum(majority, "75.000001"), four(yes, yes, yes, none), open},
		{"a quorum of weight", quorum(weighted, "70.1"), four(yes, yes, none, none), open},
		{"reached by weight", quorum(weighted, "80"), four(yes, yes, abst, none), approved},
		{"a rejection waits for no quorum", quorum(unanimous, "100"), four(no, none, none, none), rejected},

		{"the casting vote breaks a tie", casting(majority, "genci"), four(yes, yes, no, no), approved},
		{"whichever member has it", casting(majority, "juelich"), four(no, no, yes, yes), approved},
		{"it can break it against", casting(majority, "genci"), four(no, yes, yes, no), rejected},
		{"with it half is enough already", casting(majority, "bsc"), four(none, yes, yes, none), approved},
		{"an abstaining member breaks no tie", casting(majorityOfVotes, "genci"), four(abst, yes, no, abst), rejected},
		{"of votes cast", casting(majorityOfVotes, "genci"), four(yes, no, abst, abst), approved},
		{"of weight", casting(weighted, "bsc"), four(no, yes, no, yes), approved},
		{"it carries no minority", casting(majority, "genci"), four(yes, no, no, no), rejected},
		{"a tie is awaited", casting(majority, "genci"), four(none, yes, no, no), open},
		{"no member that is there has it", casting(majority, "gone"), four(yes, yes, no, no), rejected},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			verdict, err := Decide(c.terms, c.buyers)
			require.NoError(t, err)
			require.Equal(t, c.verdict, verdict)
		})
	}
}

func TestWhoIsRecusedLeavesTheTotal(t *testing.T) {
	t.Parallel()
	recuse := func(buyers []Buyer, ids ...int) []Buyer {
		for _, i := range ids {
			buyers[i].Recused = true
		}
		return buyers
	}
	by := func(rule models.DecisionRule) models.VotingTerms { return models.VotingTerms{Rule: rule} }
	for name, c := range map[string]struct {
		terms   models.VotingTerms
		buyers  []Buyer
		verdict models.Decision
	}{
		"unanimity of those who may vote": {by(unanimous), recuse(four(yes, yes, yes, none), 3), approved},
		"a majority of them":              {by(majority), recuse(four(yes, yes, none, none), 3), approved},
		"a choice of theirs is nothing":   {by(majority), recuse(four(yes, no, no, no), 2, 3), rejected},
		"nor is their weight": {
			models.VotingTerms{Rule: weighted},
			recuse(four(none, yes, none, none), 0, 3),
			approved,
		},
		"the quorum is of the others": {
			models.VotingTerms{Rule: majority, Quorum: "100"},
			recuse(four(yes, yes, abst, none), 3),
			approved,
		},
		"nor is their casting vote": {
			models.VotingTerms{Rule: majority, CastingVote: "genci"},
			recuse(four(yes, yes, no, none), 0, 3),
			rejected,
		},
		"the lead remains": {by(leadAlone), recuse(four(yes, none, none, none), 1, 2, 3), approved},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			verdict, err := Decide(c.terms, c.buyers)
			require.NoError(t, err)
			require.Equal(t, c.verdict, verdict)
		})
	}
	unweighed := recuse(four(yes, yes, yes, none), 3)
	unweighed[3].Weight = ""
	verdict, err := Decide(models.VotingTerms{Rule: weighted}, unweighed)
	require.NoError(t, err, "what a recused buyer weighs does not matter")
	require.Equal(t, approved, verdict)
}

func TestADecisionThatCannotBeTakenIsRefused(t *testing.T) {
	t.Parallel()
	with := func(change func([]Buyer)) []Buyer {
		buyers := four(yes, yes, yes, yes)
		change(buyers)
		return buyers
	}
	all := func(change func(*Buyer)) []Buyer {
		return with(func(buyers []Buyer) {
			for i := range buyers {
				change(&buyers[i])
			}
		})
	}
	same := with(func([]Buyer) {})
	quorum := func(percent string) models.VotingTerms {
		return models.VotingTerms{Rule: majority, Quorum: percent}
	}
	for name, c := range map[string]struct {
		terms  models.VotingTerms
		buyers []Buyer
		code   models.Code
		says   string
	}{
		"drawing lots":              {models.VotingTerms{Rule: "by_lot"}, same, models.CodeInvalidValue, "by_lot"},
		"a quorum of more than all": {quorum("101"), same, models.CodeInvalidValue, "101"},
		"a quorum in words":         {quorum("all"), same, models.CodeInvalidValue, "all"},
		"a quorum below nothing":    {quorum("-1"), same, models.CodeInvalidValue, "-1"},
		"a weight is not agreed": {
			models.VotingTerms{Rule: weighted},
			with(func(b []Buyer) { b[2].Weight = "" }),
			models.CodeBudgetShareMissing, "weight of a buyer",
		},
		"a weight below nothing": {
			models.VotingTerms{Rule: weighted},
			with(func(b []Buyer) { b[2].Weight = "-10" }),
			models.CodeBudgetShareMissing, "-10",
		},
		"nobody leads": {
			models.VotingTerms{Rule: leadAlone},
			with(func(b []Buyer) { b[0].Lead = false }),
			models.CodeLeadMissing, "0 lead buyers",
		},
		"two lead": {
			models.VotingTerms{Rule: leadAlone},
			with(func(b []Buyer) { b[1].Lead = true }),
			models.CodeLeadMissing, "2 lead buyers",
		},
		"all are recused": {
			models.VotingTerms{Rule: unanimous},
			all(func(b *Buyer) { b.Recused = true }),
			models.CodeNobodyMayDecide, "the boards of all buyers are recused",
		},
		"the lead that decides alone is recused": {
			models.VotingTerms{Rule: leadAlone},
			with(func(b []Buyer) { b[0].Recused = true }),
			models.CodeNobodyMayDecide, "whose votes have weight",
		},
		"no vote weighs anything": {
			models.VotingTerms{Rule: weighted},
			all(func(b *Buyer) { b.Weight = "0" }),
			models.CodeNobodyMayDecide, "whose votes have weight",
		},
		"there is no buyer": {models.VotingTerms{Rule: unanimous}, nil, models.CodeNobodyMayDecide, "all buyers"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			verdict, err := Decide(c.terms, c.buyers)
			refusal, refused := models.RefusalOf(err)
			require.True(t, refused, "%v", err)
			require.Equal(t, c.code, refusal.Code)
			require.Contains(t, refusal.Detail, c.says)
			require.NotEmpty(t, refusal.Accepted)
			require.Equal(t, open, verdict)
		})
	}
	verdict, err := Decide(models.VotingTerms{Rule: weighted}, with(func(b []Buyer) { b[3].Weight = "0" }))
	require.NoError(t, err, "a vote may weigh nothing")
	require.Equal(t, approved, verdict)
}
