package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/internal/config"
	"github.com/ppi-engine/ppi/internal/seal"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/internal/telemetry"
)

// receiptCommand enters a receipt that a supplier holds, after the record was restored from a backup.
type receiptCommand struct {
	File string   `arg:"" help:"The receipt as the supplier got it; - is the standard input."`
	Key  []string `sep:"none" placeholder:"KEY" help:"A receipt key that the record does not know; repeatable."`
}

func (c receiptCommand) Run(ctx context.Context, inv *invocation) error {
	signed, err := readFile(c.File)
	if err != nil {
		return err
	}
	return withRecord(ctx, inv, func(cfg *config.Config, record *store.Store) error {
		log := telemetry.NewLogger(inv.stderr, max(cfg.LogLevel, slog.LevelWarn), cfg.LogFormat)
		entered, err := (&acts.Acts{Store: record, Log: log}).EnterReceipt(ctx, string(signed), c.Key...)
		if err != nil {
			return err
		}
		_, err = io.WriteString(inv.stdout, saysOf(entered))
		return err
	})
}

// readFile reads a file, or the standard input for "-".
func readFile(name string) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(os.Stdin) //nolint:wrapcheck // it says what it read
	}
	return os.ReadFile(name)
}

// saysOf says what the record makes of a receipt.
func saysOf(e acts.EnteredReceipt) string {
	text := fmt.Sprintf("the receipt is genuine: tender %s was %s at %s\n", e.TenderID, e.Act,
		e.ProcedureTime.UTC().Format(time.RFC3339))
	switch {
	case e.Known:
		return text + "the record knows it: nothing is to be done\n"
	case e.Repeated:
		text += "the record does not know it; the receipt was entered before and is kept as evidence"
	default:
		text += "the record does not know it; the receipt is now kept as evidence"
	}
	text += fmt.Sprintf(" (SHA-256 %s)\n", e.Digest)
	switch {
	case !e.Contradicts && e.Act == seal.ActConfirmed:
		return text + "the record knows the tender, or that it was withdrawn: until the deadline the supplier can " +
			"confirm it again; it counts as handed in anyway\n"
	case !e.Contradicts:
		return text + "the tender was withdrawn and does not stand on record: nothing is to be done, and no task " +
			"names it any more\n"
	case e.Closed:
		return text + "the box is closed: a task tells the buyers which tenders are missing, and which stand on " +
			"record although they were withdrawn\n"
	}
	text += "nobody on the buyers' side is told before the box is closed, and then by a task. Tell nobody either; " +
		"until the deadline the supplier can "
	if e.Act == seal.ActWithdrawn {
		return text + "withdraw again what stands on record\n"
	}
	return text + "hand in again\n"
}
