package demo

import (
	"maps"
	"slices"

	"github.com/ppi-engine/ppi/models"
)

// A team carries out the procurement: each role with a substitute, openers and evaluators of several buyers.
type team struct {
	// chairs are evaluators, too.
	evaluators, chairs []*person
	lawyers, openers   []*person
	awarders           []*person
	substitute         *person
}

// everyone lists every person of the team once, and the lead procurer.
func (t team) everyone(lead *person) []*person {
	return slices.Concat([]*person{lead, t.substitute}, t.evaluators, t.openers, t.awarders)
}

func (p *play) buildCapacity() {
	p.screen.chapter("Phase 4 of 6 · Capacity building and coordination")
	p.until("agreement")
	p.fillRoles()
	p.signAgreement()
	p.until("training")
	p.train()
	p.pass(models.PhaseCapacity)
}

// fillRoles fills every role of the usual plan, with substitutes.
func (p *play) fillRoles() {
	of := func(buyer int, roles ...models.Role) *person { return p.staff(p.buyers[buyer].organisation, roles...) }
	t := &p.team
	t.evaluators = []*person{
		of(0, models.RoleEvaluator, models.RoleChair), of(1, models.RoleEvaluator, models.RoleChair),
		of(2, models.RoleEvaluator), of(3, models.RoleEvaluator),
	}
	t.chairs = t.evaluators[:2]
	t.lawyers = []*person{of(0, models.RoleLegal, models.RoleOpener), of(1, models.RoleLegal, models.RoleOpener)}
	t.openers = append(slices.Clone(t.lawyers), of(2, models.RoleOpener))
	t.awarders = []*person{of(0, models.RoleAwarder), of(1, models.RoleAwarder)}
	t.substitute = of(0, models.RoleLeadProcurer)
	p.tellf("all", "fill the roles, each with a substitute: lead procurer, legal advisers, evaluators of four buyers "+
		"with a chair, openers of three")
}

func (p *play) signAgreement() {
	c := p.facts.Capacity
	var shares []object
	for _, b := range p.buyers {
		shares = append(shares, object{"organisation": b.organisation, "percent": c.Share})
	}
	agreement := object{
		"lead": p.buyers[0].organisation, "applicable_law": p.facts.ApplicableLaw.Value,
		"decision_rule": c.DecisionRule, "shares": shares,
	}
	maps.Copy(agreement, clauses(c.Clauses))
	written := p.post(p.lead, "/agreement", agreement)
	p.tellf("GENCI", "writes the collaboration agreement: law of %s (sourced), decisions %s, equal shares (assumed)",
		p.facts.ApplicableLaw.Value, c.DecisionRule)
	for _, b := range p.buyers {
		p.post(b.officer, "/agreement-signatures",
			object{"agreement": written.ID, "digest": written.Digest, "capacity": "Head of procurement (assumed)"})
		p.tellf(b.Short, "signs the agreement by its digest %s", short(written.Digest))
	}
}

func clauses(texts map[string]string) object {
	all := object{}
	for name, text := range texts {
		all[name] = en(text)
	}
	return all
}

// train trains everyone who has a role, and has them declare their interests.
func (p *play) train() {
	t := p.facts.Capacity.Training
	participants := []object{{"organisation": t.Guests, "count": t.GuestCount, "sme": true}}
	everyone := p.team.everyone(p.lead)
	for _, someone := range everyone {
		participants = append(participants, object{"person": someone.id})
		p.post(someone, "/interest-declarations",
			object{
				"person": someone.id, "conflict": false,
				"statement": "I have no interest in any supplier of computers.",
			})
	}
	list := p.document(p.lead, "List of participants", "List of participants, signed by all who took part (assumed)",
		models.AudienceBuyers)
	p.post(p.lead, "/activities", object{
		"activity": models.ActivityTraining, "topic": t.Topic, "title": en(t.Title), "date": p.today(),
		"provider":     t.Provider,
		"participants": participants, "proof": object{"document": list},
	})
	p.tellf("all", "train %d people and %d guests of small enterprises; the proof is the document %s", len(everyone),
		t.GuestCount, short(list))
	p.tellf("all", "all %d declare that they have no conflict of interest", len(everyone))
}
