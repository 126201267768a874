// Package gate judges whether a phase may close: its criteria, computed from the dossier. Votes are counted apart from
// it; see package decision.
package gate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/eligibility"
	"github.com/ppi-engine/ppi/rules/market"
)

// A gatekeeper knows what a phase's gate asks for and which entries are approved with it.
type gatekeeper struct {
	subject  []models.EntryKind
	criteria func(models.Dossier) []models.Criterion
}

var gatekeepers = map[models.Phase]gatekeeper{
	models.PhaseNeeds:         {needsSubject, needs},
	models.PhaseConsultation:  {consultationSubject, consultation},
	models.PhaseEngagement:    {engagementSubject, EngagementCurrent},
	models.PhaseCapacity:      {capacitySubject, capacity},
	models.PhaseSpecification: {specificationSubject, specification},
	models.PhaseTender:        {tenderSubject, tender},
}

// Judge computes the gate of a phase from the dossier. Every gate also asks whether the consortium is
// eligible, because a member may have left since the one before.
func Judge(phase models.Phase, d models.Dossier) models.Gate {
	g := models.Gate{Phase: phase, Round: d.Round(phase).Round, Criteria: Eligibility(d)}
	keeper, known := gatekeepers[phase]
	if !known {
		g.Criteria = append(g.Criteria, models.Criterion{
			Code: "criteria_unknown", Finding: models.FindingUnknown,
			Detail: "this release does not judge the phase " + string(phase),
		})
		return g
	}
	g.Criteria = append(g.Criteria, keeper.criteria(d)...)
	g.Criteria = append(g.Criteria, eligibilityAt(phase, d)...)
	for _, kind := range keeper.subject {
		for _, e := range d.Of(kind) {
			g.Subject = append(g.Subject, Reference(e))
			g.Authors = append(g.Authors, d.Authors[e.ID]...)
		}
	}
	for _, m := range d.Buyers() {
		g.Subject = append(g.Subject, string(m.OrganisationID)+"@"+m.BudgetShare)
	}
	slices.Sort(g.Authors)
	g.Authors = slices.Compact(g.Authors)
	return g
}

// Eligibility judges the consortium under its call profile; without a profile there is nothing to judge.
func Eligibility(d models.Dossier) []models.Criterion {
	if d.Procurement.Profile == "" {
		return nil
	}
	profile, known := eligibility.ProfileByID(d.Procurement.Profile)
	if !known {
		return []models.Criterion{{
			Code: "profile_known", Finding: models.FindingUnknown,
			Detail: fmt.Sprintf("this release has no call profile %q", d.Procurement.Profile),
		}}
	}
	return eligibility.Judge(profile, d)
}

// eligibilityAt judges what the call profile binds to the gate of a phase. [Eligibility] reports an unknown profile.
func eligibilityAt(phase models.Phase, d models.Dossier) []models.Criterion {
	profile, known := eligibility.ProfileByID(d.Procurement.Profile)
	if !known {
		return nil
	}
	return eligibility.JudgeFacts(profile, phase, EligibilityFacts(d))
}

// EligibilityFacts are what a consortium is judged by, with where it has consulted the market.
func EligibilityFacts(d models.Dossier) eligibility.Facts {
	facts := eligibility.FactsOf(d)
	states, err := market.StatesConsulted(d)
	if err == nil {
		facts.ConsultationStates = states // otherwise unknown, which blocks
	}
	return facts
}

// Reference names one version of an entry: writing the same text again makes another version, with
// another author.
func Reference(e models.Entry) string { return fmt.Sprintf("%s#%d@%s", e.ID, e.Version, e.Digest) }

// A check builds one criterion.
type check struct {
	code, source string
}

func (c check) met(evidence []string, format string, args ...any) models.Criterion {
	return c.of(models.FindingMet, evidence, format, args...)
}

func (c check) notMet(format string, args ...any) models.Criterion {
	return c.of(models.FindingNotMet, nil, format, args...)
}

func (c check) of(f models.Finding, evidence []string, format string, args ...any) models.Criterion {
	return models.Criterion{
		Code: c.code, Finding: f, Detail: models.Sentence(format, args...),
		Evidence: evidence, Source: c.source,
	}
}

// byMember maps each member that buys to its entry of the kind and lists the names of those without one.
func byMember(d models.Dossier, kind models.EntryKind, fits func(models.Entry) bool) (evidence, missing []string) {
	for _, m := range d.Buyers() {
		found := slices.IndexFunc(d.Of(kind), func(e models.Entry) bool {
			return e.OrganisationID == m.OrganisationID && fits(e)
		})
		if found < 0 {
			missing = append(missing, d.NameOf(m.OrganisationID))
			continue
		}
		evidence = append(evidence, Reference(d.Of(kind)[found]))
	}
	return evidence, missing
}

func always(models.Entry) bool { return true }

// everyMember asks for an entry of the kind from each member that buys.
func (c check) everyMember(
	d models.Dossier, kind models.EntryKind, fits func(models.Entry) bool, what string,
) models.Criterion {
	evidence, missing := byMember(d, kind, fits)
	if len(missing) > 0 {
		return c.notMet("%s: missing from %s", what, strings.Join(missing, "; "))
	}
	return c.met(evidence, "%s: given by all %d buyers", what, len(evidence))
}
