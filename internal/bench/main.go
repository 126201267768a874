// Command bench measures the ratios the product is held to and prints both sides of each. Its last line
// is one of JSON. Name benchmarks to run only those.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"slices"
	"time"

	"github.com/ppi-engine/ppi/internal/bench/command"
	"github.com/ppi-engine/ppi/internal/bench/receipt"
	"github.com/ppi-engine/ppi/internal/bench/runs"
	"github.com/ppi-engine/ppi/internal/bench/scale"
	"github.com/ppi-engine/ppi/internal/bench/statements"
)

// ratios are the last line; those that were not measured are left out.
type ratios struct {
	Command      *float64 `json:"command_p50_ratio,omitempty"`
	CommandAlone *float64 `json:"command_p50_ratio_1,omitempty"`
	Runs         *float64 `json:"runs_ratio,omitempty"`
	Receipt      *float64 `json:"tender_receipt_ratio,omitempty"`
	Attack       *float64 `json:"receipt_under_attack_ratio,omitempty"`
	Deliveries   *float64 `json:"command_beside_dead_endpoint_ratio,omitempty"`
	Scale        *float64 `json:"scale_ratio,omitempty"`
	Statements   *float64 `json:"statements_per_command,omitempty"`
}

// A benchmark adds what it measures to the ratios.
type benchmark struct {
	name string
	run  func(ctx context.Context, out io.Writer, log *slog.Logger, into *ratios) error
}

func benchmarks() []benchmark {
	return []benchmark{
		{"statements", runStatements},
		{"command", runCommand},
		{"runs", runRuns},
		{"receipt", runReceipt},
		{"attack", runAttack},
		{"deliveries", runDeliveries},
		{onRequest, runScale},
	}
}

// onRequest is only run when it is named: it makes millions of rows.
const onRequest = "scale"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

func run(ctx context.Context, only []string, out, stderr io.Writer) int {
	log := slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	var measured ratios
	for _, b := range benchmarks() {
		if len(only) > 0 && !slices.Contains(only, b.name) || len(only) == 0 && b.name == onRequest {
			continue
		}
		began := time.Now()
		if err := b.run(ctx, out, log, &measured); err != nil {
			fmt.Fprintf(stderr, "%s: %v\n", b.name, err)
			return 1
		}
		fmt.Fprintf(out, "%s: measured in %v\n", b.name, time.Since(began).Round(time.Second))
	}
	line, err := json.Marshal(measured)
	if err != nil {
		fmt.Fprintln(stderr, err)
		return 1
	}
	fmt.Fprintln(out, string(line))
	return 0
}

func runStatements(ctx context.Context, out io.Writer, log *slog.Logger, into *ratios) error {
	mean, err := statements.Run(ctx, statements.Options{Out: out, Log: log})
	into.Statements = &mean
	return err
}

func runCommand(ctx context.Context, out io.Writer, log *slog.Logger, into *ratios) error {
	results, err := command.Run(ctx, command.Options{Slice: 2 * time.Second, Rounds: 3, Out: out, Log: log})
	worst := 0.0
	for _, r := range results {
		worst = max(worst, r.Ratio)
		if r.Callers == 1 {
			into.CommandAlone = &r.Ratio
		}
	}
	into.Command = &worst
	return err
}

func runRuns(ctx context.Context, out io.Writer, log *slog.Logger, into *ratios) error {
	result, err := runs.Run(ctx, runs.Options{Together: 4, Rounds: 2, Out: out, Log: log})
	into.Runs = &result.Ratio
	return err
}

func runReceipt(ctx context.Context, out io.Writer, log *slog.Logger, into *ratios) error {
	result, err := receipt.Run(ctx, receipt.Options{Slice: 6 * time.Second, Rounds: 10, Out: out, Log: log})
	into.Receipt = &result.Ratio
	return err
}

func runAttack(ctx context.Context, out io.Writer, log *slog.Logger, into *ratios) error {
	result, err := receipt.RunAttack(ctx, receipt.Options{Slice: 6 * time.Second, Rounds: 3, Out: out, Log: log})
	into.Attack = &result.Ratio
	return err
}

func runScale(ctx context.Context, out io.Writer, _ *slog.Logger, into *ratios) error {
	worst, err := scale.Run(ctx, scale.Options{Few: 1000, Many: 100_000, Times: 105, Out: out, Log: quiet()})
	into.Scale = &worst
	return err
}

// quiet leaves out that people are refused: who may read what is found by trying.
func quiet() *slog.Logger {
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
}

func runDeliveries(ctx context.Context, out io.Writer, log *slog.Logger, into *ratios) error {
	ratio, err := command.RunDeliveries(ctx, command.Options{Slice: 3 * time.Second, Rounds: 4, Out: out, Log: log})
	into.Deliveries = &ratio
	return err
}
