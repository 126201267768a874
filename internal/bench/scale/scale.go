// Package scale measures whether requests get slower when the record grows: every GET of the described API and a vote,
// with many procurements of others open beside them, against the same with few.
package scale

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/ppi-engine/ppi/internal/apiclient"
	"github.com/ppi-engine/ppi/internal/bench/stack"
	"github.com/ppi-engine/ppi/internal/demo"
	"github.com/ppi-engine/ppi/internal/rig"
	"github.com/ppi-engine/ppi/models"
)

// Options say how much to measure.
type Options struct {
	// Few and Many are how many procurements of others are open.
	Few, Many int
	// Times is how often each request is sent on each side, spread over all [rounds].
	Times int
	Out   io.Writer
	Log   *slog.Logger
}

// Bar is the ratio of medians that every request is held to, at most.
const Bar = 1.2

// floor is what a difference must exceed to count: below it a request is as fast as the machine's clock is steady.
const floor = 500 * time.Microsecond

// Run compares two platforms, each on a PostgreSQL and a Temporal server of its own, and returns the largest ratio.
// Each request is sent to both in turns, so that other work on the machine affects both alike.
func Run(ctx context.Context, o Options) (worst float64, err error) {
	var sides [2]*side
	for i, procurements := range []int{o.Few, o.Many} {
		s, err := startSide(ctx, o)
		if err != nil {
			return 0, err
		}
		defer func() { err = errors.Join(err, s.close(context.WithoutCancel(ctx))) }()
		if err := s.prepare(ctx); err != nil {
			return 0, err
		}
		if err := s.fill(ctx, procurements); err != nil {
			return 0, err
		}
		sides[i] = s
	}
	return compare(ctx, o, sides[0], sides[1])
}

// A side is a platform with procurements.
type side struct {
	Options

	stack  *stack.Stack
	rig    *rig.Rig
	worker *rig.Worker
	conn   *pgx.Conn
	steps  []step
}

// A step is something that is measured.
type step struct {
	name string
	do   func(ctx context.Context) error
}

func startSide(ctx context.Context, o Options) (_ *side, err error) {
	s := &side{Options: o}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close(context.WithoutCancel(ctx)))
		}
	}()
	if s.stack, err = stack.Start(ctx, true, o.Log); err != nil {
		return nil, err
	}
	s.rig, err = rig.Start(ctx, rig.Options{
		DSN: s.stack.DSN, TemporalAddress: s.stack.Temporal, TaskQueue: "scale", MaxConns: 16, Log: o.Log,
	})
	if err != nil {
		return nil, err
	}
	s.worker = s.rig.StartWorker(ctx)
	if s.conn, err = pgx.Connect(ctx, s.stack.Admin); err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	return s, nil
}

// close ends what was started.
func (s *side) close(ctx context.Context) error {
	var errs []error
	if s.conn != nil {
		errs = append(errs, s.conn.Close(ctx))
	}
	if s.worker != nil {
		errs = append(errs, s.worker.Stop())
	}
	if s.rig != nil {
		errs = append(errs, s.rig.Close())
	}
	if s.stack != nil {
		errs = append(errs, s.stack.Close(ctx))
	}
	return errors.Join(errs...)
}

// prepare plays a whole procurement, on which everything can be read, and starts another one, on which a buyer votes.
func (s *side) prepare(ctx context.Context) error {
	admin, err := s.rig.Administrator(ctx)
	if err != nil {
		return err
	}
	if _, err := demo.Play(ctx, demo.Options{
		Admin: admin, Screen: io.Discard, Began: time.Now(), Seed: 1, ProcedureOnly: true, Procedure: "open",
	}); err != nil {
		return err
	}
	var played models.ID
	if err := s.conn.QueryRow(ctx, "SELECT id FROM procurements WHERE status = 'completed'").Scan(&played); err != nil {
		return fmt.Errorf("find the procurement: %w", err)
	}
	if err := s.complete(ctx, admin, played); err != nil {
		return err
	}
	people, err := peopleOf(ctx, s.rig, s.conn, played)
	if err != nil {
		return err
	}
	people = append(people, reader{"administrator", admin}, reader{"anybody", s.rig.Anonymous})
	gets, err := requests(ctx, s.rig, s.conn, played, people)
	if err != nil {
		return err
	}
	for _, r := range gets {
		s.steps = append(s.steps, step{"GET " + r.operation + " as " + r.as.role, r.do})
	}
	fmt.Fprintf(s.Out, "scale: %d GETs; left out: %v\n", len(gets), notThere)
	return s.prepareVote(ctx)
}

func (s *side) prepareVote(ctx context.Context) error {
	c, err := s.rig.Consortium(ctx, rig.Draft{Mode: models.ModeLive, Countries: []string{"FR", "ES"}})
	if err != nil {
		return err
	}
	if _, err := c.Lead.Act(ctx, c.Procurement, string(models.VerbStart), nil, nil); err != nil {
		return err
	}
	var gate struct {
		Digest string `json:"digest"`
	}
	if _, err := c.Lead.Get(ctx, c.Path("/phases/needs/gate"), &gate); err != nil {
		return err
	}
	choices, turn := []string{"abstain", "reject"}, 0
	vote := func(ctx context.Context) error {
		turn++
		_, err := c.Buyers[0].Board.Do(ctx, apiclient.Request{
			Method: "POST", Path: c.Path("/actions/vote"), IfMatch: "*",
			In: map[string]any{
				"phase": "needs", "digest": gate.Digest, "choice": choices[turn%len(choices)],
				"reason": "for the benchmark",
			},
		})
		return err
	}
	s.steps = append(s.steps, step{"a vote", vote})
	return nil
}

// A median is that of one request on both sides.
type median struct {
	name      string
	few, many time.Duration
}

// ratio is 1 where the difference is too small to be measured.
func (m median) ratio() float64 {
	if m.many-m.few < floor {
		return min(1, float64(m.many)/float64(m.few))
	}
	return float64(m.many) / float64(m.few)
}

// takeTurns does something on both sides, so many times each, each side first in turns, and adds how long it took.
func takeTurns(ctx context.Context, n int, few, many func(context.Context) error, times *[2][]time.Duration) error {
	for turn := range n + warmUp {
		for place := range times {
			side := (turn + place) % len(times)
			began := time.Now()
			if err := []func(context.Context) error{few, many}[side](ctx); err != nil {
				return err
			}
			if turn >= warmUp {
				times[side] = append(times[side], time.Since(began))
			}
		}
	}
	return nil
}

func compare(ctx context.Context, o Options, few, many *side) (float64, error) {
	if len(few.steps) != len(many.steps) {
		return 0, fmt.Errorf("%d requests are to be compared with %d", len(few.steps), len(many.steps))
	}
	times := make([][2][]time.Duration, len(few.steps))
	for range rounds {
		for i, of := range few.steps {
			other := many.steps[i]
			if of.name != other.name {
				return 0, fmt.Errorf("%s is to be compared with %s", of.name, other.name)
			}
			if err := takeTurns(ctx, o.Times/rounds, of.do, other.do, &times[i]); err != nil {
				return 0, err
			}
		}
	}
	medians := make([]median, len(few.steps))
	for i, of := range few.steps {
		medians[i] = median{of.name, middle(times[i][0]), middle(times[i][1])}
	}
	slices.SortFunc(medians, func(a, b median) int { return -cmp.Compare(a.ratio(), b.ratio()) })
	for _, m := range medians {
		fmt.Fprintf(o.Out, "scale, p50 with %d and %d procurements open: %v, %v, ratio %.2f (bar %.1f) %s\n", o.Few,
			o.Many, m.few.Round(10*time.Microsecond), m.many.Round(10*time.Microsecond), m.ratio(), Bar, m.name)
	}
	return medians[0].ratio(), nil
}

// warmUp is how often each request is sent in each round before times count.
const warmUp = 2

// rounds are how often all requests are gone through, so that what disturbs one side for seconds, such as a checkpoint,
// does not decide a median.
const rounds = 5

func middle(times []time.Duration) time.Duration {
	slices.Sort(times)
	return times[len(times)/2]
}

// fill makes procurements of others.
func (s *side) fill(ctx context.Context, procurements int) error {
	began := time.Now()
	if err := makeRows(ctx, s.conn, procurements); err != nil {
		return err
	}
	for _, statement := range []string{"SET session_replication_role = origin", "VACUUM (ANALYZE)", "CHECKPOINT"} {
		if _, err := s.conn.Exec(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	if err := s.awaitPlaces(ctx); err != nil {
		return err
	}
	fmt.Fprintf(s.Out, "scale: %d procurements made in %v\n", procurements, time.Since(began).Round(time.Second))
	return nil
}

// awaitPlaces waits until every event has its place in the log, and was queued for the endpoints that want it.
func (s *side) awaitPlaces(ctx context.Context) error {
	for {
		var missing bool
		err := s.conn.QueryRow(ctx, `SELECT (SELECT size FROM sequencer) < (SELECT count(*) FROM events)
			OR (SELECT position FROM webhook_relay) < (SELECT max(position) FROM event_log)`).Scan(&missing)
		if err != nil || !missing {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(200 * time.Millisecond):
		}
	}
}
