// Package statements counts how many SQL statements one act sends: the one transaction in which a command is carried
// out, or a step of one that has several.
package statements

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/ppi-engine/ppi/internal/bench/stack"
	"github.com/ppi-engine/ppi/internal/demo"
	"github.com/ppi-engine/ppi/internal/rig"
)

// Bar is the mean that the product is held to.
const Bar = 12.0

// Options say where the counts are printed.
type Options struct {
	Out io.Writer
	Log *slog.Logger
}

// Run plays the demonstration's procurement once and returns how many statements its acts sent on average.
func Run(ctx context.Context, o Options) (mean float64, err error) {
	s, err := stack.Start(ctx, true, o.Log)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, s.Close(context.WithoutCancel(ctx))) }()
	counter := NewCounter()
	r, err := rig.Start(ctx, rig.Options{
		DSN: s.DSN, TemporalAddress: s.Temporal, TaskQueue: "statements", MaxConns: 16, Tracer: counter, Log: o.Log,
	})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	worker := r.StartWorker(ctx)
	defer func() { err = errors.Join(err, worker.Stop()) }()
	admin, err := r.Administrator(ctx)
	if err != nil {
		return 0, err
	}
	var screen bytes.Buffer
	_, err = demo.Play(ctx, demo.Options{
		Admin: admin, Screen: &screen, Began: time.Now(), Seed: 1,
		ProcedureOnly: true, Procedure: "open",
	})
	if err != nil {
		return 0, fmt.Errorf("play the procurement: %w\n%s", err, &screen)
	}
	verbs, err := verbsOf(ctx, s.Admin)
	if err != nil {
		return 0, err
	}
	return counter.report(verbs, o), nil
}

// verbsOf reads the verb of each command by its ID.
func verbsOf(ctx context.Context, admin string) (map[string]string, error) {
	conn, err := pgx.Connect(ctx, admin)
	if err != nil {
		return nil, fmt.Errorf("connect to read commands: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	verbs := map[string]string{}
	var id, verb string
	rows, err := conn.Query(ctx, "SELECT id, verb FROM commands")
	if err == nil {
		_, err = pgx.ForEachRow(rows, []any{&id, &verb}, func() error {
			verbs[id] = verb
			return nil
		})
	}
	if err != nil {
		return nil, fmt.Errorf("read commands: %w", err)
	}
	return verbs, nil
}

// report prints the counts by verb, most first, and returns the mean over all acts.
func (c *Counter) report(verbs map[string]string, o Options) float64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	byVerb := map[string][]transaction{}
	sum, trips, acts := 0, 0, 0
	for _, t := range c.acts {
		if verb := t.verb(verbs); verb != "" {
			byVerb[verb] = append(byVerb[verb], t)
			sum, trips, acts = sum+t.statements, trips+t.trips, acts+1
		}
	}
	names := slices.SortedFunc(maps.Keys(byVerb), func(a, b string) int {
		return cmp.Or(cmp.Compare(meanOf(byVerb[b]), meanOf(byVerb[a])), strings.Compare(a, b))
	})
	for _, verb := range names {
		all := byVerb[verb]
		slices.SortFunc(all, func(a, b transaction) int { return cmp.Compare(b.statements, a.statements) })
		fmt.Fprintf(o.Out, "statements, %-20s %5.1f on average, %2d to %2d, in %3d acts\n",
			verb, meanOf(all), all[len(all)-1].statements, all[0].statements, len(all))
	}
	mean := float64(sum) / float64(acts)
	fmt.Fprintf(o.Out, "statements per command: %.1f on average over %d acts, begin and commit and each part of a "+
		"WITH counted (bar %.0f), in %.1f round trips\n", mean, acts, Bar, float64(trips)/float64(acts))
	return mean
}

func meanOf(acts []transaction) float64 {
	sum := 0
	for _, t := range acts {
		sum += t.statements
	}
	return float64(sum) / float64(len(acts))
}

// verb is that of the command that the transaction was about; empty: of none.
func (t transaction) verb(verbs map[string]string) string {
	for text := range t.texts {
		if verb := verbs[text]; verb != "" {
			return verb
		}
	}
	return ""
}
