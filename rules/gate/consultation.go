package gate

import (
	"slices"
	"strings"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/market"
)

const (
	consultationSource = "COS-PPI-2020-2-04, mandatory activity II"
	consultingSource   = "Directive 2014/24/EU, Article 40"
	involvementSource  = "Directive 2014/24/EU, Article 41"
	equalitySource     = "Directive 2014/24/EU, Articles 18(1) and 40"
)

var consultationSubject = []models.EntryKind{
	models.EntryAnnouncement, models.EntryQuestionnaire, models.EntryConsultationEvent, models.EntryMarketContact,
	models.EntryConsultationReport, models.EntryRoute, models.EntryPrecedingPCP,
}

// consultation asks that everyone was invited to a consultation on the need as it stands, that the consultation is
// over, that all its inputs were dealt with and reported, and that the route follows from the state of the art.
func consultation(d models.Dossier) []models.Criterion {
	criteria := []models.Criterion{
		announced(d), closed(d), responded(d), reached(d), inputsCovered(d),
		consultationReported(d), registered(d), routed(d),
	}
	if len(d.Of(models.EntryPrecedingPCP)) > 0 {
		criteria = append(criteria, contractorsRegistered(d))
	}
	if d.Procurement.Edition >= models.EditionNeeds {
		criteria = append(criteria, caseUpdated(d))
	}
	return criteria
}

// contractorsRegistered asks that those who developed what is to be bought are in the register, so that they have no
// advantage over others.
func contractorsRegistered(d models.Dossier) models.Criterion {
	c := check{"pcp_contractors_registered", involvementSource}
	var evidence, missing []string
	for _, e := range d.Of(models.EntryPrecedingPCP) {
		p, _ := models.BodyOf[models.PrecedingPCP](e)
		missing = append(missing, p.Unregistered(d)...)
		evidence = append(evidence, Reference(e))
	}
	if len(missing) > 0 {
		return c.notMet(
			"contractors of the pre-commercial procurement are not in the register as involved, with measures: %s",
			strings.Join(missing, ", "))
	}
	return c.met(evidence, "all contractors of the pre-commercial procurement are in the register, with measures")
}

func announced(d models.Dossier) models.Criterion {
	c := check{"consultation_announced", equalitySource}
	if len(d.Market.Consultations) == 0 {
		return c.notMet("no market consultation was announced")
	}
	current := d.Consulted()
	if len(current) == 0 {
		return c.notMet("the common need has changed since it was consulted on")
	}
	var evidence []string
	for _, x := range current {
		for _, id := range []models.ID{x.AnnouncementID, x.QuestionnaireID} {
			if r, ok := d.Market.Release(id); ok {
				// Without a version: what is released is known by its digest.
				evidence = append(evidence, string(r.EntryID)+"@"+r.Digest)
			}
		}
	}
	return c.met(evidence,
		"a consultation on the common need was announced to all, in %s, with the same questions for all",
		d.Procurement.Languages)
}

func closed(d models.Dossier) models.Criterion {
	c := check{"consultation_closed", consultingSource}
	if len(d.Market.Consultations) == 0 {
		return c.notMet("there is no consultation to close")
	}
	if open, running := d.Market.OpenConsultation(); running {
		return c.notMet("a consultation is open until %s (%s)", open.ClosesLocal, open.ClosesZone)
	}
	last := d.Market.Consultations[len(d.Market.Consultations)-1]
	return c.met(nil, "closed as announced, at %s (%s)", last.ClosesLocal, last.ClosesZone)
}

// report returns the last report that was released, or else the last one written.
func report(d models.Dossier) (models.ConsultationReport, models.Entry, bool) {
	written := d.Released(models.EntryConsultationReport)
	if len(written) == 0 {
		written = d.Of(models.EntryConsultationReport)
	}
	if len(written) == 0 {
		return models.ConsultationReport{}, models.Entry{}, false
	}
	e := written[len(written)-1]
	r, ok := models.BodyOf[models.ConsultationReport](e)
	return r, e, ok
}

func responded(d models.Dossier) models.Criterion {
	c := check{"consultation_responses", consultingSource}
	current := d.Consulted()
	operators := map[models.ID]bool{}
	for _, r := range d.Market.Responses {
		if slices.ContainsFunc(current,
			func(x models.Consultation) bool { return x.AnnouncementID == r.AnnouncementID }) {
			operators[r.OrganisationID] = true
		}
	}
	if len(operators) > 0 {
		return c.met(nil, "%d economic operators responded", len(operators))
	}
	if r, e, ok := report(d); ok && strings.TrimSpace(r.Silence) != "" {
		return c.met([]string{Reference(e)}, "nobody responded; the report says why and what was done about it")
	}
	return c.notMet("nobody responded, and no report says why")
}

// reached asks that the market of every buyer's country was addressed. The number of Member States in which a call
// wants the market consulted is judged under eligibility.
func reached(d models.Dossier) models.Criterion {
	c := check{"consultation_reach", consultationSource}
	addressed := market.CountriesConsulted(d)
	var left []string
	for _, m := range d.Buyers() {
		country := d.Organisations[m.OrganisationID].Country
		if !slices.Contains(addressed, country) && !slices.Contains(left, country) {
			left = append(left, country)
		}
	}
	if len(left) == 0 {
		return c.met(nil, "addressed to the market of %s", addressed)
	}
	if r, e, ok := report(d); ok && strings.TrimSpace(r.ReachReason) != "" {
		return c.met([]string{Reference(e)}, "not addressed to %s; the report says why", left)
	}
	return c.notMet("not addressed to %s, and no report says why", left)
}

func inputsCovered(d models.Dossier) models.Criterion {
	c := check{"inputs_covered", consultationSource}
	inputs := d.ConsultationInputs()
	r, e, ok := report(d)
	if !ok {
		return c.notMet("no report deals with the %d inputs", len(inputs))
	}
	if left := r.Uncovered(inputs); len(left) > 0 {
		return c.notMet("the report does not say what came of %d of %d inputs: %v",
			len(left), len(inputs), left[:min(len(left), 10)])
	}
	return c.met([]string{Reference(e)},
		"the report says of each of %d inputs whether it was used, and why", len(inputs))
}

func consultationReported(d models.Dossier) models.Criterion {
	c := check{"consultation_reported", consultationSource}
	_, e, ok := report(d)
	if !ok {
		return c.notMet("there is no report on the consultation")
	}
	release, told := d.Market.Release(e.ID)
	if !told {
		return c.notMet("the report on the consultation was not released")
	}
	if last := d.Market.Consultations; len(last) > 0 && release.ReleasedAt.Before(last[len(last)-1].AnnouncedAt) {
		return c.notMet("the report was released before the last consultation")
	}
	return c.met([]string{Reference(e)}, "the report was released on %s", dayOf(d, release.ReleasedAt))
}

func registered(d models.Dossier) models.Criterion {
	c := check{"prior_involvement_registered", involvementSource}
	r, e, ok := report(d)
	if !ok || !r.RegisterComplete {
		return c.notMet("no report confirms that the register of market contacts is complete")
	}
	contacts := d.Of(models.EntryMarketContact)
	evidence, involved := []string{Reference(e)}, 0
	for _, contact := range contacts {
		evidence = append(evidence, Reference(contact))
		if m, ok := models.BodyOf[models.MarketContact](contact); ok && m.Involvement != models.InvolvementNone {
			involved++
		}
	}
	return c.met(evidence,
		"the register is complete: %d contacts, %d operators involved beforehand, with measures for each",
		len(contacts), involved)
}

func routed(d models.Dossier) models.Criterion {
	c := check{"route_confirmed", consultationSource}
	e, ok := d.Latest(models.EntryRoute)
	if !ok {
		return c.notMet("no route is confirmed")
	}
	route, ok := models.BodyOf[models.Route](e)
	if !ok {
		return c.notMet("the route cannot be read")
	}
	if err := route.CheckAgainst(d, e); err != nil {
		return c.notMet("the route %s does not follow from the state of the art, and no reason is given", route.Route)
	}
	detail := "the route is " + route.Route
	if route.Deviation != "" {
		detail += ", which the state of the art does not point to; a reason is given"
	}
	return c.met([]string{Reference(e)}, "%s", detail)
}
