package gate

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
)

func TestAPhaseThatNobodyCanJudgeStaysClosed(t *testing.T) {
	t.Parallel()
	f := newFile(t)
	g := Judge("negotiation", f.Dossier)
	require.False(t, g.Met())
	require.Contains(t, g.Open()[0].Detail, "does not judge the phase negotiation")
}

// Who mends what a gate names must not find the next fault behind it.
func TestACriterionNamesAllThatIsMissingAtOnce(t *testing.T) {
	t.Parallel()
	withdrawAll := func(kinds ...models.EntryKind) func(*file) {
		return func(f *file) {
			for _, kind := range kinds {
				for _, e := range f.Of(kind) {
					f.withdraw(e.ID)
				}
			}
		}
	}
	for code, c := range map[string]struct {
		phase    models.Phase
		complete func(*testing.T) *file
		do       func(*file)
		names    []string
	}{
		"needs_stated": {
			models.PhaseNeeds, needed, withdrawAll(models.EntryNeedsStatement),
			[]string{"Buyer FR", "Buyer ES", "Buyer DE"},
		},
		"agreement_signed": {
			models.PhaseCapacity, capable, withdrawAll(models.EntrySignature),
			[]string{"Buyer FR", "Buyer ES", "Buyer DE"},
		},
		"people_trained": {
			models.PhaseCapacity, capable, withdrawAll(models.EntryActivity),
			[]string{"as opener", "as evaluator", "as awarder"},
		},
		"people_declared": {
			models.PhaseCapacity, capable, withdrawAll(models.EntryInterestDeclaration),
			[]string{"as opener", "as evaluator", "as awarder"},
		},
		"requirements_verifiable": {models.PhaseSpecification, specified, func(f *file) {
			for _, e := range f.Of(models.EntryRequirement) {
				f.change(e.ID, func(c map[string]any) { delete(c, "verification") })
			}
		}, []string{"R-001", "R-002"}},
		"neutral": {models.PhaseSpecification, specified, func(f *file) {
			for i, e := range f.Of(models.EntryRequirement) {
				words := []string{"It is modern.", "It is user-friendly."}[i]
				f.change(e.ID, func(c map[string]any) { c["statement"] = said(words) })
			}
		}, []string{"modern", "user-friendly"}},
		"translated": {
			models.PhaseSpecification, specified,
			func(f *file) { f.Procurement.Languages = []string{"fr"} },
			[]string{"requirement", "specification_clauses", "lots_decision", "business_case"},
		},
		"business_case": {
			models.PhaseSpecification, specified, withdrawAll(models.EntryEstimate),
			[]string{"Buyer FR", "Buyer ES", "Buyer DE"},
		},
		"purchased": {
			models.PhaseTender, bought, withdrawAll(models.EntryPurchase, models.EntryNonPurchase),
			[]string{"Buyer FR", "Buyer ES", "Buyer DE"},
		},
		"standstill_over": {models.PhaseTender, bought, func(f *file) {
			lots := f.Tendering.Lots
			lots[0], lots[1] = lots[1], lots[0] // the one that has ended comes first
			award, later := f.Tendering.Awards[lots[1].ID], today.Add(time.Hour)
			award.StandstillUntil = &later
			f.Tendering.Awards[award.LotID] = award
		}, []string{"the standstill lasts"}},
		"changes_announced": {models.PhaseEngagement, informedFile, func(f *file) {
			for range 2 {
				f.write(models.EntryMarketChange, models.MarketChange{Topic: models.TopicTiming})
			}
		}, nil},
	} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			f := c.complete(t)
			c.do(f)
			found := f.find(c.phase, code)
			require.Equal(t, models.FindingNotMet, found.Finding, found.Detail)
			for _, name := range c.names {
				require.Contains(t, found.Detail, name)
			}
			for _, e := range f.Of(models.EntryMarketChange) {
				require.Contains(t, found.Detail, string(e.ID))
			}
		})
	}
}
