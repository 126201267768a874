package e2e

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

func partnershipPlan(lot models.ID) map[string]any {
	phase := func(id string) map[string]any {
		return map[string]any{
			"id": id, "title": models.Text{"en": "Phase " + id}, "targets": models.Text{"en": "Half of the power."},
			"months": 12, "payment": models.Text{"en": "A third of the price."},
		}
	}
	return map[string]any{
		"lot": lot, "phases": []map[string]any{phase("prototype"), phase("trial")}, "partners": 2, "reduction": true,
		"conditions":   models.Text{"en": "Where the targets of a phase are not attained."},
		"performance":  models.Text{"en": "40 % less power at the same speed."},
		"maximum_cost": models.Money{Amount: "480000.00", Currency: "EUR"},
	}
}

// Directive 2014/24/EU, Article 31: two partners are found by negotiation; after the first phase one of them is left,
// and what it developed is purchased.
func TestAnInnovationPartnershipGoesThroughItsPhasesToAPurchase(t *testing.T) {
	t.Parallel()
	p := toPartners(t)
	first, second := p.ranking.Ranking.Places[0].Tender, p.ranking.Ranking.Places[1].Tender
	p.refusedPost(t, models.CodePartnershipRuns, p.Buyers[0].Officer, "/purchases", p.purchase("160000.00"))
	board := p.Buyers[0].Board
	end := map[string]any{
		"lot": p.lot, "phase": "prototype", "outcome": "continue", "partners": []models.ID{first},
		"reason": "Only one has attained the targets.",
	}
	p.refused(t, models.CodePhaseUnreported, board, models.VerbEndPartnershipPhase, end)
	p.attained(t, first, "prototype", false)
	p.attained(t, second, "prototype", true)
	p.refused(t, models.CodeInvalidValue, board, models.VerbEndPartnershipPhase, end)
	end["partners"] = []models.ID{second}
	p.move(t, models.VerbEndPartnershipPhase, end)
	require.Equal(t, 1, p.countEvents(t, event.PartnershipPhaseEnded{}))
	p.requireTheGateAsksForItsEnd(t)

	p.refusedPost(t, models.CodeInvalidValue, p.Lead, "/partnership-reports", phaseReport(first, "trial", true))
	p.attained(t, second, "trial", true)
	end["phase"] = "trial"
	p.refused(t, models.CodeInvalidValue, board, models.VerbEndPartnershipPhase, end)
	end["outcome"], end["reason"] = "purchase", "It does what was agreed."
	p.move(t, models.VerbEndPartnershipPhase, end)
	p.refused(t, models.CodeNoFurtherStage, board, models.VerbEndPartnershipPhase, end)

	p.refusedPost(t, models.CodePartnershipRuns, p.Buyers[0].Officer, "/purchases", p.purchase("160000.00"))
	p.contractNow = p.contracts[1]
	for _, buyer := range p.Buyers {
		p.refusedPost(t, models.CodePartnershipCost, buyer.Officer, "/purchases", p.purchase("480000.01"))
		p.post(t, buyer.Officer, "/purchases", p.purchase("160000.00"))
	}
	p.refusedPost(t, models.CodePartnershipCost, p.Buyers[0].Officer, "/purchases", p.purchase("0.01"))
	p.completes(t, "tender-partnership")
}

func TestAnInnovationPartnershipStopsOnlyWhereThatWasAnnounced(t *testing.T) {
	t.Parallel()
	p := toPartners(t)
	both := []models.ID{p.ranking.Ranking.Places[0].Tender, p.ranking.Ranking.Places[1].Tender}
	for _, partner := range both {
		p.attained(t, partner, "prototype", false)
	}
	stop := map[string]any{"lot": p.lot, "phase": "prototype", "outcome": "stop", "reason": "Nothing came of it."}
	p.refused(t, models.CodeNotAnnouncedSo, p.Buyers[0].Board, models.VerbEndPartnershipPhase, stop)
	p.move(t, models.VerbEndPartnershipPhase, map[string]any{
		"lot": p.lot, "phase": "prototype", "outcome": "continue", "reason": "Both try again.", "partners": both,
	})
	for _, partner := range both {
		p.attained(t, partner, "trial", false)
	}
	stop["phase"] = "trial"
	p.move(t, models.VerbEndPartnershipPhase, stop)
	for _, buyer := range p.Buyers {
		p.post(t, buyer.Officer, "/non-purchases", map[string]any{
			"code": "other", "reason": models.Text{"en": "The partnership ended without a result."},
		})
	}
	p.report(t)
	p.approve(t, models.PhaseTender)
	require.Equal(t, "completed", p.status(t))
}

// A partnershipPlay is a lot with two partners under contract.
type partnershipPlay struct {
	*tenderPlay

	contracts   []entry
	contractNow entry
}

// toPartners plays an innovation partnership until contracts with two partners are signed.
func toPartners(t *testing.T) *partnershipPlay {
	t.Helper()
	b := inTender(t)
	b.chooses(t, "innovation", "not_on_market")
	p := &partnershipPlay{tenderPlay: b.describeTender(t)}
	criteria := selectionCriteria(p.lot)
	criteria["least"] = 3
	b.post(t, b.Lead, "/selection-criteria", criteria)
	b.post(t, b.Lead, "/conduct", map[string]any{"lot": p.lot, "method": models.Text{"en": "In English, by video."}})
	b.refused(t, models.CodePartnershipMissing, b.Lead, models.VerbPublish, nil)
	b.post(t, b.Lead, "/partnership-plans", partnershipPlan(p.lot))
	b.refused(t, models.CodeRuleUnknown, b.Lead, models.VerbPublish, nil)
	legal, err := b.Staff(t.Context(), b.Buyers[0].Organisation, models.RoleLegal)
	require.NoError(t, err)
	b.post(t, legal, "/certified-periods", map[string]any{
		"law": "FR", "rule": "innovation/requests", "n": 30, "unit": "days", "read_on": "2026-11-29",
		"source": "Directive 2014/24/EU, Article 31(1)",
	})
	b.act(t, b.Lead, models.VerbPublish, nil)
	for i, amount := range []string{"480000.00", "400000.00", "330000.00"} {
		p.ask(t, amount, []string{"8", "5", "1"}[i])
	}
	p.opened(t)
	p.declare(t)
	suppliers := p.suppliers
	for _, s := range suppliers {
		p.post(t, p.chair, "/selections", finding(s, true))
	}
	for _, stage := range []models.StageCode{"initial", "final"} {
		p.goOn(t, stage, 0, 30)
		for _, s := range suppliers {
			p.handIn(t, s)
		}
		p.opened(t)
		p.admit(t)
		if stage == "initial" {
			for _, s := range suppliers {
				p.talk(t, s, false)
			}
		}
	}
	p.score(t)
	p.openPrices(t)
	p.awardTwo(t)
	p.sendLetters(t)
	for _, place := range p.ranking.Ranking.Places[:2] {
		contract := p.contract("100000.00")
		contract["tender"] = place.Tender
		require.NoError(t, p.ApproveResult(t.Context(), place.Tender, "50000.00", p.Buyers...))
		p.contracts = append(p.contracts, p.post(t, p.Lead, "/contracts", contract))
	}
	p.contractNow = p.contracts[0]
	return p
}

// awardTwo awards the lot to the two that rank first: not to three, and not past the second.
func (p *partnershipPlay) awardTwo(t *testing.T) {
	t.Helper()
	places := p.ranking.Ranking.Places
	in := map[string]any{
		"lot": p.lot, "tender": places[0].Tender, "ranking": p.ranking.Digest,
		"partners": []models.ID{places[1].Tender, places[2].Tender},
	}
	p.refused(t, models.CodeNotAnnouncedSo, p.Buyers[0].Board, models.VerbAward, in)
	in["partners"] = []models.ID{places[2].Tender}
	p.refused(t, models.CodeNoWinner, p.Buyers[0].Board, models.VerbAward, in)
	p.partners = []models.ID{places[1].Tender}
	in["partners"] = p.partners
	p.move(t, models.VerbAward, in)
}

func (p *partnershipPlay) purchase(amount string) map[string]any {
	return map[string]any{
		"contract": p.contractNow.ID, "ordered_on": p.earliestContract,
		"value": models.Money{Amount: amount, Currency: "EUR"},
	}
}

func phaseReport(tender models.ID, phase string, attained bool) map[string]any {
	return map[string]any{
		"tender": tender, "phase": phase, "attained": attained, "findings": "Measured over a week.",
		"evidence": map[string]any{"note": "The log of the measurements."},
	}
}

func (p *partnershipPlay) attained(t *testing.T, tender models.ID, phase string, attained bool) {
	t.Helper()
	p.post(t, p.Lead, "/partnership-reports", phaseReport(tender, phase, attained))
}

// requireTheGateAsksForItsEnd finds the partnership among what the last gate still asks for.
func (p *partnershipPlay) requireTheGateAsksForItsEnd(t *testing.T) {
	t.Helper()
	var gate struct {
		Criteria []struct {
			Code    string `json:"code"`
			Finding string `json:"finding"`
		} `json:"criteria"`
	}
	p.get(t, p.Lead, "/phases/tender/gate", &gate)
	for _, c := range gate.Criteria {
		if c.Code == "partnerships_ended" {
			require.Equal(t, "not_met", c.Finding)
			return
		}
	}
	require.Fail(t, "the gate does not ask for it")
}
