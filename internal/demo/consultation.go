package demo

import (
	"fmt"
	"strings"

	"github.com/ppi-engine/ppi/examples/ppi4hpc"
	"github.com/ppi-engine/ppi/models"
)

func (p *play) consultMarket() {
	p.screen.chapter("Phase 2 of 6 · Market consultation, and phase 3 beside it")
	p.until("consultation_opens")
	p.planEngagement()
	p.announce()
	p.until("open_dialogue_event")
	inputs := []object{p.use(p.openDialogue(), true, "the needs and requirements that follow were discussed there")}
	p.inform("open_dialogue_event")
	p.meetOneToOne()
	p.until("legal_conference")
	inputs = append(inputs, p.use(p.legalConference(), true, "the law that applies is named in the agreement"))
	p.inform("legal_conference")
	p.until("responses")
	for _, r := range p.facts.Consultation.Responses {
		inputs = append(inputs, p.use(p.respond(r), true, "it shows that the target can be reached"))
	}
	p.until("consultation_closes")
	p.until("consultation_report")
	p.report(inputs)
	p.pass(models.PhaseConsultation)
}

func (p *play) use(input string, used bool, reason string) object {
	return object{"input": input, "used": used, "reason": reason}
}

// announce invites the market; a question that names a product is refused before.
func (p *play) announce() {
	c := p.facts.Consultation
	var questions []object
	for _, q := range c.Questions {
		questions = append(questions, object{"id": q.ID, "text": en(q.Text), "answer": q.Answer, "required": true})
	}
	branded := object{"questions": []object{{"id": "energy", "text": en(c.BrandedQuestion), "answer": "text"}}}
	p.refused(models.CodeProductNamed, p.drafter, p.writing("/questionnaires", branded), "GENCI",
		fmt.Sprintf("asks the market: “%s”", c.BrandedQuestion))
	p.announcement = p.post(p.drafter, "/consultation-announcements", object{
		"title": en(c.Event.Name.Value + " and questions to the market"), "subject": en(p.facts.Needs.Outcome),
		"how_to_take_part": en("Come to the event, respond to the questions, or both; everyone is told the same."),
		"closes":           p.local("consultation_closes"),
		"countries":        strings.Split(c.Countries.Text(), ","), "places": p.channels(),
	})
	asked := p.post(p.drafter, "/questionnaires", object{"questions": questions})
	p.act(p.lead, models.VerbAnnounce, object{"announcement": p.announcement.named(), "questionnaire": asked.named()},
		nil)
	p.tellf("GENCI", "announces the market consultation to all on equal terms, with %d questions, until %s*",
		len(questions), p.on("consultation_closes", onHour))
}

// openDialogue records the event. No source names the companies, so they are counted and not named.
func (p *play) openDialogue() string {
	e := p.facts.Consultation.Event
	var companies []object
	for i := range e.Companies {
		companies = append(companies, object{"name": fmt.Sprintf("Company %d of %d (name not in the sources)", i+1,
			e.Companies)})
	}
	held := p.post(p.drafter, "/consultation-events", object{
		"announcement": p.announcement.ID, "format": "meeting", "title": en(e.Name.Value), "date": p.today(),
		"place":        e.Place.Value,
		"participants": e.Companies, "organisations": companies, "minutes": object{"note": e.Content.Value},
	})
	p.tellf("all", "hold the %s in %s with %d companies. Their names and countries are in no source", e.Name.Value,
		e.Place.Value, e.Companies)
	return held.ID
}

func (p *play) meetOneToOne() {
	p.until("one_to_one")
	p.post(p.buyers[0].officer, "/market-contacts", object{
		"operator": "A vendor (name not in the sources)", "date": p.today(), "with": []string{p.lead.id},
		"involvement":     models.InvolvementNone,
		"shared":          "Confidential technical information of the vendor only",
		"shared_with_all": "Nothing was told that was not told to all at the event",
	})
	p.tellf("GENCI", "registers a one-to-one meeting: the vendor spoke, nothing was shared that not all had heard")
}

func (p *play) legalConference() string {
	held := p.post(p.drafter, "/consultation-events", object{
		"announcement": p.announcement.ID, "format": "other",
		"title": en("Audio conference on legal matters, 11:00 to 13:00"), "date": p.today(),
		"place": "By telephone", "participants": 0, "organisations": []object{},
		"minutes": object{"note": p.facts.Consultation.LegalConference.Value + " How many took part is in no source."},
	})
	p.tellf("GENCI", "answers legal questions in an audio conference, 11:00 to 13:00")
	return held.ID
}

// respond has a supplier respond; responses are assumed, their number is in no source.
func (p *play) respond(r ppi4hpc.Response) string {
	s := p.supplier(r.Supplier)
	means := object{"question": "means", "answer": r.Means}
	confidence := ""
	if r.Secret {
		means["confidential"], means["rationale"] = true, "trade secret"
		confidence = ", partly in confidence"
	}
	given := p.post(s.person, "/consultations/"+p.announcement.ID+"/responses",
		object{"language": "en", "answers": []object{
			{"question": "energy", "answer": r.Energy}, means,
		}})
	p.tellf(s.Name, "responds (assumed)%s: %s MWh can be reached", confidence, r.Energy)
	return given.ID
}

func (p *play) report(inputs []object) {
	report := p.post(p.drafter, "/consultation-reports", object{
		"summary": en(p.facts.Consultation.Report), "register_complete": true, "inputs": inputs,
	})
	p.act(p.lead, models.VerbRelease, report.named(), nil)
	p.tellf("GENCI", "releases the report: what came of each of %d inputs, without anybody's secrets", len(inputs))
	p.post(p.drafter, "/preliminary-cases", p.preliminaryCase(models.CaseAfterConsultation))
	p.post(p.lead, "/route", object{
		"route": p.procedure.Route, "reason": p.procedure.RouteReason,
	})
	p.tellf("GENCI", "confirms the route %s, for a reason: %s", p.procedure.Route, p.procedure.RouteReason)
}
