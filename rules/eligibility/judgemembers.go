package eligibility

import (
	"slices"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/calendar"
)

// traits are those that any organisation of the entity has said, or has by its registration; said is false when nothing
// is recorded.
func (f Facts) traits(e entity) (all []models.MemberTrait, evidence []string, said bool) {
	for _, o := range e {
		if t, ok := f.Traits[o.ID]; ok {
			all, evidence, said = append(all, t.All...), append(evidence, t.evidence), true
		}
		if o.SME != nil && *o.SME {
			all = append(all, models.TraitSME)
		}
		if o.Kind == models.OrganisationContractingAuthority {
			all = append(all, models.TraitPublicBuyer)
		}
	}
	return all, evidence, said
}

// membersOfKind counts members by what they are. A member that has not said what it is may be it.
func (r Rule) membersOfKind(f Facts) finding {
	var are, unsaid, others []entity
	var evidence []string
	all := entities(f.Members)
	for _, e := range all {
		traits, proof, said := f.traits(e)
		switch {
		case slices.ContainsFunc(traits, func(t models.MemberTrait) bool { return slices.Contains(r.Kinds, t) }):
			are, evidence = append(are, e), append(evidence, proof...)
		case said:
			others = append(others, e)
		default:
			unsaid = append(unsaid, e)
		}
	}
	least := r.AtLeast
	if r.Every {
		least = len(all)
	}
	fill := []any{"n", len(are), "at_least", least, "kinds", things(r.Kinds), "names", namesOf(unsaid)}
	if len(are) < least && len(are)+len(unsaid) >= least {
		return about(unknown("kind_unsaid", fill...), are).on(evidence...).without(namesOf(unsaid)).
			needing("say_kind", fill...)
	}
	found := metIf(len(are) >= least, "members_of_kind", fill...).needing("more", "more", least-len(are))
	if r.Every {
		found = found.without(namesOf(others)).needing("without", "names", namesOf(others))
	}
	return about(found, are).on(evidence...)
}

func things(traits []models.MemberTrait) []thing {
	all := make([]thing, len(traits))
	for i, t := range traits {
		all[i] = thing(t)
	}
	return all
}

// membersDoNotSupply compares members with suppliers as entities: whoever is registered twice is still the same.
func (r Rule) membersDoNotSupply(f Facts) finding {
	var both []string
	for _, e := range entities(f.Members) {
		if slices.ContainsFunc(e, func(o models.Organisation) bool {
			return slices.ContainsFunc(f.Suppliers, func(s models.Organisation) bool { return same(o, s) })
		}) {
			both = append(both, e.name())
		}
	}
	if len(both) > 0 {
		return notMet("supplies", "names", both).without(both).needing("without", "names", both)
	}
	all := entities(f.Members)
	return about(met("none_supplies", "n", len(all)), all)
}

// A timing is whether a membership began in time.
type timing int

const (
	late timing = iota
	unsure
	inTime
)

// membership asks it of every entity. A day alone counts if it is over before the hour of the deadline.
func (r Rule) membership(f Facts) finding {
	var evidence []string
	var have, open, missing []entity
	for _, e := range entities(f.Members) {
		best, proof := late, ""
		for _, m := range f.Memberships {
			if m.Body != r.Body || (m.Applied && !r.OrApplied) ||
				!slices.ContainsFunc(e, func(o models.Organisation) bool { return o.ID == m.organisation }) {
				continue
			}
			if when := m.timing(r.Deadline); when > best {
				best, proof = when, m.evidence
			}
		}
		switch best {
		case inTime:
			have, evidence = append(have, e), append(evidence, proof)
		case unsure:
			open, evidence = append(open, e), append(evidence, proof)
		default:
			missing = append(missing, e)
		}
	}
	fill := []any{
		"n", len(have), "body", r.Body, "by", r.Deadline, "names", namesOf(append(missing, open...)),
	}
	found := met("membership_all", fill...)
	switch {
	case len(missing) > 0:
		found = notMet("membership_missing", append(fill, "names", namesOf(missing))...).without(namesOf(missing)).
			needing("record_membership", append(fill, "names", namesOf(missing))...)
	case len(open) > 0:
		found = unknown("membership_hour", fill...).without(namesOf(open)).needing("record_hour", fill...)
	}
	return about(found, have).on(evidence...)
}

// timing compares a membership with a deadline.
func (m Membership) timing(deadline LocalTime) timing {
	surely, atMost, err := deadline.bounds()
	day, errDay := deadline.day()
	if err != nil || errDay != nil {
		return unsure
	}
	if m.Local != "" {
		at, err := calendar.Instant("local", m.Local, m.Zone)
		switch {
		case err != nil:
			return unsure
		case !at.After(surely):
			return inTime
		case at.After(atMost):
			return late
		}
		return unsure
	}
	switch m.Since.Compare(day) {
	case -1:
		return inTime
	case 0:
		return unsure
	}
	return late
}

func (r Rule) networkMembers(f Facts) finding {
	var counted []models.Organisation
	var evidence []string
	for _, n := range f.Network {
		if n.Network == r.Network &&
			slices.ContainsFunc(n.Traits, func(t models.MemberTrait) bool { return slices.Contains(r.Kinds, t) }) {
			counted = append(counted, models.Organisation{LegalName: n.Organisation, Country: n.Country})
			evidence = append(evidence, n.evidence)
		}
	}
	all := entities(counted)
	found := r.enough(len(all), "network_members", "network", thing(r.Network), "kinds", things(r.Kinds))
	return about(found, all).on(evidence...)
}

// networkCountries counts countries that are eligible under the call.
func (r Rule) networkCountries(f Facts) finding {
	eligible := f.profile.eligible()
	var countries, evidence []string
	for _, n := range f.Network {
		if n.Network == r.Network && (len(eligible) == 0 || slices.Contains(eligible, n.Country)) {
			countries, evidence = append(countries, n.Country), append(evidence, n.evidence)
		}
	}
	slices.Sort(countries)
	countries = slices.Compact(countries)
	return r.enough(len(countries), "network_countries", "network", thing(r.Network), "list", countries).
		of(countries).on(evidence...).needing("more_countries", "more", r.AtLeast-len(countries))
}
