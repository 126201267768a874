package demo

import (
	"github.com/ppi-engine/ppi/models"
)

// measureService has a buyer say what its end users told it, and measure the baseline of its need.
func (p *play) measureService(officer *person, statement string) {
	n := p.facts.Needs
	p.post(officer, "/end-user-input", object{
		"method": "interviews", "groups": []object{{"group": n.EndUsers.Group, "count": n.EndUsers.Count}},
		"from": p.today(), "until": p.today(), "findings": en(n.EndUsers.Findings),
	})
	p.post(officer, "/as-is-figures", object{
		"service": en(n.AsIs.Service), "figures": []object{{
			"measures": "outcome", "name": en(n.Indicator), "value": n.Baseline, "unit": n.Unit,
			"from": p.today(), "until": p.today(), "source": n.AsIs.Source, "statement": statement,
		}},
	})
}

// foundNeed has the drafter search for prior art and standards, and compare what could be done.
func (p *play) foundNeed() {
	n := p.facts.Needs
	p.post(p.drafter, "/prior-art-searches", object{
		"searched_on": p.today(), "summary": en(n.PriorArt.Summary), "databases": []object{{
			"name": n.PriorArt.Database, "kind": models.PatentDatabase, "queries": []string{n.PriorArt.Query},
		}},
	})
	p.post(p.drafter, "/standards-landscape", object{"none": en(n.Standards)})
	p.post(p.drafter, "/preliminary-cases", p.preliminaryCase(models.CaseBeforeConsultation))
	p.tellf("GENCI", "its drafter searches for patents and standards, and compares %d options over %d years (assumed)",
		len(n.PreliminaryCase.Options), n.PreliminaryCase.Years)
}

func (p *play) preliminaryCase(stage string) object {
	c := p.facts.Needs.PreliminaryCase
	var options []object
	for _, o := range c.Options {
		options = append(options, object{
			"title": en(o.Title), "reasons": en(o.Reasons), "preferred": o.Preferred,
			"costs":    models.Money{Amount: o.Costs, Currency: "EUR"},
			"benefits": models.Money{Amount: o.Benefits, Currency: "EUR"},
		})
	}
	all := object{
		"stage": stage, "problem": en(c.Problem), "constraints": en(c.Constraints), "years": c.Years,
		"options": options, "break_even": en(c.BreakEven), "route": p.procedure.Route,
	}
	if stage == models.CaseAfterConsultation {
		all["changed"] = en(c.Changed)
	}
	return all
}

// compareNeeds shows that the needs of the buyers agree.
func (p *play) compareNeeds() {
	var found struct {
		Open int `json:"open"`
	}
	p.get(p.lead, "/need-findings", &found)
	p.tellf("engine", "compares the needs with each other and with the common need: %d findings are open", found.Open)
}

// approveBudgets has each buyer approve its budget, before the notice.
func (p *play) approveBudgets() {
	n := p.facts.Needs
	for _, b := range p.buyers {
		p.post(b.officer, "/budget-approvals", p.approval(object{
			"stage": models.BudgetForNotice, "amount": models.Money{Amount: n.Estimate.Amount, Currency: "EUR"},
		}))
		p.tellf(b.Short, "approves its budget of EUR %s (assumed)", grouped(n.Estimate.Amount))
	}
}

// approveResult has the buyer of a lot approve the result of a contract that it is to sign.
func (p *play) approveResult(officer *person, contract object) {
	p.post(officer, "/budget-approvals", p.approval(object{
		"stage": models.BudgetForResult, "tender": contract["tender"], "amount": contract["value"],
	}))
}

func (p *play) approval(of object) object {
	of["organ"], of["approved_on"], of["reference"] = p.facts.Needs.BudgetOrgan, p.today(), "assumed"
	return of
}
