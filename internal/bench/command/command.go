// Package command measures how long a process command takes, from the request to the API to its answer,
// against a bare workflow's Update with one activity that does nothing, on the same Temporal server.
package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"sync"
	"time"

	"go.temporal.io/sdk/client"

	"github.com/ppi-engine/ppi/internal/apiclient"
	"github.com/ppi-engine/ppi/internal/bench/bare"
	"github.com/ppi-engine/ppi/internal/bench/stack"
	"github.com/ppi-engine/ppi/internal/rig"
	"github.com/ppi-engine/ppi/models"
)

// Options say how long to measure.
type Options struct {
	// Slice is how long each side runs before it is the other's turn, Rounds how often.
	Slice  time.Duration
	Rounds int
	Out    io.Writer
	Log    *slog.Logger
}

// A Result compares both sides for one number of callers.
type Result struct {
	Callers int
	// Product and Bare are median latencies, BareLocal that of a bare Update with a local activity.
	Product, Bare, BareLocal time.Duration
	Ratio                    float64
}

// Bar is the ratio the product is held to, at most; with one caller [BarAlone] is.
const (
	Bar      = 0.8
	BarAlone = 0.7
)

// Run measures with 1 and with 16 callers, each on a procurement, or a bare workflow, of its own, and then the crowd.
func Run(ctx context.Context, o Options) (results []Result, err error) {
	s, err := stack.Start(ctx, true, o.Log)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.Close(context.WithoutCancel(ctx))) }()
	r, err := rig.Start(ctx, rig.Options{
		DSN: s.DSN, TemporalAddress: s.Temporal,
		TaskQueue: "product", MaxConns: 32, Log: o.Log,
	})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	worker := r.StartWorker(ctx)
	defer func() { err = errors.Join(err, worker.Stop()) }()
	for _, callers := range []int{1, 16} {
		result, err := measure(ctx, r, callers, o)
		if err != nil {
			return nil, err
		}
		results = append(results, result)
		result.print(o.Out)
	}
	return results, crowd(ctx, s, r, o)
}

func (r Result) print(out io.Writer) {
	bar := Bar
	if r.Callers == 1 {
		bar = BarAlone
	}
	fmt.Fprintf(out, "command, %2d callers: product p50 %v, bare Update with one no-op activity p50 %v, ratio %.2f "+
		"(bar at most %.2f); "+
		"with a local activity p50 %v, ratio %.2f\n",
		r.Callers, brief(r.Product), brief(r.Bare), r.Ratio, bar, brief(r.BareLocal),
		float64(r.Product)/float64(r.BareLocal))
}

func brief(d time.Duration) time.Duration { return d.Round(10 * time.Microsecond) }

// A call does one command or bare Update of one caller.
type call func(ctx context.Context, n int) error

func measure(ctx context.Context, r *rig.Rig, callers int, o Options) (Result, error) {
	product, err := productCalls(ctx, r, callers)
	if err != nil {
		return Result{}, err
	}
	stop, err := bare.StartWorker(r.Temporal)
	if err != nil {
		return Result{}, err
	}
	defer stop()
	plain, err := bareCalls(ctx, r.Temporal, callers, bare.Work{Activities: 1})
	if err != nil {
		return Result{}, err
	}
	local, err := bareCalls(ctx, r.Temporal, callers, bare.Work{Activities: 1, Local: true})
	if err != nil {
		return Result{}, err
	}
	times, err := alternate(ctx, o, product, plain, local)
	if err != nil {
		return Result{}, err
	}
	result := Result{
		Callers: callers, Product: percentile(times[0], 50), Bare: percentile(times[1], 50),
		BareLocal: percentile(times[2], 50),
	}
	result.Ratio = float64(result.Product) / float64(result.Bare)
	return result, nil
}

// alternate gives each side its turn, so that what else the machine does meets all of them, and returns how long the
// calls of each took after a round to warm up.
func alternate(ctx context.Context, o Options, sides ...[]call) ([][]time.Duration, error) {
	times := make([][]time.Duration, len(sides))
	for round := range o.Rounds + 1 {
		for i, side := range sides {
			took, err := slice(ctx, side, o.Slice)
			if err != nil {
				return nil, err
			}
			if round > 0 {
				times[i] = append(times[i], took...)
			}
		}
	}
	return times, nil
}

// slice has every caller call for the given time and returns how long each call took.
func slice(ctx context.Context, calls []call, length time.Duration) ([]time.Duration, error) {
	var (
		mu    sync.Mutex
		times []time.Duration
		fault error
		all   sync.WaitGroup
	)
	end := time.Now().Add(length)
	for _, do := range calls {
		all.Go(func() {
			for n := 0; time.Now().Before(end); n++ {
				began := time.Now()
				err := do(ctx, n)
				took := time.Since(began)
				mu.Lock()
				times = append(times, took)
				if err != nil {
					fault = err
				}
				mu.Unlock()
				if err != nil {
					return
				}
			}
		})
	}
	all.Wait()
	return times, fault
}

func percentile(times []time.Duration, p int) time.Duration {
	slices.Sort(times)
	return times[len(times)*p/100]
}

// productCalls prepares a running procurement for each caller, whose board member changes the buyer's
// vote with each call: the whole dossier is read, the gate judged, the votes counted.
func productCalls(ctx context.Context, r *rig.Rig, callers int) ([]call, error) {
	calls := make([]call, callers)
	for i := range calls {
		c, err := r.Consortium(ctx, rig.Draft{Mode: models.ModeLive, Countries: []string{"FR", "ES"}})
		if err != nil {
			return nil, err
		}
		if _, err := c.Lead.Act(ctx, c.Procurement, string(models.VerbStart), nil, nil); err != nil {
			return nil, err
		}
		if calls[i], err = voting(ctx, c, 0); err != nil {
			return nil, err
		}
	}
	return calls, nil
}

func bareCalls(ctx context.Context, temporal client.Client, callers int, asked bare.Work) ([]call, error) {
	calls := make([]call, callers)
	for i := range calls {
		update, err := bare.Start(ctx, temporal)
		if err != nil {
			return nil, err
		}
		calls[i] = func(ctx context.Context, _ int) error { return update(ctx, asked) }
	}
	return calls, nil
}

// voting has a buyer change its vote with each call.
func voting(ctx context.Context, c *rig.Consortium, buyer int) (call, error) {
	var gate struct {
		Digest string `json:"digest"`
	}
	if _, err := c.Lead.Get(ctx, c.Path("/phases/needs/gate"), &gate); err != nil {
		return nil, err
	}
	board, turn := c.Buyers[buyer].Board, 0
	return func(ctx context.Context, _ int) error {
		turn++
		_, err := board.Do(ctx, apiclient.Request{
			Method: "POST", Path: c.Path("/actions/vote"), IfMatch: "*",
			In: map[string]any{
				"phase": "needs", "digest": gate.Digest,
				"choice": []string{"abstain", "reject"}[turn%2], "reason": "benchmark",
			},
		})
		return err
	}, nil
}
