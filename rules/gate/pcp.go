package gate

import (
	"github.com/ppi-engine/ppi/models"
)

const pcpSource = "Directive 2014/24/EU, Article 14"

// researched asks of a pre-commercial procurement, in the place of a tender, that its phases were planned and held:
// each has its result until the last, or until one after which the buyers stopped. It buys no volumes, so nobody is
// asked for a purchase.
func researched(d models.Dossier) []models.Criterion {
	return []models.Criterion{pcpAgreed(d), pcpPlanned(d), pcpHeld(d)}
}

// pcpAgreed asks for the buyers' agreement before research is bought together, as before a notice.
func pcpAgreed(d models.Dossier) models.Criterion {
	c := check{"capacity_closed", capacitySource}
	if round := d.Round(models.PhaseCapacity); round.Status != models.PhaseClosed {
		return c.notMet("the phase capacity is %s, in which the buyers agree and prepare", round.Status)
	}
	return c.met(nil, "capacity building is closed")
}

func pcpPlanned(d models.Dossier) models.Criterion {
	c := check{"pcp_planned", pcpSource}
	e, ok := d.Latest(models.EntryPCPPlan)
	if !ok {
		return c.notMet("no phases of the pre-commercial procurement are planned")
	}
	plan, _ := d.PCPPlan()
	return c.met([]string{Reference(e)}, "%d phases are planned", len(plan.Phases))
}

func pcpHeld(d models.Dossier) models.Criterion {
	c := check{"pcp_phases_held", pcpSource}
	plan, _ := d.PCPPlan()
	if len(plan.Phases) == 0 {
		return c.notMet("there are no phases to hold")
	}
	var evidence []string
	for _, e := range d.Of(models.EntryPCPPhase) {
		evidence = append(evidence, Reference(e))
	}
	for _, planned := range plan.Phases {
		result, ended := d.PCPResult(planned.Phase)
		switch {
		case !ended:
			return c.notMet("the phase %s has no result", planned.Phase)
		case result.Stopped != "":
			return c.met(evidence, "the buyers stopped after the phase %s; a reason is given", planned.Phase)
		}
	}
	return c.met(evidence, "all %d phases were held", len(plan.Phases))
}
