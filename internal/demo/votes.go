package demo

import (
	"fmt"
	"strings"

	"github.com/ppi-engine/ppi/models"
)

// gateIs is the gate of a phase as the API shows it.
type gateIs struct {
	Digest   string             `json:"digest"`
	Met      bool               `json:"met"`
	Criteria []models.Criterion `json:"criteria"`
	Decision string             `json:"decision"`
}

func (p *play) gate(phase models.Phase) gateIs {
	var g gateIs
	p.get(p.lead, "/phases/"+string(phase)+"/gate", &g)
	return g
}

// ballot is a vote on the gate of a phase as it is.
func (p *play) ballot(phase models.Phase, choice string) object {
	return object{"phase": phase, "digest": p.gate(phase).Digest, "choice": choice}
}

// pass shows a gate and has every buyer vote for it.
func (p *play) pass(phase models.Phase) {
	g := p.gate(phase)
	if p.err != nil {
		return
	}
	p.screen.gate(phase, g.Criteria)
	if !g.Met {
		p.err = fmt.Errorf("the gate of %s is not met", phase)
		return
	}
	for _, b := range p.buyers {
		p.act(b.board, models.VerbVote, object{"phase": phase, "digest": g.Digest, "choice": "approve"}, nil)
	}
	p.screen.closed++
	p.tellf("all", "the boards of %s vote for it: the phase %s is closed", p.names(), phase)
}

// motion is a decision that the board takes by votes.
type motion struct {
	ID     string `json:"motion_id"`
	Digest string `json:"digest"`
}

// decide has the board member of one buyer move a motion and those of the other buyers vote for it.
func (p *play) decide(mover int, verb models.Verb, in any) {
	var m motion
	p.act(p.buyers[mover].board, verb, in, &m)
	for i, b := range p.buyers {
		if i != mover {
			p.act(b.board, models.VerbVote, object{"motion": m.ID, "digest": m.Digest, "choice": "approve"}, nil)
		}
	}
}

// names lists the buyers.
func (p *play) names() string {
	names := make([]string, 0, len(p.buyers))
	for _, b := range p.buyers {
		names = append(names, b.Short)
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}
