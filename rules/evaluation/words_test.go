package evaluation

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/award"
	"github.com/ppi-engine/ppi/rules/wording"
)

func TestAMethodIsToldInSixLanguagesWithTheSameFacts(t *testing.T) {
	t.Parallel()
	all, err := loadWords()
	require.NoError(t, err)
	require.Equal(t, []string{"de", "en", "es", "fr", "it", "tr"}, Languages())
	place := regexp.MustCompile(`\{[a-z]+\}`)
	english := slices.Sorted(maps.Keys(all[wording.English].Sentences))
	for language, w := range all {
		require.Equal(t, english, slices.Sorted(maps.Keys(w.Sentences)), language)
		for name, sentence := range w.Sentences {
			places := func(s string) []string {
				return slices.Compact(slices.Sorted(slices.Values(place.FindAllString(s, -1))))
			}
			require.Equal(t, places(all[wording.English].Sentences[name]), places(sentence), "%s of %s", name, language)
		}
	}
}

// everything says all that criteria can say.
func everything(method models.AwardMethod) models.AwardCriteria {
	text := func(s string) models.Text { return models.Text{"en": s, "fr": s + " (fr)"} }
	return models.AwardCriteria{
		Method: method, Currency: "EUR", PriceWeight: "40", Factor: "2", From: "80", To: "160", Ceiling: "900", Best: 3,
		ZeroPrice: award.ZeroCountsAs, ZeroCountsAs: "1", Consensus: models.ConsensusMean, Digits: 2,
		Rounding: "half_up",
		Low:      &models.LowPriceMark{Against: "estimate", Percent: "30", Estimate: "500"}, MinimumQuality: "30",
		Groups: []models.CriterionGroup{{ID: "use", Title: text("Use"), Weight: "60", Minimum: "20"}},
		Criteria: []models.AwardCriterion{
			{ID: "energy", Group: "use", Title: text("Energy"), Weight: "60", Max: "10", Lowest: "-10", Minimum: "-5"},
		},
		Costs: &models.CostModel{Years: 8, Discount: "3.5", Items: []models.CostItem{
			{ID: "power", Title: text("Power"), Data: text("kWh a year."), Rate: "0.3", Yearly: true, Highest: "99"},
			{ID: "scrap", Title: text("Scrapping"), Data: text("EUR."), Rate: "1", Year: 8, Method: text("Annex 3.")},
			{ID: "days", Title: text("Delay"), Data: text("Days."), Rate: "100"},
		}},
		TieBreak: []string{"price", "energy", "draw"},
	}
}

func TestNothingIsLeftOpenInWhatIsTold(t *testing.T) {
	t.Parallel()
	for _, method := range models.AwardMethods() {
		for _, language := range Languages() {
			m, err := MethodOf(everything(method), language)
			require.NoError(t, err)
			told := strings.Join(append(m.Rules, m.Warnings...), "\n")
			require.NotContains(t, told, "{", "%s in %s", method, language)
			require.NotContains(t, m.Rules, "", "%s in %s", method, language)
		}
	}
	_, err := MethodOf(everything("min_max"), "xx")
	requireRefused(t, models.CodeInvalidValue, err)
}

func TestAMethodIsToldSentenceBySentence(t *testing.T) {
	t.Parallel()
	m, err := MethodOf(everything("relative_to_lowest"), "")
	require.NoError(t, err)
	require.Equal(t, []string{
		"Price: 40 points × lowest price / price.",
		"“Price” means the price with the costs that are named here.",
		"Power: stated value × 0.3 EUR at the end of each year, for 8 years. kWh a year.",
		"A value above 99 for “Power” is not taken.",
		"Scrapping: stated value × 1 EUR, once, at the end of year 8. EUR.",
		"How “Scrapping” becomes money: Annex 3.",
		"Delay: stated value × 100 EUR, once, with the purchase. Days.",
		"A cost at the end of year n is divided by (1 + 3.5 / 100)^n.",
		"A price below 1 EUR counts as 1 EUR.",
		"A tender whose price alone, without those costs, is above 900 EUR is excluded.",
		"Only the prices of the 3 best tenders by quality are opened, and of those equal to the last of them; " +
			"“prices” here are those without the costs.",
		"A tenderer whose price alone, without those costs, is at least 30 % below 500 EUR is asked to explain it.",
		"Use: 60 points together for Energy.",
		"A tender with fewer than 20 points for “Use” is excluded.",
		"Energy: 60 points × score / 10. Scores are from -10 to 10.",
		"A tender with a score below -5 for “Energy” is excluded.",
		"A tender with fewer than 30 quality points is excluded.",
		"All weights add up to 100 points.",
		"The score for a criterion is the exact mean of the scores of all evaluators.",
		"The points of each criterion are rounded to 2 decimal places, halves away from 0. Nothing else is rounded.",
		"Equal totals are decided in this order: the lower price alone, without those costs; " +
			"the higher score for “Energy”; a draw of lots before witnesses of two organisations.",
	}, m.Rules)
	plain := everything("relative_to_lowest")
	plain.Costs = nil
	m, err = MethodOf(plain, "")
	require.NoError(t, err)
	require.Contains(t, m.Rules, "A tender with a price above 900 EUR is excluded.")
	require.NotContains(t, strings.Join(m.Rules, " "), "alone", "without costs there is one meaning of price")
	french, err := MethodOf(everything("relative_to_lowest"), "fr")
	require.NoError(t, err)
	require.Contains(t, french.Rules, "Use (fr) : 60 points en tout pour Energy (fr).")
}

func TestOfficersAreWarnedBeforePublication(t *testing.T) {
	t.Parallel()
	for method, want := range map[models.AwardMethod][]string{
		award.RelativeToLowest: {"warn_paradox", "warn_tie"},
		award.MinMax:           {"warn_paradox", "warn_two", "warn_tie"},
		award.LinearToCeiling:  {"warn_paradox", "warn_tie"},
		award.AbsoluteLinear:   {"warn_tie"},
		award.Logarithmic:      {"warn_paradox", "warn_negative", "warn_tie"},
		award.QualityInMoney:   {"warn_tie"},
	} {
		require.Equal(t, want, warnings(models.AwardCriteria{Method: method}), method)
	}
	require.Equal(t, []string{"warn_best", "warn_tie"},
		warnings(models.AwardCriteria{Method: award.QualityInMoney, Best: 3}))
	require.Equal(t, []string{"warn_ceiling"},
		warnings(models.AwardCriteria{Method: award.FixedPrice, Ceiling: "9", TieBreak: []string{award.TieByDraw}}))
}
