package letter

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/govalues/decimal"
	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/award"
	"github.com/ppi-engine/ppi/rules/calendar"
)

// computations are how rankings by every method say that points were computed, with each of the words they know.
func computations(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, method := range award.Methods() {
		for _, prices := range [][2]string{{"100", "120"}, {"0", "100"}, {"100", "100"}} {
			s := award.Scheme{
				Method: method, Currency: "EUR", PriceWeight: decimal.MustParse("40"), Factor: decimal.MustParse("2"),
				From: decimal.MustParse("80"), To: decimal.MustParse("160"), Rounds: award.RoundsTotal,
				Criteria: []award.QualityCriterion{
					{ID: "energy", Weight: decimal.MustParse("60"), Max: decimal.MustParse("10")},
				},
				Rounding: award.Rounding{Digits: 2, Mode: award.HalfUp},
			}
			if method == award.QualityInMoney {
				s.PriceWeight = decimal.Zero
			}
			if method == award.LinearToCeiling {
				s.Ceiling = decimal.MustParse(prices[1])
			}
			if award.Divides(method) {
				s.ZeroPrice = award.ZeroGetsAll
				if prices[0] == prices[1] {
					s.ZeroPrice, s.CountsAs = award.ZeroCountsAs, decimal.MustParse("110")
				}
			}
			var tenders []award.Tender
			for i, price := range prices {
				tenders = append(tenders, award.Tender{
					ID: models.ID(rune('A' + i)), Price: models.Money{Amount: price, Currency: "EUR"},
					Scores: map[string]decimal.Decimal{"energy": decimal.MustParse("5")},
				})
			}
			ranking, err := award.Rank(s, tenders)
			if err != nil {
				continue // the method takes no such scheme
			}
			for _, p := range ranking.Places {
				for _, line := range p.Lines {
					all = append(all, line.How)
				}
			}
		}
	}
	return all
}

// The words of a computation are those of the letter's language; numbers and signs are the same in all.
func TestAComputationIsToldInTheLanguageOfTheLetter(t *testing.T) {
	t.Parallel()
	all, err := load()
	require.NoError(t, err)
	how := append(computations(t), "1200 × 0.25 × 8 years")
	for _, f := range formulaWords {
		require.True(t, slices.ContainsFunc(how, f.pattern.MatchString), "no ranking says %s", f.pattern)
		for language, w := range all {
			require.NotEmpty(t, w.Formulas[f.sentence], "%s in %s", f.sentence, language)
		}
	}
	english := regexp.MustCompile(
		`\b(at|least|within|and|as|the|is|all|are|than|counts|price|prices|years|no|below|ceiling)\b`)
	for language, w := range all {
		for _, h := range how {
			told := w.formula(h)
			require.NotContains(t, told, "{", "%s in %s", h, language)
			if language == "en" {
				require.Equal(t, h, told, "in English they are the same")
				continue
			}
			require.NotRegexp(t, english, told, language)
		}
	}
	require.Equal(t, "40 × (160 − 100) / (160 − 80), von 0 bis 40",
		all["de"].formula("40 × (160 − 100) / (160 − 80), within 0 and 40"))
	require.Equal(t, "40 × 110 / 110, car moins de 110 compte comme 110",
		all["fr"].formula("40 × 110 / 110, as less than 110 counts as 110"))
}

// Every law of which the program knows a time limit has its name in every language of letters.
func TestTheLawIsNamedInWords(t *testing.T) {
	t.Parallel()
	all, err := load()
	require.NoError(t, err)
	places, err := calendar.Places()
	require.NoError(t, err)
	for language, w := range all {
		require.Equal(t, slices.Sorted(maps.Keys(all["en"].Laws)), slices.Sorted(maps.Keys(w.Laws)), language)
		for _, place := range places {
			country, _, _ := strings.Cut(place, "-")
			require.NotEqual(t, country, w.law(country), "%s in %s", country, language)
		}
	}
	require.Equal(t, "le droit de l’Espagne", all["fr"].law("ES"))
	require.Equal(t, "the law of Spain", all["en"].law("ES"))
	require.Equal(t, "JP", all["en"].law("JP"), "a country without words stands for itself")
	require.Empty(t, all["en"].law(""))
}
