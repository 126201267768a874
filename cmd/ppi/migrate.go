package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/ppi-engine/ppi/internal/config"
	"github.com/ppi-engine/ppi/internal/store"
	followed "github.com/ppi-engine/ppi/views/audit"
)

type migrateCommand struct{}

func (migrateCommand) Run(ctx context.Context, inv *invocation) error {
	a, err := newApp(ctx, inv, config.Migrate)
	if err != nil {
		return err
	}
	return migrate(ctx, a.cfg, a.log)
}

// migrate brings the schema to the newest version and, of a record that an earlier release made, adopts the rows that
// its events do not tell.
func migrate(ctx context.Context, cfg *config.Config, log *slog.Logger) (err error) {
	owner := cfg.DatabaseOwnerURL.Reveal()
	if err := store.Migrate(ctx, owner, cfg.AppRole(), log); err != nil {
		return err
	}
	record, err := store.Open(ctx, store.Options{DSN: owner, MaxConns: 2})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, record.Close()) }()
	return record.Alone(ctx, func() error { return adopt(ctx, record, log) })
}

// adopt takes what no event tells as it stands. One process at a time does it.
func adopt(ctx context.Context, record *store.Store, log *slog.Logger) error {
	events, rows, err := followed.Adoption(ctx, record)
	if err != nil || len(events) == 0 {
		return err
	}
	err = record.InTx(ctx, func(tx *store.Tx) error {
		for _, e := range events {
			if _, err := tx.Append(e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("adopt the record as it stands: %w", err)
	}
	log.InfoContext(ctx, "rows of an earlier release adopted as they stand: no event told of them", "rows", rows)
	return nil
}
