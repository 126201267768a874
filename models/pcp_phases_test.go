package models

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// researching is the dossier of a pre-commercial procurement of two phases.
func researching(t *testing.T) Dossier {
	t.Helper()
	return followed(t, map[EntryKind]any{
		EntryRoute: Route{Route: RoutePCP, Reason: "research is needed"}, EntryPCPPlan: twoPhases(),
	})
}

func twoPhases() PCPPlan {
	budget := Money{Amount: "900000.00", Currency: "EUR"}
	return PCPPlan{
		Reduction: Text{"en": "Impact and feasibility"}, Rights: Text{"en": "The contractors own what they develop."},
		Phases: []PCPPlanned{{PCPDesign, 3, budget, "2025-06-30"}, {PCPPrototype, 2, budget, "2025-12-31"}},
	}
}

// ended adds the result of a phase.
func (d *Dossier) ended(t *testing.T, r PCPResult) {
	t.Helper()
	body, _, err := Canonical(r)
	require.NoError(t, err)
	d.Entries = append(d.Entries, Entry{ID: NewID(PrefixEntry), Kind: EntryPCPPhase, Subject: r.Subject(), Body: body})
}

func outcomes(all ...string) []PCPOutcome {
	var contractors []PCPOutcome
	for i, outcome := range all {
		contractors = append(contractors, PCPOutcome{
			Name: []string{"Alpha", "Beta", "Gamma"}[i], Country: "FR", Outcome: outcome, Reason: "by impact",
		})
	}
	return contractors
}

func designed() PCPResult {
	return PCPResult{
		Phase: PCPDesign, Call: "TED 123456-2024", BeganOn: "2025-01-01", EndedOn: "2025-06-30",
		Contractors: outcomes(PCPContinues, PCPContinues, PCPEnded),
	}
}

func prototyped() PCPResult {
	return PCPResult{
		Phase: PCPPrototype, BeganOn: "2025-07-01", EndedOn: "2025-12-31",
		Contractors: outcomes(PCPCompleted, PCPEnded),
	}
}

func TestAPreCommercialProcurementGoesThroughItsPhases(t *testing.T) {
	t.Parallel()
	d := researching(t)
	require.NoError(t, designed().Check())
	require.NoError(t, designed().CheckAgainst(d, Entry{}))
	require.Error(t, prototyped().CheckAgainst(d, Entry{}), "the phase before has not ended")
	d.ended(t, designed())
	require.NoError(t, prototyped().CheckAgainst(d, Entry{}))
	d.ended(t, prototyped())
	r, refused := RefusalOf(designed().CheckAgainst(d, Entry{}))
	require.True(t, refused, "the next phase rests on it")
	require.Equal(t, CodeEntryFinal, r.Code)
}

func TestThePhasesOfAPlanAreInOrderAndContractorsCompete(t *testing.T) {
	t.Parallel()
	require.NoError(t, twoPhases().Check())
	for name, spoil := range map[string]func(*PCPPlan){
		"no phases":                func(p *PCPPlan) { p.Phases = nil },
		"prototypes first":         func(p *PCPPlan) { p.Phases = p.Phases[1:] },
		"one contractor":           func(p *PCPPlan) { p.Phases[0].Contractors = 1 },
		"more contractors later":   func(p *PCPPlan) { p.Phases[1].Contractors = 4 },
		"a later phase ends first": func(p *PCPPlan) { p.Phases[1].Ends = "2025-05-31" },
		"nobody owns the results":  func(p *PCPPlan) { p.Rights = nil },
	} {
		p := twoPhases()
		spoil(&p)
		require.Error(t, p.Check(), name)
	}
}

func TestAResultFitsItsPhase(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*PCPResult){
		"fewer than planned":        func(r *PCPResult) { r.Contractors = r.Contractors[:2] },
		"completed halfway":         func(r *PCPResult) { r.Contractors[0].Outcome = PCPCompleted },
		"nobody goes on":            func(r *PCPResult) { r.Contractors = outcomes(PCPEnded, PCPEnded, PCPEnded) },
		"stopped, and one goes on":  func(r *PCPResult) { r.Stopped = "The budget is gone" },
		"it goes on":                func(r *PCPResult) { r.EndedOn = "2026-03-03" },
		"a phase that is not in it": func(r *PCPResult) { r.Phase = PCPDevelopment },
	} {
		r := designed()
		spoil(&r)
		require.Error(t, r.CheckAgainst(researching(t), Entry{}), name)
	}
	few := designed()
	few.Contractors, few.Fewer = few.Contractors[:2], "Two offers were suitable."
	require.NoError(t, few.CheckAgainst(researching(t), Entry{}))
	stopped := designed()
	stopped.Contractors, stopped.Stopped = outcomes(PCPEnded, PCPEnded, PCPEnded), "None was feasible."
	require.NoError(t, stopped.CheckAgainst(researching(t), Entry{}))
}

func TestNobodyJoinsOnTheWay(t *testing.T) {
	t.Parallel()
	d := researching(t)
	d.ended(t, designed())
	joined := prototyped()
	joined.Contractors[1].Name = "Delta"
	r, refused := RefusalOf(joined.CheckAgainst(d, Entry{}))
	require.True(t, refused)
	require.Contains(t, r.Accepted, "Alpha, Beta")
}

func TestOnAnotherRouteThereAreNoSuchPhases(t *testing.T) {
	t.Parallel()
	d := followed(t, map[EntryKind]any{EntryRoute: Route{Route: RoutePPI, Reason: "near the market"}})
	for _, err := range []error{twoPhases().CheckAgainst(d, Entry{}), designed().CheckAgainst(d, Entry{})} {
		r, refused := RefusalOf(err)
		require.True(t, refused)
		require.Equal(t, CodeNotPCP, r.Code)
	}
}
