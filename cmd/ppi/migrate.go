package main

import (
	"context"

	"github.com/ppi-engine/ppi/internal/config"
	"github.com/ppi-engine/ppi/internal/store"
)

type migrateCommand struct{}

func (migrateCommand) Run(ctx context.Context, inv *invocation) error {
	a, err := newApp(ctx, inv, config.Migrate)
	if err != nil {
		return err
	}
	return store.Migrate(ctx, a.cfg.DatabaseOwnerURL.Reveal(), a.cfg.AppRole(), a.log)
}
