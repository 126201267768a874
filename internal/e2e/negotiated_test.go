package e2e

import (
	"testing"

	"github.com/ppi-engine/ppi/internal/rig"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
)

// Directive 2014/24/EU, Article 29: initial tenders, negotiation with each tenderer, final tenders.
func TestANegotiationImprovesInitialTendersAndNeverFinalOnes(t *testing.T) {
	t.Parallel()
	p := toTalks(t, "neg-w-call", "innovation", map[string]any{"reduction": true, "remain": 2})
	suppliers := p.suppliers
	p.refused(t, models.CodeInvalidValue, p.Buyers[0].Board, models.VerbInvite, map[string]any{
		"lot": p.lot, "shortlist": p.going(t, "", 0)["shortlist"], "stage": "final", "deadline": p.deadlineIn(t, 40),
	})
	p.goOn(t, "initial", 0, 40)
	for _, s := range suppliers {
		p.handIn(t, s)
	}
	p.opened(t)
	require.Contains(t, p.waitingOn(t), "to talk with the participants in, and to invite on, lot 1")
	p.admit(t)
	for _, s := range suppliers {
		p.talk(t, s, false)
	}
	p.score(t)
	p.openPrices(t)
	first := p.ranking.Ranking.Places[0]
	p.refused(t, models.CodeNotAnnouncedSo, p.Buyers[0].Board, models.VerbAward, map[string]any{
		"lot": p.lot, "tender": first.Tender, "ranking": p.ranking.Digest,
	})
	// What was published is not negotiated (Article 29(3)).
	p.refusedPost(t, models.CodeFrozen, p.Lead, "/award-criteria", rig.AwardCriteria(p.lot))
	requireRefused(t, models.CodePhaseNotOpen, p.WriteRequirement(t.Context()))
	p.goOn(t, "final", 2, 5)
	_, err := p.chair.Post(t.Context(), p.Path("/admissions"), map[string]any{
		"tender": first.Tender, "decision": "excluded", "code": "other", "reason": models.Text{"en": "Late."},
	}, nil)
	requireRefused(t, models.CodeFrozen, err)
	for _, s := range suppliers {
		if p.letter(t, s, models.LetterSelection).Invitation != nil {
			s.amount = "390000.00"
			p.handIn(t, s)
			continue
		}
		p.gone = append(p.gone, s)
	}
	require.Len(t, p.suppliers, 2)
	p.opened(t)
	p.refusedPost(t, models.CodeNoTalks, p.Lead, "/talks", p.talkOn(t, p.suppliers[0], false))
	p.admit(t)
	p.score(t)
	p.openPrices(t)
	p.decided(t)
	p.completes(t, "tender-negotiated")
}

// Directive 2014/24/EU, Article 29(4): an award without negotiation is possible if the notice reserved it.
func TestInitialTendersAreAwardedIfTheNoticeReservedThat(t *testing.T) {
	t.Parallel()
	p := toTalks(t, "neg-w-call", "complexity", map[string]any{"award_initial": true})
	suppliers := p.suppliers
	p.goOn(t, "initial", 0, 40)
	for _, s := range suppliers {
		p.handIn(t, s)
	}
	p.judged(t)
	_, err := p.Lead.Get(t.Context(), p.Path("/lots/"+string(p.lot)+"/shortlist?stage=final&keep=2"), nil)
	requireRefused(t, models.CodeNotAnnouncedSo, err)
	p.award(t)
	p.refused(t, models.CodeAlreadyAwarded, p.Buyers[0].Board, models.VerbInvite, map[string]any{
		"lot": p.lot, "shortlist": p.ranking.Digest, "deadline": p.deadlineIn(t, 40),
	})
	p.sendLetters(t)
	p.conclude(t)
	p.report(t)
	p.approve(t, models.PhaseTender)
	require.Equal(t, "completed", p.status(t))
}
