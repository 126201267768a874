package gate

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/timelimit"
)

const (
	capacitySource = "COS-PPI-2020-2-04, mandatory activity IV"
	jointSource    = "Directive 2014/24/EU, Article 39(4)"
	interestSource = "Directive 2014/24/EU, Article 24"
)

var capacitySubject = []models.EntryKind{models.EntryAgreement, models.EntryRolePlan}

// capacity asks for an agreement in force, one lead buyer and one law that the engine can count by, people in every
// role who are trained and have declared. The activities that a call demands are judged under eligibility.
func capacity(d models.Dossier) []models.Criterion {
	return []models.Criterion{
		agreementWritten(d), agreementSigned(d), sharesAgreed(d), oneLead(d), lawKnown(d),
		rolesFilled(d), peopleTrained(d), peopleDeclared(d), rolesCompatible(d),
	}
}

// agreement reads the agreement that stands, signed or not.
func agreement(d models.Dossier) (models.Agreement, models.Entry, bool) {
	e, ok := d.Latest(models.EntryAgreement)
	if !ok {
		return models.Agreement{}, e, false
	}
	a, ok := models.BodyOf[models.Agreement](e)
	return a, e, ok
}

func agreementWritten(d models.Dossier) models.Criterion {
	c := check{"agreement_written", jointSource}
	a, e, ok := agreement(d)
	if !ok {
		return c.notMet("no collaboration agreement is written down")
	}
	if lacking := d.Untranslated(e); len(lacking) > 0 {
		return c.notMet(
			"the collaboration agreement is not complete in every language: %s", lacking)
	}
	if a.Document != "" {
		return c.met([]string{Reference(e)}, "the clauses of the agreement are in the document %s", a.Document)
	}
	return c.met([]string{Reference(e)},
		"the agreement says who is responsible for what, how the consortium is organised, how it buys "+
			"and how a member leaves")
}

func agreementSigned(d models.Dossier) models.Criterion {
	c := check{"agreement_signed", jointSource}
	_, standing, ok := agreement(d)
	if !ok {
		return c.notMet("there is no agreement to sign")
	}
	var evidence, missing []string
	for _, m := range d.Buyers() {
		signature, signed := d.SignatureOf(m.OrganisationID, standing)
		if !signed {
			missing = append(missing, d.NameOf(m.OrganisationID))
			continue
		}
		evidence = append(evidence, Reference(signature))
	}
	if len(missing) > 0 {
		return c.notMet(
			"version %d of the agreement is not signed by %s", standing.Version, missing)
	}
	return c.met(evidence, "all %d buyers have signed the digest %s", len(evidence), standing.Digest)
}

func sharesAgreed(d models.Dossier) models.Criterion {
	c := check{"shares_agreed", jointSource}
	a, e, ok := agreement(d)
	if !ok {
		return c.notMet("no share of the costs is agreed")
	}
	var missing, gone []string
	for _, m := range d.Buyers() {
		if a.Share(m.OrganisationID) == "" {
			missing = append(missing, d.NameOf(m.OrganisationID))
		}
	}
	for _, s := range a.Shares {
		if !d.IsBuyer(s.Organisation) {
			gone = append(gone, d.NameOf(s.Organisation))
		}
	}
	var faults []string
	if len(missing) > 0 {
		faults = append(faults, "the agreement has no share of "+strings.Join(missing, ", "))
	}
	if len(gone) > 0 {
		faults = append(faults, "the agreement has shares of others than the buyers: "+strings.Join(gone, ", "))
	}
	if len(faults) > 0 {
		return c.notMet("%s", strings.Join(faults, "; "))
	}
	return c.met([]string{Reference(e)}, "the shares of the %d buyers add up to 100 percent", len(a.Shares))
}

func oneLead(d models.Dossier) models.Criterion {
	c := check{"one_lead", jointSource}
	var leads []models.ID
	for _, m := range d.Buyers() {
		if m.Lead {
			leads = append(leads, m.OrganisationID)
		}
	}
	a, e, ok := agreement(d)
	switch {
	case len(leads) != 1:
		return c.notMet("the consortium has %d lead buyers", len(leads))
	case !ok:
		return c.notMet("no agreement names %s as lead buyer", d.NameOf(leads[0]))
	case a.Lead != leads[0]:
		return c.notMet("the agreement names %s as lead buyer, but the lead buyer of the consortium is %s",
			d.NameOf(a.Lead), d.NameOf(leads[0]))
	}
	return c.met([]string{Reference(e)}, "%s is the lead buyer", d.NameOf(a.Lead))
}

// lawKnown asks that the engine can count time limits under the law that was agreed.
func lawKnown(d models.Dossier) models.Criterion {
	c := check{"law_known", jointSource}
	a, e, ok := agreement(d)
	if !ok {
		return c.notMet("no applicable law is agreed")
	}
	if in, ok := d.AgreementInForce(); ok {
		a = in.Agreement // by which time limits are counted, whatever is drafted beside it
	}
	f, err := timelimit.Under(d, a.ApplicableLaw)
	if err != nil {
		return c.notMet("time limits cannot be counted: %v", err)
	}
	if from, until := f.Holidays.Covers(); f.Today().Year() < from || f.Today().Year() > until {
		return c.notMet("the public holidays of %s are known from %d to %d, not in %d", f.Holidays.Place(), from, until,
			f.Today().Year())
	}
	if unknown := f.Unknown(); len(unknown) > 0 {
		return c.notMet(
			"what the law of %s says is not known here, and not certified by a person with the role legal: %s",
			a.ApplicableLaw, strings.Join(unknown, ", "))
	}
	return c.met([]string{Reference(e)}, "the law of %s applies: %s", a.ApplicableLaw,
		strings.Join(f.Pack.Titles, "; "))
}

func rolesFilled(d models.Dossier) models.Criterion {
	c := check{"roles_filled", capacitySource}
	var short, filled []string
	for _, slot := range d.RolePlan().Slots {
		people, buyers := holders(d, slot.Role)
		wanted := slot.People + slot.Substitutes
		switch {
		case len(people) < wanted:
			short = append(short, fmt.Sprintf("%s: %d of %d, substitutes included", slot.Role, len(people), wanted))
		case len(buyers) < slot.Buyers:
			short = append(short,
				fmt.Sprintf("%s: people of %d buyers instead of %d", slot.Role, len(buyers), slot.Buyers))
		default:
			filled = append(filled, fmt.Sprintf("%s: %d", slot.Role, len(people)))
		}
	}
	if len(short) > 0 {
		return c.notMet("people are missing: %s", strings.Join(short, "; "))
	}
	return c.met(nil, "every role is filled, with substitutes: %s", filled)
}

// holders lists who holds a role now, and of which buyers they are.
func holders(d models.Dossier, role models.Role) (people, buyers []models.ID) {
	for _, a := range d.Holding(role) {
		people = append(people, a.PersonID)
		if d.IsBuyer(a.OrganisationID) {
			buyers = append(buyers, a.OrganisationID)
		}
	}
	slices.Sort(people)
	slices.Sort(buyers)
	return slices.Compact(people), slices.Compact(buyers)
}

func peopleTrained(d models.Dossier) models.Criterion {
	c := check{"people_trained", capacitySource}
	var untrained, evidence []string
	for _, slot := range d.RolePlan().Slots {
		people, _ := holders(d, slot.Role)
		for _, person := range people {
			for _, topic := range topicsOf(slot) {
				e, ok := training(d, person, topic)
				if !ok {
					untrained = append(untrained, untrainedIn(d.PersonOf(person), slot.Role, topic))
					continue
				}
				evidence = append(evidence, Reference(e))
			}
		}
	}
	if len(untrained) > 0 {
		return c.notMet("without training: %s", strings.Join(untrained, "; "))
	}
	return c.met(unique(evidence), "everyone in a planned role was trained for it")
}

// topicsOf lists the topics in which holders of a role must be trained; an empty topic stands for any.
func topicsOf(slot models.RoleSlot) []string {
	if len(slot.Topics) == 0 {
		return []string{""}
	}
	return slot.Topics
}

func untrainedIn(person string, role models.Role, topic string) string {
	if topic == "" {
		return fmt.Sprintf("%s as %s", person, role)
	}
	return fmt.Sprintf("%s as %s in %s", person, role, topic)
}

func training(d models.Dossier, person models.ID, topic string) (models.Entry, bool) {
	for _, e := range d.Of(models.EntryActivity) {
		if a, ok := models.BodyOf[models.Activity](e); ok && a.Trained(person) && (topic == "" || a.Topic == topic) {
			return e, true
		}
	}
	return models.Entry{}, false
}

func peopleDeclared(d models.Dossier) models.Criterion {
	c := check{"people_declared", interestSource}
	var silent, evidence []string
	for _, slot := range d.RolePlan().Slots {
		people, _ := holders(d, slot.Role)
		for _, person := range people {
			e, conflict := d.InterestOf(person)
			switch {
			case e.ID == "":
				silent = append(silent, fmt.Sprintf("%s as %s: nothing declared", d.PersonOf(person), slot.Role))
			case conflict:
				silent = append(silent, fmt.Sprintf("%s as %s: declared a conflict on %s",
					d.PersonOf(person), slot.Role, e.WrittenAt.Format(time.DateOnly)))
			default:
				evidence = append(evidence, Reference(e))
			}
		}
	}
	if len(silent) > 0 {
		return c.notMet("without a declaration that is free of conflicts: %s", strings.Join(silent, "; "))
	}
	return c.met(unique(evidence), "everyone in a planned role has declared that there is no conflict of interest")
}

func rolesCompatible(d models.Dossier) models.Criterion {
	c := check{"roles_compatible", interestSource}
	held := map[models.ID][]models.Role{}
	var people []models.ID
	for _, a := range d.Roles {
		if a.Holds(d.Now) {
			held[a.PersonID] = append(held[a.PersonID], a.Role)
			people = append(people, a.PersonID)
		}
	}
	slices.Sort(people)
	var pairs []string
	for _, person := range slices.Compact(people) {
		for i, one := range held[person] {
			for _, other := range held[person][i+1:] {
				if models.Incompatible(one, other) {
					pairs = append(pairs, fmt.Sprintf("%s holds %s and %s",
						d.PersonOf(person), one, other))
				}
			}
		}
	}
	if len(pairs) > 0 {
		return c.notMet("roles that exclude each other: %s", strings.Join(pairs, "; "))
	}
	return c.met(nil, "nobody holds roles that exclude each other")
}

func unique(all []string) []string {
	slices.Sort(all)
	return slices.Compact(all)
}
