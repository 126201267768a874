package main

import (
	"context"
	"errors"
	"fmt"

	"go.temporal.io/server/tools/common/schema"
	"go.temporal.io/server/tools/sql"
)

// Names of the schemas inside the server module.
const (
	historySchema    = "postgresql/v12/temporal"
	visibilitySchema = "postgresql/v12/visibility"
	// noSchema is the version before the first schema.
	noSchema = "0.0"
)

// updateSchema brings both databases to the schema of the linked server, with the code of the server's own
// temporal-sql-tool. It runs only what is missing, so it may be repeated, and it does upgrades too.
func updateSchema(ctx context.Context, p postgres, logs logs) error {
	results := make(chan error, 2)
	go func() { results <- updateOne(p, p.Name, historySchema, logs) }()
	go func() { results <- updateOne(p, p.VisibilityName, visibilitySchema, logs) }()
	var err error
	for range cap(results) {
		select {
		case <-ctx.Done():
			return fmt.Errorf("update schema: %w", context.Cause(ctx))
		case e := <-results:
			err = errors.Join(err, e)
		}
	}
	return err
}

func updateOne(p postgres, database, name string, logs logs) error {
	conn, err := sql.NewConnection(p.store(database, minConns), logs.temporal)
	if err != nil {
		return fmt.Errorf("open database %q for its schema: %w", database, err)
	}
	defer conn.Close()
	setup := schema.NewSetupSchemaTask(conn, &schema.SetupConfig{InitialVersion: noSchema}, logs.temporal)
	if err := setup.Run(); err != nil {
		return fmt.Errorf("set up schema versions in %q: %w", database, err)
	}
	update := schema.NewUpdateSchemaTask(conn, &schema.UpdateConfig{SchemaName: name}, logs.temporal)
	if err := update.Run(); err != nil {
		return fmt.Errorf("update schema in %q: %w", database, err)
	}
	return nil
}
