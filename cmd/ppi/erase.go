package main

import (
	"context"
	"fmt"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/internal/config"
	"github.com/ppi-engine/ppi/internal/store"
)

type eraseCommand struct{}

// Run erases the personal parts of events whose time is over. It may be run at any time, and again.
func (eraseCommand) Run(ctx context.Context, inv *invocation) error {
	return withRecord(ctx, inv, func(_ *config.Config, record *store.Store) error {
		n, err := (&acts.Acts{Store: record}).EraseDue(ctx)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(inv.stdout, "parts of events erased, because they need not be kept any more: %d\n", n)
		return err
	})
}
