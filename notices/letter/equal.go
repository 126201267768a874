package letter

import (
	"cmp"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/award"
	"github.com/ppi-engine/ppi/rules/evaluation"
)

// tie says what put the successful tender first at an equal total.
func (c composer) tie(t evaluation.TieDecision) string {
	sentence := "tie_score"
	switch {
	case t.By == award.TieByDraw && t.Own == "" && t.DrawnAt == nil:
		sentence = "tie_draw"
	case t.DrawnAt != nil:
		return c.say("tie_drawn", "at", utc(*t.DrawnAt))
	case len(t.Title) > 0: // a criterion, whatever its ID
	case t.By == award.TieByPrice && len(c.Costs) > 0:
		sentence = "tie_price_alone"
	case t.By == award.TieByPrice, t.By == award.TieByQuality:
		sentence = "tie_" + t.By
	}
	return c.say(sentence, "title", cmp.Or(c.text(t.Title), t.By), "own", t.Own, "winner", t.Winner)
}

// costs puts what counts besides the price beside that of the successful tender, with the sums that are compared.
func (c composer) costs() []models.LetterPart {
	if c.Cost == "" || c.Price == nil {
		return nil
	}
	part := c.part("costs", c.say("costs", "currency", c.Price.Currency))
	table := models.LetterTable{
		Caption: part.Title, Head: []string{c.Names["cost"], c.Names["how"], c.Names["points"]},
	}
	row := func(own []string, winner ...string) []string {
		if c.compared() {
			return append(own, winner...)
		}
		return own
	}
	table.Head = row(table.Head, c.Names["how"], c.Names["winner_points"])
	var winnerPrice string
	if c.WinnerPrice != nil {
		winnerPrice = c.WinnerPrice.Amount
	}
	table.Rows = append(table.Rows, row([]string{c.Names["price_alone"], "", c.Price.Amount}, "", winnerPrice))
	for _, l := range c.Costs {
		table.Rows = append(table.Rows, row([]string{cmp.Or(c.text(l.Title), l.Cost), c.formula(l.How), l.Amount},
			c.formula(l.WinnerHow), l.WinnerAmount))
	}
	table.Rows = append(table.Rows, row([]string{c.Names["total"], "", c.Cost}, "", c.WinnerCost))
	part.Table = &table
	return []models.LetterPart{part}
}
