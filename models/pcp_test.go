package models

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func preceding() PrecedingPCP {
	return PrecedingPCP{
		Reference: "Whole-system energy efficiency", EndedOn: "2025-06-30", Results: Text{"en": "Three prototypes"},
		Contractors: []PCPContractor{
			{Name: "Alpha", Country: "FR", Reached: PCPDevelopment},
			{Name: "Beta", Country: "IT", Reached: PCPPrototype},
		},
	}
}

// followed is the dossier of a procurement on 2 March 2026, with entries.
func followed(t *testing.T, contents map[EntryKind]any) Dossier {
	t.Helper()
	d := Dossier{
		Procurement: Procurement{Zone: "Europe/Paris"},
		Now:         time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC),
	}
	for kind, content := range contents {
		body, _, err := Canonical(content)
		require.NoError(t, err)
		d.Entries = append(d.Entries, Entry{ID: NewID(PrefixEntry), Kind: kind, Body: body})
	}
	return d
}

func TestWhatIsStillDevelopedIsNotFollowed(t *testing.T) {
	t.Parallel()
	p := preceding()
	require.NoError(t, p.Check())
	require.NoError(t, p.CheckAgainst(followed(t, nil), Entry{}))
	p.EndedOn = "2026-03-03"
	require.Error(t, p.CheckAgainst(followed(t, nil), Entry{}))
}

func TestAPreCommercialProcurementFollowsNone(t *testing.T) {
	t.Parallel()
	d := followed(t, map[EntryKind]any{EntryRoute: Route{Route: RoutePCP, Reason: "research"}})
	r, refused := RefusalOf(preceding().CheckAgainst(d, Entry{}))
	require.True(t, refused)
	require.Equal(t, CodeNoSuccessor, r.Code)
}

func TestEachContractorIsNamedOnceWithItsLastPhase(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*PrecedingPCP){
		"twice":      func(p *PrecedingPCP) { p.Contractors[1].Name = "ALPHA" },
		"none":       func(p *PrecedingPCP) { p.Contractors = nil },
		"no phase":   func(p *PrecedingPCP) { p.Contractors[0].Reached = "sale" },
		"no results": func(p *PrecedingPCP) { p.Results = nil },
		"no day":     func(p *PrecedingPCP) { p.EndedOn = "last summer" },
	} {
		p := preceding()
		spoil(&p)
		require.Error(t, p.Check(), name)
	}
}

func TestContractorsAreInTheRegisterOfPriorInvolvement(t *testing.T) {
	t.Parallel()
	contact := MarketContact{Operator: "alpha", Involvement: InvolvementPrepared, Measures: "Results are published."}
	require.Equal(t, []string{"Beta"},
		preceding().Unregistered(followed(t, map[EntryKind]any{EntryMarketContact: contact})))
	contact.Involvement = InvolvementNone
	require.Equal(t, []string{"Alpha", "Beta"},
		preceding().Unregistered(followed(t, map[EntryKind]any{EntryMarketContact: contact})))
}
