package command

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/ppi-engine/ppi/internal/apiclient"
	"github.com/ppi-engine/ppi/internal/bench/stack"
	"github.com/ppi-engine/ppi/internal/rig"
	"github.com/ppi-engine/ppi/models"
)

// crowdCallers vote on one procurement at the same time, for the buyers of crowdCountries.
const crowdCallers = 32

var crowdCountries = []string{"FR", "ES", "DE", "IT", "BE", "SI", "PL", "PT"}

// CrowdBar is the ratio of the 99th percentiles that the product is held to, at most.
const CrowdBar = 1.0

// crowd compares how long the slowest of many callers on one procurement wait with how long they do when acts are
// ordinary activities: local ones are answered together, when the workflow task ends.
func crowd(ctx context.Context, s *stack.Stack, product *rig.Rig, o Options) (err error) {
	ordinary, err := rig.Start(ctx, rig.Options{
		DSN: s.DSN, TemporalAddress: s.Temporal, TaskQueue: "ordinary", MaxConns: 32, OrdinaryActs: true, Log: o.Log,
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, ordinary.Close()) }()
	worker := ordinary.StartWorker(ctx)
	defer func() { err = errors.Join(err, worker.Stop()) }()
	local, err := crowdCalls(ctx, product)
	if err != nil {
		return err
	}
	plain, err := crowdCalls(ctx, ordinary)
	if err != nil {
		return err
	}
	times, err := alternate(ctx, o, local, plain)
	if err != nil {
		return err
	}
	p50, p99 := ratioAt(times, 50), ratioAt(times, 99)
	fmt.Fprintf(o.Out, "command, %d callers on one procurement: product p50 %v, p99 %v; with ordinary activities p50 "+
		"%v, p99 %v; "+
		"ratios %.2f and %.2f (bar of p99 at most %.2f)\n", len(local),
		brief(percentile(times[0], 50)), brief(percentile(times[0], 99)), brief(percentile(times[1], 50)),
		brief(percentile(times[1], 99)),
		p50, p99, CrowdBar)
	return nil
}

func ratioAt(times [][]time.Duration, p int) float64 {
	return float64(percentile(times[0], p)) / float64(percentile(times[1], p))
}

// crowdCalls prepares one running procurement, on which several callers vote for each buyer. A vote that another one of
// the buyer has overtaken is refused, which is an outcome, too.
func crowdCalls(ctx context.Context, r *rig.Rig) ([]call, error) {
	c, err := r.Consortium(ctx, rig.Draft{Mode: models.ModeLive, Countries: crowdCountries})
	if err != nil {
		return nil, err
	}
	if _, err := c.Lead.Act(ctx, c.Procurement, string(models.VerbStart), nil, nil); err != nil {
		return nil, err
	}
	calls := make([]call, crowdCallers)
	for i := range calls {
		vote, err := voting(ctx, c, i%len(crowdCountries))
		if err != nil {
			return nil, err
		}
		calls[i] = func(ctx context.Context, n int) error {
			err := vote(ctx, n)
			if p, refused := apiclient.ProblemOf(err); refused && p.Status < http.StatusInternalServerError {
				return nil
			}
			return err
		}
	}
	return calls, nil
}
