package demo

import (
	"strconv"

	"github.com/ppi-engine/ppi/models"
)

// concludeContracts has each buyer sign and purchase, the public told, and the procurement completed.
func (p *play) concludeContracts() {
	p.until("contracts")
	for _, l := range p.lots {
		winner, ok := p.first(l)
		if !ok {
			return
		}
		contract := p.post(p.lead, "/contracts", p.contract(l))
		p.post(l.buyer.officer, "/purchases", object{
			"contract": contract.ID, "ordered_on": p.today(),
			"value": winner.price,
		})
		p.tellf(l.buyer.Short, "signs the contract of its lot with %s and purchases for %s %s (assumed)",
			winner.supplier.Name, winner.price.Currency, grouped(winner.price.Amount))
	}
	p.until("report")
	p.post(p.lead, "/notices", object{"kind": "award"})
	p.tellf("GENCI", "dispatches the award notice, within 30 days of the contracts")
	p.writeReport()
	p.pass(models.PhaseTender)
}

func (p *play) contract(l *lot) object {
	winner, ok := p.first(l)
	if !ok {
		return nil
	}
	return object{
		"lot": l.id, "tender": winner.id, "buyers": []string{l.buyer.organisation},
		"signed_on": p.today(), "value": winner.price,
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
		"procedure": en("A rehearsal as an " + p.facts.Procedure.Played + " of what was a " + p.facts.Procedure.Value +
			"."),
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
		number, title, mark = strconv.Itoa(l.number), l.title, "★"
		p.result.Winners = append(p.result.Winners, Winner{
			Lot: l.number, Buyer: l.buyer.Short, Tenderer: t.supplier.Name,
			Price: t.price.Amount, Total: s.Total, Assumed: true,
		})
	}
	p.screen.sayf("  %-4s %-30s %s %-4d %-10s %14s %9s %8s", number, title, mark, s.Rank, t.supplier.Name,
		grouped(t.price.Amount), s.Quality, s.Total)
}
