package demo

import (
	"strconv"

	"github.com/ppi-engine/ppi/models"
)

// partnershipPlan is announced in the notice (Directive 2014/24/EU, Article 31).
func (p *play) partnershipPlan(l *lot) object {
	plan := p.facts.Partnership
	var phases []object
	for _, phase := range plan.Phases {
		phases = append(phases, object{
			"id": phase.ID, "title": en(phase.Title), "targets": en(phase.Targets), "months": phase.Months,
			"payment": en(phase.Payment),
		})
	}
	return object{
		"lot": l.id, "phases": phases, "partners": plan.Partners, "reduction": true, "conditions": en(plan.Conditions),
		"performance": en(plan.Performance), "maximum_cost": models.Money{Amount: plan.MaximumCost, Currency: "EUR"},
	}
}

// certifyRequests has a legal adviser certify a time limit that the engine does not know for the law of the agreement.
func (p *play) certifyRequests() {
	p.refused(models.CodeRuleUnknown, p.lead, p.command(models.VerbPublish, struct{}{}, "*"), "GENCI",
		"publishes an innovation partnership, for whose requests the engine knows no time limit of the law of "+
			p.facts.ApplicableLaw.Value)
	p.post(p.team.lawyers[0], "/certified-periods", object{
		"law": p.facts.ApplicableLaw.Value, "rule": "innovation/requests", "n": 30, "unit": "days",
		"read_on": p.today(), "source": "Directive 2014/24/EU, Article 31(1)",
	})
	p.tellf("GENCI", "its legal adviser certifies 30 days for requests to participate (Directive 2014/24/EU, Article "+
		"31(1))")
}

// partners are the tenders of those with whom a lot is set up, the best first.
func (p *play) partners(l *lot) []*tender {
	if !p.script.partnership {
		return []*tender{l.winner}
	}
	var all []*tender
	for _, place := range l.ranking.Ranking.Places[:min(p.facts.Partnership.Partners, len(l.ranking.Ranking.Places))] {
		all = append(all, l.tender(place.Tender))
	}
	return all
}

// develop plays the phases of the partnerships: after the first, one partner of each lot is left; after the last, what
// it developed may be purchased.
func (p *play) develop() {
	remaining := map[*lot][]*tender{}
	for _, l := range p.lots {
		remaining[l] = p.partners(l)
	}
	phases := p.facts.Partnership.Phases
	for n, phase := range phases {
		p.until(phase.ID)
		for _, l := range p.lots {
			remaining[l] = p.endPhase(l, phase.ID, remaining[l], n == len(phases)-1)
			l.winner = remaining[l][0]
		}
	}
}

// endPhase reports what each partner has attained, and has the board end the phase. In the first phase the lots take
// turns in which of their partners misses its targets.
func (p *play) endPhase(l *lot, phase string, partners []*tender, last bool) []*tender {
	plan := p.facts.Partnership
	var attained []*tender
	for i, t := range partners {
		missed := len(partners) > 1 && i == l.number%len(partners)
		findings := plan.Attained
		if missed {
			findings = plan.Missed
		} else {
			attained = append(attained, t)
		}
		p.post(p.lead, "/partnership-reports", object{
			"tender": t.id, "phase": phase, "attained": !missed, "findings": findings,
			"evidence": object{"note": plan.Evidence},
		})
	}
	going := make([]string, len(attained))
	for i, t := range attained {
		going[i] = t.id
	}
	outcome, reason, goes := models.PhaseContinues, plan.Conditions, "goes on"
	if last {
		outcome, reason, goes = models.PhasePurchases, plan.Attained, "its system is to be purchased"
	}
	p.decide(p.indexOf(l.buyer), models.VerbEndPartnershipPhase, object{
		"lot": l.id, "phase": phase, "outcome": outcome, "partners": going, "reason": reason,
	})
	p.tellf(l.buyer.Short, "ends the phase %s of lot %d: %d of %d partners attained its targets, and %s (assumed)",
		phase, l.number, len(attained), len(partners), goes)
	return attained
}

// payment is what a partner is paid for all phases, as its contract says.
func (p *play) payment(t *tender) models.Money {
	whole, err := strconv.Atoi(t.price.Amount[:max(len(t.price.Amount)-3, 0)])
	if err != nil && p.err == nil {
		p.err = err
	}
	share := whole * p.facts.Partnership.PaymentPercent * len(p.facts.Partnership.Phases) / 100
	return models.Money{Amount: strconv.Itoa(share) + ".00", Currency: t.price.Currency}
}
