package evaluation

import (
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
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

// An example of the documentation is a scheme and tenders by price and scores. Its row works out some lines of each
// tender that is in, or its total.
type documented struct {
	change  func(*award.Scheme)
	tenders [][2]string
	works   []string
}

func (x documented) rank(t *testing.T) award.Ranking {
	t.Helper()
	s := award.Scheme{
		Method: award.RelativeToLowest, Currency: "EUR", PriceWeight: decimal.MustParse("40"), Rounds: award.RoundsLine,
		Criteria: []award.QualityCriterion{{
			ID: "energy", Weight: decimal.MustParse("60"), Max: decimal.MustParse("10"),
		}},
		Rounding: award.Rounding{Digits: 2, Mode: award.HalfUp},
	}
	x.change(&s)
	if award.Divides(s.Method) && s.ZeroPrice == "" {
		s.ZeroPrice = award.ZeroGetsAll
	}
	var tenders []award.Tender
	for i, given := range x.tenders {
		scores := map[string]decimal.Decimal{}
		for k, score := range strings.Split(given[1], ",") {
			scores[s.Criteria[k].ID] = decimal.MustParse(score)
		}
		tenders = append(tenders, award.Tender{
			ID: models.ID(rune('A' + i)), Price: models.Money{Amount: given[0], Currency: "EUR"}, Scores: scores,
		})
	}
	ranked, err := award.Rank(s, tenders)
	require.NoError(t, err)
	return ranked
}

func TestTheWorkedExamplesOfEachRuleAreComputed(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/evaluation.md")
	require.NoError(t, err)
	_, examples, found := strings.Cut(string(text), "## Worked examples")
	require.True(t, found)
	dec := decimal.MustParse
	whole := func(s *award.Scheme) { s.PriceWeight, s.Criteria[0].Weight = decimal.Zero, decimal.Hundred }
	tie := [][2]string{{"100", "5"}, {"160", "7.5"}}
	for row, x := range map[string]documented{
		"`price_per_point`": {func(s *award.Scheme) {
			whole(s)
			s.Method, s.Rounds, s.MinimumQuality = award.PricePerPoint, award.RoundsTotal, new(dec("50"))
		}, [][2]string{{"100000", "8"}, {"90000", "7"}, {"60000", "4.5"}}, []string{"price"}},
		"`quality_in_money`": {func(s *award.Scheme) {
			s.Method, s.PriceWeight, s.Criteria[0].Weight = award.QualityInMoney, decimal.Zero, dec("20000")
		}, [][2]string{{"100000", "8"}, {"95000", "5"}}, []string{"energy", "total"}},
		"minus points": {func(s *award.Scheme) {
			s.Criteria[0].Lowest, s.Criteria[0].Minimum = dec("-10"), dec("-10")
		}, [][2]string{{"100", "-5"}}, []string{"energy"}},
		"knock-out": {
			func(s *award.Scheme) { s.Best = 2 }, [][2]string{{"1", "9"}, {"1", "8"}, {"1", "8"}, {"1", "7"}}, nil,
		},
		"`ceiling` 100": {
			func(s *award.Scheme) { s.Ceiling = dec("100") },
			[][2]string{{"100.00", "5"}, {"100.01", "9"}},
			[]string{"price"},
		},
		"`linear_to_ceiling`": {func(s *award.Scheme) {
			s.Method, s.Ceiling = award.LinearToCeiling, dec("160")
		}, [][2]string{{"100", "5"}, {"160", "5"}}, []string{"price"}},
		"a group": {func(s *award.Scheme) {
			s.Groups = []award.Group{{ID: "use", Weight: dec("60"), Minimum: new(dec("30"))}}
			s.Criteria = []award.QualityCriterion{
				{ID: "energy", Group: "use", Weight: dec("40"), Max: dec("10")},
				{ID: "noise", Group: "use", Weight: dec("20"), Max: dec("5")},
			}
		}, [][2]string{{"100", "5,2"}}, []string{"energy", "noise"}},
		"`zero_price` `counts_as`": {func(s *award.Scheme) {
			s.ZeroPrice, s.CountsAs = award.ZeroCountsAs, dec("10")
		}, [][2]string{{"0", "5"}, {"20", "5"}}, []string{"price"}},
		"`zero_price` `full_points`": {
			func(*award.Scheme) {}, [][2]string{{"0", "5"}, {"20", "5"}, {"25", "5"}}, []string{"price"},
		},
		"`tie_break` `price`": {
			func(s *award.Scheme) { s.TieBreak = []string{award.TieByPrice} }, tie, []string{"total"},
		},
		"`tie_break` `quality`": {func(s *award.Scheme) { s.TieBreak = []string{award.TieByQuality} }, tie, nil},
	} {
		says := regexp.MustCompile(`(?m)^\| ` + regexp.QuoteMeta(row) + `.*$`).FindString(examples)
		require.NotEmpty(t, says, row)
		for _, p := range x.rank(t).Places {
			for _, line := range append(slices.Clone(p.Lines), award.Line{Criterion: "total"}) {
				computed := line.How + " = " + line.Points.String()
				if line.Criterion == "total" {
					computed = "total " + p.Total.String()
				}
				if slices.Contains(x.works, line.Criterion) {
					require.Contains(t, says, computed, row)
				}
			}
			require.Contains(t, says, p.Excluded)
			if p.DecidedBy != "" {
				require.Contains(t, says, string(p.Tender)+" is behind by "+p.DecidedBy)
			}
		}
	}
}

// The whole file that the documentation shows is read and ranked, and each field of such a file is in its table.
func TestTheFileOfTheDocumentationIsRanked(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/evaluation.md")
	require.NoError(t, err)
	_, after, _ := strings.Cut(string(text), "```json\n")
	file, table, found := strings.Cut(after, "```")
	require.True(t, found)
	asked, err := ReadRanking([]byte(file))
	require.NoError(t, err)
	ranked, applied, err := RankFile(asked)
	require.NoError(t, err)
	require.Empty(t, applied)
	var totals []string
	for _, p := range ranked.Ranking.Places {
		totals = append(totals, string(p.Tender)+" "+p.Total.String())
	}
	require.Equal(t, []string{"north 84.83", "south 82.75", "west 39.00"}, totals)
	require.NotEmpty(t, ranked.Ranking.Places[2].Excluded)
	require.Contains(t, string(text), "North wins with 84.83 before south with 82.75; west is out.")

	for _, as := range []reflect.Type{
		reflect.TypeFor[Evaluation](), reflect.TypeFor[award.Scheme](), reflect.TypeFor[award.QualityCriterion](),
		reflect.TypeFor[award.Group](), reflect.TypeFor[award.Costs](), reflect.TypeFor[award.CostTerm](),
		reflect.TypeFor[award.LowPrice](), reflect.TypeFor[award.Tender](), reflect.TypeFor[award.Place](),
		reflect.TypeFor[award.Line](), reflect.TypeFor[award.CostLine](), reflect.TypeFor[award.Reversal](),
	} {
		for field := range as.Fields() {
			if name, _, _ := strings.Cut(field.Tag.Get("json"), ","); name != "-" {
				require.Contains(t, table, "`"+name+"`", as.Name())
			}
		}
	}
}
