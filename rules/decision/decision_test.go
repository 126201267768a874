package decision

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ppi-engine/ppi/models"
)

const digest = "5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9"

func epoch() time.Time { return time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC) }

// four is a consortium: GENCI leads, one buyer has left.
func four() []models.Member {
	left := epoch()
	return []models.Member{
		{OrganisationID: "genci", Lead: true, BudgetShare: "40"},
		{OrganisationID: "bsc", BudgetShare: "30"},
		{OrganisationID: "cineca", BudgetShare: "10"},
		{OrganisationID: "juelich", BudgetShare: "20"},
		{OrganisationID: "gone", BudgetShare: "90", LeftAt: &left},
	}
}

func vote(organisation models.ID, choice models.Choice) models.Vote {
	return models.Vote{
		ID: "vot_" + organisation, OrganisationID: organisation, Choice: choice, Digest: digest,
		CastAt: epoch(),
	}
}

const (
	yes  = models.ChoiceApprove
	no   = models.ChoiceReject
	abst = models.ChoiceAbstain

	unanimous = models.RuleUnanimous
	majority  = models.RuleMajority
	weighted  = models.RuleWeighted

	open     = models.DecisionOpen
	approved = models.DecisionApproved
	rejected = models.DecisionRejected
)

func TestVotesAreCountedByTheRuleOfTheAgreement(t *testing.T) {
	t.Parallel()
	type choices map[models.ID]models.Choice
	for _, c := range []struct {
		name    string
		rule    models.DecisionRule
		votes   choices
		verdict models.Decision
		missing []models.ID
	}{
		{"nobody has voted", unanimous, choices{}, open, []models.ID{"genci", "bsc", "cineca", "juelich"}},
		{
			"unanimity waits for the last", unanimous,
			choices{"genci": yes, "bsc": yes, "cineca": yes},
			open,
			[]models.ID{"juelich"},
		},
		{
			"every buyer approves", unanimous,
			choices{"genci": yes, "bsc": yes, "cineca": yes, "juelich": yes},
			approved,
			nil,
		},
		{
			"one rejection ends unanimity", unanimous,
			choices{"bsc": no},
			rejected,
			[]models.ID{"genci", "cineca", "juelich"},
		},
		{
			"one abstention ends unanimity", unanimous,
			choices{"genci": yes, "bsc": yes, "cineca": yes, "juelich": abst},
			rejected, nil,
		},
		{
			"who has left does not count", unanimous,
			choices{"genci": yes, "bsc": yes, "cineca": yes, "juelich": yes, "gone": no},
			approved, nil,
		},

		{
			"two of four are no majority", majority,
			choices{"genci": yes, "bsc": yes},
			open,
			[]models.ID{"cineca", "juelich"},
		},
		{
			"three of four are a majority", majority,
			choices{"genci": yes, "bsc": yes, "cineca": yes},
			approved,
			[]models.ID{"juelich"},
		},
		{
			"a tie does not carry", majority,
			choices{"genci": yes, "bsc": yes, "cineca": no, "juelich": no},
			rejected,
			nil,
		},
		{
			"two who abstain block like two who reject", majority,
			choices{"cineca": abst, "juelich": abst},
			rejected,
			[]models.ID{"genci", "bsc"},
		},

		{
			"half of the budget does not carry", weighted,
			choices{"bsc": yes, "juelich": yes},
			open,
			[]models.ID{"genci", "cineca"},
		},
		{
			"half against half is rejected", weighted,
			choices{"bsc": yes, "juelich": yes, "genci": no, "cineca": no},
			rejected, nil,
		},
		{
			"sixty percent carry", weighted,
			choices{"genci": yes, "juelich": yes},
			approved,
			[]models.ID{"bsc", "cineca"},
		},
		{
			"three small buyers can stop the largest", weighted,
			choices{"bsc": no, "juelich": no, "cineca": no, "genci": yes},
			rejected, nil,
		},

		{
			"the lead alone approves", models.RuleLeadAlone,
			choices{"genci": yes, "bsc": no, "cineca": no},
			approved,
			nil,
		},
		{"the lead alone rejects", models.RuleLeadAlone, choices{"genci": no, "bsc": yes}, rejected, nil},
		{"only the lead is missing", models.RuleLeadAlone, choices{"bsc": yes}, open, []models.ID{"genci"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var votes []models.Vote
			for organisation, choice := range c.votes {
				votes = append(votes, vote(organisation, choice))
			}
			verdict, missing, err := Decide(c.rule, four(), votes, digest)
			require.NoError(t, err)
			require.Equal(t, c.verdict, verdict)
			require.Equal(t, c.missing, missing)
		})
	}
}

func TestOnlyStandingVotesOnTheSameDigestCount(t *testing.T) {
	t.Parallel()
	voided, other := vote("genci", yes), vote("genci", yes)
	voided.VoidedAt = &voided.CastAt
	other.Digest = "another version"
	stranger := vote("acme", yes)
	verdict, missing, err := Decide(models.RuleLeadAlone, four(), []models.Vote{voided, other, stranger}, digest)
	require.NoError(t, err)
	require.Equal(t, open, verdict)
	require.Equal(t, []models.ID{"genci"}, missing)
}

func TestTheLastOfTwoStandingVotesCounts(t *testing.T) {
	t.Parallel()
	first, second := vote("genci", no), vote("genci", yes)
	second.CastAt = epoch().Add(time.Second)
	for _, votes := range [][]models.Vote{{first, second}, {second, first}} {
		verdict, _, err := Decide(models.RuleLeadAlone, four(), votes, digest)
		require.NoError(t, err)
		require.Equal(t, approved, verdict)
	}
}

func TestWhatCannotBeCountedIsRefused(t *testing.T) {
	t.Parallel()
	without := func(change func(*models.Member)) []models.Member {
		members := four()
		change(&members[0])
		return members
	}
	for _, c := range []struct {
		rule    models.DecisionRule
		members []models.Member
		code    models.Code
	}{
		{models.RuleWeighted, without(func(m *models.Member) { m.BudgetShare = "" }), models.CodeBudgetShareMissing},
		{models.RuleWeighted, without(func(m *models.Member) { m.BudgetShare = "-1" }), models.CodeBudgetShareMissing},
		{models.RuleWeighted, without(func(m *models.Member) { m.BudgetShare = "1e2" }), models.CodeBudgetShareMissing},
		{models.RuleLeadAlone, without(func(m *models.Member) { m.Lead = false }), models.CodeLeadMissing},
		{"drawing lots", four(), models.CodeInvalidValue},
	} {
		verdict, _, err := Decide(c.rule, c.members, nil, digest)
		refusal, ok := models.RefusalOf(err)
		require.True(t, ok)
		require.Equal(t, c.code, refusal.Code)
		require.Equal(t, open, verdict)
	}
}

func TestAConsortiumWithoutMembersDecidesNothing(t *testing.T) {
	t.Parallel()
	verdict, _, err := Decide(models.RuleUnanimous, nil, nil, digest)
	require.NoError(t, err)
	require.Equal(t, open, verdict)
}

func TestPropertiesOfCounting(t *testing.T) {
	t.Parallel()
	rules := []models.DecisionRule{models.RuleUnanimous, models.RuleMajority, models.RuleWeighted, models.RuleLeadAlone}
	rapid.Check(t, func(rt *rapid.T) {
		rule := rapid.SampledFrom(rules).Draw(rt, "rule")
		members := four()[:4]
		var votes []models.Vote
		for _, m := range members {
			if choice := rapid.SampledFrom([]models.Choice{yes, no, abst, ""}).Draw(rt, "choice"); choice != "" {
				votes = append(votes, vote(m.OrganisationID, choice))
			}
		}
		verdict, missing, err := Decide(rule, members, votes, digest)
		require.NoError(rt, err)

		shuffled, _, err := Decide(rule, members, rapid.Permutation(votes).Draw(rt, "votes"), digest)
		require.NoError(rt, err)
		require.Equal(rt, verdict, shuffled, "the order of votes does not matter")

		for i := range votes {
			if votes[i].Choice == yes {
				continue
			}
			better := append([]models.Vote{}, votes...)
			better[i].Choice = yes
			improved, _, err := Decide(rule, members, better, digest)
			require.NoError(rt, err)
			require.GreaterOrEqual(rt, rank(improved), rank(verdict), "more approval never hurts")
		}
		if verdict != models.DecisionOpen {
			for _, choice := range []models.Choice{yes, no, abst} {
				complete := append([]models.Vote{}, votes...)
				for _, id := range missing {
					complete = append(complete, vote(id, choice))
				}
				final, _, err := Decide(rule, members, complete, digest)
				require.NoError(rt, err)
				require.Equal(rt, verdict, final, "votes to come do not change what is decided")
			}
		} else {
			require.NotEmpty(rt, missing, "what is open waits for someone")
		}
	})
}

func rank(d models.Decision) int {
	return map[models.Decision]int{models.DecisionRejected: 0, models.DecisionOpen: 1, models.DecisionApproved: 2}[d]
}
