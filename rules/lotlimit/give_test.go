package lotlimit

import (
	"fmt"
	"slices"
	"testing"

	"github.com/govalues/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ppi-engine/ppi/models"
)

// lot is a lot in which the tenderers rank in this order, with these points.
func lot(number int, places ...any) Lot {
	l := Lot{Number: number}
	for i := 0; i < len(places); i += 2 {
		points := decimal.MustNew(int64(places[i+1].(int)), 0)
		rank := len(l.Places) + 1
		for _, p := range l.Places {
			if p.Points.Cmp(points) == 0 {
				rank = p.Rank
				break
			}
		}
		l.Places = append(l.Places, Place{models.ID(places[i].(string)), rank, points})
	}
	return l
}

func winners(given map[int]Outcome) map[int]string {
	all := map[int]string{}
	for n, o := range given {
		all[n] = string(o.Winner)
	}
	return all
}

// Strong ranks first in every lot, and may have one.
func TestTheRuleSaysWhichLotTheBestTendererIsGiven(t *testing.T) {
	t.Parallel()
	lots := []Lot{
		lot(1, "strong", 90, "solid", 88, "third", 40),
		lot(2, "strong", 95, "solid", 94, "third", 60),
		lot(3, "strong", 80, "third", 50, "solid", 20),
	}
	for rule, expected := range map[models.LotRule]map[int]string{
		models.LotsInOrder:     {1: "strong", 2: "solid", 3: "third"},
		models.LotsByTotal:     {1: "solid", 2: "strong", 3: "third"},
		models.LotsByAdvantage: {1: "solid", 2: "third", 3: "strong"},
	} {
		require.Equal(t, expected, winners(Give(lots, 1, rule)), rule)
	}
}

func TestWhatIsAwardedAlreadyCounts(t *testing.T) {
	t.Parallel()
	second := lot(2, "strong", 95, "solid", 94)
	second.Taken = "strong"
	given := Give([]Lot{lot(1, "strong", 90, "solid", 88), second}, 1, models.LotsInOrder)
	require.Equal(t, Outcome{Winner: "solid", Passed: []models.ID{"strong"}}, given[1])
}

func TestALotGoesToNobodyWhenAllHaveAsManyAsTheyMay(t *testing.T) {
	t.Parallel()
	given := Give([]Lot{lot(1, "strong", 90), lot(2, "strong", 80)}, 1, models.LotsInOrder)
	require.Equal(t, map[int]Outcome{1: {Winner: "strong"}, 2: {}}, given)
}

func TestWhatComesAfterATieWaitsForIt(t *testing.T) {
	t.Parallel()
	given := Give([]Lot{lot(1, "a", 90, "b", 90), lot(2, "a", 80, "b", 70)}, 1, models.LotsInOrder)
	require.Equal(t, map[int]Outcome{1: {Tied: true}, 2: {Waits: 1}}, given)
	given = Give([]Lot{lot(1, "a", 90, "b", 90), lot(2, "a", 80, "b", 70)}, 1, models.LotsByAdvantage)
	require.Equal(t, map[int]string{1: "b", 2: "a"}, winners(given), "the tie is over once a has its lot")
}

// contest draws lots with tenderers of any points, tied or not.
func contest(t *rapid.T) ([]Lot, int, models.LotRule) {
	lots := make([]Lot, rapid.IntRange(1, 6).Draw(t, "lots"))
	for i := range lots {
		lots[i].Number = i + 1
		points := map[models.ID]int{}
		for n := range rapid.IntRange(0, 5).Draw(t, "tenderers") {
			points[models.ID(fmt.Sprint("org_", n))] = rapid.IntRange(0, 8).Draw(t, "points")
		}
		for id, of := range points {
			better := 0
			for _, other := range points {
				if other > of {
					better++
				}
			}
			lots[i].Places = append(lots[i].Places, Place{id, better + 1, decimal.MustNew(int64(of), 0)})
		}
	}
	return lots, rapid.IntRange(1, 7).Draw(t, "most"), rapid.SampledFrom(models.LotRules()).Draw(t, "rule")
}

func TestNobodyIsGivenMoreLotsThanTheyMay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		lots, most, rule := contest(t)
		has := map[models.ID]int{}
		for _, o := range Give(lots, most, rule) {
			if o.Winner != "" {
				has[o.Winner]++
			}
		}
		for id, n := range has {
			require.LessOrEqual(t, n, most, id)
		}
	})
}

func TestTheOrderInWhichLotsAndTendersAreListedDoesNotMatter(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		lots, most, rule := contest(t)
		given := Give(lots, most, rule)
		shuffled := rapid.Permutation(lots).Draw(t, "order")
		for i := range shuffled {
			shuffled[i].Places = rapid.Permutation(shuffled[i].Places).Draw(t, "places")
		}
		require.Equal(t, given, Give(shuffled, most, rule))
	})
}

func TestWithoutAnEffectiveLimitTheBestWins(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		lots, _, rule := contest(t)
		for n, o := range Give(lots, len(lots), rule) {
			if o.Winner == "" {
				continue
			}
			require.Empty(t, o.Passed)
			i := slices.IndexFunc(lots[n-1].Places, func(p Place) bool { return p.Tenderer == o.Winner })
			require.Equal(t, 1, lots[n-1].Places[i].Rank)
		}
	})
}

func TestWhoIsPassedHasAsManyLotsAsItMay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		lots, most, rule := contest(t)
		given := Give(lots, most, rule)
		has := map[models.ID]int{}
		for _, o := range given {
			has[o.Winner]++
		}
		for _, o := range given {
			for _, passed := range o.Passed {
				require.Equal(t, most, has[passed])
			}
		}
	})
}

// Giving the lots one by one, each award taken as done before the next is computed, leads to the same.
func TestAwardsThatAreTakenOneByOneFollowTheSameRule(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		lots, most, rule := contest(t)
		given := Give(lots, most, rule)
		for _, i := range rapid.Permutation(numbers(len(lots))).Draw(t, "awarded first") {
			now := Give(lots, most, rule)
			require.Equal(t, given[i+1].Winner, now[i+1].Winner)
			lots[i].Taken = now[i+1].Winner
		}
	})
}

func numbers(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}
