package demo

import (
	"fmt"
	"strings"
	"time"

	"github.com/ppi-engine/ppi/internal/apiclient"
	"github.com/ppi-engine/ppi/models"
)

func (p *play) executeTender() {
	p.screen.chapter("Phase 6 of 6 · Tender")
	p.until("spring_bulletin")
	p.inform("spring_bulletin")
	p.prepareTender()
	p.publish()
	p.drawOffers()
	for n, r := range p.script.rounds {
		if n > 0 {
			p.screen.chapter("Tender · " + r.called)
			p.invite(p.script.rounds[n-1], r)
		}
		p.receive(r)
		p.closeBoxes(r)
		p.open(r)
		p.judge(r)
	}
}

// drawOffers makes up who takes part in each lot, and with what. Where candidates are selected, one more asks.
func (p *play) drawOffers() {
	offers, outsiders := offersOf(p.facts.Tender, p.seed)
	for i, l := range p.lots {
		l.offers = offers[i]
		if p.script.rounds[0].selects() {
			l.offers = append(l.offers, offer{supplier: outsiders[i], unable: true})
		}
	}
}

// invite has the board invite those who go on from a round to the next one, all at once.
func (p *play) invite(from, to round) {
	p.until(to.date("invited"))
	if from.keep > 0 {
		p.refused(models.CodeNotAnnouncedSo, p.lead, apiclient.Request{Path: p.path(shortlist(p.lots[0], to, 1))},
			"GENCI", fmt.Sprintf("tries to go on with one participant, where the notice says %d", from.keep))
	}
	for _, l := range p.lots {
		var list struct {
			Digest     string `json:"digest"`
			Candidates []struct {
				Request string `json:"request"`
				Invited bool   `json:"invited"`
			} `json:"candidates"`
		}
		p.get(p.lead, shortlist(l, to, from.keep), &list)
		invitation := object{"lot": l.id, "shortlist": list.Digest, "deadline": p.local(to.date("deadline"))}
		if to.stage != "" {
			invitation["stage"] = to.stage
		}
		if from.keep > 0 {
			invitation["keep"] = from.keep
		}
		p.decide(p.indexOf(l.buyer), models.VerbInvite, invitation)
		invited := map[string]bool{}
		for _, c := range list.Candidates {
			invited[c.Request] = c.Invited
		}
		p.goOn(l, from, to, invited)
	}
}

// shortlist is where it is said who would go on from a lot.
func shortlist(l *lot, to round, keep int) string {
	query := "?stage=" + string(to.stage)
	if keep > 0 {
		query += fmt.Sprintf("&keep=%d", keep)
	}
	return "/lots/" + l.id + "/shortlist" + query
}

// goOn remembers who was invited, with offers that are better after talks.
func (p *play) goOn(l *lot, from, to round, invited map[string]bool) {
	var in, out []string
	l.offers = nil
	for _, t := range l.tenders {
		if !invited[t.id] {
			out = append(out, t.supplier.Name)
			l.out = t.supplier
			continue
		}
		in = append(in, t.supplier.Name)
		if from.talks {
			t.offer = t.offer.improved()
		}
		l.offers = append(l.offers, t.offer)
	}
	l.tenders, l.box = nil, p.boxOf(l)
	p.tellf(l.buyer.Short, "moves to invite %s to hand in %s for lot %d; the boards of all agree%s",
		strings.Join(in, ", "), to.called, l.number, notInvited(from, len(in), out))
}

// notInvited says who does not go on, or why more do than were to.
func notInvited(from round, in int, out []string) string {
	switch {
	case len(out) > 0:
		return "; told why not: " + strings.Join(out, ", ")
	case from.keep > 0 && in > from.keep:
		return fmt.Sprintf("; equal points in place %d, so all of them", from.keep)
	default:
		return ""
	}
}

// boxOf is the last box of a lot.
func (p *play) boxOf(l *lot) string {
	var view struct {
		Boxes []made `json:"boxes"`
	}
	p.get(p.lead, "/lots/"+l.id, &view)
	if p.err != nil || len(view.Boxes) == 0 {
		return ""
	}
	return view.Boxes[len(view.Boxes)-1].ID
}

// receive has suppliers seal and hand in what a round asks for. In the first one the last comes a minute before the
// deadline.
func (p *play) receive(r round) {
	p.until(r.date("arrive"))
	first := r.dates == ""
	if !first {
		p.refuseUninvited(r)
	}
	for i, l := range p.lots {
		for j, o := range l.offers {
			if first && i == len(p.lots)-1 && j == len(l.offers)-1 {
				p.until("last_minute")
			}
			p.handIn(l, r, o)
		}
	}
	if first {
		p.refused(models.CodeDeadlineNotOver, p.team.openers[0],
			p.command(models.VerbOpen, object{"lot": p.lots[0].id}, "*"),
			"GENCI", "lets an opener try to open lot 1 a minute before the deadline")
	}
}

// refuseUninvited has somebody who did not go on hand in all the same.
func (p *play) refuseUninvited(r round) {
	for _, l := range p.lots {
		if l.out == nil || p.procedureOnly {
			continue
		}
		p.refused(models.CodeNotInvited, l.out.person, p.handingIn(l, r, l.out, l.offers[0]), l.out.Name,
			fmt.Sprintf("hands in for lot %d without an invitation", l.number))
		return
	}
}

// closeBoxes lets the deadline pass; at the first, one supplier comes a second late.
func (p *play) closeBoxes(r round) {
	if r.dates != "" {
		p.until(r.date("deadline"))
		p.pastDeadline()
	} else {
		late := p.supplier(p.facts.Tender.LateSupplier.Name)
		p.register(late)
		handing := p.handingIn(p.lots[0], r, late, p.lots[0].offers[0])
		p.until("deadline")
		p.pastDeadline()
		p.refused(models.CodeDeadlinePassed, late.person, handing, late.Name,
			"hands in for lot 1 one second after the deadline")
	}
	for _, l := range p.lots {
		p.awaitClosed(l)
	}
	p.tellf("engine", "closed the boxes of %d lots on their deadline", len(p.lots))
}

func (p *play) pastDeadline() { p.advance(p.clock.Truncate(time.Second).Add(time.Second)) }

// judge has the panel and the lead buyer do with a round what the procedure asks for.
func (p *play) judge(r round) {
	p.until(r.date("evaluation"))
	for _, l := range p.lots {
		if !l.declared {
			p.declare(l)
		}
		if r.selects() {
			p.selectCandidates(l)
			continue
		}
		for _, t := range l.tenders {
			p.post(p.lead, "/admissions", object{"tender": t.id, "decision": "admitted"})
		}
		if r.talks {
			p.talk(l, r)
		}
		if r.scored {
			p.evaluate(l, r)
		}
	}
}

// selectCandidates has the chair write which of the candidates are able to carry out the contract.
func (p *play) selectCandidates(l *lot) {
	var able []string
	for _, t := range l.tenders {
		var found ability
		p.read(p.download(p.chair(), "/tenders/"+t.id+"/envelopes/1/plaintext"), &found)
		var findings []object
		for _, c := range p.facts.Selection.Criteria {
			finding := object{"criterion": c.ID, "met": true, "reason": c.Met}
			if !found.Able && c.NotMet != "" {
				finding["met"], finding["reason"] = false, c.NotMet
			}
			findings = append(findings, finding)
		}
		p.post(p.chair(), "/selections", object{"request": t.id, "findings": findings})
		if found.Able {
			able = append(able, t.supplier.Name)
		}
	}
	p.tellf("panel", "its chair reads %d requests for lot %d by the selection criteria: %s qualify", len(l.tenders),
		l.number, strings.Join(able, ", "))
}

// talk holds a talk with every participant. What one of them learned is told to all (Directive 2014/24/EU, Articles
// 29(5) and 30(3)).
func (p *play) talk(l *lot, r round) {
	talks := p.facts.Talks
	var told []string
	var with []string
	for i, t := range l.tenders {
		news := r.news && i == 0
		held := p.post(p.lead, "/talks", object{
			"tender": t.id, "date": p.today(), "place": talks.Place, "minutes": talks.Minutes,
			"buyers": talks.Buyers, "people": talks.People, "subjects": talks.Subjects,
			"record": object{"note": talks.Record}, "news": news,
		})
		if news {
			told = append(told, held.ID)
		}
		with = append(with, t.supplier.Name)
	}
	p.tellf(l.buyer.Short, "talks with %s on lot %d, each for %d minutes, with minutes of each (assumed)",
		strings.Join(with, ", "), l.number, talks.Minutes)
	if len(told) > 0 {
		p.post(p.lead, "/shared-information", object{"lot": l.id, "text": en(talks.Told), "talks": told})
		p.tellf("GENCI", "tells all of lot %d in writing what one of them learned: “%s”", l.number, talks.Told)
	}
}
