package decision

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ppi-engine/ppi/models"
)

// A poll is counted here in another way than by [Decide]: in whole numbers, and by trying out everything that can still
// come. The weights are whole thousandths.
type poll struct {
	terms   models.VotingTerms
	quorum  int // thousandths of a percent; 0: none
	buyers  []Buyer
	weights []int
}

func drawPoll(t *rapid.T) poll {
	abstentions := []models.Abstention{"", models.AbstentionNeutral, models.AbstentionAgainst}
	p := poll{terms: models.VotingTerms{
		Rule:       rapid.SampledFrom(models.DecisionRules()).Draw(t, "rule"),
		Abstention: rapid.SampledFrom(abstentions).Draw(t, "abstention"),
	}}
	n := rapid.IntRange(1, 5).Draw(t, "buyers")
	for i := range n {
		// Few different weights, so that ties are frequent.
		weight := rapid.SampledFrom([]int{0, 500, 1000, 1000, 1001, 2000, 3000}).Draw(t, "weight")
		p.weights = append(p.weights, weight)
		p.buyers = append(p.buyers, Buyer{
			ID: models.ID(strconv.Itoa(i)), Lead: i == 0, Weight: fmt.Sprintf("%d.%03d", weight/1000, weight%1000),
			Recused: rapid.IntRange(0, 5).Draw(t, "recused") == 0,
			Choice:  rapid.SampledFrom([]models.Choice{yes, no, abst, none, none}).Draw(t, "choice"),
		})
	}
	if rapid.Bool().Draw(t, "has a quorum") {
		p.quorum = rapid.SampledFrom([]int{1, 25_000, 33_333, 50_000, 50_001, 75_000, 100_000}).Draw(t, "quorum")
		p.terms.Quorum = fmt.Sprintf("%d.%03d", p.quorum/1000, p.quorum%1000)
	}
	if p.terms.Rule.Ties() && rapid.Bool().Draw(t, "has a casting vote") {
		p.terms.CastingVote = models.ID(strconv.Itoa(rapid.IntRange(0, n-1).Draw(t, "casting")))
	}
	return p
}

// carried tells of votes that are all that there will ever be whether they carry.
func (p poll) carried(choices []models.Choice) bool {
	var members, taking, ayes, noes int
	casting := none
	for i, b := range p.buyers {
		weight := 1000
		if p.terms.Rule == weighted {
			weight = p.weights[i]
		}
		if b.Recused || (p.terms.Rule == leadAlone && i > 0) {
			continue
		}
		members += weight
		if choices[i] != none {
			taking += weight
		}
		switch {
		case choices[i] == yes:
			ayes += weight
		case choices[i] == no, choices[i] == abst && p.terms.Abstention == models.AbstentionAgainst:
			noes += weight
		}
		if b.ID == p.terms.CastingVote {
			casting = choices[i]
		}
	}
	if ayes == 0 || taking*100_000 < p.quorum*members {
		return false
	}
	switch p.terms.Rule {
	case unanimous:
		return noes == 0 && taking == members
	case majority, weighted:
		return ayes > members-ayes || (ayes == members-ayes && casting == yes)
	case majorityOfVotes:
		return ayes > noes || (ayes == noes && casting == yes)
	case twoThirds:
		return ayes >= 2*(members-ayes)
	case twoThirdsOfCast:
		return ayes >= 2*noes
	case leadAlone:
		return true
	}
	panic(p.terms.Rule)
}

// outcomes are all results that can still come about: each buyer whose vote is not in approves, rejects, abstains or
// stays silent. Somebody's silence is no end of the matter: the vote is open as long as it can matter.
func (p poll) outcomes() map[bool]int {
	results := map[bool]int{}
	choices := make([]models.Choice, len(p.buyers))
	var try func(i int)
	try = func(i int) {
		if i == len(choices) {
			results[p.carried(choices)]++
			return
		}
		if p.buyers[i].Choice != none {
			choices[i] = p.buyers[i].Choice
			try(i + 1)
			return
		}
		for _, c := range []models.Choice{yes, no, abst, none} {
			choices[i] = c
			try(i + 1)
		}
	}
	try(0)
	return results
}

// undecidable tells whether all votes together weigh nothing.
func (p poll) undecidable() bool {
	for i, b := range p.buyers {
		if !b.Recused && (p.terms.Rule != weighted || p.weights[i] > 0) && (p.terms.Rule != leadAlone || i == 0) {
			return false
		}
	}
	return true
}

// What has been decided is what every completion of the votes leads to; what is open can still go both ways.
func TestADecisionIsTakenWhenNoFurtherVoteCanChangeIt(t *testing.T) {
	t.Parallel()
	seen := map[models.Decision]int{}
	rapid.Check(t, func(rt *rapid.T) {
		p := drawPoll(rt)
		verdict, err := Decide(p.terms, p.buyers)
		if p.undecidable() {
			refusal, refused := models.RefusalOf(err)
			require.True(rt, refused)
			require.Equal(rt, models.CodeNobodyMayDecide, refusal.Code)
			require.Equal(rt, open, verdict)
			return
		}
		require.NoError(rt, err)
		expected := open
		switch results := p.outcomes(); {
		case results[false] == 0:
			expected = approved
		case results[true] == 0:
			expected = rejected
		}
		require.Equal(rt, expected, verdict)
		seen[verdict]++
	})
	for _, verdict := range []models.Decision{open, approved, rejected} {
		require.Positive(t, seen[verdict], verdict)
	}
}

func TestOnceAllHaveVotedNothingIsOpen(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		p := drawPoll(rt)
		for i := range p.buyers {
			if p.buyers[i].Choice == none {
				p.buyers[i].Choice = abst
			}
		}
		if p.undecidable() {
			return
		}
		verdict, err := Decide(p.terms, p.buyers)
		require.NoError(rt, err)
		require.NotEqual(rt, open, verdict)
	})
}

func TestMoreApprovalNeverHurtsAndTheOrderOfBuyersDoesNotMatter(t *testing.T) {
	t.Parallel()
	rank := map[models.Decision]int{rejected: 0, open: 1, approved: 2}
	rapid.Check(t, func(rt *rapid.T) {
		p := drawPoll(rt)
		verdict, err := Decide(p.terms, p.buyers)
		if err != nil {
			return
		}
		shuffled, err := Decide(p.terms, rapid.Permutation(p.buyers).Draw(rt, "order"))
		require.NoError(rt, err)
		require.Equal(rt, verdict, shuffled)
		for i, b := range p.buyers {
			better := append([]Buyer{}, p.buyers...)
			better[i].Choice = yes
			improved, err := Decide(p.terms, better)
			require.NoError(rt, err)
			require.GreaterOrEqual(rt, rank[improved], rank[verdict], "%s approves instead of %q", b.ID, b.Choice)
		}
	})
}
