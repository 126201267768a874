package evaluation

import (
	"os"
	"regexp"
	"testing"

	"github.com/govalues/decimal"
	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/award"
)

// The worked examples of docs/evaluation.md are computed here; those of rounding, costs and the paradox are tests of
// their own.
func TestTheWorkedExamplesOfTheMethodsAreWhatTheDocumentationSays(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/evaluation.md")
	require.NoError(t, err)
	rows := regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\|.*\\| ([0-9.]+) \\| ([0-9.]+) \\| ([0-9.]+) \\| (yes|no) \\|$").
		FindAllStringSubmatch(string(text), -1)
	require.Len(t, rows, 6)
	for _, row := range rows {
		method := models.AwardMethod(row[1])
		s := award.Scheme{
			Method: method, Currency: "EUR", PriceWeight: decimal.MustParse("40"), Rounds: award.RoundsLine,
			Criteria: []award.QualityCriterion{
				{ID: "energy", Weight: decimal.MustParse("60"), Max: decimal.MustParse("10")},
			},
			Rounding: award.Rounding{Digits: 3, Mode: award.HalfUp}, Factor: decimal.Two,
			From: decimal.MustParse("80"), To: decimal.MustParse("160"),
		}
		if method == award.LinearToCeiling {
			s.Ceiling = decimal.MustParse("160")
		}
		if award.Divides(method) {
			s.ZeroPrice = award.ZeroGetsAll
		}
		var tenders []award.Tender
		for _, price := range []string{"100", "120", "150"} {
			tenders = append(tenders, award.Tender{
				ID: models.ID(price), Price: models.Money{Amount: price, Currency: "EUR"},
				Scores: map[string]decimal.Decimal{"energy": decimal.Zero},
			})
		}
		ranked, err := award.Rank(s, tenders)
		require.NoError(t, err)
		for i, place := range ranked.Places {
			require.Equal(t, row[2+i], place.Total.String(), "%s %s", method, place.Tender)
		}
		require.Equal(t, row[5] == "yes", award.Relative(method), method)
	}
	for _, method := range models.AwardMethods() {
		require.Contains(t, string(text), "| `"+string(method)+"` |")
	}
}
