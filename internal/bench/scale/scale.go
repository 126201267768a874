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
	// Times is how often each request is sent on each side.
	Times int
	Out   io.Writer
	Log   *slog.Logger
}

// Bar is the ratio of medians that every request is held to, at most.
const Bar = 1.2

// floor is what a difference must exceed to count: below it a request is as fast as the machine's clock is steady.
const floor = 500 * time.Microsecond

// Run returns the largest ratio.
func Run(ctx context.Context, o Options) (worst float64, err error) {
	s, err := stack.Start(ctx, true, o.Log)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, s.Close(context.WithoutCancel(ctx))) }()
	r, err := rig.Start(ctx, rig.Options{
		DSN: s.DSN, TemporalAddress: s.Temporal, TaskQueue: "scale", MaxConns: 16, Log: o.Log,
	})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	worker := r.StartWorker(ctx)
	defer func() { err = errors.Join(err, worker.Stop()) }()
	conn, err := pgx.Connect(ctx, s.Admin)
	if err != nil {
		return 0, fmt.Errorf("connect: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	b := bench{Options: o, rig: r, conn: conn}
	if err := b.prepare(ctx); err != nil {
		return 0, err
	}
	return b.compare(ctx)
}

type bench struct {
	Options

	rig      *rig.Rig
	conn     *pgx.Conn
	requests []request
	vote     func(ctx context.Context) error
}

// prepare plays a whole procurement, on which everything can be read, and starts another one, on which a buyer votes.
func (b *bench) prepare(ctx context.Context) error {
	admin, err := b.rig.Administrator(ctx)
	if err != nil {
		return err
	}
	if _, err := demo.Play(ctx, demo.Options{
		Admin: admin, Screen: io.Discard, Began: time.Now(), Seed: 1, ProcedureOnly: true,
	}); err != nil {
		return err
	}
	var played models.ID
	if err := b.conn.QueryRow(ctx, "SELECT id FROM procurements WHERE status = 'completed'").Scan(&played); err != nil {
		return fmt.Errorf("find the procurement: %w", err)
	}
	if err := b.complete(ctx, admin, played); err != nil {
		return err
	}
	people, err := peopleOf(ctx, b.rig, b.conn, played)
	if err != nil {
		return err
	}
	people = append(people, admin, b.rig.Anonymous)
	if b.requests, err = requests(ctx, b.rig, b.conn, played, people); err != nil {
		return err
	}
	fmt.Fprintf(b.Out, "scale: %d GETs; left out: %v\n", len(b.requests), notThere)
	return b.prepareVote(ctx)
}

func (b *bench) prepareVote(ctx context.Context) error {
	c, err := b.rig.Consortium(ctx, rig.Draft{Mode: models.ModeLive, Countries: []string{"FR", "ES"}})
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
	b.vote = func(ctx context.Context) error {
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

func (b *bench) compare(ctx context.Context) (float64, error) {
	few, err := b.with(ctx, 1, b.Few)
	if err != nil {
		return 0, err
	}
	many, err := b.with(ctx, b.Few+1, b.Many)
	if err != nil {
		return 0, err
	}
	medians := make([]median, len(few))
	for i := range few {
		name := "a vote"
		if i < len(b.requests) {
			name = "GET " + b.requests[i].operation
		}
		medians[i] = median{name, few[i], many[i]}
	}
	slices.SortFunc(medians, func(a, b median) int { return -cmp.Compare(a.ratio(), b.ratio()) })
	for _, m := range medians {
		fmt.Fprintf(b.Out, "scale, p50 with %d and %d procurements open: %v, %v, ratio %.2f (bar %.1f) %s\n", b.Few,
			b.Many, m.few.Round(10*time.Microsecond), m.many.Round(10*time.Microsecond), m.ratio(), Bar, m.name)
	}
	return medians[0].ratio(), nil
}

// with makes further procurements and returns the median of each request, that of the vote last.
func (b *bench) with(ctx context.Context, from, to int) ([]time.Duration, error) {
	began := time.Now()
	if err := makeRows(ctx, b.conn, from, to); err != nil {
		return nil, err
	}
	for _, statement := range []string{"SET session_replication_role = origin", "VACUUM (ANALYZE)", "CHECKPOINT"} {
		if _, err := b.conn.Exec(ctx, statement); err != nil {
			return nil, fmt.Errorf("%s: %w", statement, err)
		}
	}
	if err := b.awaitPlaces(ctx); err != nil {
		return nil, err
	}
	fmt.Fprintf(b.Out, "scale: procurements %d to %d made in %v\n", from, to, time.Since(began).Round(time.Second))
	medians := make([]time.Duration, 0, len(b.requests)+1)
	for _, r := range b.requests {
		m, err := b.median(ctx, r.do)
		if err != nil {
			return nil, err
		}
		medians = append(medians, m)
	}
	m, err := b.median(ctx, b.vote)
	return append(medians, m), err
}

// awaitPlaces waits until every event has its place in the log.
func (b *bench) awaitPlaces(ctx context.Context) error {
	for {
		var missing bool
		err := b.conn.QueryRow(ctx, "SELECT (SELECT size FROM sequencer) < (SELECT count(*) FROM events)").
			Scan(&missing)
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

func (b *bench) median(ctx context.Context, do func(context.Context) error) (time.Duration, error) {
	times := make([]time.Duration, 0, b.Times)
	for range b.Times + 2 { // the first two warm up
		began := time.Now()
		if err := do(ctx); err != nil {
			return 0, err
		}
		times = append(times, time.Since(began))
	}
	times = times[2:]
	slices.Sort(times)
	return times[len(times)/2], nil
}
