package models_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
)

func TestSelectionCriteriaSayWhatIsAskedAndByWhichRuleTheNumberIsLimited(t *testing.T) {
	t.Parallel()
	text := models.Text{"en": "x"}
	whole := func() models.SelectionCriteria {
		return models.SelectionCriteria{
			Lot: models.NewID(models.PrefixLot), Least: 5, Most: 8, Rule: text, Ties: models.TiesAllInvited,
			Criteria: []models.SelectionCriterion{
				{ID: "turnover", Title: text, Requirement: text},
				{ID: "references", Title: text, Requirement: text},
			},
		}
	}
	require.NoError(t, whole().Check())
	require.Equal(t, string(models.PrefixLot), whole().Subject()[:3])
	for name, spoil := range map[string]func(*models.SelectionCriteria){
		"no lot":                     func(c *models.SelectionCriteria) { c.Lot = "x" },
		"a title is missing":         func(c *models.SelectionCriteria) { c.Criteria[0].Title = nil },
		"a requirement is missing":   func(c *models.SelectionCriteria) { c.Criteria[0].Requirement = nil },
		"a criterion is named twice": func(c *models.SelectionCriteria) { c.Criteria[1].ID = "turnover" },
		"at most fewer than least":   func(c *models.SelectionCriteria) { c.Most = 4 },
		"a tie that nobody decided":  func(c *models.SelectionCriteria) { c.Ties = "" },
		"a limit without its rule":   func(c *models.SelectionCriteria) { c.Rule = nil },
	} {
		c := whole()
		spoil(&c)
		require.Error(t, c.Check(), name)
	}
	unlimited := whole()
	unlimited.Most, unlimited.Rule, unlimited.Ties = 0, nil, ""
	require.NoError(t, unlimited.Check())
}

func TestASelectionGivesItsReasons(t *testing.T) {
	t.Parallel()
	whole := func() models.Selection {
		return models.Selection{
			Request: models.NewID(models.PrefixTender), Points: "82.5", Because: "by the rule",
			Findings: []models.SelectionFinding{{Criterion: "turnover", Met: true, Reason: "accounts"}},
		}
	}
	require.NoError(t, whole().Check())
	require.True(t, whole().Qualifies())
	for name, spoil := range map[string]func(*models.Selection){
		"no request":                func(s *models.Selection) { s.Request = "x" },
		"a finding without reason":  func(s *models.Selection) { s.Findings[0].Reason = "" },
		"points that are no number": func(s *models.Selection) { s.Points = "many" },
		"points without reason":     func(s *models.Selection) { s.Because = "" },
		"an unknown exclusion": func(s *models.Selection) {
			s.Excluded, s.Reason = "ugly",
				models.Text{"en": "x"}
		},
		"an exclusion without reason": func(s *models.Selection) { s.Excluded = "collusion" },
		"an exclusion of empty reason": func(s *models.Selection) {
			s.Excluded, s.Reason = "collusion",
				models.Text{"en": " "}
		},
		"an exclusion on a ground that nobody names": func(s *models.Selection) {
			s.Excluded, s.Reason = "exclusion_ground", models.Text{"en": "x"}
		},
	} {
		s := whole()
		spoil(&s)
		require.Error(t, s.Check(), name)
	}
	unmet, excluded := whole(), whole()
	unmet.Findings[0].Met = false
	excluded.Excluded = "collusion"
	require.False(t, unmet.Qualifies())
	require.False(t, excluded.Qualifies())
}

func TestARequestToParticipateHoldsNeitherOfferNorPrice(t *testing.T) {
	t.Parallel()
	require.Equal(t, []models.EnvelopeKind{models.EnvelopeQualification, models.EnvelopeOther},
		models.HandedRequest.Envelopes())
	require.Equal(t, models.EnvelopeKinds(), models.HandedTender.Envelopes())
}

func TestOnlyWhoWasInvitedEntersABoxByInvitation(t *testing.T) {
	t.Parallel()
	box := models.Box{ByInvitation: true, Invited: []models.ID{"org_a"}}
	require.True(t, box.OpenTo("org_a"))
	require.False(t, box.OpenTo("org_b"))
	require.True(t, models.Box{}.OpenTo("org_b"))
	lot := models.Lot{Number: 1, Boxes: []models.Box{box}}
	require.Equal(t, models.CodeNotInvited, lot.Receives("org_b", box.Deadline).Code)
	require.Nil(t, lot.Receives("org_a", box.Deadline))
}
