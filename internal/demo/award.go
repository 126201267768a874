package demo

import (
	"fmt"
	"time"

	"github.com/ppi-engine/ppi/models"
)

// awardLots has the board award each lot, tells the tenderers and lets the standstill pass.
func (p *play) awardLots() {
	p.until("award")
	for _, l := range p.lots {
		p.award(l)
	}
	if p.err != nil {
		return
	}
	p.until("letters")
	var last time.Time
	for _, l := range p.lots {
		last = p.sendLetters(l)
	}
	p.refused(models.CodeStandstill, p.lead, p.writing("/contracts", p.contract(p.lots[0], p.lots[0].winner)), "GENCI",
		"signs the contract of lot 1 during the standstill")
	p.advance(last)
	p.showClock(toTheMinute, "the standstill is over, as the engine counted it", "from an assumed date")
}

// award has the board award a lot to the first of the ranking, or to as many of the first as become partners.
func (p *play) award(l *lot) {
	first, ok := p.first(l)
	if !ok {
		return
	}
	l.winner = first
	award := object{"lot": l.id, "tender": first.id, "ranking": l.ranking.Digest}
	signature := object{
		"lot": l.id, "tender": first.id, "ranking": l.ranking.Digest, "capacity": "Director (assumed)",
	}
	said := first.supplier.Name + ", the first of the ranking"
	if further := p.partners(l)[1:]; len(further) > 0 {
		award["partners"] = []string{further[0].id}
		signature["partners"] = award["partners"]
		said = first.supplier.Name + " and " + further[0].supplier.Name + ", who become partners"
	}
	p.decide(p.indexOf(l.buyer), models.VerbAward, award)
	p.post(p.team.awarders[0], "/award-signatures", signature)
	p.tellf(l.buyer.Short, "moves to award lot %d to %s; the boards of all buyers agree, and an awarder signs",
		l.number, said)
}

func (p *play) indexOf(b *buyer) int {
	for i := range p.buyers {
		if &p.buyers[i] == b {
			return i
		}
	}
	return 0
}

// first is the tender in the first place of the ranking.
func (p *play) first(l *lot) (*tender, bool) {
	if p.err != nil {
		return nil, false
	}
	if len(l.ranking.Ranking.Places) == 0 {
		p.err = fmt.Errorf("lot %d has no ranking", l.number)
		return nil, false
	}
	return l.tender(l.ranking.Ranking.Places[0].Tender), true
}

func (l *lot) tender(id string) *tender {
	for _, t := range l.tenders {
		if t.id == id {
			return t
		}
	}
	return &tender{supplier: &supplier{}}
}

// sendLetters tells the tenderers of a lot, and returns when its standstill is over.
func (p *play) sendLetters(l *lot) time.Time {
	var out struct {
		Letters          int       `json:"letters"`
		StandstillUntil  time.Time `json:"standstill_until"`
		EarliestContract string    `json:"earliest_contract"`
	}
	p.act(p.lead, models.VerbSendLetters, object{"lot": l.id, "means": "electronic"}, &out)
	l.earliest = out.EarliestContract
	p.tellf("GENCI", "sends %d letters on lot %d with points and reasons; by the standstill no contract before %s",
		out.Letters, l.number, out.EarliestContract)
	return out.StandstillUntil
}
