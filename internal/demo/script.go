package demo

import (
	"slices"

	"github.com/ppi-engine/ppi/models"
)

// A script is how a procedure is played from its notice to its last tenders.
type script struct {
	rounds []round
	// least is the fewest that are invited if so many qualify (Directive 2014/24/EU, Article 65(2)).
	least int
	// partnership says that the lots go on after their award, in phases of research and development.
	partnership bool
}

// A round is what is handed in by one deadline, and what the buyers do with it.
type round struct {
	// dates begin the names of its dates in the facts; those of the first round have none.
	dates string
	// stage is the one to which its participants are invited; empty for the only one that follows.
	stage models.StageCode
	// called is what is handed in.
	called string
	kinds  []models.EnvelopeKind
	// talks are held with every participant; news says that all are told what one has learned.
	talks, news bool
	// scored says that the award criteria are applied, with the price if one is handed in.
	scored bool
	// keep is how many go on; 0: everybody who was admitted.
	keep int
}

const requests = "requests to participate"

// scripts are the procedures that are played, by their names in the facts. Where the number of participants is reduced,
// so many remain as the notice says (Directive 2014/24/EU, Article 66).
func scripts(remain int) map[string]script {
	able := []models.EnvelopeKind{models.EnvelopeQualification}
	solution := []models.EnvelopeKind{models.EnvelopeQuality}
	tender := []models.EnvelopeKind{models.EnvelopeQuality, models.EnvelopePrice}
	first := round{called: requests, kinds: able}
	final := round{dates: "final_", stage: "final", called: "final tenders", kinds: tender, scored: true}
	initial := round{dates: "initial_", stage: "initial", called: "initial tenders", kinds: tender, talks: true}
	reduced := initial
	reduced.scored, reduced.keep = true, remain
	return map[string]script{
		"open": {rounds: []round{{called: "tenders", kinds: tender, scored: true}}},
		"restricted": {least: 5, rounds: []round{
			first, {dates: "tenders_", called: "tenders", kinds: tender, scored: true},
		}},
		"negotiated": {least: 3, rounds: []round{first, reduced, final}},
		"dialogue": {least: 3, rounds: []round{
			first,
			{
				dates: "first_", stage: "dialogue", called: "first solutions", kinds: solution,
				talks: true, news: true, scored: true, keep: remain,
			},
			{dates: "second_", stage: "dialogue", called: "second solutions", kinds: solution, talks: true},
			final,
		}},
		"partnership": {least: 3, rounds: []round{first, initial, final}, partnership: true},
	}
}

// selects tells that candidates are selected by what is handed in.
func (r round) selects() bool { return r.called == requests }

// priced tells that a price is handed in.
func (r round) priced() bool { return len(r.kinds) > 1 }

// date is the name of one of its dates.
func (r round) date(name string) string { return r.dates + name }

// announced is what the notice needs beside criteria and openers: how candidates are selected, how talks are conducted,
// and how a partnership goes on.
func (p *play) announced(l *lot) {
	if !p.script.rounds[0].selects() {
		return
	}
	var criteria []object
	for _, c := range p.facts.Selection.Criteria {
		criteria = append(criteria, object{"id": c.ID, "title": en(c.Title), "requirement": en(c.Requirement)})
	}
	p.post(p.lead, "/selection-criteria", object{"lot": l.id, "criteria": criteria, "least": p.script.least})
	if p.script.has(func(r round) bool { return r.talks }) {
		p.post(p.lead, "/conduct", p.conduct(l))
	}
	if p.script.partnership {
		p.post(p.lead, "/partnership-plans", p.partnershipPlan(l))
	}
}

// has tells that one of the rounds is so.
func (s script) has(so func(round) bool) bool { return slices.ContainsFunc(s.rounds, so) }

func (p *play) conduct(l *lot) object {
	in := object{"lot": l.id, "method": en(p.facts.Talks.Method)}
	if p.script.has(func(r round) bool { return r.stage == "dialogue" }) {
		in["payments"] = en(p.facts.Talks.Payments)
	}
	if p.script.has(func(r round) bool { return r.keep > 0 }) {
		in["reduction"], in["remain"] = true, p.facts.Talks.Remain
	}
	return in
}
