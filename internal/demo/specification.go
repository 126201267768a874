package demo

import (
	"fmt"

	"github.com/ppi-engine/ppi/examples/ppi4hpc"
	"github.com/ppi-engine/ppi/models"
)

func (p *play) draftSpecification() {
	p.screen.chapter("Phase 5 of 6 · Specification")
	p.until("specification_drafted")
	branded := p.writeRequirements()
	p.describeLots()
	p.chooseProcedure()
	p.writeBusinessCase()
	p.refuseBrand(branded)
	p.until("specification_frozen")
	version := p.post(p.lead, "/specification-versions", object{})
	p.tellf("GENCI", "freezes the specification under the digest %s", short(version.Digest))
	p.until("specification_approved")
	p.approve(version)
	p.approveBudgets()
	p.pass(models.PhaseSpecification)
}

// writeRequirements writes the requirements on the system. One of them names a product. It returns that one.
func (p *play) writeRequirements() made {
	var branded made
	s := p.facts.Specification
	for _, r := range s.Requirements {
		statement := r.Statement
		if r.Code == s.Branded.Code {
			statement = s.Branded.Statement
		}
		written := p.post(p.drafter, "/requirements", p.requirement(r, statement))
		if r.Code == s.Branded.Code {
			branded = written
		}
		p.tellf("GENCI", "requires %s (%s, verified by %s): %s", r.Code, r.Priority, r.Method, statement)
	}
	return branded
}

func (p *play) requirement(r ppi4hpc.Requirement, statement string) object {
	all := object{
		"code": r.Code, "statement": en(statement), "type": r.Type, "priority": r.Priority, "use": r.Use,
		"traces":       []string{p.need.ID},
		"verification": object{"method": r.Method, "how": en(r.How)},
	}
	if r.Minimum != "" {
		all["minimum"] = en(r.Minimum)
	}
	return all
}

// refuseBrand shows that the name of a product in a requirement keeps the phase open, and has the requirement
// rewritten.
func (p *play) refuseBrand(branded made) {
	var found struct {
		Items []struct {
			Code       string `json:"code"`
			Text       string `json:"text"`
			Source     string `json:"source"`
			Suggestion string `json:"suggestion"`
			Open       bool   `json:"open"`
		} `json:"items"`
	}
	p.get(p.lead, "/neutrality-findings", &found)
	for _, f := range found.Items {
		p.tellf("engine", "reads %s as a tenderer's lawyer would: %q is a %s; %s (%s)",
			p.facts.Specification.Branded.Code, f.Text, f.Code, f.Suggestion, f.Source)
	}
	if p.err == nil && len(found.Items) == 0 {
		p.err = fmt.Errorf("no finding on %q", p.facts.Specification.Branded.Statement)
	}
	p.refused(models.CodeGateNotMet, p.buyers[0].board,
		p.command(models.VerbVote, p.ballot(models.PhaseSpecification, "approve"), "*"),
		"GENCI", "votes for a specification with a brand in it, neither frozen nor approved")
	for _, r := range p.facts.Specification.Requirements {
		if r.Code == p.facts.Specification.Branded.Code {
			p.put(p.drafter, "/requirements/"+branded.ID, p.requirement(r, r.Statement))
			p.tellf("GENCI", "writes %s again: %s", r.Code, r.Statement)
		}
	}
}

// chooseProcedure has the buyers decide by which procedure tenderers are found, on a ground of the law if it needs one.
func (p *play) chooseProcedure() {
	choice := object{"procedure": p.procedure.Code, "reasons": en(p.procedure.Reasons)}
	grounds := "which needs no ground"
	if p.procedure.Ground != "" {
		choice["ground"] = p.procedure.Ground
		grounds = "on the ground " + string(p.procedure.Ground)
	}
	p.post(p.lead, "/procedure-choice", choice)
	p.tellf("GENCI", "chooses the %s, %s: %s", p.procedure.Name, grounds, p.procedure.Reasons)
}

func (p *play) writeBusinessCase() {
	s := p.facts.Specification
	p.post(p.drafter, "/specification-clauses", object{
		"intellectual_property": en(s.IntellectualProperty), "confidentiality": en(s.Confidentiality),
	})
	p.post(p.drafter, "/business-case", object{
		"functionality": en(s.Functionality), "reasoning": en(s.Reasoning),
		"price": models.Money{Amount: p.facts.TotalInvestment.Value, Currency: "EUR"}, "estimates": p.estimates,
	})
	p.tellf("GENCI", "writes the business case: EUR %s in all (sourced: about 73 million) for the same results with "+
		"two fifths less energy", grouped(p.facts.TotalInvestment.Value))
}

// approve has every buyer approve the frozen version and a lawyer certify it.
func (p *play) approve(version made) {
	for _, b := range p.buyers {
		p.post(b.officer, "/specification-approvals", version.named())
		p.tellf(b.Short, "approves the specification by its digest %s", short(version.Digest))
	}
	certified := version.named()
	certified["statement"] = "Read as a whole; nobody is favoured (assumed)."
	p.post(p.team.lawyers[0], "/legal-certifications", certified)
	p.tellf("GENCI", "its legal adviser certifies that nobody is favoured")
}
