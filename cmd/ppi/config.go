package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/ppi-engine/ppi/internal/config"
)

type configCommand struct {
	JSON bool `help:"Write JSON." name:"json"`

	For config.Purpose `enum:"config,standalone,serve,worker,migrate" default:"config" help:"Check it for: ${enum}."`
}

func (c configCommand) Run(inv *invocation) error {
	cfg, err := config.Load(inv.environ, c.For)
	if err != nil {
		return err
	}
	settings := cfg.Describe()
	if c.JSON {
		return writeJSON(inv.stdout, settings)
	}
	table := tabwriter.NewWriter(inv.stdout, 0, 0, 2, ' ', 0)
	for _, s := range settings {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", s.Variable, shown(s.Value), s.Source, s.Meaning)
	}
	if err := table.Flush(); err != nil {
		return fmt.Errorf("write the configuration: %w", err)
	}
	return nil
}

func shown(value string) string {
	if value == "" {
		return "-"
	}
	return value
}
