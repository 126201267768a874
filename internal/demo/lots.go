package demo

import (
	"fmt"
	"strings"

	"github.com/ppi-engine/ppi/models"
)

// A lot is bought by one buyer.
type lot struct {
	id     string
	box    string
	number int
	title  string
	buyer  *buyer
	// offers are made up for those who hand in next; out is somebody who does not go on.
	offers []offer
	out    *supplier
	// tenders are what was handed in last.
	tenders []*tender
	// declared says that the panel has declared its interests.
	declared bool
	ranking  ranking
	// winner is the tender to which the lot is awarded, or of the partner who is left.
	winner *tender
	// earliest is the first day on which a contract may be concluded.
	earliest string
}

// describeLots describes one lot for each buyer, and decides that there are lots.
func (p *play) describeLots() {
	for i, l := range p.facts.Tender.Lots {
		made := p.post(p.drafter, "/lots", object{
			"number": i + 1, "title": en(l.Title.Text()),
			"deadline": p.local("deadline"),
		})
		p.lots = append(p.lots, &lot{id: made.ID, number: i + 1, title: l.Title.Text(), buyer: p.buyerOf(l.Buyer)})
	}
	p.post(p.drafter, "/lots-decision", object{"divided": true})
	p.tellf("GENCI", "divides the procurement into %d lots with one buyer each (sourced; titles and numbers are "+
		"assumed)", len(p.lots))
}

func (p *play) buyerOf(short string) *buyer {
	for i := range p.buyers {
		if p.buyers[i].Short == short {
			return &p.buyers[i]
		}
	}
	p.err = fmt.Errorf("the facts have no buyer %q", short)
	return &buyer{}
}

// prepareTender settles how tenders are ranked, and for whom they are sealed.
func (p *play) prepareTender() {
	p.until("tender_prepared")
	for _, l := range p.lots {
		p.post(p.lead, "/award-criteria", p.criteria(l))
		p.announced(l)
	}
	c := p.facts.Tender.Criteria
	said := []string{"price " + c.PriceWeight}
	for _, k := range c.Quality {
		said = append(said, k.ID+" "+k.Weight)
	}
	p.tellf("GENCI", "settles the award criteria of each lot (assumed): %s points; price relative to the lowest, "+
		"exact decimals", strings.Join(said, ", "))
	r := p.facts.Tender.ReviewBody
	p.post(p.team.lawyers[0], "/review-body", object{
		"name": r.Name, "address": r.Address, "deadlines": en(r.Deadlines),
	})
	p.tellf("GENCI", "its legal adviser names the body responsible for review: %s", r.Name)
	p.makeKeys()
	if p.script.partnership {
		p.certifyRequests()
	}
}

func (p *play) criteria(l *lot) object {
	c := p.facts.Tender.Criteria
	var quality []object
	for _, k := range c.Quality {
		quality = append(quality, object{
			"id": k.ID, "title": en(k.Title), "link": en(k.Link),
			"weight": k.Weight, "max": k.Max,
		})
	}
	return object{
		"lot": l.id, "method": c.Method, "currency": "EUR", "price_weight": c.PriceWeight, "criteria": quality,
		"digits": 2, "rounding": "half_up", "tie_break": []string{"price", "quality", "energy"},
		"consensus": models.ConsensusChair,
		"low":       object{"against": "mean_of_others", "percent": c.LowPercent},
	}
}

// publish dispatches the notice, on the date that is sourced. Until then the market was kept informed.
func (p *play) publish() {
	p.until("contract_notice")
	p.screen.gate(models.PhaseEngagement, p.gate(models.PhaseEngagement).Criteria)
	var published struct {
		Digest string `json:"digest"`
	}
	p.act(p.lead, models.VerbPublish, nil, &published)
	p.screen.closed++
	for _, l := range p.lots {
		l.box = p.boxOf(l)
	}
	p.tellf("GENCI", "dispatches the contract notice (%s in reality): %d lots, deadline %s in Paris; digest %s. The "+
		"phase engagement is closed",
		p.facts.Dates["contract_notice"].OJS, len(p.lots), p.on("deadline", onHour), short(published.Digest))
	p.until("questions_answered")
	p.answerQuestions()
}

// answerQuestions has a supplier ask what was asked in reality, and the lead buyer answer to all at once.
func (p *play) answerQuestions() {
	asker := p.supplier(p.facts.Tender.Suppliers.Played[0].Name)
	p.register(asker)
	var asked []string
	for _, a := range p.facts.Tender.Answers {
		question := p.post(asker.person, "/questions", object{"language": "en", "text": a.Question})
		p.put(p.lead, "/questions/"+question.ID+"/answer", object{"asks": en(a.Question), "answer": en(a.Answer)})
		asked = append(asked, question.ID)
	}
	var published struct {
		References []string `json:"references"`
	}
	p.act(p.lead, models.VerbPublishAnswers, object{"questions": asked}, &published)
	p.tellf("GENCI", "answers %d questions to all at once, as %s; nobody is told who asked", len(asked),
		strings.Join(published.References, ", "))
}
