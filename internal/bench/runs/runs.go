// Package runs measures how many procurements pass through all six phases per minute, their content preloaded
// and only their commands timed, against bare workflows with the same number of Updates, and an activity that does
// nothing for each act, on the same Temporal server.
package runs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/ppi-engine/ppi/internal/bench/bare"
	"github.com/ppi-engine/ppi/internal/bench/stack"
	"github.com/ppi-engine/ppi/internal/rig"
)

// Bar is the ratio the product is held to, at least.
const Bar = 1.1

// Options say how much to measure.
type Options struct {
	// Together is how many procurements run at a time, Rounds how often either side has its turn.
	Together int
	Rounds   int
	Out      io.Writer
	Log      *slog.Logger
}

// A Result compares both sides.
type Result struct {
	// Product and Bare are runs per minute, medians of the rounds.
	Product, Bare float64
	Ratio         float64
	// BareLocal is the bare workflow with local activities.
	BareLocal float64
	Work      Work
}

// Work is what one run asks of Temporal.
type Work struct {
	// Segments are the numbers of Updates between two contents; Updates is their sum.
	Segments []int
	Updates  int
	// Acts are those of the whole run, by whatever activities they were done.
	Acts int
	// Runs are the runs that hand over to each other.
	Runs int
}

// Run measures after a round to warm up.
func Run(ctx context.Context, o Options) (result Result, err error) {
	s, err := stack.Start(ctx, true, o.Log)
	if err != nil {
		return Result{}, err
	}
	defer func() { err = errors.Join(err, s.Close(context.WithoutCancel(ctx))) }()
	r, err := rig.Start(ctx, rig.Options{
		DSN: s.DSN, TemporalAddress: s.Temporal,
		TaskQueue: "product", MaxConns: 32, Log: o.Log,
	})
	if err != nil {
		return Result{}, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	worker := r.StartWorker(ctx)
	defer func() { err = errors.Join(err, worker.Stop()) }()
	stop, err := bare.StartWorker(r.Temporal)
	if err != nil {
		return Result{}, err
	}
	defer stop()
	return measure(ctx, r, o)
}

func measure(ctx context.Context, r *rig.Rig, o Options) (Result, error) {
	var result Result
	var product, plain, local []float64
	for round := range o.Rounds + 1 {
		timed, work, err := playTogether(ctx, r, o.Together)
		if err != nil {
			return Result{}, err
		}
		same, err := updateTogether(ctx, r, o.Together, work, false)
		if err != nil {
			return Result{}, err
		}
		sameLocally, err := updateTogether(ctx, r, o.Together, work, true)
		if err != nil {
			return Result{}, err
		}
		if round == 0 {
			continue // warm-up
		}
		result.Work = work
		product, plain = append(product, perMinute(o.Together, timed)), append(plain, perMinute(o.Together, same))
		local = append(local, perMinute(o.Together, sameLocally))
		fmt.Fprintf(o.Out, "runs, round %d: %d together, product %.1f s, bare %.1f s, bare with local activities "+
			"%.1f s, ratios %.2f and %.2f\n",
			round, o.Together, timed.Seconds(), same.Seconds(), sameLocally.Seconds(),
			same.Seconds()/timed.Seconds(), sameLocally.Seconds()/timed.Seconds())
	}
	result.Product, result.Bare, result.BareLocal = median(product), median(plain), median(local)
	result.Ratio = result.Product / result.Bare
	fmt.Fprintf(o.Out, "runs through six phases: product %.1f per minute (each %d Updates and %d acts in %d runs), "+
		"bare workflow with as many Updates and no-op activities %.1f per minute, ratio %.2f (bar at least %.2f); "+
		"with local activities %.1f per minute, ratio %.2f\n",
		result.Product, result.Work.Updates, result.Work.Acts, result.Work.Runs, result.Bare, result.Ratio, Bar,
		result.BareLocal, result.Product/result.BareLocal)
	return result, nil
}

// updateTogether has bare workflows do the same work in the same rhythm, and returns how long the Updates took.
func updateTogether(ctx context.Context, r *rig.Rig, together int, work Work, local bool) (time.Duration, error) {
	return throughTurnstile(together, func(p *pace) error {
		var update bare.Update
		done := 0
		for _, segment := range work.Segments {
			p.to(contents)
			for range segment {
				p.to(commands)
				if update == nil {
					var err error
					if update, err = bare.Start(ctx, r.Temporal); err != nil {
						return err
					}
				}
				if err := update(ctx, bare.Work{Activities: work.actsOf(done), Local: local}); err != nil {
					return err
				}
				done++
			}
		}
		return nil
	})
}

// actsOf spreads the acts evenly over the Updates.
func (w Work) actsOf(update int) int {
	return w.Acts*(update+1)/w.Updates - w.Acts*update/w.Updates
}

// throughTurnstile has several runs go at the same time, and returns how long their commands took.
func throughTurnstile(together int, run func(p *pace) error) (time.Duration, error) {
	gate := newTurnstile(together)
	errs := make([]error, together)
	var all sync.WaitGroup
	for i := range together {
		all.Go(func() {
			defer gate.leave()
			errs[i] = run(&pace{turnstile: gate})
		})
	}
	all.Wait()
	return gate.timed, errors.Join(errs...)
}

func perMinute(together int, took time.Duration) float64 { return float64(together) / took.Minutes() }

func median(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}
