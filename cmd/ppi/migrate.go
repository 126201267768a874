package main

import (
	"github.com/ppi-engine/ppi/internal/config"
	"github.com/ppi-engine/ppi/internal/store"
)

type migrateCommand struct{}

func (migrateCommand) Run(inv *invocation) error {
	a, err := newApp(inv, config.Migrate)
	if err != nil {
		return err
	}
	return store.Migrate(inv, a.cfg.DatabaseOwnerURL.Reveal(), a.cfg.AppRole(), a.log)
}
