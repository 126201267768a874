// Package demo plays PPI4HPC, a real joint procurement of innovation, through all six phases. It is a
// client of the API like any other: whatever it does, an integrator can do.
package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/ppi-engine/ppi/examples/ppi4hpc"
	"github.com/ppi-engine/ppi/internal/apiclient"
	"github.com/ppi-engine/ppi/models"
)

// Options say what to play with.
type Options struct {
	// Admin calls the API as an administrator.
	Admin *apiclient.Client
	// Screen is where the story is told.
	Screen io.Writer
	// Seed varies tenders and scores, and with them the winners.
	Seed uint64
}

// A Result is the one line of JSON that the demonstration ends with.
type Result struct {
	Procurement string    `json:"procurement"`
	Status      string    `json:"status"`
	Audit       string    `json:"audit"`
	Phases      []Phase   `json:"phases"`
	Winners     []Winner  `json:"winners"`
	Webhooks    Webhooks  `json:"webhooks"`
	Refusals    []Refusal `json:"refusals"`
	Steps       int       `json:"steps"`
	Seconds     float64   `json:"seconds"`
}

// A Phase is where a phase ended.
type Phase struct {
	Phase  string `json:"phase"`
	Round  int    `json:"round"`
	Status string `json:"status"`
}

// A Winner is who was awarded a lot.
type Winner struct {
	Lot    int    `json:"lot"`
	Tender string `json:"tenderer"`
	Total  string `json:"total"`
}

// Webhooks compares what the feed holds with what arrived, signed, at the portal.
type Webhooks struct {
	Events    int `json:"events"`
	Delivered int `json:"delivered"`
	Failed    int `json:"failed"`
}

// A Refusal was provoked and came as expected.
type Refusal struct {
	Code     string `json:"code"`
	Expected string `json:"expected"`
}

// A play is the demonstration under way. The first error ends it: from then on every step does nothing.
type play struct {
	ctx    context.Context //nolint:containedctx // a play is one call of Play
	facts  ppi4hpc.Facts
	admin  *apiclient.Client
	screen *screen
	err    error
	result Result

	procurement string
	// others are the members beside the lead buyer.
	others  []string
	lead    *apiclient.Client
	drafter *apiclient.Client
	buyers  []buyer
	seed    uint64
}

// A buyer is a contracting authority with the people who act for it.
type buyer struct {
	ppi4hpc.Buyer

	organisation string
	board        *apiclient.Client
	officer      *apiclient.Client
}

// Play plays the whole procurement and says how it ended.
func Play(ctx context.Context, o Options) (Result, error) {
	facts, err := ppi4hpc.Load()
	if err != nil {
		return Result{}, err
	}
	began := time.Now()
	p := &play{ctx: ctx, facts: facts, admin: o.Admin, screen: &screen{out: o.Screen, began: began}, seed: o.Seed}
	p.prologue()
	for _, act := range []func(){
		p.gatherConsortium, p.assessNeeds,
	} {
		act()
	}
	p.epilogue()
	p.result.Procurement, p.result.Steps = p.procurement, p.screen.steps
	p.result.Seconds = time.Since(began).Seconds()
	return p.result, p.err
}

// epilogue reads where the procurement stands in the end.
func (p *play) epilogue() {
	var view struct {
		Status string `json:"status"`
	}
	var phases struct {
		Items []Phase `json:"items"`
	}
	p.get(p.lead, "", &view)
	p.get(p.lead, "/phases", &phases)
	p.result.Status, p.result.Phases = view.Status, phases.Items
	p.screen.chapter("Where it stands")
	for _, phase := range phases.Items {
		p.screen.sayf("  %-15s round %d  %s", phase.Phase, phase.Round, phase.Status)
	}
}

// made is what the API answers when something was made.
type made struct {
	ID      string `json:"id"`
	Digest  string `json:"digest"`
	Version int64  `json:"version"`
	Secret  string `json:"secret"`
}

// post makes something below the procurement, and tells it when said is not empty.
func (p *play) post(who *apiclient.Client, path string, in any, name, said string) made {
	var out made
	p.call(who, apiclient.Request{Method: http.MethodPost, Path: p.path(path), In: in, Out: &out})
	p.tell(name, said)
	return out
}

// act carries out a command on the procurement.
func (p *play) act(who *apiclient.Client, verb models.Verb, in any, name, said string) {
	if in == nil {
		in = struct{}{}
	}
	p.call(who, p.command(verb, in, "*"))
	p.tell(name, said)
}

// get reads something below the procurement.
func (p *play) get(who *apiclient.Client, path string, out any) {
	p.call(who, apiclient.Request{Method: http.MethodGet, Path: p.path(path), Out: out})
}

func (p *play) call(who *apiclient.Client, r apiclient.Request) {
	if p.err == nil {
		_, p.err = who.Do(p.ctx, r)
	}
}

// refused makes a call that must be refused with the code, and shows the refusal.
func (p *play) refused(code models.Code, who *apiclient.Client, r apiclient.Request, name, tried string) {
	if p.err != nil {
		return
	}
	_, err := who.Do(p.ctx, r)
	problem, ok := apiclient.ProblemOf(err)
	switch {
	case err == nil:
		p.err = fmt.Errorf("%s %s: was not refused, but must be with %s", name, tried, code)
		return
	case !ok || problem.Code != string(code):
		p.err = fmt.Errorf("%s %s: must be refused with %s: %w", name, tried, code, err)
		return
	}
	p.result.Refusals = append(p.result.Refusals, Refusal{Code: problem.Code, Expected: string(code)})
	p.screen.refusal(name, tried, problem)
}

func (p *play) path(rest string) string { return "/v1/procurements/" + p.procurement + rest }

func (p *play) tell(name, said string) {
	if p.err == nil && said != "" {
		p.screen.step(p.now(), name, said)
	}
}

// now is the procedure time.
func (p *play) now() time.Time {
	var view struct {
		Now time.Time `json:"now"`
	}
	if p.procurement == "" || p.err != nil {
		return time.Time{}
	}
	if _, err := p.lead.Get(p.ctx, p.path(""), &view); err != nil {
		p.err = errors.Join(p.err, err)
	}
	return view.Now
}

// gateIs is a phase's gate as the API shows it.
type gateIs struct {
	Digest   string             `json:"digest"`
	Met      bool               `json:"met"`
	Criteria []models.Criterion `json:"criteria"`
}

// close shows a gate and has every buyer vote for it.
func (p *play) close(phase models.Phase) {
	var g gateIs
	p.get(p.lead, "/phases/"+string(phase)+"/gate", &g)
	if p.err != nil {
		return
	}
	p.screen.gate(phase, g.Criteria)
	if !g.Met {
		p.err = fmt.Errorf("the gate of %s is not met", phase)
		return
	}
	for _, b := range p.buyers {
		p.act(b.board, models.VerbVote, map[string]any{"phase": phase, "digest": g.Digest, "choice": "approve"},
			b.Short, "votes for the gate of "+string(phase))
	}
}

// en is a text in English, the procurement's language.
func en(text string) models.Text { return models.Text{"en": text} }
