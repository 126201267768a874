package main

import (
	"fmt"
	"runtime"
)

// version is set by the linker.
var version = "devel"

type versionCommand struct{}

func (versionCommand) Run(inv *invocation) error {
	if _, err := fmt.Fprintf(inv.stdout, "ppi %s (%s, %s/%s)\n", version, runtime.Version(), runtime.GOOS,
		runtime.GOARCH); err != nil {
		return fmt.Errorf("write the version: %w", err)
	}
	return nil
}
