package demo

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/ppi-engine/ppi/examples/ppi4hpc"
	"github.com/ppi-engine/ppi/internal/apiclient"
	"github.com/ppi-engine/ppi/models"
)

// prologue says what is about to be shown, and what of it is real and what is not.
func (p *play) prologue() {
	s := p.screen
	s.sayf("%s", strings.Repeat("═", rule))
	s.sayf("PPI Engine – a rehearsal of a real joint procurement of innovation")
	s.sayf("%s", p.facts.Case)
	s.sayf("%s", strings.Repeat("═", rule))
	s.sayf("%s", p.howItIsPlayed())
	s.wrap("Sourced:  ", fmt.Sprintf("the %d buyers, the lead, the call, the %s of %s with %d companies, the audio "+
		"conference of %s, the notice of %s, the answers of %s, the deadline of %s in Paris (for requests to "+
		"participate), %s lots with one buyer each. Each with its source in examples/ppi4hpc/facts.json.",
		len(p.facts.Buyers), p.facts.Consultation.Event.Name.Value, p.on("open_dialogue_event", onDay),
		p.facts.Consultation.Event.Companies,
		p.on("legal_conference", onDay), p.on("contract_notice", onHour), p.on("questions_answered", onDay),
		p.on("deadline", onHour), p.facts.Tender.LotCount.Value))
	s.wrap("Assumed:  ", "what is written, the rounds, suppliers, tenders, scores, prices, winners, and every "+
		"date that the sources lack. "+
		"They carry assumed: true there; here their dates have a star*.")
	s.sayf("Nothing is published: a rehearsal runs on a clock of its own, on the code that runs live procurements.")
}

// howItIsPlayed says whether the procedure is what the case was.
func (p *play) howItIsPlayed() string {
	was, played := strings.ToUpper(p.facts.Procedure.Value), strings.ToUpper(p.procedure.Name)
	if was == played {
		return "As it was: " + withArticle(was) + "."
	}
	return "NOT as it was: the real procedure was " + withArticle(was) + ". It is replayed here as " +
		withArticle(played) + "."
}

// withArticle puts the article before the name of a procedure.
func withArticle(name string) string {
	if strings.ContainsAny(name[:1], "AEIOaeio") {
		return "an " + name
	}
	return "a " + name
}

// gatherConsortium registers the four buyers with their people, and a portal that is told of everything.
func (p *play) gatherConsortium() {
	p.screen.chapter("The consortium")
	for _, b := range p.facts.Buyers {
		p.buyers = append(p.buyers, buyer{
			Buyer:        b,
			organisation: p.authority(b),
		})
	}
	p.lead = p.person(p.buyers[0].organisation, "lead procurer")
	p.send(p.voices[p.buyers[0].organisation], apiclient.Request{
		Method: http.MethodPut, IfMatch: "*",
		Path: "/v1/organisations/" + p.buyers[0].organisation + "/representatives/" + p.lead.id,
	})
	p.readKeys()
	if !p.procedureOnly {
		p.registerPortal()
	}
	p.draft()
	p.showDate(p.facts.Dates["kick_off"])
	p.tellf("GENCI", "registers a portal that is sent signed webhooks of rehearsals: %s", p.portal.url)
	p.tellf("GENCI", "drafts the joint procurement under the call %s, as lead procurer", p.facts.Call.Value)
	for i := range p.buyers {
		b := &p.buyers[i]
		b.board = p.staff(b.organisation, models.RoleBoard)
		b.officer = p.staff(b.organisation, models.RoleBuyer)
		p.tellf(b.Short, "joins from %s, by its representative, with a board member and a buyer: %s", b.Country, b.Name)
	}
	p.drafter = p.staff(p.buyers[0].organisation, models.RoleDrafter, models.RoleBoard)
	if !p.procedureOnly {
		p.showEligibility()
	}
	p.act(p.lead, models.VerbStart, nil, nil)
	p.tellf("GENCI", "starts the procurement: needs assessment and capacity building begin")
	if !p.procedureOnly {
		p.refusedConsortium()
	}
}

// showEligibility shows how the call's rules find the consortium.
func (p *play) showEligibility() {
	var found struct {
		Summary struct {
			Met int `json:"met"`
		} `json:"summary"`
		Rules []struct {
			ID        string         `json:"id"`
			Finding   models.Finding `json:"finding"`
			Explained string         `json:"explained"`
			Reason    string         `json:"reason"`
		} `json:"rules"`
	}
	p.send(p.lead, apiclient.Request{
		Method: http.MethodPost, Path: p.path("/eligibility"), In: struct{}{}, Out: &found,
	})
	p.tellf("GENCI", "asks whether the consortium is eligible under %s: %d of %d rules are met", p.facts.Call.Value,
		found.Summary.Met, len(found.Rules))
	for _, r := range found.Rules {
		p.screen.criterion(models.Criterion{
			Code: r.ID, Finding: r.Finding, Detail: r.Explained + " Found: " + r.Reason,
		})
	}
}

func (p *play) draft() {
	members := make([]string, 0, len(p.buyers))
	for _, b := range p.buyers[1:] {
		members = append(members, b.organisation)
	}
	p.draftOf("PPI4HPC: "+p.facts.Subject.Value, p.facts.Call.Value, members)
}

// draftOf drafts a rehearsal that begins at the kick-off, with the given members beside the lead buyer.
func (p *play) draftOf(title, profile string, members []string) {
	kickOff, err := p.facts.Dates["kick_off"].At(p.zone)
	if err != nil {
		p.err = err
		return
	}
	p.clock = kickOff
	var out made
	p.send(p.lead, apiclient.Request{Method: http.MethodPost, Path: "/v1/procurements", Out: &out, In: object{
		"title": en(title),
		"description": en("Innovation sought in " + p.facts.InnovationFocus.Value +
			". Rehearsal of a real case; assumed: true where the sources are silent."),
		"languages": []string{"en"}, "mode": models.ModeRehearsal, "clock": kickOff.UTC(),
		"profile": profile, "zone": p.facts.Zone,
	}})
	p.procurement, p.others = out.ID, members
	for _, member := range members {
		p.put(p.lead, "/members/"+member, object{})
		p.send(p.voices[member], apiclient.Request{
			Method: http.MethodPost, Path: p.path("/members/" + member + "/actions/accept"), IfMatch: "*",
		})
	}
}

// refusedConsortium tries a second procurement whose two buyers come from one country.
func (p *play) refusedConsortium() {
	const profile = "COS-PPI-2020-2-04"
	second := *p
	second.draftOf("A second consortium, of one country", profile,
		[]string{p.organisation("Second French buyer (assumed)", "FR", models.OrganisationContractingAuthority)})
	second.staff(p.buyers[0].organisation, models.RoleBoard)
	second.staff(second.others[0], models.RoleBoard)
	p.err = second.err
	p.refused(models.CodeIneligible, p.lead, second.command(models.VerbStart, struct{}{}, "*"),
		"GENCI", "starts another procurement, of two French buyers, under "+profile)
}

// authority registers a buyer, with its address where the sources have it.
func (p *play) authority(b ppi4hpc.Buyer) string {
	in := object{"legal_name": b.Name, "country": b.Country, "kind": models.OrganisationContractingAuthority}
	if b.Address != nil {
		in["address"] = b.Address
	}
	return p.registered(in)
}

// organisation registers an organisation of which only name and country are known.
func (p *play) organisation(name, country string, kind models.OrganisationKind) string {
	return p.registered(object{"legal_name": name, "country": country, "kind": kind})
}

// registered registers an organisation, and enrols its representative.
func (p *play) registered(in object) string {
	var out made
	p.sendAsAdmin(apiclient.Request{Method: http.MethodPost, Path: "/v1/organisations", Out: &out, In: in})
	p.voices[out.ID] = p.enrol(&person{Client: p.admin}, "/v1/organisations/"+out.ID+"/representatives",
		object{"name": "representative"})
	return out.ID
}

// person registers a person of an organisation, by its representative.
func (p *play) person(organisation, name string) *person {
	return p.enrol(p.voices[organisation], "/v1/people", object{"organisation_id": organisation, "name": name})
}

// enrol registers a person by a request that answers with a code, which the person redeems for an API key.
func (p *play) enrol(by *person, path string, in object) *person {
	var someone struct {
		ID        string `json:"id"`
		Enrolment struct {
			Code string `json:"code"`
		} `json:"enrolment"`
	}
	p.send(by, apiclient.Request{Method: http.MethodPost, Path: path, In: in, Out: &someone})
	var enrolled struct {
		Key made `json:"key"`
	}
	p.send(&person{Client: p.admin.As("")}, apiclient.Request{
		Method: http.MethodPost, Path: "/v1/enrolments/actions/redeem", Out: &enrolled,
		In: object{"code": someone.Enrolment.Code, "label": "key"},
	})
	return &person{Client: p.admin.As(enrolled.Key.Secret), id: someone.ID}
}

func (p *play) sendAsAdmin(r apiclient.Request) { p.send(&person{Client: p.admin}, r) }

// staff registers a person of a member, who gives them roles on the procurement.
func (p *play) staff(organisation string, roles ...models.Role) *person {
	someone := p.person(organisation, string(roles[0]))
	for _, role := range roles {
		p.post(p.voices[organisation], "/roles", object{"person_id": someone.id, "role": role})
	}
	return someone
}
