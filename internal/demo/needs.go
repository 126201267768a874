package demo

import (
	"net/http"

	"github.com/ppi-engine/ppi/internal/apiclient"
	"github.com/ppi-engine/ppi/models"
)

func (p *play) assessNeeds() {
	p.screen.chapter("1  Needs assessment")
	var statements []string
	for _, b := range p.buyers {
		need := outcome("Scientists get the same results with less electricity", "60")
		need["priority"] = "must"
		statements = append(statements, p.post(b.officer, "/needs-statements", need, b.Short, "states its need: energy per simulated year from 100 to 60 MWh (assumed)").ID)
		p.post(b.officer, "/estimates", map[string]any{
			"value": models.Money{Amount: "18250000.00", Currency: "EUR"}, "quantity": "1", "unit": "system",
		}, b.Short, "estimates one system of EUR 18.25 million, a quarter of the sourced 73 million (assumed)")
	}
	common := outcome("European scientists and engineers get more results per unit of electricity", "60")
	common["statements"] = statements
	need := p.post(p.drafter, "/common-need", common, "drafter", "consolidates the common need, as an outcome with baseline and target")
	p.post(p.drafter, "/state-of-the-art", map[string]any{
		"summary":    en("Energy-efficient systems exist in small quantity only; earlier pre-commercial procurements prepared them."),
		"conclusion": models.ConclusionNearMarket,
		"sources":    []map[string]any{{"title": "PRACE-3IP pre-commercial procurement on whole-system energy efficiency", "address": "https://prace-ri.eu"}},
	}, "drafter", "reports on the state of the art: near the market, not yet at large scale")
	p.refusals()
	for _, b := range p.buyers {
		p.post(b.officer, "/need-confirmations", map[string]any{"entry": need.ID, "digest": need.Digest}, b.Short, "confirms the common need by its digest "+short(need.Digest))
	}
	p.close(models.PhaseNeeds)
}

// refusals provokes what the engine must refuse in this phase, and shows how it says no.
func (p *play) refusals() {
	var g gateIs
	p.get(p.lead, "/phases/needs/gate", &g)
	vote := map[string]any{"phase": "needs", "digest": g.Digest, "choice": "approve"}
	p.refused(models.CodeGateNotMet, p.buyers[0].board, p.command(models.VerbVote, vote, "*"),
		"GENCI", "votes before every buyer has confirmed the common need")
	p.refused(models.CodeAuthorMayNotVote, p.drafter, p.command(models.VerbVote, map[string]any{
		"phase": "needs", "digest": g.Digest, "choice": "abstain",
	}, "*"), "GENCI", "lets the author of the common need vote on it")
	p.refused(models.CodeStale, p.buyers[0].board, p.command(models.VerbSuspend, map[string]any{"reason": "seen an old version"}, `"1"`),
		"GENCI", "moves to suspend, having seen an old version of the procurement")
	p.refused(models.CodeForbidden, p.buyers[1].officer, p.command(models.VerbCancel, map[string]any{"code": "other", "reason": "not mine to ask"}, "*"),
		"BSC", "lets an officer cancel what only the board may")
	p.refusedConsortium()
}

// refusedConsortium tries a second procurement whose two buyers come from one country.
func (p *play) refusedConsortium() {
	const profile = "COS-PPI-2020-2-04"
	second := *p
	second.draftOf("A second consortium, of one country", profile, []string{p.organisation("Second French buyer", "FR", models.OrganisationContractingAuthority)})
	second.staff(p.buyers[0].organisation, models.RoleBoard)
	second.staff(second.others[0], models.RoleBoard)
	p.err = second.err
	p.refused(models.CodeIneligible, p.lead, second.command(models.VerbStart, struct{}{}, "*"),
		"GENCI", "starts a procurement of two French buyers under "+profile)
}

func (p *play) command(verb models.Verb, in any, ifMatch string) apiclient.Request {
	return apiclient.Request{Method: http.MethodPost, Path: p.path("/actions/" + string(verb)), In: in, IfMatch: ifMatch}
}

func outcome(text, target string) map[string]any {
	return map[string]any{
		"outcome": en(text), "indicator": en("Electricity used per simulated year of climate"), "baseline": "100", "target": target, "unit": "MWh",
	}
}

func short(digest string) string { return digest[:min(len(digest), 12)] }
