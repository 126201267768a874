package evaluation

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/award"
)

// Directive 2014/24/EU, Article 55(2)(a): the reasons for the rejection of a request to participate.
func TestACandidateReadsWhatWasFoundOfItUnderEachCriterion(t *testing.T) {
	t.Parallel()
	r := newRound(t, 7, 5)
	for n := range 6 {
		r.judged(r.able(n, []string{"60", "50", "40", "30", "20", "10"}[n]))
	}
	unable := r.able(6, "")
	unable.Findings[1] = models.SelectionFinding{Criterion: "references", Reason: "systems of other sizes"}
	r.judged(unable)
	lot := r.Tendering.Lots[0]
	list, err := ComposeShortlist(r.Dossier, lot, models.Going{})
	require.NoError(t, err)
	letters := ComposeInvitations(r.Dossier, lot, list, models.Box{Stage: list.Stage}, Place{})

	require.Nil(t, letters[0].Shortfall)
	require.Empty(t, letters[0].Findings, "who is invited needs no reasons")
	require.Equal(t, &Shortfall{Bound: BoundShortlist, Reached: "10", Needed: "20", Because: "by the rule"},
		letters[5].Shortfall)
	require.Len(t, letters[5].Findings, 2)
	require.True(t, letters[5].Findings[1].Met)
	require.Nil(t, letters[6].Shortfall, "it was not a matter of points")
	require.False(t, letters[6].Findings[1].Met)
	require.Equal(t, "systems of other sizes", letters[6].Findings[1].Reason)
}

// Article 55(2)(b) and (d): who does not go on from a round of talks reads its points, and the reasons for them.
func TestAParticipantReadsWhyItDoesNotGoOn(t *testing.T) {
	t.Parallel()
	d := newTalks(t, models.Conduct{Reduction: true, Remain: 1})
	d.hearAll()
	list, err := d.list(models.Going{Stage: "initial", Keep: 1})
	require.NoError(t, err)
	letters := ComposeInvitations(d.Dossier, d.Tendering.Lots[0], list, models.Box{Stage: list.Stage}, Place{})
	gone := letters[1]
	require.Nil(t, gone.Invitation)
	require.Equal(t, BoundShortlist, gone.Shortfall.Bound)
	require.Equal(t, list.Candidates[1].Points, gone.Shortfall.Reached)
	require.Equal(t, list.Candidates[0].Points, gone.Shortfall.Needed)
	require.NotEmpty(t, gone.Lines)
	require.Equal(t, "measured", gone.Lines[0].Reason)
	for _, line := range gone.Lines {
		require.Empty(t, line.WinnerReason, "nobody has won yet")
		require.Zero(t, line.Winner.Sign())
	}

	criteria, _, _ := d.CriteriaFor(d.lot)
	criteria.Criteria[0].Minimum = "9"
	criteria.Criteria[0].Title = models.Text{"en": "Energy"}
	d.rewrite(models.EntryAwardCriteria, string(d.lot), criteria)
	gone = Letter{}
	gone.explain(d.Dossier, list, Candidate{Request: d.tenders[1].ID, Reasons: []string{"a minimum"}})
	require.Equal(t, award.BoundCriterion, gone.Shortfall.Bound)
	require.Equal(t, models.Text{"en": "Energy"}, gone.Shortfall.Of)
}
