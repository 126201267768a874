package main

import (
	"context"
	"fmt"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/internal/config"
)

type eraseCommand struct{}

// Run erases the personal parts of events whose time is over. It may be run at any time, and again.
func (eraseCommand) Run(ctx context.Context, inv *invocation) error {
	cfg, err := config.Load(inv.environ, config.Inspect)
	if err != nil {
		return err
	}
	record, err := openRecordOnce(ctx, cfg, inv.stderr)
	if err != nil {
		return err
	}
	defer record.Close()
	n, err := (&acts.Acts{Store: record}).EraseDue(ctx)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(inv.stdout, "parts of events erased, because they need not be kept any more: %d\n", n)
	return err
}
