package eligibility

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/calendar"
	"github.com/ppi-engine/ppi/rules/market"
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
	f.profile = p
	var criteria []models.Criterion
	for _, r := range p.Rules {
		if r.Phase == phase {
			criteria = append(criteria, r.judge(f))
		}
	}
	return criteria
}

func (r Rule) judge(f Facts) models.Criterion {
	found := r.find(f)
	return models.Criterion{
		Code: CodePrefix + r.ID, Finding: found.Finding, Detail: english().tellAll(found.says),
		Evidence: found.evidence, Source: r.Source,
	}
}

func (r Rule) find(f Facts) finding {
	row, known := kinds[r.Kind]
	if !known {
		return unknown("kind_unknown", "kind", string(r.Kind))
	}
	return row.find(r, f)
}

// about is the finding on a number of entities, which names them, and those that were taken as one.
func about(found finding, counted []entity) finding {
	found = found.of(namesOf(counted))
	found.together = together(counted)
	for _, names := range found.together {
		found = found.also("as_one", "names", strings.Join(names, " = "))
	}
	return found
}

// atLeast is the finding on a least number of entities.
func (r Rule) atLeast(counted []entity, what thing) finding {
	return about(r.enough(len(counted), "enough", "what", what), counted)
}

func (r Rule) contractingAuthorities(f Facts) finding {
	return r.atLeast(entities(f.authorities()), "authorities")
}

func (r Rule) legalEntities(f Facts) finding { return r.atLeast(entities(f.Members), "members") }

func (r Rule) maxMembers(f Facts) finding {
	all := entities(f.Members)
	found := metIf(len(all) <= r.AtMost, "too_many", "n", len(all), "at_most", r.AtMost).
		needing("fewer", "fewer", len(all)-r.AtMost)
	return about(found, all)
}

// authorities are the members that act as contracting authorities: a university that is one and takes part as a partner
// does not buy, and does not count.
func (f Facts) authorities() []models.Organisation {
	return slices.DeleteFunc(slices.Clone(f.Members), func(o models.Organisation) bool {
		return o.Kind != models.OrganisationContractingAuthority || slices.Contains(f.Partners, o.ID)
	})
}

// countriesOf are the different countries of those whom the rule is about.
func (r Rule) countriesOf(f Facts) []string {
	members := f.Members
	if r.Of == KindContractingAuthorities {
		members = f.authorities()
	}
	var countries []string
	for _, o := range members {
		if o.Country != "" && (len(r.Countries) == 0 || slices.Contains(r.Countries, o.Country)) {
			countries = append(countries, o.Country)
		}
	}
	slices.Sort(countries)
	return slices.Compact(countries)
}

func (r Rule) countries(f Facts) finding {
	countries := r.countriesOf(f)
	return r.enough(len(countries), "countries", "list", countries).of(countries).
		needing("more_countries", "more", r.AtLeast-len(countries))
}

// memberStates counts Member States by the day that the rule names, or else by the day on which it is judged.
func (r Rule) memberStates(f Facts) finding {
	states, day, err := r.union(f)
	if err != nil {
		return unknown("states_unread", "why", err.Error())
	}
	of := slices.DeleteFunc(r.countriesOf(f), func(c string) bool { return !slices.Contains(states, c) })
	return r.enough(len(of), "member_states", "list", of, "day", day).of(of).
		needing("more_member_states", "more", r.AtLeast-len(of))
}

// union are the Member States on the day that counts.
func (r Rule) union(f Facts) ([]string, calendar.Date, error) {
	day := r.On
	if day.IsZero() {
		day = f.Today
	}
	states, err := market.MemberStates(day)
	if err != nil {
		return nil, day, fmt.Errorf("list Member States: %w", err)
	}
	return states, day, nil
}

func (r Rule) eligibleCountries(f Facts) finding {
	var outside []string
	for _, o := range f.Members {
		if !slices.Contains(r.Countries, o.Country) {
			outside = append(outside, fmt.Sprintf("%s (%s)", o.LegalName, o.Country))
		}
	}
	if len(outside) > 0 {
		return notMet("outside", "names", outside).without(outside).needing("without", "names", outside)
	}
	all := entities(f.Members)
	return about(met("all_eligible", "n", len(all)), all)
}

func (r Rule) lessDevelopedRegion(f Facts) finding {
	var yes, unsaid []entity
	for _, e := range entities(f.Members) {
		switch {
		case slices.ContainsFunc(e, func(o models.Organisation) bool {
			return o.LessDevelopedRegion != nil && *o.LessDevelopedRegion
		}):
			yes = append(yes, e)
		case slices.ContainsFunc(e, func(o models.Organisation) bool { return o.LessDevelopedRegion == nil }):
			unsaid = append(unsaid, e)
		}
	}
	if len(yes) < r.AtLeast && len(yes)+len(unsaid) >= r.AtLeast {
		names := namesOf(unsaid)
		return about(unknown("region_unsaid", "n", len(yes), "unsaid", len(unsaid), "at_least", r.AtLeast), yes).
			without(names).needing("say_region", "names", names)
	}
	return r.atLeast(yes, "region_members")
}

func (r Rule) consultationStates(f Facts) finding {
	if f.ConsultationStates == nil {
		return unknown("reach_unknown", "at_least", r.AtLeast).needing("consult", "at_least", r.AtLeast)
	}
	states := slices.Clone(f.ConsultationStates)
	slices.Sort(states)
	states = slices.Compact(states)
	return r.enough(len(states), "enough", "what", thing("states_reached")).of(states)
}

func (r Rule) phasesClosed(f Facts) finding {
	var open []string
	var names []thing
	for _, p := range r.Phases {
		if !slices.Contains(f.Closed, p) {
			open, names = append(open, string(p)), append(names, thing(p))
		}
	}
	if len(open) > 0 {
		return notMet("phases_open", "phases", names).without(open).needing("close", "phases", names)
	}
	return met("phases_closed", "n", len(r.Phases))
}
