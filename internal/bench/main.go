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
	"strings"
	"time"

	"github.com/ppi-engine/ppi/internal/bench/command"
	"github.com/ppi-engine/ppi/internal/bench/receipt"
	"github.com/ppi-engine/ppi/internal/bench/runs"
	"github.com/ppi-engine/ppi/internal/bench/statements"
)

// A benchmark adds its ratio to the result.
type benchmark struct {
	name string
	run  func(ctx context.Context, out io.Writer, log *slog.Logger) (float64, error)
}

func benchmarks() []benchmark {
	return []benchmark{
		{"statements_per_command", runStatements},
		{"command_p50_ratio", runCommand},
		{"runs_ratio", runRuns},
		{"tender_receipt_ratio", runReceipt},
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

func run(ctx context.Context, only []string, out, stderr io.Writer) int {
	log := slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	ratios := map[string]float64{}
	for _, b := range benchmarks() {
		if len(only) > 0 && !slices.Contains(only, b.name) {
			continue
		}
		ratio, err := b.run(ctx, out, log)
		if err != nil {
			fmt.Fprintf(stderr, "%s: %v\n", b.name, err)
			return 1
		}
		ratios[b.name] = ratio
	}
	line, err := json.Marshal(ratios)
	if err != nil {
		fmt.Fprintln(stderr, err)
		return 1
	}
	fmt.Fprintln(out, string(line))
	return 0
}

func runCommand(ctx context.Context, out io.Writer, log *slog.Logger) (float64, error) {
	results, err := command.Run(ctx, command.Options{Slice: 3 * time.Second, Rounds: 5, Out: out, Log: log})
	worst := 0.0
	for _, r := range results {
		worst = max(worst, r.Ratio)
	}
	return worst, err
}

func runStatements(ctx context.Context, out io.Writer, log *slog.Logger) (float64, error) {
	return statements.Run(ctx, statements.Options{Out: out, Log: log, Show: strings.Fields(os.Getenv("SHOW"))})
}

func runRuns(ctx context.Context, out io.Writer, log *slog.Logger) (float64, error) {
	result, err := runs.Run(ctx, runs.Options{Together: 8, Rounds: 5, Out: out, Log: log})
	return result.Ratio, err
}

func runReceipt(ctx context.Context, out io.Writer, log *slog.Logger) (float64, error) {
	result, err := receipt.Run(ctx, receipt.Options{Slice: 20 * time.Second, Rounds: 3, Out: out, Log: log})
	return result.Ratio, err
}
