package demo

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ppi-engine/ppi/models"
)

// A ranking is how the engine ranks the tenders for a lot.
type ranking struct {
	Digest  string `json:"digest"`
	Ranking struct {
		Places []place `json:"standings"`
	} `json:"ranking"`
}

type place struct {
	Tender  string `json:"tender"`
	Rank    int    `json:"rank"`
	Total   string `json:"total"`
	Quality string `json:"quality"`
}

// evaluate has a panel score a lot: first everyone alone, then together. Prices are opened after that.
func (p *play) evaluate(l *lot, r round) {
	agreed := strings.Join(p.score(l), "; ")
	p.act(p.chair(), models.VerbLockQuality, object{"lot": l.id}, nil)
	if !r.priced() {
		p.tellf("panel", "of three buyers scores the solutions for lot %d, each alone, then by consensus (energy, "+
			"service): %s", l.number, agreed)
		return
	}
	p.openPrices(l)
	p.get(p.lead, "/lots/"+l.id+"/ranking", &l.ranking)
	p.tellf("panel", "of three buyers scores lot %d, each alone, then by consensus (energy, service): %s. "+
		"Quality is locked, only then prices are opened", l.number, agreed)
}

// panel are the evaluators of a lot, the chair first.
func (p *play) panel() []*person { return p.team.evaluators[:panelSize] }

func (p *play) chair() *person { return p.team.chairs[0] }

// declare has the panel declare that they have no interest in any of the tenderers, who are all named.
func (p *play) declare(l *lot) {
	var known struct {
		Items []struct {
			Organisation string `json:"organisation_id"`
		} `json:"items"`
	}
	p.get(p.chair(), "/lots/"+l.id+"/tenderers", &known)
	tenderers := make([]string, 0, len(known.Items))
	for _, item := range known.Items {
		tenderers = append(tenderers, item.Organisation)
	}
	for _, evaluator := range p.panel() {
		p.post(evaluator, "/conflict-declarations", object{"lot": l.id, "tenderers": tenderers, "conflict": false})
	}
	l.declared = true
}

// score has each evaluator read the contents of the envelopes and write scores of their own, and the chair write the
// scores that the panel agrees on, which are the middle ones. It returns the latter in words.
func (p *play) score(l *lot) []string {
	sheets := map[*tender][][]models.Score{}
	for i, evaluator := range p.panel() {
		for _, t := range l.tenders {
			p.read(p.download(evaluator, "/tenders/"+t.id+"/envelopes/"+strconv.Itoa(envelopeQuality)+"/plaintext"),
				&t.found)
			scores := p.scores(t.found, t.offer.liking[i])
			p.post(evaluator, "/tenders/"+t.id+"/score-sheets", object{"scores": scores})
			sheets[t] = append(sheets[t], scores)
		}
	}
	var said []string
	for _, t := range l.tenders {
		if p.err != nil {
			break
		}
		agreed := middle(sheets[t])
		p.post(p.chair(), "/consensus-scores", object{"tender": t.id, "scores": agreed})
		said = append(said, fmt.Sprintf("%s %s and %s", t.supplier.Name, agreed[0].Score, agreed[1].Score))
	}
	return said
}

// scores judges a promise on scales of ten points: half a point for each MWh below what is asked for,
// and one point less for each hour. An evaluator's liking moves the score of energy by half a point.
func (p *play) scores(found promise, liking int) []models.Score {
	if p.err != nil {
		return nil
	}
	const tenths, halves = 10, 20
	asked := p.facts.Needs.Target
	most, err := strconv.Atoi(asked)
	energy, wrong := strconv.Atoi(strings.ReplaceAll(found.Energy, ".", ""))
	if err := errors.Join(err, wrong); err != nil {
		p.err = fmt.Errorf("compare the energy of an offer with what was asked for: %w", err)
		return nil
	}
	forEnergy := min(max((most*tenths-energy)/tenths+liking, 0), halves)
	forService := halves - 2*found.Hours
	return []models.Score{
		{
			Criterion: "energy", Score: half(forEnergy),
			Reason: "warrants " + found.Energy + " MWh for a simulated year, where at most " + asked +
				" are asked for (assumed)",
		},
		{
			Criterion: "service", Score: half(forService),
			Reason: fmt.Sprintf("staff on the site within %d hours, where 8 are asked for (assumed)", found.Hours),
		},
	}
}

// half writes half points as a decimal number.
func half(halves int) string { return decimal(halves * 5) }

// middle takes the middle score of each criterion, with the reason that its evaluator gave.
func middle(sheets [][]models.Score) []models.Score {
	var agreed []models.Score
	for k := range sheets[0] {
		given := make([]models.Score, 0, len(sheets))
		for _, sheet := range sheets {
			given = append(given, sheet[k])
		}
		// All have one digit after the point, so the shorter number is the smaller one.
		slices.SortFunc(given, func(a, b models.Score) int {
			return cmp.Or(cmp.Compare(len(a.Score), len(b.Score)), cmp.Compare(a.Score, b.Score))
		})
		agreed = append(agreed, given[len(given)/2])
	}
	return agreed
}
