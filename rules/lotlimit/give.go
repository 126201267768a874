// Package lotlimit gives lots where no tenderer may be awarded more than so many of them (Directive 2014/24/EU, Article
// 46(2)).
package lotlimit

import (
	"cmp"
	"slices"

	"github.com/govalues/decimal"

	"github.com/ppi-engine/ppi/models"
)

// A Lot is a lot with all who may win it.
type Lot struct {
	Number int
	// Places are in any order; excluded tenders are not among them.
	Places []Place
	// Taken is the tenderer to whom the lot is awarded already; empty: to nobody yet.
	Taken models.ID
}

// A Place is that of one tenderer in the ranking of a lot: rank 1 is the best, equals share a rank.
type Place struct {
	Tenderer models.ID
	Rank     int
	// Points are those that the tender has in all; the most are the best.
	Points decimal.Decimal
}

// An Outcome is to whom a lot goes.
type Outcome struct {
	// Winner is empty if the lot goes to nobody: nobody may be awarded it, equals lead it, or it waits.
	Winner models.ID
	// Passed are the tenderers that rank before the winner, and have as many lots as they may.
	Passed []models.ID
	// Tied tells that equals lead it. Waits is the number of a tied lot that comes before it; 0: none does.
	Tied  bool
	Waits int
}

// Give gives each lot, one after the other by the rule, to the best tenderer who may still be awarded one, and returns
// the outcome of each by its number. A tie ends that: what would come after it depends on how the tie is broken.
// Neither the order of the lots nor that of their places matters, nor which of them were awarded first, as long as they
// went to whom the rule gives them. Numbers are different from each other.
func Give(all []Lot, most int, rule models.LotRule) map[int]Outcome {
	anew := slices.Clone(all)
	for i := range anew {
		anew[i].Taken = ""
	}
	given := give(anew, most, rule)
	for _, lot := range all {
		switch {
		case lot.Taken == "":
		case given[lot.Number].Winner == lot.Taken:
			given[lot.Number] = Outcome{Winner: lot.Taken}
		default:
			return give(all, most, rule) // it was awarded otherwise: the others get what is left
		}
	}
	return given
}

// give counts the lots that are taken before it gives the others.
func give(all []Lot, most int, rule models.LotRule) map[int]Outcome {
	given, has := map[int]Outcome{}, map[models.ID]int{}
	var left []Lot
	for _, lot := range all {
		if lot.Taken == "" {
			left = append(left, lot)
			continue
		}
		given[lot.Number] = Outcome{Winner: lot.Taken}
		has[lot.Taken]++
	}
	tied := 0
	for len(left) > 0 {
		turns := make([]turn, len(left))
		for i, lot := range left {
			turns[i] = turnOf(lot, most, has)
		}
		first := slices.MinFunc(turns, func(a, b turn) int { return a.compare(b, rule) })
		if tied > 0 {
			first.Outcome = Outcome{Waits: tied}
		}
		given[first.number] = first.Outcome
		if first.Tied {
			tied = first.number
		}
		has[first.Winner]++
		left = slices.DeleteFunc(left, func(l Lot) bool { return l.Number == first.number })
	}
	return given
}

// A turn is what a lot would come to if it were given next.
type turn struct {
	Outcome

	number int
	// best are the points of the best tenderer that may be awarded it, ahead how many it is before the next; where
	// nobody is next, all its points.
	best, ahead decimal.Decimal
}

func turnOf(lot Lot, most int, has map[models.ID]int) turn {
	t := turn{number: lot.Number}
	places := slices.SortedFunc(slices.Values(lot.Places), func(a, b Place) int {
		return cmp.Or(cmp.Compare(a.Rank, b.Rank), cmp.Compare(a.Tenderer, b.Tenderer))
	})
	var may []Place
	for _, p := range places {
		if has[p.Tenderer] < most {
			may = append(may, p)
		}
	}
	switch {
	case len(may) == 0:
		return t
	case len(may) > 1 && may[0].Rank == may[1].Rank:
		t.Tied, t.best = true, may[0].Points
		return t
	}
	t.Winner, t.best, t.ahead = may[0].Tenderer, may[0].Points, may[0].Points
	if len(may) > 1 {
		t.ahead = distance(may[0].Points, may[1].Points)
	}
	for _, p := range places {
		if p.Rank < may[0].Rank {
			t.Passed = append(t.Passed, p.Tenderer)
		}
	}
	return t
}

// distance is by how much a is more than b. Points have at most six digits after the point, so it is exact.
func distance(a, b decimal.Decimal) decimal.Decimal {
	d, err := a.Sub(b)
	if err != nil {
		return decimal.Zero // more points than any scheme gives
	}
	return d
}

// compare tells which of two lots comes first (negative: t).
func (t turn) compare(other turn, rule models.LotRule) int {
	order := 0
	switch rule {
	case models.LotsByTotal:
		order = other.best.Cmp(t.best)
	case models.LotsByAdvantage:
		order = other.ahead.Cmp(t.ahead)
	case models.LotsInOrder:
	}
	return cmp.Or(order, cmp.Compare(t.number, other.number))
}
