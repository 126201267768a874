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
	p.refusedVoteBeforeConfirmation()
	for _, b := range p.buyers {
		p.post(b.officer, "/need-confirmations", map[string]any{"entry": need.ID, "digest": need.Digest}, b.Short, "confirms the common need by its digest "+short(need.Digest))
	}
	p.close(models.PhaseNeeds)
}

func (p *play) refusedVoteBeforeConfirmation() {
	var g gateIs
	p.get(p.lead, "/phases/needs/gate", &g)
	p.refused(models.CodeGateNotMet, p.buyers[0].board, apiclient.Request{
		Method: http.MethodPost, Path: p.path("/actions/vote"), IfMatch: "*",
		In: map[string]any{"phase": "needs", "digest": g.Digest, "choice": "approve"},
	}, "GENCI", "votes before every buyer has confirmed the common need")
}

func outcome(text, target string) map[string]any {
	return map[string]any{
		"outcome": en(text), "indicator": en("Electricity used per simulated year of climate"), "baseline": "100", "target": target, "unit": "MWh",
	}
}

func short(digest string) string { return digest[:min(len(digest), 12)] }
