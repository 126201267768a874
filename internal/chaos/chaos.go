// Package chaos has procurements live on the product while its processes are killed, frozen and cut off at random, and
// asks of what the clients saw whether a system without any fault could have shown it: every answer is checked against
// models of the box and of the board (github.com/anishathalye/porcupine). Nothing may be lost, doubled or stuck.
package chaos

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/ppi-engine/ppi/internal/apiclient"
	"github.com/ppi-engine/ppi/internal/rig"
)

// Bar is how soon after a fault the next command must succeed.
const Bar = 30 * time.Second

const (
	// of each kind live at a time, so 8 procurements.
	ofEachKind = 4
	// calm is how long there is work and no fault, before the first and between two.
	shortestCalm, longestCalm = 300 * time.Millisecond, 1500 * time.Millisecond
	fewestFaults, mostFaults  = 2, 4
	// afterwards there is work for a while, without faults.
	afterwards = time.Second
)

// Options says what to run.
type Options struct {
	Fleet FleetOptions
	Runs  int
	// Seed chooses faults and moves: the same seed chooses the same ones, although not at the same instants.
	Seed uint64
	Out  io.Writer
}

// A Result adds up what was seen in all runs.
type Result struct {
	Runs, Procurements, Operations, Tenders, Votes int
	// Faults counts each kind.
	Faults map[string]int
	// Next is the longest time that a command took that was sent right after the last fault of a run.
	Next time.Duration
	// Waited is the longest time that any request took, with all repetitions.
	Waited time.Duration
}

// Run lets procurements live through faults, so many times, and judges after each time. It returns an error when
// something was lost, doubled or stuck, with the run's seed and the history that no faultless system could have shown.
func Run(ctx context.Context, o Options) (Result, error) {
	result := Result{Faults: map[string]int{}}
	fleet, err := StartFleet(ctx, o.Fleet)
	if err != nil {
		return result, err
	}
	defer fleet.Close()
	admin, err := fleet.administrator(ctx)
	if err != nil {
		return result, err
	}
	for n := range o.Runs {
		began := time.Now()
		r := &run{
			fleet: fleet, admin: admin, number: n + 1,
			random: rand.New(rand.NewPCG(o.Seed, uint64(n))), //nolint:gosec // nothing secret: it must be repeatable
		}
		if err := r.live(ctx); err != nil {
			return result, fmt.Errorf("run %d of seed %d, faults %v: %w", r.number, o.Seed, r.faults, err)
		}
		result.add(r)
		fmt.Fprintf(o.Out, "chaos: run %d of %d: %d operations; %s; longest %v, next command %v; all in %v\n",
			r.number, o.Runs, len(r.took), strings.Join(r.faults, ", "), r.longest().Round(time.Millisecond),
			r.next.Round(time.Millisecond), time.Since(began).Round(time.Second))
	}
	if err := fleet.settled(ctx); err != nil {
		return result, err
	}
	fmt.Fprintln(o.Out, "chaos:", result)
	return result, nil
}

// A run is one time that procurements live through faults.
type run struct {
	fleet  *Fleet
	admin  *apiclient.Client
	number int
	random *rand.Rand

	faults []string
	next   time.Duration

	mu             sync.Mutex
	took           []time.Duration
	tenders, votes int
}

// A story is what happens in one procurement.
type story interface {
	// players are the people, each of whom does one thing after the other.
	players() []player
	// last reads what everybody has in the end.
	last(ctx context.Context) error
	// of is the consortium that it is about.
	of() *rig.Consortium
	// judge tells whether a system without faults could have shown what was seen.
	judge() error
}

// A player does one thing.
type player func(ctx context.Context) error

func (r *run) live(ctx context.Context) error {
	stories, err := r.prepare(ctx)
	if err != nil {
		return err
	}
	working, stop := context.WithCancel(ctx)
	defer stop()
	var (
		everybody sync.WaitGroup
		mu        sync.Mutex
		failed    []error
	)
	for _, s := range stories {
		for _, p := range s.players() {
			random := rand.New(rand.NewPCG(r.random.Uint64(), r.random.Uint64())) //nolint:gosec // see above
			everybody.Go(func() {
				if err := r.play(ctx, working, p, random); err != nil {
					mu.Lock()
					defer mu.Unlock()
					failed = append(failed, err)
					stop()
				}
			})
		}
	}
	err = r.disturb(working)
	if err == nil {
		err = r.goOn(ctx, stories)
	}
	pause(working, afterwards)
	stop()
	everybody.Wait()
	if err := errors.Join(append(failed, err)...); err != nil {
		return err
	}
	return judge(ctx, stories)
}

// play has somebody act until the end; what is under way then is finished.
func (r *run) play(ctx, working context.Context, p player, random *rand.Rand) error {
	for working.Err() == nil {
		if err := p(ctx); err != nil {
			return err
		}
		pause(working, between(random, shortestRest, longestRest))
	}
	return nil
}

// shortestRest and longestRest bound how long somebody does nothing between two things.
const shortestRest, longestRest = 50 * time.Millisecond, 350 * time.Millisecond

// disturb has faults happen, one after the other.
func (r *run) disturb(working context.Context) error {
	for n := fewestFaults + r.random.IntN(mostFaults-fewestFaults+1); n > 0 && working.Err() == nil; {
		pause(working, between(r.random, shortestCalm, longestCalm))
		f := faults()[r.random.IntN(len(faults()))]
		switch err := f.happen(working, r.fleet, r.random); {
		case err == nil:
			r.faults = append(r.faults, f.name)
			n--
		case !errors.Is(err, errMissed):
			return fmt.Errorf("%s: %w", f.name, err)
		}
	}
	return nil
}

// goOn sends a command to each procurement right after the last fault.
func (r *run) goOn(ctx context.Context, stories []story) error {
	began := time.Now()
	all, ctx := errgroup.WithContext(ctx)
	for _, s := range stories {
		all.Go(func() error { return tick(ctx, s.of()) })
	}
	err := all.Wait()
	r.next = time.Since(began)
	if err == nil && r.next > Bar {
		err = fmt.Errorf("the next command took %v, and %v are allowed", r.next, Bar)
	}
	return err
}

// judge reads what is there in the end, and judges all that was seen.
func judge(ctx context.Context, stories []story) error {
	for _, s := range stories {
		if err := s.last(ctx); err != nil {
			return err
		}
	}
	errs := make([]error, len(stories))
	for i, s := range stories {
		errs[i] = s.judge()
	}
	return errors.Join(errs...)
}

// done counts an operation.
func (r *run) done(took time.Duration, tenders, votes int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.took = append(r.took, took)
	r.tenders, r.votes = r.tenders+tenders, r.votes+votes
}

func (r *run) longest() time.Duration {
	var longest time.Duration
	for _, took := range r.took {
		longest = max(longest, took)
	}
	return longest
}

func (r *Result) add(n *run) {
	r.Runs++
	r.Procurements += 2 * ofEachKind
	r.Operations += len(n.took)
	r.Tenders += n.tenders
	r.Votes += n.votes
	for _, f := range n.faults {
		r.Faults[f]++
	}
	r.Next, r.Waited = max(r.Next, n.next), max(r.Waited, n.longest())
}

// String says what was seen in a sentence.
func (r Result) String() string {
	return fmt.Sprintf("%d runs, %d procurements, %d operations, %d tenders received, %d votes; faults: %v; 0 lost, "+
		"0 doubled, 0 stuck; the next command after a fault took %v at most (bar %v), any request %v",
		r.Runs, r.Procurements, r.Operations, r.Tenders, r.Votes, r.Faults, r.Next.Round(time.Millisecond), Bar,
		r.Waited.Round(time.Millisecond))
}

// between chooses a time.
func between(random *rand.Rand, shortest, longest time.Duration) time.Duration {
	return shortest + time.Duration(random.Int64N(int64(longest-shortest)))
}

// pause lets time pass, unless ctx ends before.
func pause(ctx context.Context, length time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(length):
	}
}
