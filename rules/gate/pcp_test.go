package gate

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
)

func TestAPreCommercialProcurementEndsWithItsPhasesInsteadOfAPurchase(t *testing.T) {
	t.Parallel()
	f := newFile(t)
	f.write(models.EntryRoute, models.Route{Route: models.RoutePCP, Reason: "research is needed"})
	f.blocks(models.PhaseTender, "capacity_closed", "pcp_planned", "pcp_phases_held")
	f.capable()
	f.blocks(models.PhaseTender, "pcp_planned", "pcp_phases_held")
	f.write(models.EntryPCPPlan, models.PCPPlan{Phases: []models.PCPPlanned{
		{Phase: models.PCPDesign, Contractors: 2}, {Phase: models.PCPPrototype, Contractors: 2},
	}})
	f.blocks(models.PhaseTender, "pcp_phases_held")
	held := func(phase models.PCPPhase, stopped string) {
		f.write(models.EntryPCPPhase, models.PCPResult{Phase: phase, Stopped: stopped})
		f.Entries[len(f.Entries)-1].Subject = string(phase)
	}
	held(models.PCPDesign, "")
	f.blocks(models.PhaseTender, "pcp_phases_held")
	held(models.PCPPrototype, "")
	f.blocks(models.PhaseTender)
	require.Contains(t, f.find(models.PhaseTender, "pcp_phases_held").Detail, "all 2 phases were held")
}

func TestThePhasesOfAPreCommercialProcurementCanBeStopped(t *testing.T) {
	t.Parallel()
	f := newFile(t)
	f.write(models.EntryRoute, models.Route{Route: models.RoutePCP, Reason: "research is needed"})
	f.write(models.EntryPCPPlan, models.PCPPlan{Phases: []models.PCPPlanned{
		{Phase: models.PCPDesign, Contractors: 2}, {Phase: models.PCPPrototype, Contractors: 2},
	}})
	f.write(models.EntryPCPPhase, models.PCPResult{Phase: models.PCPDesign, Stopped: "nothing was feasible"})
	f.Entries[len(f.Entries)-1].Subject = string(models.PCPDesign)
	f.capable()
	f.blocks(models.PhaseTender)
}

func TestTheBuyersOfAPreCommercialProcurementApproveItsPhases(t *testing.T) {
	t.Parallel()
	f := specified(t)
	f.write(models.EntryRoute, models.Route{Route: models.RoutePCP, Reason: "research is needed"})
	f.blocks(models.PhaseSpecification, "pcp_planned")
	f.write(models.EntryPCPPlan, models.PCPPlan{
		Phases: []models.PCPPlanned{{Phase: models.PCPDesign, Contractors: 2}},
		Rights: models.Text{"en": "With the contractors"}, Reduction: models.Text{"en": "Impact"},
	})
	f.freeze()
	f.blocks(models.PhaseSpecification)
}

// capable closes capacity building.
func (f *file) capable() {
	f.Rounds = append(f.Rounds, models.PhaseRound{
		Phase: models.PhaseCapacity, Round: 1, Status: models.PhaseClosed,
	})
}
