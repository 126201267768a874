package models_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
)

// Directive 2014/24/EU, Article 57(4)(d) and (6): who is excluded for an agreement with others learns what shows it,
// and was heard on what it has done about it. The same goes for tenders and for requests to participate.
func TestAnExclusionForCollusionShowsItsEvidenceAndConsidersSelfCleaning(t *testing.T) {
	t.Parallel()
	because := models.Text{"en": "You agreed on prices."}
	checks := map[string]func(...models.ExclusionFinding) error{
		"a tender": func(grounds ...models.ExclusionFinding) error {
			return models.Admission{
				Tender: models.NewID(models.PrefixTender), Decision: models.AdmissionExcluded, Code: "collusion",
				Reason: because, Grounds: grounds,
			}.Check()
		},
		"a candidate": func(grounds ...models.ExclusionFinding) error {
			return models.Selection{
				Request: models.NewID(models.PrefixTender), Excluded: "collusion", Reason: because, Grounds: grounds,
			}.Check()
		},
	}
	proven := models.ExclusionFinding{
		Ground: "exg-mis-distortion", Evidence: "decision of the competition authority of 3 March",
		Measures: models.MeasuresNone,
	}
	for of, check := range checks {
		require.NoError(t, check(proven), of)
		for name, spoil := range map[string]func(*models.ExclusionFinding){
			"another ground":           func(f *models.ExclusionFinding) { f.Ground = "exg-crim-fraud" },
			"no evidence":              func(f *models.ExclusionFinding) { f.Evidence = " " },
			"no word on self-cleaning": func(f *models.ExclusionFinding) { f.Measures = "" },
			"insufficient, no reason":  func(f *models.ExclusionFinding) { f.Measures = models.MeasuresInsufficient },
			"measures that suffice": func(f *models.ExclusionFinding) {
				f.Measures, f.Reason = models.MeasuresSufficient, "new management"
			},
		} {
			f := proven
			spoil(&f)
			refusal, refused := models.RefusalOf(check(f))
			require.True(t, refused, "%s: %s", of, name)
			require.Equal(t, models.CodeInvalidValue, refusal.Code)
			require.Equal(t, "/grounds", refusal.Field)
		}
		refusal, _ := models.RefusalOf(check())
		require.Equal(t, models.CodeInvalidValue, refusal.Code)
		require.Contains(t, refusal.Accepted, "exg-mis-distortion, its evidence, and what self-cleaning came to")
	}
}
