package gate

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/neutrality"
)

// judged writes selection and award criteria of a lot, and lists the findings on them as field and code.
func judged(t *testing.T, selected, awarded models.Text) []string {
	t.Helper()
	f := newFile(t)
	lot := models.NewID(models.PrefixLot)
	f.writeAbout(lot, models.EntrySelectionCriteria, models.SelectionCriteria{
		Lot: lot, Least: 5,
		Criteria: []models.SelectionCriterion{{ID: "a", Title: selected, Requirement: models.Text{"en": "Ten."}}},
	})
	f.writeAbout(lot, models.EntryAwardCriteria, models.AwardCriteria{
		Lot: lot, Criteria: []models.AwardCriterion{
			{ID: "q", Title: awarded, Link: models.Text{"en": "It is what is bought."}},
		},
	})
	findings, err := NeutralityFindings(f.Dossier, models.EntrySelectionCriteria, models.EntryAwardCriteria)
	require.NoError(t, err)
	var found []string
	for _, n := range findings {
		found = append(found, string(n.Entry.Kind)+n.Field+" "+string(n.Code))
	}
	return found
}

func (f *file) writeAbout(lot models.ID, kind models.EntryKind, content any) models.Entry {
	f.write(kind, content)
	e := &f.Entries[len(f.Entries)-1]
	e.Subject = string(lot)
	return *e
}

// Directive 2014/24/EU, Articles 58 and 67; C-532/06 Lianakis: what selects a tenderer is not scored once more.
func TestASelectionCriterionThatIsScoredIsFound(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		selected, awarded models.Text
		want              []string
	}{
		"the experience of the firm": {
			models.Text{"en": "Delivered systems"},
			models.Text{"en": "Years of experience of the firm"},
			[]string{"award_criteria/criteria/0/title selection_as_award"},
		},
		"a title of a selection criterion": {
			models.Text{"en": "Delivered systems"},
			models.Text{"en": "delivered  systems."},
			[]string{"award_criteria/criteria/0/title selection_as_award"},
		},
		"it in the second language": {
			models.Text{"en": "Systems", "fr": "Systèmes livrés"},
			models.Text{"en": "Delivery", "fr": "Systèmes livrés"},
			[]string{"award_criteria/criteria/0/title selection_as_award"},
		},
		"both, said once": {
			models.Text{"en": "References"},
			models.Text{"en": "References"},
			[]string{"award_criteria/criteria/0/title selection_as_award"},
		},
		"the experience of the team": {
			models.Text{"en": "References"}, models.Text{"en": "Experience of the team"}, nil,
		},
		"another title": {models.Text{"en": "Delivered systems"}, models.Text{"en": "Energy per result"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, judged(t, c.selected, c.awarded))
		})
	}
}

func TestCriteriaAreReadAsRequirementsAre(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{
		"selection_criteria/criteria/0/title local_preference", "award_criteria/criteria/0/title brand",
	}, judged(t, models.Text{"en": "Local references"}, models.Text{"en": "Speed of Nvidia cards"}))
	require.Equal(t, []string{
		"selection_criteria/criteria/0/title standard_without_equivalent",
		"award_criteria/criteria/0/title subcontracting_limited",
	}, judged(t, models.Text{"en": "Quality by ISO 9001"}, models.Text{"en": "Delivery without subcontracting"}))
}

func TestEveryTextOfAnEntryIsReadForWhatItIs(t *testing.T) {
	t.Parallel()
	for field, part := range map[string]neutrality.Part{
		"/criteria/0/title": neutrality.PartAward, "/groups/0/title": neutrality.PartAward,
		"/criteria/0/link": neutrality.PartCriterion, "/costs/items/0/title": neutrality.PartCriterion,
	} {
		require.Equal(t, part, partOf(models.EntryAwardCriteria, field), field)
	}
	require.Equal(t, neutrality.PartCriterion, partOf(models.EntrySelectionCriteria, "/criteria/0/title"))
	require.Equal(t, neutrality.PartClause, partOf(models.EntryClauses, "/confidentiality"))
	require.Equal(t, neutrality.PartNeed, partOf(models.EntryRequirement, "/statement"))
	cost := models.CostItem{Title: models.Text{"en": "Energy"}, Data: models.Text{"en": "kWh"}}
	criteria := models.AwardCriteria{
		Criteria: make([]models.AwardCriterion, 2), Groups: make([]models.CriterionGroup, 1),
		Costs: &models.CostModel{Items: []models.CostItem{cost}},
	}
	require.Len(t, criteria.Wording(), 8)
}
