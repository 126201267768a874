package demo

import (
	"strconv"

	"github.com/ppi-engine/ppi/models"
)

// concludeContracts has each buyer sign, and the public told. Without a partnership each purchases at once.
func (p *play) concludeContracts() {
	p.until("contracts")
	contracts := map[*tender]made{}
	for _, l := range p.lots {
		for _, t := range p.partners(l) {
			contract := p.contract(l, t)
			if len(contracts) == 0 {
				p.refused(models.CodeBudgetNotApproved, p.lead, p.writing("/contracts", contract), "GENCI",
					"signs a contract of which "+l.buyer.Short+" has not approved the result")
			}
			p.approveResult(l.buyer.officer, contract)
			contracts[t] = p.post(p.lead, "/contracts", contract)
			p.tellf(l.buyer.Short, "signs the contract of its lot with %s", t.supplier.Name)
		}
	}
	if p.script.partnership {
		p.until("award_notice")
		p.tellAward()
		p.develop()
		p.until("purchases")
	}
	for _, l := range p.lots {
		p.purchase(l, contracts[l.winner])
	}
}

// purchase has the buyer of a lot purchase what its winner delivers.
func (p *play) purchase(l *lot, contract made) {
	price := l.winner.price
	p.post(l.buyer.officer, "/purchases", object{"contract": contract.ID, "ordered_on": p.today(), "value": price})
	p.tellf(l.buyer.Short, "purchases from %s for %s %s (assumed)", l.winner.supplier.Name, price.Currency,
		grouped(price.Amount))
}

// tellAward dispatches the award notice.
func (p *play) tellAward() {
	p.post(p.lead, "/notices", object{"kind": "award"})
	p.tellf("GENCI", "dispatches the award notice, within 30 days of the contracts")
}

// writeEnd writes what is owed at the end, and closes the last phase.
func (p *play) writeEnd() {
	p.until("report")
	if !p.script.partnership {
		p.tellAward()
	}
	p.writeReport()
	p.pass(models.PhaseTender)
}

func (p *play) contract(l *lot, t *tender) object {
	if t == nil {
		return nil
	}
	value := t.price
	if p.script.partnership {
		value = p.payment(t)
	}
	return object{
		"lot": l.id, "tender": t.id, "buyers": []string{l.buyer.organisation}, "signed_on": p.today(), "value": value,
	}
}

func (p *play) writeReport() {
	var record struct {
		Digest string `json:"digest"`
	}
	p.get(p.lead, "/report-record", &record)
	p.post(p.lead, "/individual-report", object{
		"record": record.Digest, "subject": en(p.facts.Subject.Value), "conflicts": en("None were found (assumed)."),
		"subcontracting": en("None is known (assumed)."),
		"procedure": en("A rehearsal as " + withArticle(p.procedure.Name) + " of what was a " +
			p.facts.Procedure.Value + ". " + p.procedure.Reasons),
	})
	p.tellf("GENCI", "writes the individual report on the record %s", short(record.Digest))
}

// showWinners shows the rankings. All in them is assumed: no source names a tenderer.
func (p *play) showWinners() {
	p.screen.chapter("Rankings and winners – assumed: true, no source names them")
	p.screen.sayf("  %-4s %-30s %-6s %-10s %14s %9s %8s", "lot", "subject", "rank", "tenderer", "price in EUR",
		"quality", "of 100")
	for _, l := range p.lots {
		for _, s := range l.ranking.Ranking.Places {
			p.showPlace(l, s)
		}
	}
}

func (p *play) showPlace(l *lot, s place) {
	t := l.tender(s.Tender)
	number, title, mark := "", "", " "
	if s.Rank == 1 {
		number, title = strconv.Itoa(l.number), l.title
	}
	if t == l.winner {
		mark = "★"
		p.result.Winners = append(p.result.Winners, Winner{
			Lot: l.number, Buyer: l.buyer.Short, Tenderer: t.supplier.Name,
			Price: t.price.Amount, Total: s.Total, Assumed: true,
		})
	}
	p.screen.sayf("  %-4s %-30s %s %-4d %-10s %14s %9s %8s", number, title, mark, s.Rank, t.supplier.Name,
		grouped(t.price.Amount), s.Quality, s.Total)
}
