package award

import (
	"cmp"
	"slices"

	"github.com/govalues/decimal"

	"github.com/ppi-engine/ppi/models"
)

// order sorts the tenders and gives them ranks.
func (s Scheme) order(in []*entry, draws []Draw) {
	slices.SortFunc(in, func(a, b *entry) int {
		order, _ := s.compare(a, b)
		return cmp.Or(order, cmp.Compare(a.Tender, b.Tender))
	})
	for i := 0; i < len(in); {
		tie := 1
		for i+tie < len(in) && s.equal(in[i], in[i+tie]) {
			tie++
		}
		s.settle(in[i:i+tie], i+1, draws)
		if i > 0 {
			_, in[i].DecidedBy = s.compare(in[i-1], in[i])
		}
		i += tie
	}
}

// settle gives ranks from a first one on to tenders that are equal: one to all, unless lots were drawn.
func (s Scheme) settle(tie []*entry, first int, draws []Draw) {
	drawn := s.DrawsLots() && len(tie) > 1 && drawLots(tie, draws)
	for i, e := range tie {
		switch {
		case drawn && i > 0:
			e.Rank, e.DecidedBy = first+i, TieByDraw
		case drawn:
			e.Rank = first
		default:
			e.Rank, e.Tied = first, len(tie) > 1
		}
	}
}

// drawLots puts tenders in the order of the last draw that lists them all; false: there was none.
func drawLots(tie []*entry, draws []Draw) bool {
	for _, draw := range slices.Backward(draws) {
		if slices.ContainsFunc(tie, func(e *entry) bool { return !slices.Contains(draw, e.Tender) }) {
			continue
		}
		slices.SortFunc(tie, func(a, b *entry) int {
			return cmp.Compare(slices.Index(draw, a.Tender), slices.Index(draw, b.Tender))
		})
		return true
	}
	return false
}

func (s Scheme) equal(a, b *entry) bool {
	order, _ := s.compare(a, b)
	return order == 0
}

// compare tells which of two tenders is better (negative: a), and by which key of the tie-break if
// the totals are equal.
func (s Scheme) compare(a, b *entry) (order int, by string) {
	order = b.Total.Cmp(a.Total)
	if s.leastWins() {
		order = -order
	}
	for _, key := range s.TieBreak {
		if order != 0 {
			break
		}
		by = key
		switch {
		case key == TieByPrice:
			order = a.price.Cmp(b.price)
		case key == TieByQuality:
			order = s.qualityOf(b).cmp(s.qualityOf(a))
		case s.criterion(key) != nil: // a draw decides between all who are equal by all else
			order = b.scores[key].exact.cmp(a.scores[key].exact)
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
			a.Cost == b.Cost && slices.Equal(a.Costs, b.Costs) &&
			slices.EqualFunc(a.Lines, b.Lines, Line.same)
	})
}

func equal(a, b decimal.Decimal) bool { return a.Cmp(b) == 0 }

func (l Line) same(other Line) bool {
	return l.Criterion == other.Criterion && l.How == other.How && l.Exact == other.Exact &&
		equal(l.Points, other.Points)
}
