// Package receipt measures how many tenders a second come in, over HTTP with authentication, for one lot
// while its deadline is moved, against pgbench inserting the same rows into the same tables on the same
// server; and whether one was accepted late, or acknowledged and lost.
package receipt

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/ppi-engine/ppi/internal/bench/stack"
)

// Bar is the ratio the product is held to.
const Bar = 0.7

// Options say how long to measure and with how many clients.
type Options struct {
	// Slice is how long each side runs before it is the other's turn, Rounds how often.
	Slice  time.Duration
	Rounds int
	// Clients are as many on both sides; 64.
	Clients int
	// Suppliers are made beforehand; each hands in one tender to the product. 0: enough for 2,500 a second.
	Suppliers int
	Out       io.Writer
	Log       *slog.Logger
}

// A Result compares both sides.
type Result struct {
	// Product and Bare are tenders a second, over all rounds: over HTTP, and by pgbench in a transaction with
	// a statement for each table.
	Product, Bare float64
	Ratio         float64
	// BareStatement is pgbench with all rows in one statement, which is harder to come near.
	BareStatement float64
	// Late counts tenders accepted after the deadline, Lost those acknowledged but absent: both must be 0.
	Late, Lost int64
	// Received counts all tenders acknowledged, Refused those that came after the deadline.
	Received, Refused int64
}

func (o *Options) setDefaults() {
	if o.Clients == 0 {
		o.Clients = 64
	}
	if o.Suppliers == 0 {
		const aSecond = 2500
		o.Suppliers = int(o.Slice.Seconds()*float64(o.Rounds)+afterwards.Seconds())*aSecond + o.Clients
	}
}

// Run measures on a server of its own.
func Run(ctx context.Context, o Options) (result Result, err error) {
	o.setDefaults()
	s, err := stack.Start(ctx, false, o.Log)
	if err != nil {
		return result, err
	}
	defer func() { err = errors.Join(err, s.Close(context.WithoutCancel(ctx))) }()
	fmt.Fprintf(o.Out, "tender receipt: preparing %d suppliers with uploaded tenders\n", o.Suppliers)
	if err := prepare(ctx, s.Admin, o.Suppliers, scripts*o.Rounds); err != nil {
		return result, err
	}
	p, err := startProduct(ctx, s.DSN, o, o.Clients)
	if err != nil {
		return result, err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	if err := alternate(ctx, s, p, o, &result); err != nil {
		return result, err
	}
	if err := p.passDeadline(ctx); err != nil {
		return result, err
	}
	if err := p.check(ctx, s.Admin, &result); err != nil {
		return result, err
	}
	result.print(o)
	return result, result.sound()
}

// sound refuses a measurement of receipt that was wrong: how fast it was does not matter then.
func (r Result) sound() error {
	if r.Late > 0 || r.Lost > 0 {
		return fmt.Errorf("%d tenders were accepted late, %d were acknowledged and are absent", r.Late, r.Lost)
	}
	return nil
}

// alternate gives each side its turn, so that what else the machine does meets both.
func alternate(ctx context.Context, s *stack.Stack, p *product, o Options, result *Result) error {
	if err := p.warmUp(ctx); err != nil {
		return err
	}
	b := bare{installation: s.Postgres.Installation(), dsn: s.DSN, options: o}
	for round := range o.Rounds {
		product, err := p.slice(ctx, o.Slice)
		if err != nil {
			return err
		}
		transactions, err := b.slice(ctx, o.Slice, b.transaction(scripts*round+1))
		if err != nil {
			return err
		}
		statements, err := b.slice(ctx, o.Slice, b.statement(scripts*round+2))
		if err != nil {
			return err
		}
		fmt.Fprintf(o.Out, "tender receipt, round %d: product %.0f/s, pgbench %.0f/s, in one statement %.0f/s, "+
			"ratios %.2f and %.2f\n",
			round+1, product, transactions, statements, product/transactions, product/statements)
		result.Product += product / float64(o.Rounds)
		result.Bare += transactions / float64(o.Rounds)
		result.BareStatement += statements / float64(o.Rounds)
	}
	result.Ratio = result.Product / result.Bare
	return nil
}

// scripts is how many ways pgbench inserts; each has a lot of its own in each round.
const scripts = 2

func (r Result) print(o Options) {
	fmt.Fprintf(o.Out, "tender receipt, %d clients, %d × %v: product %.0f/s over HTTP, pgbench -M prepared %.0f/s, "+
		"ratio %.2f (bar %.2f); with all rows in one statement %.0f/s, ratio %.2f; "+
		"%d acknowledged, %d after the deadline refused; %d accepted late, %d acknowledged but absent\n",
		o.Clients, o.Rounds, o.Slice, r.Product, r.Bare, r.Ratio, Bar, r.BareStatement, r.Product/r.BareStatement,
		r.Received, r.Refused, r.Late, r.Lost)
}
