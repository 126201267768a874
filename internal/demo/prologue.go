package demo

import (
	"net/http"
	"strings"
	"time"

	"github.com/ppi-engine/ppi/internal/apiclient"
	"github.com/ppi-engine/ppi/models"
)

// prologue says what is about to be shown, what of it is real, and what is not.
func (p *play) prologue() {
	s := p.screen
	s.sayf("%s", strings.Repeat("═", rule))
	s.sayf("PPI Engine – a rehearsal of a real joint procurement of innovation")
	s.sayf("%s", p.facts.Case)
	s.sayf("%s", strings.Repeat("═", rule))
	s.sayf("Real, with sources in examples/ppi4hpc/facts.json: the four buyers, the lead, the call, the Open Dialogue")
	s.sayf("Event of 6 September 2017 with 16 companies, the notice of 12 May 2018 at 09:00, the deadline of 9 July 2018")
	s.sayf("at 12:00 in Paris, four lots with one buyer each.")
	s.sayf("NOT as it was: the real procedure was a %s. It is replayed here as an OPEN PROCEDURE.", p.facts.Procedure.Value)
	s.sayf("Assumed (assumed: true): the procedure, tenders, scores, prices, winners, and every date the sources lack.")
	s.sayf("Nothing is published: a rehearsal runs on a clock of its own, on the code that runs live procurements.")
}

// gatherConsortium registers the four buyers with their people and drafts the procurement.
func (p *play) gatherConsortium() {
	p.screen.chapter("The consortium")
	for _, b := range p.facts.Buyers {
		p.buyers = append(p.buyers, buyer{Buyer: b, organisation: p.organisation(b.Name, b.Country, models.OrganisationContractingAuthority)})
	}
	_, p.lead = p.person(p.buyers[0].organisation, "lead procurer")
	p.draft()
	for i := range p.buyers {
		b := &p.buyers[i]
		b.board = p.staff(b.organisation, models.RoleBoard)
		b.officer = p.staff(b.organisation, models.RoleBuyer)
		p.tell(b.Short, "joins from "+b.Country+" with a board member and a buyer")
	}
	p.drafter = p.staff(p.buyers[0].organisation, models.RoleDrafter, models.RoleBoard)
	p.act(p.lead, models.VerbStart, nil, "GENCI", "starts the procurement: needs assessment and capacity building begin")
}

func (p *play) draft() {
	members := make([]string, 0, len(p.buyers))
	for _, b := range p.buyers[1:] {
		members = append(members, b.organisation)
	}
	p.draftOf("PPI4HPC: "+p.facts.Subject.Value, p.facts.Call.Value, members)
	p.tell("GENCI", "drafts the joint procurement under the call "+p.facts.Call.Value)
}

// draftOf drafts a rehearsal that begins at the kick-off, with the given members beside the lead buyer.
func (p *play) draftOf(title, profile string, members []string) {
	kickOff, err := time.Parse(time.DateOnly, p.facts.Dates.KickOff.Value)
	if err != nil {
		p.err = err
		return
	}
	var out made
	p.call(p.lead, apiclient.Request{Method: http.MethodPost, Path: "/v1/procurements", Out: &out, In: map[string]any{
		"title":       en(title),
		"description": en("Innovation sought in " + p.facts.InnovationFocus.Value + ". Rehearsal of a real case; assumed: true where the sources are silent."),
		"languages":   []string{"en"}, "mode": models.ModeRehearsal, "clock": kickOff.Add(9 * time.Hour),
		"profile": profile, "zone": "Europe/Paris",
	}})
	p.procurement, p.others = out.ID, members
	for _, member := range members {
		p.call(p.lead, apiclient.Request{Method: http.MethodPut, Path: p.path("/members/" + member), In: map[string]any{}, IfMatch: "*"})
	}
}

func (p *play) organisation(name, country string, kind models.OrganisationKind) string {
	var out made
	p.call(p.admin, apiclient.Request{Method: http.MethodPost, Path: "/v1/organisations", Out: &out, In: map[string]any{
		"legal_name": name, "country": country, "kind": kind,
	}})
	return out.ID
}

// person registers a person with an API key.
func (p *play) person(organisation, name string) (string, *apiclient.Client) {
	var person, key made
	p.call(p.admin, apiclient.Request{Method: http.MethodPost, Path: "/v1/people", Out: &person, In: map[string]any{
		"organisation_id": organisation, "name": name,
	}})
	p.call(p.admin, apiclient.Request{Method: http.MethodPost, Path: "/v1/people/" + person.ID + "/api-keys", Out: &key, In: map[string]any{"label": name}})
	return person.ID, p.admin.As(key.Secret)
}

// staff registers a person and gives them roles on the procurement.
func (p *play) staff(organisation string, roles ...models.Role) *apiclient.Client {
	person, client := p.person(organisation, string(roles[0]))
	for _, role := range roles {
		p.call(p.lead, apiclient.Request{Method: http.MethodPost, Path: p.path("/roles"), In: map[string]any{"person_id": person, "role": role}})
	}
	return client
}
