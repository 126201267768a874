package evaluation

import (
	"slices"
	"time"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/award"
)

// A CostComparison is one cost besides the price of the recipient's tender beside that of the successful one.
type CostComparison struct {
	Cost         string      `json:"cost" doc:"ID of the cost in the criteria"`
	Title        models.Text `json:"title,omitempty"`
	Amount       string      `json:"amount"`
	How          string      `json:"how"`
	WinnerAmount string      `json:"winner_amount,omitempty"`
	WinnerHow    string      `json:"winner_how,omitempty"`
}

// A TieDecision says what put the successful tender before the recipient's at an equal total.
type TieDecision struct {
	By    string      `json:"by" doc:"Key of the announced order: price, quality, draw or the ID of a criterion"`
	Title models.Text `json:"title,omitempty" doc:"Title of that criterion"`
	// Own and Winner are what was compared: prices, or points; absent for a draw.
	Own    string `json:"own,omitempty"`
	Winner string `json:"winner,omitempty"`
	// DrawnAt is when lots were drawn, if they decided.
	DrawnAt *time.Time `json:"drawn_at,omitempty"`
}

// costs puts what counts besides the price beside that of the winner, with the sums that were compared.
func (a telling) costs(l *Letter, own award.Place) {
	if own.Cost == "" || a.criteria.Costs == nil {
		return
	}
	l.Cost, l.WinnerCost = own.Cost, a.winner.Cost
	for _, line := range own.Costs {
		c := CostComparison{Cost: line.Item, Amount: line.Amount, How: line.How}
		for _, item := range a.criteria.Costs.Items {
			if item.ID == line.Item {
				c.Title = item.Title
			}
		}
		for _, of := range a.winner.Costs {
			if of.Item == line.Item {
				c.WinnerAmount, c.WinnerHow = of.Amount, of.How
			}
		}
		l.Costs = append(l.Costs, c)
	}
}

// tie says by which key the winner stands before a tender with the same total; nil: totals differ, or nothing decided.
func (a telling) tie(own award.Place) *TieDecision {
	key := a.decidedBy(own)
	if key == "" {
		return nil
	}
	tie := &TieDecision{By: key}
	i := slices.IndexFunc(a.criteria.Criteria, func(k models.AwardCriterion) bool { return k.ID == key })
	switch {
	case i >= 0:
		tie.Title = a.criteria.Criteria[i].Title
		tie.Own, tie.Winner = exactIn(own, key), exactIn(a.winner, key)
	case key == award.TieByPrice:
		tie.Own, tie.Winner = a.price(own.Tender).Amount, a.price(a.winner.Tender).Amount
	case key == award.TieByQuality:
		tie.Own, tie.Winner = own.Quality.String(), a.winner.Quality.String()
	case key == award.TieByDraw:
		tie.DrawnAt = a.drawnAt(own.Tender, a.winner.Tender)
	}
	return tie
}

// decidedBy is the first key by which two tenders with equal totals differ. A ranking says of each place by which key
// it stands behind the one before it; of all keys between two places, the one that comes first in the announced order
// decides between them.
func (a telling) decidedBy(own award.Place) string {
	if own.Rank <= a.winner.Rank || own.Total.Cmp(a.winner.Total) != 0 {
		return ""
	}
	first := len(a.evaluation.Scheme.TieBreak)
	for _, p := range a.evaluation.Ranking.Places {
		at := slices.Index(a.evaluation.Scheme.TieBreak, p.DecidedBy)
		if a.winner.Rank < p.Rank && p.Rank <= own.Rank && at >= 0 {
			first = min(first, at)
		}
	}
	if first == len(a.evaluation.Scheme.TieBreak) {
		return ""
	}
	return a.evaluation.Scheme.TieBreak[first]
}

// exactIn are the exact points of a tender under a criterion; in rankings of earlier releases, those that are printed.
func exactIn(p award.Place, criterion string) string {
	for _, line := range p.Lines {
		switch {
		case line.Criterion != criterion:
		case line.Exact != "":
			return line.Exact
		default:
			return line.Points.String()
		}
	}
	return ""
}

// drawnAt is when the lots of two tenders were drawn, by the draw that counts; nil: it is not known.
func (a telling) drawnAt(tenders ...models.ID) *time.Time {
	for _, drawn := range slices.Backward(tieDraws(a.Dossier, a.lot.ID)) {
		missing := func(id models.ID) bool { return !slices.Contains(drawn.Order, id) }
		if !slices.ContainsFunc(tenders, missing) {
			return new(drawn.HeldAt.UTC())
		}
	}
	return nil
}
