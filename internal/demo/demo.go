// Package demo plays PPI4HPC, a real joint procurement of innovation, through all six phases. It is a client of the API
// like any other: an integrator can do everything that it does.
package demo

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"time"

	"github.com/ppi-engine/ppi/examples/ppi4hpc"
	"github.com/ppi-engine/ppi/internal/apiclient"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/zone"
)

// Options say what to play with.
type Options struct {
	// Admin calls the API as an administrator.
	Admin *apiclient.Client
	// Screen is where the story is told.
	Screen io.Writer
	// Began is when the person who waits for the result began to wait.
	Began time.Time
	// Seed varies tenders and scores, and with them the winners.
	Seed uint64
	// Procedure is a name of [ppi4hpc.Facts.Procedures]; empty: as it was.
	Procedure string
	// ProcedureOnly leaves out the portal with its webhooks, the requests that must be refused, and the audit. What
	// remains are the commands and contents of one procurement, for benchmarks.
	ProcedureOnly bool
}

// A Result is the one line of JSON that the demonstration ends with.
type Result struct {
	Procurement string `json:"procurement"`
	// Procedure is the code of the one that was played.
	Procedure models.ProcedureCode `json:"procedure"`
	Status    string               `json:"status"`
	// Audit is the verdict of verifying the exported events offline.
	Audit  string  `json:"audit"`
	Phases []Phase `json:"phases"`
	// Events counts the events of the procurement that are sent to a webhook endpoint.
	Events   int       `json:"events"`
	Webhooks Webhooks  `json:"webhooks"`
	Winners  []Winner  `json:"winners"`
	Refusals []Refusal `json:"refusals"`
	Seed     uint64    `json:"seed"`
	Steps    int       `json:"steps"`
	// Seconds are counted from when the system was started.
	Seconds float64 `json:"seconds"`
}

// A Phase is the state of a phase at the end.
type Phase struct {
	Phase  string `json:"phase"`
	Round  int    `json:"round"`
	Status string `json:"status"`
}

// A Winner is the tenderer to whom a lot was awarded. All of it is assumed: no source names a winner.
type Winner struct {
	Lot      int    `json:"lot"`
	Buyer    string `json:"buyer"`
	Tenderer string `json:"tenderer"`
	Price    string `json:"price"`
	Total    string `json:"total"`
	Assumed  bool   `json:"assumed"`
}

// Webhooks says what arrived at the portal.
type Webhooks struct {
	// Delivered counts distinct webhook-ids of the procurement whose signature was verified.
	Delivered int `json:"delivered"`
	// Failed counts messages whose signature is wrong, and attempts that did not reach the portal.
	Failed int `json:"failed"`
}

// A Refusal was provoked, and its code is the expected one.
type Refusal struct {
	Code     string `json:"code"`
	Expected string `json:"expected"`
}

// A play is a demonstration under way. After the first error every step does nothing.
type play struct {
	ctx   context.Context //nolint:containedctx // a play is one call of Play
	facts ppi4hpc.Facts
	// procedure is the one that is played, in the rounds of its script.
	procedure ppi4hpc.Procedure
	script    script
	zone      *time.Location
	admin     *apiclient.Client
	screen    *screen
	seed      uint64
	err       error
	result    Result
	// procedureOnly is [Options.ProcedureOnly].
	procedureOnly bool

	// clock is procedure time; assumed tells that no source gives the date.
	clock   time.Time
	assumed bool

	procurement string
	// voices are the representatives of the organisations, by the ID of the organisation.
	voices map[string]*person
	// others are the members beside the lead buyer.
	others  []string
	lead    *person
	drafter *person
	buyers  []buyer
	team    team
	portal  *portal
	// endpoint is the ID of the portal's endpoint.
	endpoint string

	// verifiers are the platform's public keys by use.
	verifiers    map[string]string
	need         made
	estimates    []string
	announcement made
	suppliers    map[string]*supplier
	lots         []*lot
	openers      []*opener
	// fingerprint is that of the openers, as the notice says it.
	fingerprint string
}

// A buyer is a contracting authority with the people who act for it.
type buyer struct {
	ppi4hpc.Buyer

	organisation string
	board        *person
	officer      *person
}

// A person acts with a key of their own.
type person struct {
	*apiclient.Client

	id string
}

// acts are the story, in the order of its dates, then its proof.
func (p *play) acts() []func() {
	story := []func(){
		p.prologue, p.gatherConsortium, p.assessNeeds, p.consultMarket, p.buildCapacity, p.informMarket,
		p.draftSpecification, p.executeTender, p.awardLots, p.concludeContracts, p.writeEnd,
	}
	if !p.procedureOnly {
		story = append(story, p.hearPortal, p.audit)
	}
	return append(story, p.showWinners, p.epilogue)
}

// Play plays the whole procurement and says how it ended.
func Play(ctx context.Context, o Options) (Result, error) {
	facts, err := ppi4hpc.Load()
	if err != nil {
		return Result{}, err
	}
	name := cmp.Or(o.Procedure, ppi4hpc.AsItWas)
	facts, procedure, err := facts.ProcedureOf(name)
	if err != nil {
		return Result{}, err
	}
	there, known := zone.Load(facts.Zone)
	if !known {
		return Result{}, fmt.Errorf("the zone %q of the procurement is not known", facts.Zone)
	}
	p := &play{
		ctx: ctx, facts: facts, procedure: procedure, script: scripts(facts.Talks.Remain)[name], zone: there,
		admin: o.Admin, seed: o.Seed, procedureOnly: o.ProcedureOnly,
		screen: &screen{out: o.Screen, began: o.Began}, suppliers: map[string]*supplier{}, voices: map[string]*person{},
	}
	if p.portal, err = openPortal(ctx); err != nil {
		return Result{}, err
	}
	defer p.portal.close()
	for _, act := range p.acts() {
		if p.err == nil {
			act()
		}
	}
	p.result.Procedure = procedure.Code
	p.result.Procurement, p.result.Seed, p.result.Steps = p.procurement, p.seed, p.screen.steps
	p.result.Seconds = time.Since(o.Began).Seconds()
	return p.result, p.err
}

// epilogue reads the state of the procurement and of its phases at the end.
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
	p.screen.chapter("How it ended: " + view.Status)
	for _, phase := range phases.Items {
		p.screen.sayf("  %-15s round %d  %s", phase.Phase, phase.Round, phase.Status)
	}
	p.screen.sayf("  %d refusals came as expected, %d webhooks were verified, the record is %s.",
		len(p.result.Refusals), p.result.Webhooks.Delivered, p.result.Audit)
}
