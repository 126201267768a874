package award_test

import (
	"fmt"

	"github.com/govalues/decimal"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/award"
)

func ExampleRank() {
	scheme := award.Scheme{
		Method: award.RelativeToLowest, Currency: "EUR", PriceWeight: decimal.MustParse("40"),
		Criteria: []award.QualityCriterion{
			{
				ID: "energy", Weight: decimal.MustParse("35"), Max: decimal.MustParse("10"),
				Minimum: decimal.MustParse("5"),
			},
			{ID: "support", Weight: decimal.MustParse("25"), Max: decimal.MustParse("5")},
		},
		Rounding: award.Rounding{Digits: 2, Mode: award.HalfUp},
		TieBreak: []string{award.TieByQuality},
	}
	tender := func(id models.ID, price, energy, support string) award.Tender {
		return award.Tender{
			ID: id, Price: models.Money{Amount: price, Currency: "EUR"},
			Scores: map[string]decimal.Decimal{
				"energy": decimal.MustParse(energy), "support": decimal.MustParse(support),
			},
		}
	}
	ranking, err := award.Rank(scheme, []award.Tender{
		tender("north", "1200000", "9", "4"), tender("south", "1000000", "6.5", "4"),
		tender("west", "800000", "4", "5"),
	})
	fmt.Println(err)
	for _, s := range ranking.Places {
		fmt.Printf("%d %s %s %q\n", s.Rank, s.Tender, s.Total, s.Excluded)
		for _, l := range s.Lines {
			fmt.Printf("    %-7s %5s = %s\n", l.Criterion, l.Points, l.How)
		}
	}
	// Output:
	// <nil>
	// 1 north 84.83 ""
	//     energy  31.50 = 35 × 9 / 10
	//     support 20.00 = 25 × 4 / 5
	//     price   33.33 = 40 × 1000000 / 1200000
	// 2 south 82.75 ""
	//     energy  22.75 = 35 × 6.5 / 10
	//     support 20.00 = 25 × 4 / 5
	//     price   40.00 = 40 × 1000000 / 1000000
	// 0 west 39.00 "score 4 of energy is below the minimum of 5"
	//     energy  14.00 = 35 × 4 / 10
	//     support 25.00 = 25 × 5 / 5
}
