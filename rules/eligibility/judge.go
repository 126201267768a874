package eligibility

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ppi-engine/ppi/models"
)

// CodePrefix begins the code of every criterion of this package; the rule's ID follows.
const CodePrefix = "eligibility_"

// Judge judges the rules that apply at every gate, in the order of the profile.
func Judge(p Profile, d models.Dossier) []models.Criterion { return JudgeFacts(p, "", FactsOf(d)) }

// JudgeAt judges the rules that are bound to the gate of a phase.
func JudgeAt(p Profile, phase models.Phase, d models.Dossier) []models.Criterion {
	return JudgeFacts(p, phase, FactsOf(d))
}

// JudgeFacts judges the rules bound to a phase's gate, or those of every gate if phase is empty.
func JudgeFacts(p Profile, phase models.Phase, f Facts) []models.Criterion {
	var criteria []models.Criterion
	for _, r := range p.Rules {
		if r.Phase == phase {
			criteria = append(criteria, r.judge(f))
		}
	}
	return criteria
}

// A finding is the result of judging one rule.
type finding struct {
	models.Finding
	detail   string
	evidence []string
}

func (r Rule) judge(f Facts) models.Criterion {
	found := r.find(f)
	return models.Criterion{
		Code: CodePrefix + r.ID, Finding: found.Finding,
		Detail: found.detail, Evidence: found.evidence, Source: r.Source,
	}
}

func (r Rule) find(f Facts) finding {
	switch r.Kind {
	case KindContractingAuthorities:
		return r.enough(len(f.authorities()), "contracting authorities")
	case KindLegalEntities:
		return r.enough(len(f.Members), "members")
	case KindCountries:
		return r.countries(f)
	case KindEligibleCountries:
		return r.eligibleCountries(f)
	case KindLessDevelopedRegion:
		return r.lessDevelopedRegion(f)
	case KindMembership:
		return r.membership(f)
	case KindSubmission, KindDuration, KindCoFinancing, KindGrant:
		return r.action(f)
	case KindConsultationStates:
		return r.consultationStates(f)
	case KindPhasesClosed:
		return r.phasesClosed(f)
	case KindActivityCount, KindActivityShare, KindActivityYearly:
		return r.activities(f)
	default:
		return unknown("this release cannot judge rules of kind %s", r.Kind)
	}
}

func met(format string, args ...any) finding {
	return finding{Finding: models.FindingMet, detail: models.Sentence(format, args...)}
}

func notMet(format string, args ...any) finding {
	return finding{Finding: models.FindingNotMet, detail: models.Sentence(format, args...)}
}

func unknown(format string, args ...any) finding {
	return finding{Finding: models.FindingUnknown, detail: models.Sentence(format, args...)}
}

func (f finding) on(evidence ...string) finding {
	f.evidence = slices.DeleteFunc(evidence, func(e string) bool { return e == "" })
	return f
}

// metIf is met or not met, with the same words.
func metIf(is bool, format string, args ...any) finding {
	if is {
		return met(format, args...)
	}
	return notMet(format, args...)
}

func (r Rule) enough(got int, what string) finding {
	return metIf(got >= r.AtLeast, "%d %s; at least %d required", got, what, r.AtLeast)
}

// authorities are the members that act as contracting authorities: a university that is one and takes part as a partner
// does not buy, and does not count.
func (f Facts) authorities() []models.Organisation {
	return slices.DeleteFunc(slices.Clone(f.Members), func(o models.Organisation) bool {
		return o.Kind != models.OrganisationContractingAuthority || slices.Contains(f.Partners, o.ID)
	})
}

func (r Rule) countries(f Facts) finding {
	members := f.Members
	if r.Of == KindContractingAuthorities {
		members = f.authorities()
	}
	var countries []string
	for _, o := range members {
		if o.Country != "" && !slices.Contains(countries, o.Country) {
			countries = append(countries, o.Country)
		}
	}
	slices.Sort(countries)
	return r.enough(len(countries), "different countries ("+strings.Join(countries, ", ")+")")
}

func (r Rule) eligibleCountries(f Facts) finding {
	var outside []string
	for _, o := range f.Members {
		if !slices.Contains(r.Countries, o.Country) {
			outside = append(outside, fmt.Sprintf("%s (%s)", o.LegalName, o.Country))
		}
	}
	if len(outside) > 0 {
		return notMet("not from an eligible country: %s", outside)
	}
	return met("all %d members are from eligible countries", len(f.Members))
}

func (r Rule) lessDevelopedRegion(f Facts) finding {
	var yes, unsaid int
	for _, o := range f.Members {
		switch {
		case o.LessDevelopedRegion == nil:
			unsaid++
		case *o.LessDevelopedRegion:
			yes++
		}
	}
	if yes < r.AtLeast && yes+unsaid >= r.AtLeast {
		return unknown(
			"%d members are from a less developed or transition region, %d have not said; at least %d required",
			yes, unsaid, r.AtLeast)
	}
	return r.enough(yes, "members from a less developed or transition region")
}

func (r Rule) membership(f Facts) finding {
	by, err := r.Deadline.day()
	if err != nil {
		return unknown("the deadline cannot be read: %v", err)
	}
	var evidence, missing []string
	for _, o := range f.Members {
		i := slices.IndexFunc(f.Memberships, func(m Membership) bool {
			return m.organisation == o.ID && m.Body == r.Body && (!m.Applied || r.OrApplied) && !m.Since.After(by)
		})
		if i < 0 {
			missing = append(missing, o.LegalName)
			continue
		}
		evidence = append(evidence, f.Memberships[i].evidence)
	}
	if len(missing) > 0 {
		return notMet("no membership of the %s by %s is recorded for %s", r.Body, by, missing).
			on(evidence...)
	}
	return met("all %d members belonged to the %s by %s", len(f.Members), r.Body, by).on(evidence...)
}

func (r Rule) consultationStates(f Facts) finding {
	if f.ConsultationStates == nil {
		return unknown(
			"it is not recorded in which Member States the market was consulted; at least %d required", r.AtLeast)
	}
	states := slices.Clone(f.ConsultationStates)
	slices.Sort(states)
	return r.enough(len(slices.Compact(states)), "Member States reached by the consultation")
}

func (r Rule) phasesClosed(f Facts) finding {
	var open []string
	for _, p := range r.Phases {
		if !slices.Contains(f.Closed, p) {
			open = append(open, string(p))
		}
	}
	if len(open) > 0 {
		return notMet("mandatory activities not yet closed: %s", open)
	}
	return met("all %d mandatory activities before this one are closed", len(r.Phases))
}
