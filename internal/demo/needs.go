package demo

import (
	"cmp"

	"github.com/ppi-engine/ppi/models"
)

func (p *play) assessNeeds() {
	p.screen.chapter("Phase 1 of 6 · Needs assessment")
	n := p.facts.Needs
	p.until("needs_stated")
	var statements []string
	for _, b := range p.buyers {
		need := p.outcome()
		need["priority"], need["trigger"] = models.PriorityMust, n.Trigger
		statement := p.post(b.officer, "/needs-statements", need).ID
		statements = append(statements, statement)
		p.measureService(b.officer, statement)
		p.estimates = append(p.estimates, p.post(b.officer, "/estimates", object{
			"value": models.Money{Amount: n.Estimate.Amount, Currency: "EUR"}, "quantity": "1", "unit": "system",
		}).ID)
		p.tellf(b.Short, "states its need, from %s to %s %s for each simulated year, and estimates one system of EUR "+
			"%s (assumed)", n.Baseline, n.Target, n.Unit, grouped(n.Estimate.Amount))
	}
	common := p.outcome()
	common["statements"] = statements
	p.need = p.post(p.drafter, "/common-need", common)
	p.tellf("GENCI", "its drafter consolidates the common need, as an outcome with baseline and target")
	p.post(p.drafter, "/state-of-the-art", object{
		"summary": en(cmp.Or(p.procedure.StateOfTheArt, n.StateOfTheArt)), "conclusion": p.procedure.Conclusion,
		"sources": []object{{"title": n.PriorProcurement.Value}},
	})
	p.tellf("GENCI", "its drafter reports on the state of the art (assumed): %s", p.procedure.Conclusion)
	p.foundNeed()
	p.compareNeeds()
	p.until("needs_adopted")
	p.refusedInNeeds()
	for _, b := range p.buyers {
		p.post(b.officer, "/need-confirmations", p.need.named())
	}
	p.tellf("all", "%s confirm the common need by its digest %s", p.names(), short(p.need.Digest))
	p.pass(models.PhaseNeeds)
}

// refusedInNeeds sends requests that the engine must refuse in this phase, and shows the refusals.
func (p *play) refusedInNeeds() {
	p.refused(models.CodeGateNotMet, p.buyers[0].board,
		p.command(models.VerbVote, p.ballot(models.PhaseNeeds, "approve"), "*"),
		"GENCI", "votes before every buyer has confirmed the common need")
	p.refused(models.CodeAuthorMayNotVote, p.drafter,
		p.command(models.VerbVote, p.ballot(models.PhaseNeeds, "abstain"), "*"),
		"GENCI", "lets the author of the common need vote on it")
	p.refused(models.CodeStale, p.buyers[0].board,
		p.command(models.VerbSuspend, object{"reason": "seen an old version"}, `"1"`),
		"GENCI", "moves to suspend, having seen an old version of the procurement (If-Match)")
	p.refused(models.CodeForbidden, p.buyers[1].officer,
		p.command(models.VerbCancel, object{"code": "other", "reason": "not mine to ask"}, "*"),
		"BSC", "lets an officer cancel what only the board may")
}

func (p *play) outcome() object {
	n := p.facts.Needs
	return object{
		"outcome": en(n.Outcome), "indicator": en(n.Indicator),
		"baseline": n.Baseline, "target": n.Target, "unit": n.Unit,
	}
}
