package award

import (
	"cmp"
	"slices"

	"github.com/govalues/decimal"

	"github.com/ppi-engine/ppi/models"
)

// order sorts the tenders and gives them ranks.
func (s Scheme) order(in []*entry) {
	slices.SortFunc(in, func(a, b *entry) int {
		order, _ := s.compare(a, b)
		return cmp.Or(order, cmp.Compare(a.Tender, b.Tender))
	})
	for i, e := range in {
		e.Rank = i + 1
		if i == 0 {
			continue
		}
		before := in[i-1]
		order, by := s.compare(before, e)
		e.DecidedBy = by
		if order == 0 {
			e.Rank, e.Tied, before.Tied = before.Rank, true, true
		}
	}
}

// compare tells which of two tenders is better (negative: a), and by which key of the tie-break if
// the totals are equal.
func (s Scheme) compare(a, b *entry) (order int, by string) {
	order = b.Total.Cmp(a.Total)
	if !s.points() {
		order = -order
	}
	for _, key := range s.TieBreak {
		if order != 0 {
			break
		}
		by = key
		switch key {
		case TieByPrice:
			order = a.price.Cmp(b.price)
		case TieByQuality:
			order = b.Quality.Cmp(a.Quality)
		default:
			order = b.scores[key].Cmp(a.scores[key])
		}
	}
	if order == 0 {
		by = ""
	}
	return order, by
}

// A Reversal is a pair of tenders whose order another ranking reversed.
type Reversal struct {
	// Ahead was behind in the earlier ranking.
	Ahead  models.ID `json:"ahead"`
	Behind models.ID `json:"behind"`
}

// Reversals names the pairs, ranked in both rankings, whose order was reversed. Under methods relative to the other
// prices, excluding one tender can reverse the order of two others.
func Reversals(before, after Ranking) []Reversal {
	was := map[models.ID]int{}
	for _, s := range before.Places {
		was[s.Tender] = s.Rank
	}
	var turned []Reversal
	for i, ahead := range after.Places {
		for _, behind := range after.Places[i+1:] {
			a, b := was[ahead.Tender], was[behind.Tender]
			if 0 < b && b < a && 0 < ahead.Rank && ahead.Rank < behind.Rank {
				turned = append(turned, Reversal{ahead.Tender, behind.Tender})
			}
		}
	}
	return turned
}

// Same tells whether two rankings say the same, to check one by computing it anew.
func (r Ranking) Same(other Ranking) bool {
	return slices.EqualFunc(r.Places, other.Places, func(a, b Place) bool {
		return a.Tender == b.Tender && a.Rank == b.Rank && a.Excluded == b.Excluded && a.Tied == b.Tied &&
			a.DecidedBy == b.DecidedBy && a.AskAboutPrice == b.AskAboutPrice &&
			equal(a.Total, b.Total) && equal(a.Quality, b.Quality) &&
			slices.EqualFunc(a.Lines, b.Lines, func(x, y Line) bool {
				return x.Criterion == y.Criterion && x.How == y.How && equal(x.Points, y.Points)
			})
	})
}

func equal(a, b decimal.Decimal) bool { return a.Cmp(b) == 0 }
